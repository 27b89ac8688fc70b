"""Articles over time: the histogram and the facet of months, against a count by hand."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from engines.contract import Engine, Page, Query
from tests.engines.corpus import document_of, make_articles
from tests.engines.stories import article
from transforms.records import Article

LENGTHS = {"day": 10, "month": 7, "year": 4}
QUERIES = [
    Query(),
    Query(text="storm OR мост", languages=("en", "ru")),
    Query(since=date(2025, 1, 15), until=date(2025, 3, 2)),
    Query(text="-date:*"),
]


def counted(articles: list[Article], length: int) -> list[tuple[str, int]]:
    days = [one.published_at or one.updated_at for one in articles]
    return sorted(Counter(day.isoformat()[:length] for day in days if day).items())


def rows(values: object) -> list[tuple[str, int]]:
    return [(row.value, row.count) for row in values]  # type: ignore[attr-defined]


@pytest.mark.parametrize("interval", LENGTHS)
@pytest.mark.parametrize("query", QUERIES, ids=["all", "words", "since until", "undated"])
def test_histogram(loaded: Engine, query: Query, interval: str) -> None:
    found = ask(loaded, query, histogram=interval, size=1000)
    assert rows(found.histogram) == counted([hit.article for hit in found.hits], LENGTHS[interval])


def ask(engine: Engine, query: Query, **more: object) -> Page:
    given = {name: getattr(query, name) for name in ("text", "languages", "since", "until")}
    return engine.search(Query(**given, **more))  # type: ignore[arg-type]


def test_months_are_a_facet_the_newest_first(loaded: Engine) -> None:
    months = counted(make_articles(), 7)[::-1]
    page = loaded.search(Query(facets=("month", "language"), size=0, facet_size=100))
    assert rows(page.facets["month"]) == months
    assert rows(loaded.search(Query(facets=("month",), facet_size=2)).facets["month"]) == months[:2]
    for month, count in months:
        assert loaded.search(Query(text=f"date:{month}")).total == count


def test_nothing_is_counted_that_was_not_asked_for(loaded: Engine) -> None:
    page = loaded.search(Query())
    assert page.histogram == ()
    assert page.facets == {}


def test_old_and_late_dates_and_the_end_of_a_day(engine: Engine) -> None:
    dates = [
        datetime(1678, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        date(1970, 1, 1),
        datetime(2000, 2, 29, 23, 59, 59, tzinfo=UTC),
        datetime(2261, 12, 31, 12, tzinfo=UTC),
    ]
    list(engine.load(document_of(article(n, published_at=day)) for n, day in enumerate(dates)))
    engine.commit()
    page = engine.search(Query(histogram="day"))
    assert [row.value for row in page.histogram] == [day.isoformat()[:10] for day in dates]
    page = engine.search(Query(histogram="year", facets=("month",)))
    assert [row.value for row in page.histogram] == ["1678", "1969", "1970", "2000", "2261"]
    assert page.facets["month"][0].value == "2261-12"
