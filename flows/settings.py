"""Every setting, once. Read from the environment here and nowhere else; the layers below get plain values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from transforms.records import RunError

DEFAULT_TARGET = "file:var/index"
DEFAULT_DETECTOR = "py3langid"


class SettingsError(RunError):
    """A setting that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set. Each field says its variable; `docs/settings.md` explains them all."""

    target: str = DEFAULT_TARGET  # COPYDESK_TARGET: file:PATH or http(s)://host:9200/NAME
    state: str | None = None  # COPYDESK_STATE: folder of ledger and rejects; default: see state_folder
    detector: str = DEFAULT_DETECTOR  # COPYDESK_DETECTOR: py3langid or langdetect
    languages: tuple[str, ...] | None = None  # COPYDESK_LANGUAGES: en,fr,ar are looked for; default: all
    workers: int | None = None  # COPYDESK_WORKERS: processes that shape; default: one a core
    keep_bytes: int = 2_000_000_000  # COPYDESK_KEEP_BYTES: of raw copy kept to be cleaned again; 0: none
    elastic_user: str = "elastic"  # COPYDESK_ELASTIC_USER
    elastic_password: str | None = field(default=None, repr=False)  # COPYDESK_ELASTIC_PASSWORD[_FILE]
    elastic_api_key: str | None = field(default=None, repr=False)  # COPYDESK_ELASTIC_API_KEY[_FILE]
    elastic_ca: str | None = None  # COPYDESK_ELASTIC_CA: file of the certificate authority
    elastic_fingerprint: str | None = None  # COPYDESK_ELASTIC_FINGERPRINT: SHA-256 of its certificate
    token: str | None = field(default=None, repr=False)  # COPYDESK_TOKEN[_FILE]: asked for over HTTP

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; SettingsError names the variable that cannot be used."""
        env = os.environ if environ is None else environ  # noqa: TID251  # the one place
        return cls(
            target=env.get("COPYDESK_TARGET") or DEFAULT_TARGET,
            state=env.get("COPYDESK_STATE") or None,
            detector=check_detector(env.get("COPYDESK_DETECTOR") or DEFAULT_DETECTOR),
            languages=_languages(env, "COPYDESK_LANGUAGES"),
            workers=_number(env, "COPYDESK_WORKERS"),
            keep_bytes=2_000_000_000 if (kept := _number(env, "COPYDESK_KEEP_BYTES")) is None else kept,
            elastic_user=env.get("COPYDESK_ELASTIC_USER") or "elastic",
            elastic_password=_secret(env, "COPYDESK_ELASTIC_PASSWORD"),
            elastic_api_key=_secret(env, "COPYDESK_ELASTIC_API_KEY"),
            elastic_ca=env.get("COPYDESK_ELASTIC_CA") or None,
            elastic_fingerprint=env.get("COPYDESK_ELASTIC_FINGERPRINT") or None,
            token=_secret(env, "COPYDESK_TOKEN"),
        )


def state_folder(settings: Settings, target: str) -> Path:
    """Give the folder of the books: COPYDESK_STATE, else in the index's own folder, else one in var/state.

    Deleting an embedded index deletes its books with it.

    >>> state_folder(Settings(), "file:var/index").as_posix()
    'var/index/state'
    """
    if settings.state:
        return Path(settings.state)
    if target.startswith("file:"):
        return Path(target.removeprefix("file:").removeprefix("//")) / "state"
    from ledger import state_folder as folder_of  # SQLite is nothing that a search should wait for

    return folder_of(Path("var/state"), target)


def check_detector(name: str) -> str:
    """Give the name back; SettingsError lists the detectors when it is none of them."""
    if name == DEFAULT_DETECTOR:
        return name
    from transforms.language import DETECTORS  # a search, which detects nothing, should not wait for it

    if name not in DETECTORS:
        raise SettingsError(f"there is no detector {name}", hint=f"one of {', '.join(DETECTORS)}")
    return name


def _languages(env: Mapping[str, str], name: str) -> tuple[str, ...] | None:
    """Read the tags: "en, pt-BR nb" are en, no and pt."""
    given = (env.get(name) or "").replace(",", " ").split()
    if not given:
        return None
    from transforms.language import check_tags, primary_tag

    try:
        return check_tags(tuple(primary_tag(tag) or tag for tag in given))
    except ValueError as err:
        what, _, valid = str(err).partition("; valid: ")
        raise SettingsError(f"{name}: {what}", hint=f"some of {valid}") from err


def _number(env: Mapping[str, str], name: str) -> int | None:
    text = env.get(name)
    if not text:
        return None
    if not text.isdigit():
        raise SettingsError(
            f"{name} is {text!r}, which is not a number", hint="give a whole number, 0 or more"
        )
    return int(text)


def _secret(env: Mapping[str, str], name: str) -> str | None:
    """Read a secret from the variable or from the file that NAME_FILE names; never print it."""
    if env.get(name):
        return env[name]
    path = env.get(f"{name}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as err:
        raise SettingsError(f"cannot read {name}_FILE: {path}: {err.strerror}") from err
