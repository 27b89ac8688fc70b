"""A request's parameters as a Query, and back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.web.asked import SEARCH, ParameterError, read_query, write_query
from copydesk.web.parameters import read_document
from engines.asking import write_cursor
from engines.contract import FACETS, Near, Query

NEWEST = write_cursor({"sort": "newest", "value": 3, "skip": 1})


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ([], Query()),
        ([("q", "rain"), ("size", "0"), ("page", "7")], Query(text="rain", size=0, page=7)),
        ([("language", "EN"), ("language", "pt-BR")], Query(languages=("en", "pt-br"))),
        ([("country", "fr"), ("country", "FR")], Query(countries=("FR",))),
        ([("place", "Rio, RJ"), ("agency", "AFP")], Query(places=("Rio, RJ",), agencies=("AFP",))),
        ([("publisher", "P"), ("section", "S"), ("source", "a/b")], Query(publishers=("P",), sections=("S",), sources=("a/b",))),
        ([("since", "2025-02-28"), ("until", "2025-03-01")], Query(since=date(2025, 2, 28), until=date(2025, 3, 1))),
        ([("during", "2024-02")], Query(since=date(2024, 2, 1), until=date(2024, 2, 29))),
        ([("during", "2024")], Query(since=date(2024, 1, 1), until=date(2024, 12, 31))),
        ([("during", "2024-02-29")], Query(since=date(2024, 2, 29), until=date(2024, 2, 29))),
        ([("facets", "language,country"), ("facets", "place")], Query(facets=("language", "country", "place"))),
        ([("facet_size", "3"), ("histogram", "month"), ("highlight", "true")], Query(facet_size=3, histogram="month", highlight=True)),
        ([("near", "-41.9,12,200.5")], Query(near=Near(latitude=-41.9, longitude=12.0, km=200.5))),
        ([("sort", "newest"), ("cursor", NEWEST)], Query(sort="newest", cursor=NEWEST)),
        ([("q", "a\0\ud800")], Query(text="a\0\ud800")),
    ],
)  # fmt: skip
def test_what_is_read(asked, query):
    assert read_query(asked) == query


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ([("size", "101")], {"size": "a whole number from 0 to 100"}),
        ([("size", "-1")], {"size": "a whole number from 0 to 100"}),
        ([("size", "٣")], {"size": "a whole number from 0 to 100"}),
        ([("size", "")], {"size": "a whole number from 0 to 100"}),
        ([("size", "9" * 5000)], {"size": "a whole number from 0 to 100"}),
        ([("page", "1001")], {"page": "only the first 10,000 hits have pages"}),
        ([("q", "x" * 4001)], {"q": "0 to 4,000 characters"}),
        ([("q", "a"), ("q", "b")], {"q": "given more than once"}),
        ([("place", "a")] * 51, {"place": "at most 50 of them"}),
        ([("place", "")], {"place": "1 to 200 characters"}),
        ([("country", "FRA")], {"country": "two letters, as FR"}),
        ([("language", "e n")], {"language": "a language tag"}),
        ([("since", "2025-02-30")], {"since": "a day, as 2025-03-17"}),
        ([("since", "2025-2-3000")], {"since": "a day, as 2025-03-17"}),
        ([("since", "2025-03-02"), ("until", "2025-03-01")], {"since": "is after until"}),
        ([("during", "2025-13")], {"during": "a year, a month or a day"}),
        ([("during", "2025"), ("since", "2025-01-01")], {"during": "not both"}),
        ([("near", "91,0,5")], {"near": "latitude from -90 to 90"}),
        ([("near", "0,0,0")], {"near": "from 0.001 to 20020 km away"}),
        ([("near", "Rome")], {"near": "latitude from -90 to 90"}),
        ([("sort", "best")], {"sort": "one of relevance, newest, oldest"}),
        ([("facets", "language,colour")], {"facets": "one of language, country"}),
        ([("highlight", "yes")], {"highlight": "true or false"}),
        ([("cursor", "!")], {"cursor": "the cursor of the page before"}),
        ([("cursor", "abc")], {"cursor": "not a cursor"}),
        ([("cursor", NEWEST), ("sort", "oldest")], {"cursor": "in this order"}),
        ([("cursor", write_cursor({"sort": "newest", "skip": "3"}))], {"cursor": "not a cursor"}),
        ([("cursor", write_cursor({"sort": "newest", "skip": 10**9}))], {"cursor": "not a cursor"}),
        ([("cursor", write_cursor({"sort": "newest", "skip": -1}))], {"cursor": "not a cursor"}),
        ([("langauge", "en")], {"langauge": "perhaps language"}),
        ([("zzz", "en")], {"zzz": "one of q, language"}),
        ([("size", "x"), ("sort", "best")], {"size": "a whole number", "sort": "one of"}),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_is_wrong_is_named_all_of_it(asked, wrong):
    with pytest.raises(ParameterError) as told:
        read_query(asked)
    assert {one.parameter for one in told.value.wrong} == set(wrong)
    for one in told.value.wrong:
        assert wrong[one.parameter] in one.detail


def test_a_page_takes_what_a_form_sends():
    assert read_query([("since", ""), ("utm_source", "x"), ("q", "rain")], strict=False) == Query(text="rain")


TEXTS = st.lists(st.text(min_size=1, max_size=20), max_size=3, unique=True).map(tuple)
QUERIES = st.builds(
    Query,
    text=st.text(max_size=50), places=TEXTS, sources=TEXTS, publishers=TEXTS, sections=TEXTS, agencies=TEXTS,
    languages=st.lists(st.sampled_from(["en", "ar", "zh-hant"]), unique=True).map(tuple),
    countries=st.lists(st.sampled_from(["FR", "IT"]), unique=True).map(tuple),
    since=st.none() | st.dates(max_value=date(2000, 1, 1)), until=st.none() | st.dates(min_value=date(2000, 1, 2)),
    near=st.none() | st.builds(Near, latitude=st.integers(-900, 900).map(lambda n: n / 10),
                               longitude=st.integers(-180, 180).map(float), km=st.integers(1, 20000).map(float)),
    sort=st.sampled_from(["relevance", "newest", "oldest"]), size=st.integers(0, 100), page=st.integers(1, 100),
    facets=st.lists(st.sampled_from(list(FACETS)), unique=True).map(tuple), facet_size=st.integers(1, 200),
    histogram=st.none() | st.sampled_from(["day", "month", "year"]), highlight=st.booleans(),
)  # fmt: skip


@given(QUERIES)
def test_what_is_written_is_read_back(query):
    assert read_query(write_query(query)) == query


def test_the_document_knows_every_parameter_and_facet():
    known = read_document()["components"]["parameters"]
    assert set(SEARCH) <= set(known)
    assert known["facets"]["schema"]["items"]["enum"] == list(FACETS)
