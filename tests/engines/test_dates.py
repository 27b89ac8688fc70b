"""What a written date covers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engines.dates import EARLIEST, LATEST, day_bounds, range_bounds, read_moment, read_span
from engines.tree import Range


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2025", at(2025, 1, 1), at(2026, 1, 1)),
        ("2025-3", at(2025, 3, 1), at(2025, 4, 1)),
        ("2025-12", at(2025, 12, 1), at(2026, 1, 1)),
        ("2024-02-29", at(2024, 2, 29), at(2024, 3, 1)),
        ("2025-03-17T10", at(2025, 3, 17, 10), at(2025, 3, 17, 11)),
        ("2025-03-17 10:30", at(2025, 3, 17, 10, 30), at(2025, 3, 17, 10, 31)),
        ("2025-03-17T10:30:05.5Z", at(2025, 3, 17, 10, 30, 5), at(2025, 3, 17, 10, 30, 6)),
        ("2025-03-17T10:30+02:00", at(2025, 3, 17, 8, 30), at(2025, 3, 17, 8, 31)),
        ("2025-03-17t10:30z", at(2025, 3, 17, 10, 30), at(2025, 3, 17, 10, 31)),
    ],
)
def test_span(text: str, start: datetime, end: datetime) -> None:
    assert read_span(text) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25",
        "2025-13",
        "2025-02-30",
        "soon",
        "2025-03-17T25",
        "0000",
        "9999",
        "٢٠٢٥",
        "2025-03-17T10:30+99:00",
    ],
)
def test_no_span(text: str) -> None:
    assert read_span(text) is None


def test_ranges() -> None:
    closed = Range(field="date", low="2025-02", high="2025-03")
    assert range_bounds(closed) == (at(2025, 2, 1), at(2025, 4, 1))
    opened = Range(field="date", low="2025-02", high="2025-03", include_low=False, include_high=False)
    assert range_bounds(opened) == (at(2025, 3, 1), at(2025, 3, 1))
    assert range_bounds(Range(field="date", low=None, high=None)) == (None, None)
    assert range_bounds(Range(field="date", low="0100", high="9000")) == (EARLIEST, LATEST)
    assert day_bounds(date(2025, 3, 1), date(2025, 3, 1)) == (at(2025, 3, 1), at(2025, 3, 2))
    assert day_bounds(None, None) == (None, None)


def test_moments_of_documents() -> None:
    assert read_moment("2025-03-17") == at(2025, 3, 17)
    assert read_moment("2025-03-17T10:00:00+02:00") == at(2025, 3, 17, 8)
    for text in ("1677-01-01", "2262-01-01", "soon", ""):
        with pytest.raises(ValueError, match=r".+"):
            read_moment(text)
