"""One key's tantivy index: opened, kept up to date for readers, written to. Import this late: it imports tantivy."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import tantivy

from engines.analysis import CHAINS, KeyAnalysis, read_analysis, tantivy_analyzer
from engines.contract import EngineError
from engines.embedded.document import IDENTITY, JSON, PRESENT, schema_of
from engines.embedded.moment import Moment

#: Room for the terms of a writer before it writes a segment; taken as needed. The engine commits by bytes over
#: all writers, so that many languages together stay as small as one.
WRITER_BYTES = 30_000_000
_FULL = ("No space left", "StorageFull", "QuotaExceeded")
_THREAD_DIED = "An error occurred in a thread"  # all that tantivy tells of a full disk that its writers met
_LEAST_WRITER_BYTES = 15_000_000  # tantivy asks for as much
_HEX = "0123456789abcdef"  # all that ids are made of


@contextlib.contextmanager
def engine_errors(folder: Path) -> Iterator[None]:
    """Turn what tantivy raises into EngineError; its panics are BaseExceptions of an unnamed class."""
    try:
        yield
    except (ValueError, RuntimeError, OSError) as error:
        raise _translate(str(error), folder) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _translate(f"tantivy failed: {error}", folder) from error


def _translate(message: str, folder: Path) -> EngineError:
    if "LockBusy" in message:
        return EngineError(
            f"another process is writing to {folder}", hint="wait until it has ended, or name another folder"
        )
    if any(word in message for word in _FULL) or (_THREAD_DIED in message and _is_nearly_full(folder)):
        return EngineError(
            f"the disk of {folder} is full", hint="free some space and run again; nothing is lost"
        )
    if "ermission denied" in message or "Read-only file system" in message or "PermissionDenied" in message:
        return EngineError(
            f"cannot write to {folder}",
            hint="a search, too, writes to its lock file: ask for the right to write there, or copy the index",
        )
    return EngineError(
        f"the index in {folder} does not work: {message.splitlines()[0] if message else 'no reason given'}",
        hint="copydesk doctor; if it stays so, remove the folder and ingest again",
    )


def documents_in(folder: Path) -> int:
    """Count what a key's index holds, by its list of segments alone: whatever version of ours made it.

    Source: tantivy's meta.json, `segments: [{max_doc, deletes: {num_deleted_docs}}]`
    """
    try:
        segments = orjson.loads((folder / "meta.json").read_bytes())["segments"]
    except (OSError, ValueError, KeyError):
        return 0
    return sum(one["max_doc"] - (one["deletes"] or {}).get("num_deleted_docs", 0) for one in segments)


def _is_nearly_full(folder: Path) -> bool:
    """Tell whether a writer's segment may not fit."""
    return folder.exists() and shutil.disk_usage(folder).free < WRITER_BYTES


def _whitespace() -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


class Shelf:
    """The index of one analyzer key."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder
        self.key: KeyAnalysis = read_analysis().keys[key]
        self._meta = folder / "meta.json"
        self._writer: Any = None
        self._stamp: tuple[int, ...] = ()
        self._moment: Moment | None = None
        with engine_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(schema_of(key), str(folder))
            for chain in CHAINS:
                self._index.register_tokenizer(chain, tantivy_analyzer(key, chain))
            self._index.register_tokenizer("whitespace", _whitespace())
            self._index.config_reader("manual")

    def moment(self) -> Moment:
        """Give what the last commit left, of whatever process. Any thread may ask."""
        with engine_errors(self.folder):
            about = self._meta.stat()
            stamp = (about.st_mtime_ns, about.st_ino, about.st_size)  # each commit is a new file
            moment = self._moment
            if moment is None or stamp != self._stamp:
                self._index.reload()
                moment = self._moment = Moment(self.key, self._index.searcher(), stamp)
                self._stamp = stamp  # last: who sees it finds that moment, or a newer one
            return moment

    def searcher(self) -> Any:
        """Give a searcher that sees the last commit."""
        return self.moment().searcher

    def known(self, ids: Sequence[str]) -> list[str]:
        """Which of these ids it may hold, as of the last commit: also those deleted and not yet merged away."""
        searcher = self.searcher()
        with engine_errors(self.folder):
            return [id for id in ids if searcher.doc_freq("id", id)] if searcher.num_docs else []

    def identities(self, ids: Sequence[str]) -> list[str]:
        """Give "id digest" of each of these that it holds.

        The list of terms tells it in a seventh of the time, but has those of deleted documents, too.
        """
        searcher = self.searcher()
        with engine_errors(self.folder):
            if searcher.doc_freq(PRESENT, "id") == searcher.num_docs:  # nothing was deleted
                return [term for id in ids for term, _ in searcher.terms_with_prefix(IDENTITY, f"{id} ")]
            found = searcher.search(self._with_ids(ids), limit=len(ids), count=False, order_by_field=IDENTITY)
        return [identity for identity, _ in found.hits]

    def ids(self) -> Iterator[str]:
        """Give every id that it holds. Read from the list of terms, a sixteenth at a time, for memory."""
        searcher = self.searcher()
        for digit in _HEX:
            with engine_errors(self.folder):
                # With a filter the terms that only deleted documents have are left out.
                terms = searcher.terms_with_prefix("id", digit, filter_query=tantivy.Query.all_query())
            yield from (id for id, _ in terms)

    def source(self, id: str) -> bytes | None:
        """Give the JSON of a document; None when it is not held."""
        searcher = self.searcher()
        with engine_errors(self.folder):
            hits = searcher.search(self._with_ids([id]), limit=1, count=False).hits
            return searcher.doc(hits[0][1]).get_first(JSON) if hits else None

    def sources(self, ids: Sequence[str]) -> list[bytes]:
        """Give the JSON of each of these that it holds."""
        searcher = self.searcher()
        with engine_errors(self.folder):
            hits = searcher.search(self._with_ids(ids), limit=len(ids), count=False).hits
            return [searcher.doc(address).get_first(JSON) for _, address in hits]

    def _with_ids(self, ids: Sequence[str]) -> tantivy.Query:
        return tantivy.Query.term_set_query(schema_of(self.key.key), "id", list(ids))

    def writer(self) -> Any:
        """Give the writer, kept until `close`; EngineError when another process has it."""
        if self._writer is None:
            with engine_errors(self.folder):
                self._writer = self._index.writer(WRITER_BYTES, 1)
                # What a killed commit left has the names that the next one is about to give.
                self._writer.garbage_collect_files()
        return self._writer

    def commit(self) -> None:
        """Make what was written durable and visible."""
        if self._writer is not None:
            with engine_errors(self.folder):
                self._writer.commit()

    def close(self) -> None:
        """Let the merges end, drop the files that they left behind, give the lock back."""
        if self._writer is None:
            return
        writer, self._writer = self._writer, None
        self._moment = None  # it holds on to files
        with engine_errors(self.folder):
            writer.wait_merging_threads()  # dropped without it, a writer kills its merges
            if not (self.folder / "meta.json").exists():
                return  # the generation was dropped
            self._index.reload()
            cleaner = self._index.writer(_LEAST_WRITER_BYTES, 1)
            cleaner.garbage_collect_files()
            cleaner.wait_merging_threads()

    def size_bytes(self) -> int:
        """How much room its files take."""
        total = 0
        for path in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # merged away while we look
                total += path.stat().st_size
        return total
