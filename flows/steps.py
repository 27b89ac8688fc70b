"""One ingest in plain Python: read → shape → load → verify → enter in the books. Flows and commands wrap it.

>>> def ingest(job, settings, target):
...     with open_run(job, settings, target) as run:
...         for shard in run.shards():
...             run.load(shard)
...         return run.report()
"""

from __future__ import annotations

import platform
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from itertools import count
from time import perf_counter
from typing import Self

from engines.contract import Engine, EngineError
from flows.books import SENT, Books
from flows.pool import ShapingPool, usable_cores
from flows.reading import InputFile, Supply, find_existing, find_inputs, name_inputs, read_batches, read_file
from flows.shards import Part, Shard, collect
from ledger.records import Fate
from ledger.report import RunReport
from transforms.document import RunStamp
from transforms.records import Document, Reject

VERSION = version("copydesk")
#: Below this the input is shaped before a worker would have started (1 s).
_SMALL_INPUT_BYTES = 2 << 20
#: How long it may look for what has changed before it says how far it is.
_SILENCE_S = 0.5
#: Ids of one question to the engine.
_ASKED_AT_ONCE = 2_000


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
    languages: Sequence[str] | None = None  # tags that are looked for; None: all
    fetched_at: datetime | None = None
    rescan: bool = False  # read also what looks unchanged
    prune: bool = False  # forget files that are gone
    skip: Sequence[str] = ()  # folders that are ours, not input
    supply: Supply | None = None  # where copy comes from instead of `paths`


