"""What part of time a written date covers, and how a story's moment is compared."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from engines.tree import Range

#: What both engines can compare: tantivy counts nanoseconds in 64 bits, Elasticsearch milliseconds.
EARLIEST = datetime(1678, 1, 1, tzinfo=UTC)
LATEST = datetime(2262, 1, 1, tzinfo=UTC)

_PARTIAL = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2})"
    r"(?:[T ](?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_UNITS = ("year", "month", "day", "hour", "minute", "second")
_STEPS = {
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
}


def read_span(text: str) -> tuple[datetime, datetime] | None:
    """Give the first moment that `text` means and the first that it does not; None when it is no date.

    >>> read_span("2025-02")[1].isoformat()
    '2025-03-01T00:00:00+00:00'
    >>> read_span("tomorrow")

    Source: ISO 8601-1 5.2.2 (reduced accuracy); tests/cases/queries.jsonl
    """
    found = _PARTIAL.fullmatch(text.strip())
    if not found:
        return None
    parts = [int(found[unit]) for unit in _UNITS if found[unit]]
    try:
        start = datetime(*(parts + [1, 1][len(parts) - 1 :]), tzinfo=_zone(found["zone"]))  # type: ignore[misc,arg-type]  # as many numbers as are known
        return start, _next(start, _UNITS[len(parts) - 1])
    except (ValueError, OverflowError):  # the 31st of February; the end of the calendar
        return None


def range_bounds(node: Range) -> tuple[datetime | None, datetime | None]:
    """Give the moments of a range of dates: the first inside, the first behind; None where it is open.

    >>> range_bounds(Range(field="date", low="2025", high="2025-03"))[1].isoformat()
    '2025-04-01T00:00:00+00:00'
    """
    low = read_span(node.low) if node.low else None
    high = read_span(node.high) if node.high else None
    first = (low[0] if node.include_low else low[1]) if low else None
    behind = (high[1] if node.include_high else high[0]) if high else None
    return _clamp(first), _clamp(behind)


def day_bounds(since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    """Give the moments of a range of whole days, both inclusive, in UTC."""
    low = since.isoformat() if since else None
    high = until.isoformat() if until else None
    return range_bounds(Range(field="date", low=low, high=high))


def read_moment(text: str) -> datetime:
    """Read a document's date ("2025-03-17", "2025-03-17T10:00:00Z") as a moment in UTC; ValueError when it is none.

    A moment outside what an index can hold is a ValueError too.
    """
    moment = datetime.fromisoformat(text)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not EARLIEST <= moment < LATEST:
        raise ValueError(f"{text} is not between {EARLIEST.year} and {LATEST.year}")
    return moment


def _zone(text: str | None) -> timezone:
    if not text or text in "Zz":
        return UTC
    return datetime.strptime(text.replace(":", ""), "%z").tzinfo  # type: ignore[return-value]  # %z gives one


def _next(start: datetime, unit: str) -> datetime:
    if unit == "year":
        return start.replace(year=start.year + 1)
    if unit == "month":
        return (start + timedelta(days=31)).replace(day=1)
    return start + _STEPS[unit]


def _clamp(moment: datetime | None) -> datetime | None:
    return min(max(moment, EARLIEST), LATEST) if moment else None
