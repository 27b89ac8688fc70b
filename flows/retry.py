"""What was rejected, once more: found, tried again, dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import time_ns

import orjson

from flows.desk import Desk, open_books
from flows.opening import open_run
from flows.reading import InputFile, Supply, is_readable_file
from flows.replay import kept_supply
from flows.settings import state_folder
from flows.shards import Part, Shard
from flows.steps import VERSION, Job, Run, new_run_id
from ledger import read_ledger
from ledger.records import STREAM
from ledger.rejects import Rejected, Rejects, open_rejects, read_rejects
from sources.opened import Opened
from transforms.records import Document

_LONGEST_LINE = 1 << 20  # bytes, as many as are kept of a record

#: What makes a reject the same as an earlier one, the surest first.
_MARKS: tuple[Callable[[Rejected], tuple[str, ...]], ...] = (
    lambda reject: (reject.key,),
    lambda reject: (reject.path, reject.origin),
    lambda reject: (reject.path, reject.reason),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which rejects: those for which all that is given holds."""

    keys: frozenset[str] = frozenset()  # empty: of any key
    reason: str | None = None
    stage: str | None = None
    origin: str | None = None  # one, or a file, or a folder

    @property
    def is_all(self) -> bool:
        """Whether nothing was chosen."""
        return not self.keys and self.reason is None and self.stage is None and self.origin is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """What became of the rejects that were tried again."""

    tried: int
    files: tuple[str, ...]  # read again
    wrong: tuple[str, ...]  # keys of those that are rejected still, as they are listed now
    gone: tuple[str, ...]  # keys of those that cannot be tried: their copy is not there any more

    @property
    def succeeded(self) -> int:
        """How many are rejected no more."""
        return self.tried - len(self.wrong) - len(self.gone)


def find_rejects(desk: Desk, choice: Choice) -> Iterator[Rejected]:
    """Those chosen, oldest first, also while a run writes."""
    folder = state_folder(desk.settings, desk.target)
    for reject in read_rejects(folder, reason=choice.reason, stage=choice.stage, origin=choice.origin):
        if not choice.keys or reject.key in choice.keys:
            yield reject


def read_record(reject: Rejected) -> bytes | None:
    """What was rejected: as it was kept, else the line that its file has there now; None when that is gone too."""
    if reject.record is not None or reject.offset is None or not Path(reject.path).is_file():
        return reject.record
    skipped, line = 0, b""
    with Opened(reject.path) as opened:
        for block in opened.blocks():
            line += block[max(0, reject.offset - skipped) :]
            skipped += len(block)
            if b"\n" in line or len(line) >= _LONGEST_LINE:
                break
    return line.partition(b"\n")[0][:_LONGEST_LINE]


def drop_rejects(desk: Desk, choice: Choice) -> int:
    """Remove those chosen from the list, for good; how many."""
    keys = frozenset(reject.key for reject in find_rejects(desk, choice))
    if not keys:
        return 0
    with _open_list(desk) as rejects:
        return rejects.forget(keys)


def retry_rejects(desk: Desk, choice: Choice, *, fetched_at: datetime | None = None) -> Retried:
    """Read the files again that hold those chosen, standard input from its copy; without one, documents alone.

    What is not rejected any more has left the list afterwards. Nothing else is sent: what a file yields that is in
    the index already is found unchanged.
    """
    found = list(find_rejects(desk, choice))
    others = {one.key for one in find_rejects(desk, Choice())}.difference(one.key for one in found)
    paths = _here(desk, {reject.path for reject in found})
    if paths:
        _read_again(desk, paths, fetched_at)
    tried = _try_streams(desk, [one for one in found if one.path.startswith(STREAM)], fetched_at)
    still = _still_wrong(desk, found, others)
    gone = {one.key for one in found if one.key in still and one.path not in paths and one.key not in tried}
    return Retried(
        tried=len({one.key for one in found}),
        files=tuple(paths),
        wrong=tuple(sorted(now for key, now in still.items() if key not in gone)),
        gone=tuple(sorted(gone)),
    )


