"""One ingest in plain Python: read → shape → load → verify → enter in the books. Flows and commands wrap it.

with open_run(job, settings) as run:
for shard in run.shards():
run.load(shard)
report = run.report()
"""

from __future__ import annotations

import platform
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Self

from engines.analysis import key_of
from engines.contract import Engine, EngineError
from flows.pool import ShapingPool, usable_cores
from flows.reading import InputFile, find_inputs, read_batches
from flows.shards import Part, Shard, collect
from ledger import Ledger
from ledger.passes import Pass
from ledger.raw import RawStore
from ledger.records import Fate, Seen
from ledger.rejects import Rejects
from ledger.report import Problem, RunReport, Tally
from sources.opened import STDIN
from transforms.document import RunStamp
from transforms.records import Document, RawDocument, Reject

VERSION = version("copydesk")
#: Below this the input is shaped before a worker would have started (1 s).
_SMALL_INPUT_BYTES = 2 << 20
#: Ids of one question to the engine.
_ASKED_AT_ONCE = 1_000
_PROBLEMS_KEPT = 1_000
_SENT: frozenset[Fate] = frozenset(("indexed", "updated"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """How far a run is."""

    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    articles: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a run is to do."""

    paths: Sequence[str]
    workers: int | None = None  # processes that shape; 0: this one; None: as many as pay
    detector: str = "py3langid"
    fetched_at: datetime | None = None
    rescan: bool = False  # read also what looks unchanged
    prune: bool = False  # forget files that are gone
    skip: Sequence[str] = ()  # folders that are ours, not input


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Where a run's accounts go. All are open for writing and belong to one state folder."""

    ledger: Ledger
    rejects: Rejects
    raw: RawStore | None  # None: raw copy is not kept


@dataclass(slots=True)
class _Open:
    """A file that is being read, and its counts so far."""

    reading: Pass
    tally: Tally = field(default_factory=Tally)


class Run:
    """One ingest under way. Made by `flows.opening.open_run`; leaving it gives up what was not entered."""

    def __init__(
        self, run_id: str, job: Job, engine: Engine, books: Books, say: Callable[[Advance], None]
    ) -> None:
        self._job = job
        self._engine = engine
        self._books = books
        self._say = say
        self._pool: ShapingPool | None = None
        self._start = perf_counter()
        self.run_id = run_id
        self.stopping = False  # set it to end after the shard that is under way
        self._tally = Tally()
        self._open: dict[str, _Open] = {}
        self._again: set[str] = set()
        self._problems: dict[tuple[str, str], Problem] = {}
        self._seconds = dict.fromkeys(("read", "shape", "send", "commit", "verify"), 0.0)
        self._files_done = self._files_skipped = self._bytes_done = self._bytes_total = 0
        self._verified = self._removed = 0
        self._inputs: list[InputFile | Reject] = []
        #: Documents that the ledger does not know may still be in the index, when it forgot or was deleted.
        self._ask_engine = books.ledger.fresh and engine.status().generation > 0

    def __enter__(self) -> Self:
        self._inputs = list(find_inputs(self._job.paths, self._job.skip))
        self._bytes_total = sum(file.size for file in self._inputs if isinstance(file, InputFile))
        self._books.ledger.start(self.run_id, version=VERSION)
        return self

    def __exit__(self, *_: object) -> None:
        for open_file in self._open.values():
            open_file.reading.__exit__(None, None, None)
        if self._pool:
            self._pool.close()

    def shards(self) -> Iterator[Shard]:
        """Read and shape; give shards of up to 5,000 documents, each to be given to `load`, in order.

        Files whose text of a story was not the one held, and now is to be, are read once more at the end.
        """
        stamp = RunStamp(run_id=self.run_id, ingested_at=datetime.now(UTC), version=VERSION)
        self._pool = ShapingPool(self._workers(), stamp, self._job.detector)
        numbers = count(1)
        files: Iterable[InputFile] = self._to_read()
        while files:
            batches = read_batches(files, self._job.fetched_at, self._seconds)
            for shard in collect(self._pool.shape(batches), numbers):
                self._seconds["shape"] = self._pool.seconds
                yield shard
                if self.stopping:
                    return
            files = self._to_read_again()
        if self._job.prune:
            self._prune()
        self._bury()

    def load(self, shard: Shard) -> int:
        """Load a shard, verify it on the engine, enter it in the books; how many documents were sent.

        When the engine was away it may be called again with the same shard.
        """
        if shard.planned is None:
            shard.planned = self._plan(shard)
        refused = self._send(shard.planned)
        sent = [document for document in shard.planned if document.origin not in refused]
        self._verify(sent)
        self._enter(shard, refused)
        self._advance()
        return len(sent)

    def report(self) -> RunReport:
        """Close the books of the run; what it did."""
        self._books.rejects.flush()
        for open_file in self._open.values():  # interrupted: what was read of them so far
            self._tally.add(open_file.tally.counts)
        report = RunReport(
            run_id=self.run_id,
            target=self._engine.url,
            files=len(self._inputs),
            counts=self._tally.counts,
            verified=self._verified,
            seconds={**self._seconds, "total": perf_counter() - self._start},
            files_skipped=self._files_skipped,
            removed=self._removed,
            bytes_read=self._bytes_done,
            peak_memory_bytes=self._pool.peak_memory_bytes if self._pool else 0,
            versions={"copydesk": VERSION, "python": platform.python_version()},
            problems=tuple(self._problems.values()),
            notes=(*self._books.ledger.notes, *self._notes()),
        )
        if not self.stopping:
            self._books.ledger.end(report.to_json())
        return report

    # Reading

    def _workers(self) -> int:
        if self._job.workers is not None:
            return self._job.workers
        streams = any(isinstance(file, InputFile) and file.is_stream for file in self._inputs)
        return usable_cores() if streams or self._bytes_total > _SMALL_INPUT_BYTES else 0

    def _to_read(self) -> Iterator[InputFile]:
        """Give the files to be read; what is unchanged is counted, what cannot be read is rejected."""
        for found in self._inputs:
            if isinstance(found, Reject):
                self._tally.read(found.origin)
                self._tally.reject(found.origin, found.reason)
                self._keep_reject(found, found.origin, None)
                self._files_done += 1
                continue
            known = None
            if not (self._job.rescan or found.is_stream):
                known = self._books.ledger.unchanged(found.path, size=found.size, mtime_ns=found.mtime_ns)
            if known is None:
                yield found
            else:
                self._tally.add(known.counts.skipped())
                self._files_skipped += 1
                self._files_done += 1
                self._bytes_done += found.size

    def _to_read_again(self) -> list[InputFile]:
        """Give the files that the ledger no longer counts as read, each once; those that are gone are left."""
        stale = [
            path for path in self._books.ledger.stale() if path not in self._again and Path(path).exists()
        ]
        self._again.update(stale)
        return [file for file in find_inputs(stale, ()) if isinstance(file, InputFile)]

    def _opened(self, file: InputFile) -> _Open:
        """Begin a file when the first of it is to be loaded."""
        if file.path not in self._open:
            books = self._books
            reading = books.ledger.begin(
                file.path, size=file.size, mtime_ns=file.mtime_ns, replace=not file.is_stream
            )
            if not file.is_stream:
                books.rejects.begin(file.path)
            if books.raw and not file.is_stream:
                books.raw.begin(file.path)
            self._open[file.path] = _Open(reading)
        return self._open[file.path]

    # Loading

    def _plan(self, shard: Shard) -> list[Document]:
        """Decide what becomes of each document; those that are to be sent."""
        planned: list[Document] = []
        for part in shard.parts:
            opened = self._opened(part.file)
            for reject in part.rejects:
                opened.tally.read(reject.origin)
            for document in part.documents:
                opened.tally.read(document.origin)
            part.fates = self._ask(part.documents, opened.reading.fates([_seen(d) for d in part.documents]))
            planned += [d for d, fate in zip(part.documents, part.fates, strict=True) if fate in _SENT]
        return planned

    def _ask(self, documents: list[Document], fates: list[Fate]) -> list[Fate]:
        """Ask the engine about what the ledger does not know, when that may be its fault."""
        unknown = [d.id for d, fate in zip(documents, fates, strict=True) if fate == "indexed"]
        if not unknown or not self._ask_engine:
            return fates
        stored = self._engine.stored(unknown)
        answers: dict[bool | None, Fate] = {None: "indexed", True: "unchanged", False: "updated"}
        return [
            answers[stored[d.id].digest == d.digest if d.id in stored else None]
            if fate == "indexed"
            else fate
            for d, fate in zip(documents, fates, strict=True)
        ]

    def _send(self, documents: list[Document]) -> dict[str, Reject]:
        """Send, and make it durable; what the engine refused, by origin."""
        start = perf_counter()
        outcomes = self._engine.load(iter(documents)) if documents else ()
        refused = {outcome.origin: outcome for outcome in outcomes if isinstance(outcome, Reject)}
        now = perf_counter()
        self._seconds["send"] += now - start
        if documents:
            self._engine.commit()
        self._books.ledger.adopt(self._engine.identity())
        self._seconds["commit"] += perf_counter() - now
        return refused

    def _verify(self, documents: list[Document]) -> None:
        """Ask for every document that was sent; what is not there as sent is sent once more, then the run ends."""
        start = perf_counter()
        wrong = self._differing(documents)
        if wrong:
            refused = self._send(wrong)
            wrong = [d for d in self._differing(wrong) if d.origin not in refused]
        self._seconds["verify"] += perf_counter() - start
        if wrong:
            names = ", ".join(f"{d.id} ({d.origin})" for d in wrong[:10])
            raise EngineError(
                f"{len(wrong):,} documents are not in {self._engine.url} as they were sent: {names}",
                hint="see whether something else writes to this index, then run it again",
            )
        self._verified += len(documents)

    def _differing(self, documents: list[Document]) -> list[Document]:
        wrong = []
        for first in range(0, len(documents), _ASKED_AT_ONCE):
            asked = documents[first : first + _ASKED_AT_ONCE]
            stored = self._engine.stored([document.id for document in asked])
            wrong += [d for d in asked if d.id not in stored or stored[d.id].digest != d.digest]
        return wrong

    # The books

    def _enter(self, shard: Shard, refused: dict[str, Reject]) -> None:
        """Enter what became of every document; rejects and raw copy are on the disk before a file counts as read."""
        books = self._books
        with books.ledger.batch():
            for part in shard.parts:
                self._enter_part(part, refused)
            books.rejects.flush()
            if books.raw:
                books.raw.flush()
            for part in shard.parts:
                if part.ends:
                    self._finish(part.file)

    def _enter_part(self, part: Part, refused: dict[str, Reject]) -> None:
        opened = self._open[part.file.path]
        records = {raw.origin: raw for raw in part.raws} if part.rejects else {}
        for reject in part.rejects:
            opened.tally.reject(reject.origin, reject.reason)
            self._keep_reject(reject, part.file.path, _record(records.get(reject.origin)))
        taken = []
        for document, fate in zip(part.documents, part.fates, strict=True):
            refusal = refused.get(document.origin) if fate in _SENT else None
            if refusal:
                opened.tally.reject(document.origin, refusal.reason)
                self._keep_reject(refusal, part.file.path, document.json)
                opened.reading.refuse([document.id])
            else:
                opened.tally.settle(document.origin, fate)
                taken.append(_seen(document))
        opened.reading.record(taken)
        if self._books.raw:
            for raw in part.raws:
                self._books.raw.add(part.file.path, raw)

    def _finish(self, file: InputFile) -> None:
        opened = self._open.pop(file.path)
        counts = opened.tally.counts
        if self._books.raw:
            self._books.raw.finish(file.path)
        opened.reading.finish(counts)
        if file.path not in self._again:  # its articles have been counted
            self._tally.add(counts)
            self._files_done += 1
            self._bytes_done += file.size

    def _keep_reject(self, reject: Reject, path: str, record: bytes | None) -> None:
        self._books.rejects.add(reject, path=path, record=record)
        known = self._problems.get((path, reject.reason))
        if known:
            self._problems[path, reject.reason] = replace(known, count=known.count + 1)
        elif len(self._problems) < _PROBLEMS_KEPT:
            detail = f"{reject.origin}: {reject.detail}" if reject.origin != path else reject.detail
            self._problems[path, reject.reason] = Problem(path=path, reason=reject.reason, detail=detail)

    def _prune(self) -> None:
        """Forget the files that are gone; the ledger last, as what it has forgotten it will not name again."""
        books = self._books
        gone = [entry.path for entry in books.ledger.files() if entry.path != STDIN]
        gone = [path for path in gone if not Path(path).exists()]
        for path in gone:
            books.rejects.begin(path)
            if books.raw:
                books.raw.forget(path)
        books.rejects.flush()
        if books.raw:
            books.raw.flush()
        books.ledger.prune(gone)

    def _bury(self) -> None:
        """Delete from the engine what no file yields any more."""
        while doomed := self._books.ledger.doomed():
            self._removed += self._engine.delete(doomed)
            self._engine.commit()
            self._books.ledger.buried(doomed)

    def _notes(self) -> Iterator[str]:
        stale = self._books.ledger.stale()
        if stale and not self.stopping:
            yield f"{len(stale):,} files are to be read again, the first is {stale[0]}: ingest them once more"
        if self.stopping:
            yield "stopped before the end: run it again to go on from here"

    def _advance(self) -> None:
        counts = self._tally.counts
        under_way = [opened.tally.counts for opened in self._open.values()]
        self._say(
            Advance(
                files_done=self._files_done,
                files_total=len(self._inputs),
                bytes_done=self._bytes_done,
                bytes_total=self._bytes_total,
                articles=counts.read + sum(part.read for part in under_way),
                rejected=sum(sum(part.rejected.values()) for part in (counts, *under_way)),
            )
        )


def new_run_id() -> str:
    """Make the name of a run: when it began, and four hex digits against chance.

    >>> len(new_run_id())
    20
    """
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


def _seen(document: Document) -> Seen:
    return Seen(
        id=document.id, digest=document.digest, origin=document.origin, index=key_of(document.language)
    )


def _record(raw: RawDocument | None) -> bytes | None:
    if raw is None:
        return None
    return raw.page if raw.media == "html" else raw.text.encode("utf-8", "surrogatepass")
