"""The bars: gaps, drill-down, and answers that span centuries."""

from __future__ import annotations

from datetime import date

import pytest

from copydesk.web.pages.timeline import HEIGHT, WIDTH, interval_for, make_timeline
from engines.contract import FacetValue, Query


def bars(*counts: tuple[str, int], query: Query | None = None):
    return make_timeline(query or Query(), [FacetValue(value=span, count=count) for span, count in counts])


def test_no_dates_no_bars() -> None:
    assert bars() is None
    assert bars(("2025-01", 0)) is None


def test_empty_months_take_their_room() -> None:
    timeline = bars(("2024-11", 4), ("2025-02", 2))
    assert [(bar.span, bar.count) for bar in timeline.bars] == [
        ("2024-11", 4), ("2024-12", 0), ("2025-01", 0), ("2025-02", 2),
    ]  # fmt: skip
    assert [bar.height for bar in timeline.bars] == [HEIGHT, 0, 0, HEIGHT / 2]
    assert (timeline.first, timeline.last, timeline.unit) == ("November 2024", "February 2025", "month")
    assert [bar.label for bar in timeline.filled] == ["February 2025", "November 2024"]


def test_a_bar_leads_to_its_span() -> None:
    timeline = bars(("2024-02", 1), query=Query(text="rain", page=3))
    assert timeline.bars[0].url == "/?q=rain&since=2024-02-01&until=2024-02-29"


def test_a_bar_is_never_wider_than_a_sixth() -> None:
    assert bars(("2025", 3)).bars[0].column == WIDTH / 6


def test_many_months_become_years() -> None:
    timeline = bars(("1990-05", 1), ("1990-07", 2), ("2025-01", 5))
    assert len(timeline.bars) == 36
    assert timeline.bars[0].count == 3
    assert timeline.bars[-1].url.endswith("since=2025-01-01&until=2025-12-31")


@pytest.mark.parametrize("spans", [("0001-01", "9999-12"), ("0001", "9999"), ("9999-12-30", "9999-12-31")])
def test_the_ends_of_the_calendar(spans: tuple[str, str]) -> None:
    timeline = bars(*((span, 1) for span in spans))
    assert timeline.bars[-1].count == 1
    assert timeline.bars[-1].left + timeline.bars[-1].column <= WIDTH + 0.5


@pytest.mark.parametrize(
    ("since", "until", "interval"),
    [
        (None, None, "month"),
        (date(2025, 3, 1), None, "month"),
        (date(2025, 3, 1), date(2025, 3, 31), "day"),
        (date(2025, 1, 1), date(2025, 12, 31), "month"),
    ],
)
def test_two_months_are_shown_by_day(since, until, interval) -> None:
    assert interval_for(Query(since=since, until=until)) == interval