def _here(desk: Desk, paths: set[str]) -> list[str]:
    """Those of these files that are there, under the names that they were given."""
    ledger = read_ledger(state_folder(desk.settings, desk.target))
    with ledger or nullcontext():
        return sorted(path for path in paths if is_readable_file(path, ledger))


def _still_wrong(desk: Desk, chosen: list[Rejected], others: set[str]) -> dict[str, str]:
    """The keys of those that are on the list, and what each is listed as now; `others` were not chosen.

    A mended line changes the offsets of those below it, an added one also their numbers: what is new on the list
    of the same place, else of the same reason in the same file, is what was there before.
    """
    left = [reject for reject in find_rejects(desk, Choice()) if reject.key not in others]
    still: dict[str, str] = {}
    for mark in _MARKS:
        now: dict[tuple[str, ...], list[Rejected]] = {}
        for reject in left:
            now.setdefault(mark(reject), []).append(reject)
        for reject in chosen:
            if reject.key not in still and (found := now.get(mark(reject))):
                still[reject.key] = found.pop(0).key
        taken = set(still.values())
        left = [reject for reject in left if reject.key not in taken]
    return still


@contextmanager
def _open_list(desk: Desk) -> Iterator[Rejects]:
    """Open the list of rejects for writing, and keep every run out."""
    folder = state_folder(desk.settings, desk.target)
    with open_books(desk), open_rejects(folder, run_id=new_run_id(), version=VERSION) as rejects:
        yield rejects


@contextmanager
def _open_again(desk: Desk, job: Job, *, keep: bool) -> Iterator[Run]:
    keeps = keep and (state_folder(desk.settings, desk.target) / "raw").is_dir()
    with open_run(job, desk.settings, desk.target, wait=desk.wait, keep=keeps, say=desk.say) as run:
        yield run


def _read_again(
    desk: Desk, paths: Sequence[str], fetched_at: datetime | None, supply: Supply | None = None
) -> None:
    settings = desk.settings
    job = Job(
        paths=paths,
        supply=supply,
        rescan=True,
        fetched_at=fetched_at,
        workers=settings.workers,
        detector=settings.detector,
        languages=settings.languages,
    )
    with _open_again(desk, job, keep=supply is None) as run:
        for shard in run.shards():
            run.load(shard)
        run.report()


# Standard input


def _try_streams(desk: Desk, found: list[Rejected], fetched_at: datetime | None) -> set[str]:
    """Read it again from its copy, else send its documents; the keys of those that could be tried."""
    supply = kept_supply(state_folder(desk.settings, desk.target), {reject.path for reject in found})
    if supply.files:
        _read_again(desk, (), fetched_at, supply)
    alone = frozenset(reject.key for reject in found if reject.path not in supply.every)
    sent = _send_again(desk, alone) if alone else frozenset()
    return {one.key for one in found if one.path in supply.every and one.stage != "read"} | sent


def _send_again(desk: Desk, keys: frozenset[str]) -> frozenset[str]:
    """Send what the engine refused of standard input; the keys of those whose document was kept.

    Copy that was rejected before it was a document is not tried: what the input said about it was not kept.
    """
    kept = [reject for reject in find_rejects(desk, Choice(keys=keys, stage="load")) if reject.record]
    if not kept:
        return frozenset()
    with _open_again(desk, Job(paths=()), keep=False) as run:
        for number, path in enumerate(sorted({reject.path for reject in kept}), 1):
            file = InputFile(path=path, size=0, mtime_ns=time_ns(), is_part=True)
            documents = [
                _document(reject.record, reject.origin)
                for reject in kept
                if reject.path == path and reject.record
            ]
            run.load(Shard(number, parts=[Part(file, documents=documents, ends=True)]))
        run.report()
        this_run = run.run_id
    tried = frozenset(reject.key for reject in kept)
    with _open_list(desk) as rejects:  # those that failed again are listed anew
        rejects.drop(lambda reject: reject.key in tried and reject.run_id != this_run)
    return tried


def _document(json: bytes, origin: str) -> Document:
    """The document as it was sent to the engine."""
    fields = orjson.loads(json)
    id, digest, language = (fields[name] for name in ("id", "digest", "language"))
    return Document(id=id, digest=digest, language=language, origin=origin, json=json)
