"""The folder of an embedded index: what made it, which generation is read, and where each key's index lies.

PATH/manifest.json      the live generation: format, tantivy's version, uuid, number, fingerprint of the analysis
PATH/g1/manifest.json   the same of each generation that is not live; copied to PATH it is
PATH/g1/en/  PATH/g1/ar/  …  one tantivy index each, made when a language is first seen
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import uuid
from dataclasses import asdict, dataclass
from importlib import metadata, resources
from pathlib import Path

import orjson

from engines.contract import EngineError

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """manifest.json."""

    format: int
    tantivy: str
    uuid: str
    generation: int
    analysis: str
    copydesk: str = ""  # the version that made it


def read_manifest(folder: Path, generation: int | None = None, *, checked: bool = True) -> Manifest | None:
    """Read what the folder says of its live generation, or of another; None when there is none.

    EngineError when it is not for us; with `checked=False` it need not be, as only its number is asked for.
    """
    path = (folder if generation is None else folder / f"g{generation}") / NAME
    try:
        manifest = Manifest(**orjson.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise EngineError(
            f"{folder} is a file, not an index", hint="name a folder: file:var/index"
        ) from error
    except OSError as error:
        raise EngineError(f"cannot read {path}: {error.strerror}", hint="check who may read it") from error
    except (TypeError, ValueError) as error:
        raise EngineError(f"{path} is damaged: {error}", hint=_anew(folder)) from error
    if checked:
        _check(manifest, folder)
    return manifest


def make_manifest(folder: Path, generation: int | None = None) -> Manifest:
    """Make a new index's folder and say in it what made it; or that of a generation beside the live one."""
    manifest = Manifest(
        format=FORMAT,
        tantivy=tantivy_version(),
        uuid=uuid.uuid4().hex,
        generation=max(read_generations(folder), default=0) + 1 if generation is None else generation,
        analysis=analysis_hash(),
        copydesk=metadata.version("copydesk"),
    )
    home = generation_folder(folder, manifest)
    if generation is None:
        _write(folder, manifest)
    else:
        shutil.rmtree(home, ignore_errors=True)  # what a kill left of one that was being dropped
        _write(home, manifest)
    return manifest


def read_generations(folder: Path) -> dict[int, Manifest]:
    """Read what every generation says of itself, whatever made it."""
    found = {}
    for path in folder.glob(f"g*/{NAME}"):
        number = path.parent.name[1:]
        if number.isdecimal() and (manifest := read_manifest(folder, int(number), checked=False)):
            found[int(number)] = manifest
    live = read_manifest(folder, checked=False)
    return dict(sorted((found | ({live.generation: live} if live else {})).items()))


def activate_manifest(folder: Path, generation: int) -> None:
    """Let the folder say that this generation is the live one, in one rename."""
    manifest = read_manifest(folder, generation)
    if manifest is None:
        raise EngineError(
            f"there is no generation {generation} in {folder}", hint="copydesk generations list"
        )
    live = read_manifest(folder, checked=False)
    if live and not (generation_folder(folder, live) / NAME).exists():
        _write(generation_folder(folder, live), live)
    _write(folder, manifest)


def drop_generation(folder: Path, generation: int) -> None:
    """Remove a generation's folder, what makes it one first."""
    home = folder / f"g{generation}"
    try:
        (home / NAME).unlink()
        shutil.rmtree(home)
    except OSError as error:
        raise EngineError(
            f"cannot remove {home}: {error.strerror}", hint="check who may write there"
        ) from error


def _write(folder: Path, manifest: Manifest) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{NAME}.{os.getpid()}"
        with draft.open("wb") as file:
            file.write(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / NAME)
    except OSError as error:
        hint = "free some space" if error.errno == 28 else "check who may write there, or name another folder"
        raise EngineError(f"cannot make an index in {folder}: {error.strerror}", hint=hint) from error


def generation_folder(folder: Path, manifest: Manifest) -> Path:
    """Give the folder that holds the indexes of the generation that is read."""
    return folder / f"g{manifest.generation}"


def keys_in(folder: Path) -> list[str]:
    """Give the keys that a generation's folder has an index for."""
    return sorted(path.parent.name for path in folder.glob("*/meta.json"))


@functools.cache
def tantivy_version() -> str:
    """Give the installed tantivy's version, without importing it."""
    return metadata.version("tantivy")


@functools.cache
def analysis_hash() -> str:
    """Give a fingerprint of the data that decides what is in an index."""
    data = [
        resources.files("engines").joinpath(name).read_bytes() for name in ("analysis.json", "fields.json")
    ]
    return hashlib.sha256(b"".join(orjson.dumps(orjson.loads(one)) for one in data)).hexdigest()[:16]


def _check(manifest: Manifest, folder: Path) -> None:
    if manifest.format != FORMAT:
        raise EngineError(
            f"the index in {folder} has format {manifest.format}, this copydesk reads {FORMAT}",
            hint=_anew(folder),
        )
    if _minor(manifest.tantivy) != _minor(tantivy_version()):
        raise EngineError(
            f"the index in {folder} was made by tantivy {manifest.tantivy}, installed is {tantivy_version()}",
            hint=f"copydesk reindex, or pip install 'tantivy=={manifest.tantivy}'",
        )
    if manifest.analysis != analysis_hash():
        raise EngineError(
            f"the index in {folder} was made with other rules for words or fields",
            hint=f"copydesk reindex, or {_anew(folder)}",
        )


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _anew(folder: Path) -> str:
    return f"ingest again into a new folder, or remove {folder} first"
