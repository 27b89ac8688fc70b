"""From paths to batches: what is to be read, and its raw documents by the handful for the workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter, time_ns

from ledger import Ledger
from ledger.records import STREAM
from sources import read
from sources.opened import STDIN
from sources.survey import find_files, survey
from transforms.records import RawDocument, Reject

#: A batch is what a worker is given at once: large enough that handing it over costs next to nothing.
_BATCH_DOCUMENTS = 250
_BATCH_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file to be read, as it was when it was found."""

    path: str  # of standard input: a name of the run's own, so that what an earlier one held stays
    size: int  # bytes; 0 for standard input
    mtime_ns: int
    content_hash: str | None = None  # known beforehand: its copy is read, and not the file
    is_part: bool = False  # single documents of it are tried again, all else that it yielded stays

    @property
    def is_stream(self) -> bool:
        """Whether it comes once, from standard input."""
        return self.path.startswith(STREAM)


@dataclass(frozen=True, slots=True)
class Whole:
    """Comes after all that a file holds when it was read to its last byte."""

    content_hash: str  # of exactly the bytes that were read


#: What reading a file gives.
Item = RawDocument | Reject | Whole


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing read from a file; an `item` of None is the file's end."""

    file: InputFile
    item: RawDocument | Reject | None
    content_hash: str | None = None  # at the end of a file that was read whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Copy that does not come from files as they are now: which files it is of, and how it is read."""

    files: Sequence[InputFile]  # in the order of reading
    every: Mapping[str, InputFile]  # by path: also those that were read before and may be wanted again
    read: Callable[[InputFile], Iterable[Item]]

    def find(self, paths: Iterable[str]) -> list[InputFile]:
        """Those of these paths."""
        return [self.every[path] for path in paths if path in self.every]


def find_inputs(paths: Iterable[str], skip: Sequence[str], run_id: str = "") -> Iterator[InputFile | Reject]:
    """Find the files that `paths` name, with size and time; SourceError when one is not there at all.

    Standard input is named after the run.
    """
    for found in find_files(paths, skip=skip):
        if isinstance(found, Reject):
            yield found
        elif found == STDIN:
            yield InputFile(path=STREAM + run_id, size=0, mtime_ns=time_ns())
        else:
            fingerprint = survey(found)
            if isinstance(fingerprint, Reject):
                yield fingerprint
            else:
                yield InputFile(path=found, size=fingerprint.size, mtime_ns=fingerprint.mtime_ns)


def name_inputs(paths: Iterable[str], ledger: Ledger) -> list[str]:
    """Name in full what is named from another folder than the one that the ledger's relative names are from.

    There, the same name is another file's, and would replace what that one yielded.
    """
    return [path if path == STDIN or ledger.facts.means(path) else os.path.abspath(path) for path in paths]  # noqa: PTH100


def find_existing(paths: Iterable[str]) -> list[InputFile]:
    """Find those of these files that are still there."""
    there = [path for path in paths if not is_gone(path)]
    return [file for file in find_inputs(there, ()) if isinstance(file, InputFile)]


def is_gone(path: str) -> bool:
    """Whether there is no such file; one that cannot be asked for is not gone."""
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def is_readable_file(path: str, ledger: Ledger | None) -> bool:
    """Whether a file that the ledger knows is here; without a ledger any name means what it says."""
    try:
        return (ledger is None or ledger.facts.means(path)) and Path(path).is_file()
    except OSError:
        return False


def read_batches(
    files: Iterable[InputFile],
    read: Callable[[InputFile], Iterable[Item]],
    seconds: dict[str, float],
) -> Iterator[tuple[list[Piece], list[RawDocument]]]:
    """Read the files one after the other; give pieces, and beside them the raw documents among these.

    A batch may hold many small files or a part of a large one. The time goes to `seconds["read"]`.
    """
    pieces: list[Piece] = []
    weight = 0
    start = perf_counter()
    for piece in _pieces(files, read):
        pieces.append(piece)
        weight += _weight(piece.item)
        if len(pieces) >= _BATCH_DOCUMENTS or weight >= _BATCH_BYTES:
            seconds["read"] += perf_counter() - start
            yield pieces, _raws(pieces)
            pieces, weight, start = [], 0, perf_counter()
    seconds["read"] += perf_counter() - start
    if pieces:
        yield pieces, _raws(pieces)


def read_file(file: InputFile, fetched_at: datetime | None = None) -> Iterator[Item]:
    """Read a file as it is now."""
    hashes: list[str] = []
    yield from read(STDIN if file.is_stream else file.path, fetched_at=fetched_at, whole=hashes.append)
    yield from map(Whole, hashes)


def _pieces(files: Iterable[InputFile], read: Callable[[InputFile], Iterable[Item]]) -> Iterator[Piece]:
    for file in files:
        content_hash = file.content_hash
        for item in read(file):
            if isinstance(item, Whole):
                content_hash = item.content_hash
            else:
                yield Piece(file, item)
        yield Piece(file, None, content_hash)


def _raws(pieces: Iterable[Piece]) -> list[RawDocument]:
    return [piece.item for piece in pieces if isinstance(piece.item, RawDocument)]


def _weight(item: RawDocument | Reject | None) -> int:
    return len(item.text) + len(item.page) if isinstance(item, RawDocument) else 0
