"""Which files there are, and whether one has changed since."""

from __future__ import annotations

import glob
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from stat import S_ISREG

from sources.contract import SourceError
from sources.opened import BLOCK, HASH_BYTES, STDIN, describe
from transforms.records import Reject

#: Stems of files that are about the folder they are in, and so are no copy unless named outright.
ABOUT_THE_FOLDER = frozenset({"readme", "license", "licence", "notice", "copying"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """A file's size and time, which are cheap, and the hash of its content, which is sure."""

    size: int  # in bytes, as stored
    mtime_ns: int
    digest: str = ""  # blake2b, 32 hex digits; "" when only size and time were asked for


def find_files(paths: Iterable[str], *, skip: Collection[str] = ()) -> Iterator[str | Reject]:
    """Find the files that `paths` name: files, folders, patterns, "-" for standard input; each once.

    Folders are walked in sorted order; hidden files and folders, a README or a licence, and everything in
    `skip` (the index and the state of this tool) are left out there; a file named outright is always read. A folder that
    cannot be listed is a Reject. Raises SourceError at once, before anything is read, for a path that is
    not there.
    """
    roots = [root for path in paths for root in _expand(path)]
    skipped = frozenset(os.path.realpath(path) for path in skip)
    return _unique(roots, skipped)


def _expand(path: str) -> list[str]:
    """Turn a pattern into the paths it matches; a file whose name looks like one is itself."""
    if path == STDIN or os.path.lexists(path):
        return [path]
    if not glob.has_magic(path):
        raise SourceError(f"there is no file or folder {path}", hint=_nearest(path))
    found = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not found:
        raise SourceError(f"no file matches {path}", hint="put quotes around it, and try it with ls without")
    return found


def _nearest(path: str) -> str:
    """Say how much of the path is there."""
    there = next((parent for parent in Path(path).absolute().parents if parent.exists()), None)
    return f"{there} exists: list it to see what it holds" if there else "check the spelling"


def _unique(roots: Iterable[str], skipped: Collection[str]) -> Iterator[str | Reject]:
    seen: set[str] = set()
    for root in roots:
        walked = _walk(root, skipped) if Path(root).is_dir() else iter((root,))
        for item in walked:
            key = (
                item.origin if isinstance(item, Reject) else item if item == STDIN else os.path.realpath(item)
            )
            if key not in seen:
                seen.add(key)
                yield item


def _walk(root: str, skipped: Collection[str]) -> Iterator[str | Reject]:
    refused: list[Reject] = []

    def refuse(err: OSError) -> None:
        where = str(err.filename or root)
        refused.append(Reject(origin=where, stage="read", reason="unreadable", detail=describe(err)))

    for folder, folders, names in os.walk(root, onerror=refuse):
        yield from _drain(refused)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(os.path.join(folder, name)) not in skipped  # noqa: PTH118 - os.walk speaks strings
        )
        for name in sorted(names):
            path = os.path.join(folder, name)  # noqa: PTH118
            if _is_input(path) and os.path.realpath(path) not in skipped:
                yield path
    yield from _drain(refused)


def _drain(refused: list[Reject]) -> Iterator[Reject]:
    while refused:
        yield refused.pop(0)


def _is_input(path: str) -> bool:
    """Tell copy from what is hidden, about the folder, or a pipe; what cannot be asked fails when it is read."""
    file = Path(path)
    if file.name.startswith(".") or file.stem.lower() in ABOUT_THE_FOLDER:
        return False
    try:
        return S_ISREG(file.stat().st_mode)
    except OSError:
        return True


def survey(path: str) -> Fingerprint | Reject:
    """Read a file's size and time only."""
    try:
        status = Path(path).stat()
    except OSError as err:
        return Reject(origin=path, stage="read", reason="unreadable", detail=describe(err))
    return Fingerprint(size=status.st_size, mtime_ns=status.st_mtime_ns)


def fingerprint(path: str) -> Fingerprint | Reject:
    """Read a file's size, time and content hash; the file is streamed, and not unpacked.

    Size and time are taken before the content, so that a file that grows meanwhile looks changed next time.
    """
    cheap = survey(path)
    if isinstance(cheap, Reject):
        return cheap
    digest = blake2b(digest_size=HASH_BYTES)
    try:
        with Path(path).open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError as err:
        return Reject(origin=path, stage="read", reason="unreadable", detail=describe(err))
    return Fingerprint(size=cheap.size, mtime_ns=cheap.mtime_ns, digest=digest.hexdigest())
