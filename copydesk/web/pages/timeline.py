"""The histogram: articles over time as bars, each of which is a link to its span."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copydesk.web.pages.days import span_in_words
from copydesk.web.pages.links import search_url
from engines.contract import FacetValue, Interval, Query

WIDTH, HEIGHT = 360.0, 84.0  # of the drawing, in its own units
_MOST_BARS = 62
_UNITS = ("year", "month", "day")
_GAP = 0.18  # of a bar's width


@dataclass(frozen=True, slots=True)
class Bar:
    """One span of time."""

    span: str  # "2025-03"
    label: str
    count: int
    url: str
    left: float  # of the column that can be clicked
    column: float
    x: float  # of the bar itself
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The bars, oldest first, and what is written under and beside them."""

    bars: tuple[Bar, ...]
    highest: int
    first: str
    last: str

    @property
    def unit(self) -> str:
        """What a bar stands for: "day", "month" or "year"."""
        return _UNITS[self.bars[0].span.count("-")]

    @property
    def filled(self) -> tuple[Bar, ...]:
        """Those with articles, newest first: the list that says the same in words."""
        return tuple(bar for bar in reversed(self.bars) if bar.count)


def interval_for(query: Query) -> Interval:
    """Days for a span of up to two months, else months; `make_timeline` makes years of too many."""
    if query.since and query.until and (query.until - query.since).days < _MOST_BARS:
        return "day"
    return "month"


def make_timeline(query: Query, values: Sequence[FacetValue]) -> Timeline | None:
    """Lay out the bars, with the empty spans between them; None when no article has a date."""
    counts = Counter({value.value: value.count for value in values if value.count})
    if not counts:
        return None
    spans = list(_spans(min(counts), max(counts)))
    if len(spans) > _MOST_BARS and len(spans[0]) > len("2025"):
        years: Counter[str] = Counter()
        for span, count in counts.items():
            years[span[:4]] += count
        counts, spans = years, list(_spans(min(years), max(years)))
    spans = spans[-_MOST_BARS:] if len(spans) > 4 * _MOST_BARS else spans
    column = min(WIDTH / len(spans), WIDTH / 6)
    highest = max(counts[span] for span in spans)
    bars = tuple(_bar(query, span, counts[span], at, column, highest) for at, span in enumerate(spans))
    return Timeline(bars, highest, bars[0].label, bars[-1].label)


def _bar(query: Query, span: str, count: int, at: int, column: float, highest: int) -> Bar:
    since, until = _days(span)
    height = max(2.0, count / highest * HEIGHT) if count else 0.0
    return Bar(
        span=span,
        label=span_in_words(span),
        count=count,
        url=search_url(query, since=since, until=until),
        left=round(at * column, 2),
        column=round(column, 2),
        x=round((at + _GAP / 2) * column, 2),
        y=round(HEIGHT - height, 2),
        width=round((1 - _GAP) * column, 2),
        height=round(height, 2),
    )


def _spans(first: str, last: str) -> Iterator[str]:
    """Every span from the first to the last.

    >>> list(_spans("2024-11", "2025-01"))
    ['2024-11', '2024-12', '2025-01']
    """
    span = first
    while span <= last:
        yield span
        if _days(span)[1] >= date.max:
            return
        after = _days(span)[1] + timedelta(days=1)
        span = after.isoformat()[: len(first)]


def _days(span: str) -> tuple[date, date]:
    """The first and the last day of a year, a month or a day.

    >>> _days("2024-02")[1]
    datetime.date(2024, 2, 29)
    """
    year, *rest = map(int, span.split("-"))
    match rest:
        case []:
            return date(year, 1, 1), date(year, 12, 31)
        case [month]:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        case _:
            day = date.fromisoformat(span)
            return day, day
