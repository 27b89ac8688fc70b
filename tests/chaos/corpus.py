"""Copy to be loaded while things break: stories that come, go, change, move to another language and repeat."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

#: Stories are long enough for their language to be told.
_TEXTS = {
    "en": "OSLO: The city council approved harbour plan number {n} on Monday, after a long debate.\n"
    "Builders said that work on plan {n} would begin in the spring and take about two years.{more}",
    "fr": "PARIS : Le conseil municipal a approuvé lundi le plan numéro {n} du port, après un long débat.\n"
    "Les travaux du plan {n} commenceront au printemps et dureront environ deux ans.{more}",
    "es": "MADRID: El ayuntamiento aprobó el lunes el plan número {n} del puerto tras un largo debate.\n"
    "Las obras del plan {n} comenzarán en primavera y durarán unos dos años, dijeron.{more}",
}
LANGUAGES = tuple(_TEXTS)
_BAD = b"{broken\n"


def story(n: int, *, language: str = "en", more: str = "") -> dict[str, Any]:
    """Make a story with an address, so that its text may change under the same id."""
    text = _TEXTS[language].format(n=n, more=more)
    return {"url": f"https://example.org/{n}", "headline": f"Harbour {n}{more}", "body": text}


def as_lines(stories: Iterable[Mapping[str, Any]]) -> bytes:
    """Write stories as JSON lines."""
    return b"".join(orjson.dumps(one) + b"\n" for one in stories)


def before() -> dict[str, bytes]:
    """Six files: some stories are in two of them, with the same text or another; a line is broken."""
    files = {f"wire-{i}.jsonl": as_lines(map(story, range(20 * i, 20 * i + 23))) for i in range(4)}
    files["again.jsonl"] = as_lines(story(n, more=" Seen again.") for n in range(0, 80, 7)) + _BAD
    files["gone.jsonl"] = as_lines(story(n, language="fr") for n in range(100, 120))
    return files


def after() -> dict[str, bytes]:
    """The same files later: stories new, changed, moved to another language, gone; a file gone, one new."""
    files = before()
    del files["gone.jsonl"]
    files["wire-0.jsonl"] = as_lines(story(n, more=" Late change.") for n in range(0, 23, 2))
    files["wire-1.jsonl"] = as_lines(story(n, language="fr" if n % 3 else "en") for n in range(20, 50))
    files["wire-2.jsonl"] = _BAD + as_lines(story(n, language="es") for n in range(40, 55)) + _BAD
    files["again.jsonl"] = as_lines(story(n, more=" A third time.") for n in range(0, 120, 7))
    files["new.jsonl"] = as_lines(story(n) for n in range(200, 225))
    return files


def lay(folder: Path, files: Mapping[str, bytes], *, second: int) -> Path:
    """Make `folder` hold these files and no others, those that change with the time `second`."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, data in files.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
            os.utime(path, (second, second))
    return folder
