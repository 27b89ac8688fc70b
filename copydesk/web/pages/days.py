"""Days and moments in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

from transforms.records import Precision

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def in_words(value: date | datetime, precision: Precision | None = None, *, with_time: bool = False) -> str:
    """Say a date as exactly as it is known, and no more so. Moments are in UTC.

    >>> in_words(date(2025, 3, 17)), in_words(date(2025, 3, 1), "month"), in_words(date(2025, 1, 1), "year")
    ('17 March 2025', 'March 2025', '2025')
    >>> in_words(datetime(2025, 3, 17, 9, 5, tzinfo=UTC), with_time=True)
    '17 March 2025, 09:05 UTC'
    """
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(UTC)
    if precision == "year":
        return str(value.year)
    month = f"{_MONTHS[value.month - 1]} {value.year}"
    if precision == "month":
        return month
    day = f"{value.day} {month}"
    if with_time and isinstance(value, datetime) and precision != "day":
        return f"{day}, {value:%H:%M} UTC"
    return day


def span_in_words(span: str) -> str:
    """Say a span of a histogram.

    >>> span_in_words("2025-03"), span_in_words("2025-03-07"), span_in_words("2025")
    ('March 2025', '7 March 2025', '2025')
    """
    year, *rest = map(int, span.split("-"))
    month, day = (*rest, 1, 1)[:2]
    kind: Precision = ("year", "month", "day")[len(rest)]
    return in_words(date(year, month, day), kind)


def moment_in_words(stamp: str) -> str:
    """Say an ISO 8601 stamp, as the ledger writes them.

    >>> moment_in_words("2025-03-17T09:05:11Z")
    '17 March 2025, 09:05 UTC'
    """
    return in_words(datetime.fromisoformat(stamp), with_time=True)
