"""The books of a run: what was read and how it ended, in ledger, rejects and raw store, in the order that survives.

A kill at any point leaves them behind the index, never ahead of it: what they do not tell is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from engines.analysis import key_of
from flows.reading import InputFile, is_gone
from flows.shards import Part, Shard
from ledger import Ledger
from ledger.passes import Pass
from ledger.raw import RawStore
from ledger.records import STREAM, Counts, Fate, FileEntry, Seen
from ledger.rejects import Rejects
from ledger.report import Problem, Tally
from sources.survey import fingerprint
from transforms.records import Document, RawDocument, Reject

#: The fates of documents that are sent to the engine.
SENT: frozenset[Fate] = frozenset(("indexed", "updated"))
_PROBLEMS_KEPT = 1_000


@dataclass(slots=True)
class _Open:
    """A file that is being read, and its counts so far."""

    reading: Pass
    tally: Tally = field(default_factory=Tally)
    breaks_off: bool = False  # the disk or the system did not give the rest: what that holds is not known


class Books:
    """Open for writing while a run lasts; leaving them gives up what was not entered."""

    def __init__(self, ledger: Ledger, rejects: Rejects, raw: RawStore | None) -> None:
        self.ledger = ledger
        self._rejects = rejects
        self._raw = raw  # None: raw copy is not kept
        self._tally = Tally()
        self._open: dict[str, _Open] = {}
        self._again: set[str] = (
            set()
        )  # files read a second time in this run: their articles have been counted
        self._unread: set[str] = set()  # files that broke off in this run
        self._problems: dict[tuple[str, str], Problem] = {}
        self.files_done = self.files_skipped = self.bytes_done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for opened in self._open.values():
            opened.reading.__exit__(kind, error, trace)

    @property
    def counts(self) -> Counts:
        """What was read so far and how it ended, files under way included."""
        whole = Tally()
        whole.add(self._tally.counts)
        for opened in self._open.values():
            whole.add(opened.tally.counts)
        return whole.counts

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was rejected, by file and reason."""
        return tuple(self._problems.values())

    # Before a file is read

    def skip(self, file: InputFile) -> bool:
        """Count a file that was read before and has not changed; False when it is to be read."""
        known = self.ledger.unchanged(file.path, size=file.size, mtime_ns=file.mtime_ns) or self._touched(
            file
        )
        if known is None:
            return False
        self._tally.add(known.counts.skipped())
        self.files_skipped += 1
        self._end_of(file)
        return True

    def _touched(self, file: InputFile) -> FileEntry | None:
        """The entry of a file that has another time and the same bytes; the next run need not look at these again."""
        known = self.ledger.known(file.path)
        if known is None or known.state != "done" or not known.content_hash or known.size != file.size:
            return None
        now = fingerprint(file.path)
        if isinstance(now, Reject) or now.digest != known.content_hash:
            return None
        self.ledger.touch(file.path, size=now.size, mtime_ns=now.mtime_ns)
        return known

    def reject_input(self, reject: Reject) -> None:
        """Count a file that cannot be read at all."""
        self._tally.read(reject.origin)
        self._tally.reject(reject.origin, reject.reason)
        self._rejects.begin(reject.origin)
        self._keep(reject, reject.origin, None)
        self.files_done += 1

    def to_read_again(self, find: Callable[[Sequence[str]], list[InputFile]]) -> list[InputFile]:
        """Give the files that no longer count as read, each once in a run; those not found are left."""
        done = self._again | self._unread
        files = find(
            [path for path in self.ledger.stale() if path not in done and self.ledger.facts.means(path)]
        )
        self._again.update(file.path for file in files)
        return files

    # While it is loaded

    def fates(self, part: Part) -> list[Fate]:
        """Count what was read of a file; what becomes of each of its documents, as far as the ledger knows."""
        opened = self._opened(part.file)
        for origin in [item.origin for item in part.rejects] + [item.origin for item in part.documents]:
            opened.tally.read(origin)
        return opened.reading.fates([_seen(document) for document in part.documents])

    def enter(self, shard: Shard, refused: dict[str, Reject]) -> None:
        """Enter a shard that the engine has committed; `refused` by origin.

        Rejects and raw copy are on the disk before a file counts as read.
        """
        ended = [part for part in shard.parts if part.ends]
        with self.ledger.batch():
            for part in shard.parts:
                self._enter_part(part, refused)
            if self._raw:
                for part in ended:
                    if not self._open[part.file.path].breaks_off:
                        self._raw.finish(part.file.path)
                for part in shard.parts:
                    if part.file.is_stream and not part.ends:
                        self._raw.count_so_far(part.file.path)
                self._raw.flush()
            self._rejects.flush()
            for part in ended:
                self._finish(part.file, part.content_hash)

    # At the end

    def prune(self) -> None:
        """Forget the files that are gone; the ledger last, as what it has forgotten it will not name again."""
        known = [entry.path for entry in self.ledger.files() if not entry.path.startswith(STREAM)]
        found = [path for path in known if self.ledger.facts.means(path)]
        if len(found) < len(known):
            self.ledger.notes.append(
                f"{len(known) - len(found):,} files were named from {self.ledger.facts.home}: prune them from there"
            )
        gone = [path for path in found if is_gone(path)]
        for path in gone:
            self._rejects.begin(path)
            if self._raw:
                self._raw.forget(path)
        self._rejects.flush()
        if self._raw:
            self._raw.flush()
        self.ledger.prune(gone)

    def notes(self) -> Iterator[str]:
        """What the reader of the report should know."""
        yield from self.ledger.notes
        if self._raw and self._raw.left_out:
            yield f"no room to keep the raw copy of {len(self._raw.left_out):,} files (COPYDESK_KEEP_BYTES)"
        stale = self.ledger.stale()
        if stale:
            yield f"{len(stale):,} files were not read to their end, the first is {stale[0]}: ingest them once more"

    # Within

    def _opened(self, file: InputFile) -> _Open:
        """Begin a file when the first of it is to be loaded."""
        if file.path not in self._open:
            if not file.is_part:
                self._rejects.begin(file.path)
                if self._raw:
                    self._raw.begin(file.path)
            reading = self.ledger.begin(
                file.path, size=file.size, mtime_ns=file.mtime_ns, replace=not file.is_part
            )
            self._open[file.path] = _Open(reading)
        return self._open[file.path]

    def _enter_part(self, part: Part, refused: dict[str, Reject]) -> None:
        opened = self._open[part.file.path]
        records = {raw.origin: raw for raw in part.raws} if part.rejects else {}
        for reject in part.rejects:
            opened.tally.reject(reject.origin, reject.reason)
            opened.breaks_off |= reject.reason == "unreadable" and reject.origin == part.file.path
            self._keep(reject, part.file.path, _record(records.get(reject.origin)))
        taken = []
        for document, fate in zip(part.documents, part.fates, strict=True):
            refusal = refused.get(document.origin) if fate in SENT else None
            if refusal:
                opened.tally.reject(document.origin, refusal.reason)
                self._keep(refusal, part.file.path, document.json)
                opened.reading.refuse([document.id])
            else:
                opened.tally.settle(document.origin, fate)
                taken.append(_seen(document))
        opened.reading.record(taken)
        if self._raw:
            for raw in part.raws:
                self._raw.add(part.file.path, raw)

    def _finish(self, file: InputFile, content_hash: str | None) -> None:
        opened = self._open.pop(file.path)
        if opened.breaks_off:
            opened.reading.leave()
            self._unread.add(file.path)
        else:
            opened.reading.finish(opened.tally.counts, content_hash=content_hash)
        if file.path not in self._again:
            self._tally.add(opened.tally.counts)
            self._end_of(file)

    def _end_of(self, file: InputFile) -> None:
        self.files_done += 1
        self.bytes_done += file.size

    def _keep(self, reject: Reject, path: str, record: bytes | None) -> None:
        self._rejects.add(reject, path=path, record=record)
        if path in self._again:
            return
        known = self._problems.get((path, reject.reason))
        if known:
            self._problems[path, reject.reason] = replace(known, count=known.count + 1)
        elif len(self._problems) < _PROBLEMS_KEPT:
            detail = f"{reject.origin}: {reject.detail}" if reject.origin != path else reject.detail
            self._problems[path, reject.reason] = Problem(path=path, reason=reject.reason, detail=detail)


def _seen(document: Document) -> Seen:
    return Seen(
        id=document.id, digest=document.digest, origin=document.origin, index=key_of(document.language)
    )


def _record(raw: RawDocument | None) -> bytes | None:
    if raw is None:
        return None
    return raw.page if raw.media == "html" else raw.text.encode("utf-8", "surrogatepass")