class Run:
    """One ingest under way. Made by `flows.opening.open_run`; leaving it gives up what was not entered."""

    def __init__(
        self, run_id: str, job: Job, engine: Engine, books: Books, say: Callable[[Advance], None]
    ) -> None:
        self.run_id = run_id
        self.stopping = False  # set it to end after the shard that is under way
        self._job = job
        self._engine = engine
        self._books = books
        self._say = say
        self._pool: ShapingPool | None = None
        self._start = perf_counter()
        self._seconds = dict.fromkeys(("read", "shape", "send", "commit", "verify"), 0.0)
        self._verified = self._removed = self._bytes_total = 0
        self._inputs: list[InputFile | Reject] = []
        #: Documents that the ledger does not know may still be in the index, when it forgot or was deleted. Asked
        #: always, so that an index which this version cannot load is told of even when no file has changed.
        held = engine.status()
        self._ask_engine = held.generation > 0 and books.ledger.fresh
        if books.ledger.new and any(held.documents.values()):
            books.ledger.facts.inherits = True  # what it does not know is no stray for that
        self._engine_name, _, self._engine_version = held.engine.partition(" ")

    def __enter__(self) -> Self:
        supply = self._job.supply
        paths = name_inputs(self._job.paths, self._books.ledger)
        self._inputs = list(supply.files if supply else find_inputs(paths, self._job.skip, self.run_id))
        self._bytes_total = sum(file.size for file in self._inputs if isinstance(file, InputFile))
        self._books.ledger.start(self.run_id, version=VERSION)
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.close()

    def shards(self) -> Iterator[Shard]:
        """Read and shape; give shards of up to 5,000 documents, each to be given to `load`, in order.

        Files whose text of a story was not the one held, and now is to be, are read once more at the end; also when
        the one that was held is gone with its file.
        """
        stamp = RunStamp(run_id=self.run_id, ingested_at=datetime.now(UTC), version=VERSION)
        self._pool = ShapingPool(self._workers(), stamp, self._job.detector, self._job.languages)
        numbers = count(1)
        supply = self._job.supply
        read = supply.read if supply else partial(read_file, fetched_at=self._job.fetched_at)
        files: Iterable[InputFile] = self._to_read()
        while files:
            batches = read_batches(files, read, self._seconds)
            for shard in collect(self._pool.shape(batches), numbers):
                self._seconds["shape"] = self._pool.seconds
                yield shard
                if self.stopping:
                    return
            if self.stopping:
                return
            if self._job.prune:
                self._books.prune()
            files = self._books.to_read_again(supply.find if supply else find_existing)
        self._delete_doomed()

    def load(self, shard: Shard) -> int:
        """Load a shard, verify it on the engine, enter it in the books; how many documents were sent.

        When the engine was away it may be called again with the same shard.
        """
        if shard.planned is None:
            shard.planned = self._plan(shard)
        refused = self._send(shard.planned)
        refused |= self._verify([document for document in shard.planned if document.origin not in refused])
        self._books.enter(shard, refused)
        self._advance()
        return len(shard.planned) - len(refused)

    def report(self) -> RunReport:
        """Close the run; what it did."""
        notes = [*self._books.notes(), *self._other_versions()]
        if self.stopping:
            notes.append("stopped before the end: run it again to go on from here")
        report = RunReport(
            run_id=self.run_id,
            target=self._engine.url,
            files=len(self._inputs),
            counts=self._books.counts,
            verified=self._verified,
            seconds={**self._seconds, "total": perf_counter() - self._start},
            files_skipped=self._books.files_skipped,
            removed=self._removed,
            bytes_read=self._books.bytes_done,
            peak_memory_bytes=self._pool.peak_memory_bytes if self._pool else 0,
            retries=self._engine.resent,
            versions={
                "copydesk": VERSION,
                "python": platform.python_version(),
                self._engine_name: self._engine_version,
            },
            problems=self._books.problems,
            notes=tuple(notes),
        )
        if not self.stopping:
            self._books.ledger.end(report.to_json())
        return report

    def _other_versions(self) -> Iterator[str]:
        """What was cleaned by another version is not mixed in silently; "" is of runs long past."""
        for other, files in self._books.ledger.versions().items():
            if other not in ("", VERSION):
                yield (
                    f"{files:,} files were last read by copydesk {other}: "
                    f"copydesk reindex cleans them again with {VERSION}"
                )

    def _workers(self) -> int:
        if self._job.workers is not None:
            return self._job.workers
        streams = any(isinstance(file, InputFile) and file.is_stream for file in self._inputs)
        return usable_cores() if streams or self._bytes_total > _SMALL_INPUT_BYTES else 0

    def _to_read(self) -> Iterator[InputFile]:
        """Give the files to be read; what is unchanged is counted, what cannot be read is rejected."""
        told = perf_counter()
        for found in self._inputs:
            if self.stopping:
                return
            if perf_counter() - told > _SILENCE_S:
                self._advance()
                told = perf_counter()
            if isinstance(found, Reject):
                self._books.reject_input(found)
            elif self._job.rescan or found.is_stream or not self._books.skip(found):
                yield found

    def _plan(self, shard: Shard) -> list[Document]:
        """Decide what becomes of each document; those that are to be sent."""
        planned: list[Document] = []
        for part in shard.parts:
            part.fates = self._ask(part, self._books.fates(part))
            planned += [d for d, fate in zip(part.documents, part.fates, strict=True) if fate in SENT]
        return planned

    def _ask(self, part: Part, fates: list[Fate]) -> list[Fate]:
        """Ask the engine about what the ledger does not know, when that may be the ledger's fault."""
        unknown = [d.id for d, fate in zip(part.documents, fates, strict=True) if fate == "indexed"]
        if not unknown or not self._ask_engine:
            return fates
        stored = self._engine.stored(unknown)
        asked: list[Fate] = []
        for document, fate in zip(part.documents, fates, strict=True):
            held = stored.get(document.id) if fate == "indexed" else None
            asked.append(
                fate if held is None else "unchanged" if held.digest == document.digest else "updated"
            )
        return asked

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

    def _verify(self, documents: list[Document]) -> dict[str, Reject]:
        """Ask for every document that was sent; what is not there as sent is sent once more, then the run ends.

        What the engine refuses the second time is given back, by origin.
        """
        start = perf_counter()
        wrong = self._differing(documents)
        refused = self._send(wrong) if wrong else {}
        wrong = self._differing([document for document in wrong if document.origin not in refused])
        self._seconds["verify"] += perf_counter() - start
        if wrong:
            names = ", ".join(f"{document.id} ({document.origin})" for document in wrong[:10])
            raise EngineError(
                f"{len(wrong):,} documents are not in {self._engine.url} as they were sent: {names}",
                hint="see whether something else writes to this index, then run it again",
            )
        self._verified += len(documents) - len(refused)
        return refused

    def _differing(self, documents: list[Document]) -> list[Document]:
        wrong = []
        for first in range(0, len(documents), _ASKED_AT_ONCE):
            asked = documents[first : first + _ASKED_AT_ONCE]
            stored = self._engine.stored([document.id for document in asked])
            wrong += [d for d in asked if d.id not in stored or stored[d.id].digest != d.digest]
        return wrong

    def _delete_doomed(self) -> None:
        """Delete from the engine what no file yields any more; what a killed load left is ended by the commit."""
        while doomed := self._books.ledger.doomed():
            self._removed += self._engine.delete(doomed)
            self._engine.commit()
            self._books.ledger.buried(doomed)
        self._engine.commit()

    def _advance(self) -> None:
        counts = self._books.counts
        self._say(
            Advance(
                files_done=self._books.files_done,
                files_total=len(self._inputs),
                bytes_done=self._books.bytes_done,
                bytes_total=self._bytes_total,
                articles=counts.read,
                rejected=sum(counts.rejected.values()),
            )
        )


def new_run_id() -> str:
    """Make the name of a run: when it began, and four hex digits against chance.

    >>> len(new_run_id())
    20
    """
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
