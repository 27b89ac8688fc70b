"""The copy that an index was made of, once more: from the raw store, else from the files where they still are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, groupby
from pathlib import Path
from time import time_ns

from flows.reading import InputFile, Item, Supply, find_inputs, is_readable_file, read_file
from flows.steps import new_run_id
from ledger.raw import RawFile, RawReader, raw_files, read_raw_files
from ledger.records import FileEntry
from ledger.rejects import Rejected, read_rejects
from ledger.store import Ledger
from transforms.records import Reject

#: Of a file that is to be read again at the next ingest, as it may not be what it was.
_UNKNOWN_NS = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Every file that the index was made of, by the run that read it last, in the order of the runs."""

    runs: tuple[tuple[str, Supply], ...]
    missing: tuple[str, ...]  # neither kept nor there any more
    from_disk: tuple[str, ...]  # not kept, and read where they are
    home: str  # the folder that relative names are relative to
    elsewhere: tuple[Rejected, ...]  # rejects of what could not be read at all, or of missing files


def plan_replay(folder: Path, ledger: Ledger) -> Replay:
    """See where the copy of each file that the ledger or the raw store knows is to come from."""
    known = {entry.path: entry for entry in ledger.files()}
    copies = (file for file in raw_files(folder / "raw") if file.documents or file.path in known)
    kept = {file.path: file for file in copies if file.whole}
    rejects: dict[str, list[Rejected]] = {}
    for reject in read_rejects(folder, stage="read"):
        rejects.setdefault(reject.path, []).append(reject)
    files: list[tuple[str, InputFile]] = []  # with the run that read it
    missing: list[str] = []
    for path in {**known, **kept}:
        entry = known.get(path)
        file = _input(path, entry, kept, is_here=is_readable_file(path, ledger))
        if file is None:
            missing.append(path)
        else:
            files.append((entry.run_id if entry else new_run_id(), file))
    every = {file.path: file for _, file in files}
    stock = _Stock(kept, rejects)
    ours = {_printable(path) for path in every}
    return Replay(
        runs=tuple(
            (run_id, Supply(files=tuple(file for _, file in group), every=every, read=stock.read))
            for run_id, group in groupby(_in_order(files, kept), key=lambda pair: pair[0])
        ),
        missing=tuple(sorted(missing)),
        home=ledger.facts.home or os.getcwd(),  # noqa: PTH109
        from_disk=tuple(sorted(path for path in every if path not in kept)),
        elsewhere=tuple(reject for path, some in rejects.items() if path not in ours for reject in some),
    )


def kept_supply(folder: Path, paths: Iterable[str]) -> Supply:
    """Give those of these whose copy is kept whole, to be read from it."""
    wanted = set(paths)
    kept = {file.path: file for file in read_raw_files(folder) if file.whole and file.path in wanted}
    rejects: dict[str, list[Rejected]] = {}
    for reject in read_rejects(folder, stage="read"):
        rejects.setdefault(reject.path, []).append(reject)
    every = {path: InputFile(path=path, size=0, mtime_ns=time_ns()) for path in kept}
    return Supply(files=tuple(every.values()), every=every, read=_Stock(kept, rejects).read)


class _Stock:
    """Reads a file from its raw copy, with what was rejected of it, else from where it is."""

    def __init__(self, kept: dict[str, RawFile], rejects: dict[str, list[Rejected]]) -> None:
        self._kept = kept
        self._rejects = rejects
        self._reader = RawReader()

    def read(self, file: InputFile) -> Iterable[Item]:
        kept = self._kept.get(file.path)
        if kept is None:
            return read_file(file)
        rejected = map(_reject, self._rejects.get(_printable(file.path), ()))
        return chain(rejected, self._reader.read(kept))


def _input(
    path: str, entry: FileEntry | None, kept: dict[str, RawFile], *, is_here: bool
) -> InputFile | None:
    """The file with the size and time that tell the next ingest that it has not changed; None when it is lost."""
    if path in kept and entry is not None and kept[path].reading < _started_ns(entry.run_id):
        del kept[path]  # it was read again since, and not kept
    if path in kept:
        if entry is None or entry.state != "done":
            return InputFile(path=path, size=0, mtime_ns=_UNKNOWN_NS)
        return InputFile(path=path, size=entry.size, mtime_ns=entry.mtime_ns, content_hash=entry.content_hash)
    there = list(find_inputs([path], ())) if is_here else []
    return there[0] if there and isinstance(there[0], InputFile) else None


def _started_ns(run_id: str) -> int:
    """When a run began, by its name, to the second."""
    try:
        began = datetime.strptime(run_id[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return 0
    return int(began.timestamp()) * 1_000_000_000


def _in_order(files: list[tuple[str, InputFile]], kept: Mapping[str, RawFile]) -> list[tuple[str, InputFile]]:
    """The files of each run together, the runs as they read: readings rise even where the clock went back."""
    read: dict[str, int] = {}
    for run_id, file in files:
        if file.path in kept:
            reading = kept[file.path].reading
            read[run_id] = min(reading, read.get(run_id, reading))
    return sorted(files, key=lambda pair: (read.get(pair[0]) or _started_ns(pair[0]), pair[0], pair[1].path))


def _reject(kept: Rejected) -> Reject:
    return Reject(
        origin=kept.origin, stage="read", reason=kept.reason, detail=kept.detail, offset=kept.offset
    )


def _printable(path: str) -> str:
    """The path as rejects have it."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
