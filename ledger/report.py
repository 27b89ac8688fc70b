"""How a run ended, in numbers that add up: for a program as JSON, for a person as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from ledger.records import Counts, Fate

_SHOWN_PROBLEMS = 20
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


class Tally:
    """Counts one file's or one run's articles; what was read and has no end yet is known by its origin.

    An end for something that was not read is a bug, and raises ValueError.

    >>> tally = Tally()
    >>> tally.read("wire.jsonl#1"), tally.read("wire.jsonl#2")
    (None, None)
    >>> tally.settle("wire.jsonl#1", "indexed")
    >>> tally.open, tally.counts.balances
    (('wire.jsonl#2',), False)
    >>> tally.reject("wire.jsonl#2", "no-article")
    >>> tally.counts.balances
    True
    """

    def __init__(self) -> None:
        self._read = 0
        self._ended: Counter[Fate] = Counter()
        self._rejected: Counter[str] = Counter()
        self._open: Counter[str] = Counter()

    def read(self, origin: str) -> None:
        """An article was read; it needs an end."""
        self._read += 1
        self._open[origin] += 1

    def settle(self, origin: str, fate: Fate) -> None:
        """It came to a good end."""
        self._close(origin)
        self._ended[fate] += 1

    def reject(self, origin: str, reason: str) -> None:
        """It was rejected."""
        self._close(origin)
        self._rejected[reason] += 1

    def reopen(self, origin: str, fate: Fate) -> None:
        """The end that it had was not true after all (verification found it missing)."""
        if not self._ended[fate]:
            raise ValueError(f"nothing ended as {fate}: {origin}")
        self._ended[fate] -= 1
        self._open[origin] += 1

    def add(self, counts: Counts) -> None:
        """Add what is counted elsewhere: a file to its run, or a file that was skipped."""
        if not counts.balances:
            raise ValueError(f"counts that do not balance: {counts}")
        self._read += counts.read
        for fate in ("indexed", "updated", "unchanged", "duplicate"):
            self._ended[fate] += getattr(counts, fate)
        self._rejected.update(counts.rejected)

    @property
    def open(self) -> tuple[str, ...]:
        """Origins of what was read and has no end, in order of reading."""
        return tuple(self._open)

    @property
    def counts(self) -> Counts:
        """The counts so far."""
        return Counts(
            read=self._read,
            indexed=self._ended["indexed"],
            updated=self._ended["updated"],
            unchanged=self._ended["unchanged"],
            duplicate=self._ended["duplicate"],
            rejected={reason: number for reason, number in self._rejected.most_common() if number},
        )

    def _close(self, origin: str) -> None:
        if origin not in self._open:
            raise ValueError(f"an end for what was not read: {origin}")
        self._open[origin] -= 1
        if not self._open[origin]:
            del self._open[origin]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong with one file."""

    path: str
    reason: str
    count: int = 1
    detail: str = ""  # of the first


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run did. All counts but those of files are articles."""

    run_id: str
    target: str  # without secrets
    files: int
    counts: Counts
    verified: int = 0  # asked for in the engine by id, and found as sent
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage; "total" is the clock on the wall
    files_skipped: int = 0  # of `files`: unchanged since they were last read
    removed: int = 0  # deleted from the engine, as no file yields them any more
    unaccounted: tuple[str, ...] = ()  # origins or ids that were read and have no end
    bytes_read: int = 0
    peak_memory_bytes: int = 0
    retries: Mapping[str, int] = field(default_factory=dict)  # by cause: "429", "timeout"
    versions: Mapping[str, str] = field(default_factory=dict)  # by program
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def balances(self) -> bool:
        """Whether read = indexed + updated + unchanged + duplicate + rejected, and nothing is unaccounted for."""
        return self.counts.balances and not self.unaccounted

    @property
    def documents_per_second(self) -> float:
        """Articles read by the clock on the wall; 0.0 when that was not taken."""
        total = self.seconds.get("total", 0.0)
        return round(self.counts.read / total, 1) if total else 0.0

    def to_json(self) -> bytes:
        """One JSON object. Its first keys, to `documents_per_second`, are promised to stay."""
        return orjson.dumps(_as_json(self), option=orjson.OPT_INDENT_2)


def _as_json(report: RunReport) -> dict[str, object]:
    counts = report.counts
    return {
        "run_id": report.run_id,
        "target": report.target,
        "files": report.files,
        "read": counts.read,
        "indexed": counts.indexed,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "duplicate": counts.duplicate,
        "rejected": {"total": sum(counts.rejected.values()), "by_reason": dict(counts.rejected)},
        "verified": report.verified,
        "seconds": {stage: round(spent, 3) for stage, spent in report.seconds.items()},
        "documents_per_second": report.documents_per_second,
        "balances": report.balances,
        "unaccounted": report.unaccounted,
        "removed": report.removed,
        "files_skipped": report.files_skipped,
        "bytes": report.bytes_read,
        "peak_memory_bytes": report.peak_memory_bytes,
        "retries": dict(report.retries),
        "versions": dict(report.versions),
        "problems": report.problems,
        "notes": report.notes,
    }


def render_report(report: RunReport) -> str:
    """The report for a person: a few aligned lines, without colours and without a line break at the end."""
    blocks = [_counts_block(report), _time_block(report), _problems_block(report), _doubts_block(report)]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _counts_block(report: RunReport) -> list[str]:
    counts = report.counts
    rows = [("read", counts.read, _files_note(report))]
    rows += [
        (f"  {fate}", getattr(counts, fate), "") for fate in ("indexed", "updated", "unchanged", "duplicate")
    ]
    rows.append(("  rejected", sum(counts.rejected.values()), ""))
    rows += [(f"    {reason}", number, "") for reason, number in counts.rejected.items()]
    rows += [("removed", report.removed, "no longer in their files")] if report.removed else []
    rows += [("verified", report.verified, "asked for by id and found")] if report.verified else []
    left = max(len(name) for name, _, _ in rows)
    right = max(len(f"{number:,}") for _, number, _ in rows)
    return [f"{name:<{left}}  {number:>{right},}  {note}".rstrip() for name, number, note in rows]


def _files_note(report: RunReport) -> str:
    articles = "article" if report.counts.read == 1 else "articles"
    files = "1 file" if report.files == 1 else f"{report.files:,} files"
    skipped = f", {report.files_skipped:,} unchanged and not read" if report.files_skipped else ""
    return f"{articles} in {files}{skipped}"


def _time_block(report: RunReport) -> list[str]:
    facts = []
    if total := report.seconds.get("total", 0.0):
        facts += [_duration(total), f"{report.documents_per_second:,.0f} articles/s"]
    if report.bytes_read:
        facts.append(f"{_size(report.bytes_read)} read")
    if report.peak_memory_bytes:
        facts.append(f"{_size(report.peak_memory_bytes)} of memory at most")
    stages = [f"{stage} {_duration(spent)}" for stage, spent in report.seconds.items() if stage != "total"]
    retries = [f"{number:,} × {cause}" for cause, number in report.retries.items() if number]
    lines = [", ".join(facts), " · ".join(stages), f"sent again: {', '.join(retries)}" if retries else ""]
    return [line for line in lines if line]


def _problems_block(report: RunReport) -> list[str]:
    if not report.problems:
        return []
    shown = report.problems[:_SHOWN_PROBLEMS]
    width = max(len(problem.path) for problem in shown)
    lines = []
    for problem in shown:
        times = f" × {problem.count:,}" if problem.count > 1 else ""
        detail = f": {problem.detail}" if problem.detail else ""
        lines.append(f"{problem.path:<{width}}  {problem.reason}{times}{detail}")
    more = len(report.problems) - len(shown)
    return lines + ([f"… and {more:,} more: copydesk rejects list"] if more else [])


def _doubts_block(report: RunReport) -> list[str]:
    lines = list(report.notes)
    if not report.balances:
        lines.append(f"THIS DOES NOT ADD UP: {report.counts.missing:,} articles were read and have no end")
        lines += [f"  {origin}" for origin in report.unaccounted[:_SHOWN_PROBLEMS]]
    return lines


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {rest} s"


def _size(number: int) -> str:
    size, unit = float(number), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.0f} {_UNITS[unit]}" if unit < 2 else f"{size:.1f} {_UNITS[unit]}"
