"""What the ledger tells and is told: files, documents, where they came from, and how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from transforms.records import RunError

#: What became of one article that was read; with "rejected" these are all the ends there are.
Fate = Literal["indexed", "updated", "unchanged", "duplicate"]

#: "reading": a pass over the file was begun and not ended; "done": read to its end, and its counts balance;
#: "stale": to be read again, because another file's text that stood for one of its stories is gone.
State = Literal["reading", "done", "stale"]


#: Begins the name of what one run read from standard input: "-@20250317T061500-1a2b". It comes once and is not
#: a file: each has accounts of its own, is never replaced, and can be read again only from the raw store.
STREAM = "-@"


class LedgerError(RunError):
    """The accounts cannot be kept: another run writes them, the disk is full, the file is damaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many articles were read and how each ended."""

    read: int = 0
    indexed: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)  # by reason

    @property
    def missing(self) -> int:
        """How many were read and have no end; negative when more ended than were read."""
        ended = self.indexed + self.updated + self.unchanged + self.duplicate
        return self.read - ended - sum(self.rejected.values())

    @property
    def balances(self) -> bool:
        """Whether every article that was read has one end.

        >>> Counts(read=3, indexed=1, duplicate=1, rejected={"no-article": 1}).balances
        True
        """
        return self.missing == 0

    def skipped(self) -> Counts:
        """The counts of the same file when it is found unchanged and not read.

        What the index holds of it is unchanged; duplicates and rejects are still what they were.

        >>> Counts(read=5, indexed=3, duplicate=1, rejected={"bad-json": 1}).skipped().unchanged
        3
        """
        return replace(self, indexed=0, updated=0, unchanged=self.indexed + self.updated + self.unchanged)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """What is known of one source file, as it was when it was last read."""

    path: str
    size: int  # bytes
    mtime_ns: int
    content_hash: str | None  # hex, of the bytes that were read; None when not all were, or nobody asked
    format: str | None
    run_id: str  # the run that read it last
    state: State
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the engine should hold for an id."""

    digest: str  # 32 hex digits
    index: str  # analyzer key: "en", "ar", "other"


@dataclass(frozen=True, slots=True)
class Seen:
    """One article that a file yields."""

    id: str  # 32 hex digits
    digest: str  # 32 hex digits
    origin: str  # begins with the file's path
    index: str  # analyzer key


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One place where a story was found."""

    origin: str  # "folder/wire.jsonl#2"
    path: str
    digest: str  # of the text found there
    held: bool  # True: the engine holds the text of this one


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run that was begun."""

    run_id: str
    version: str  # of copydesk
    started_at: str  # ISO 8601, UTC
    ended_at: str | None  # None: under way, or killed
    report: bytes | None  # RunReport.to_json()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How much is known altogether."""

    files: int
    documents: int  # ids, each once
    origins: int  # a story found twice has two
    by_index: Mapping[str, int]  # documents by analyzer key
    to_delete: int  # ids that the engine may still hold and should not
    unfinished: int  # files whose reading was begun and not ended, or that are to be read again


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """What a file's new reading, or its pruning, left behind."""

    files: tuple[str, ...] = ()  # pruned
    documents: int = 0  # ids that no file yields any more: Ledger.doomed() names them
    stale: tuple[str, ...] = ()  # files that are to be read again: their text of a story was not the one held
