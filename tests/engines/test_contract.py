"""What every engine promises, run on each; and that both give the same answers."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest

from engines.asking import write_cursor
from engines.contract import FACETS, Engine, EngineError, Loaded, Page, Query
from tests.engines.corpus import document_of, read_cases
from transforms.records import Article, Document, Reject

CASES = read_cases("contract_queries")
ALL = 1000
OVERLAP = 0.9  # of the ten most relevant
TIES = 1e-3  # relative: the engines round scores differently


def query_of(case: dict, **more: object) -> Query:
    given = {name: value for name, value in case.items() if name not in ("label", "total")}
    for name, value in given.items():
        if isinstance(value, list):
            given[name] = tuple(value)
        elif name in ("since", "until"):
            given[name] = date.fromisoformat(value)
    return Query(**{**given, **more})


def ids(page: Page) -> list[str]:
    return [hit.id for hit in page.hits]


def article(number: int, **more: object) -> Document:
    given = {"headline": f"Story {number}", "body": "It rained.", "language": "en", **more}
    origin = f"some/file.txt#{number}"
    return document_of(Article(id=f"{number:032x}", origin=origin, source="some/file.txt", **given))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_total(loaded: Engine, case: dict) -> None:
    page = loaded.search(query_of(case, size=ALL))
    assert page.total == len(page.hits) == len(set(ids(page))) == case["total"]


@pytest.mark.elastic
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_same_answers(embedded: Engine, elastic: Engine, case: dict) -> None:
    query = query_of(case, size=ALL, facets=tuple(FACETS), facet_size=20, highlight=True)
    ours, theirs = embedded.search(query), elastic.search(query)
    assert set(ids(ours)) == set(ids(theirs))
    assert ours.facets == theirs.facets
    assert ours.notes == theirs.notes
    assert {hit.id: hit.highlights for hit in ours.hits} == {hit.id: hit.highlights for hit in theirs.hits}
    assert {hit.id: hit.article for hit in ours.hits} == {hit.id: hit.article for hit in theirs.hits}
    if all(hit.score is None for hit in ours.hits):
        assert ids(ours) == ids(theirs)
    else:
        assert same_best(ours, theirs) >= OVERLAP


def same_best(ours: Page, theirs: Page) -> float:
    """Share of our ten best that theirs has too, or has with the score of its tenth."""
    scores = {hit.id: hit.score or 0.0 for hit in theirs.hits}
    best = ids(ours)[:10]
    tenth = (theirs.hits[: len(best)][-1].score or 0.0) if best else 0.0
    return sum(scores[id] >= tenth * (1 - TIES) for id in best) / len(best) if best else 1.0


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("text", ["", "bridge OR мост OR silta", "bri*"])
def test_pages_and_cursors_give_every_hit_once(loaded: Engine, text: str, sort: str) -> None:
    whole = ids(loaded.search(Query(text=text, sort=sort, size=ALL)))
    by_cursor: list[str] = []
    cursor = None
    while True:
        page = loaded.search(Query(text=text, sort=sort, size=37, cursor=cursor))
        assert page.total == len(whole)
        by_cursor += ids(page)
        cursor = page.cursor
        if cursor is None:
            break
    by_page = [
        id
        for number in range(1, len(whole) // 37 + 2)
        for id in ids(loaded.search(Query(text=text, sort=sort, size=37, page=number)))
    ]
    assert by_cursor == whole
    assert by_page == whole


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_sorted_by_date_then_id_with_the_undated_last(loaded: Engine, sort: str) -> None:
    hits = loaded.search(Query(sort=sort, size=ALL)).hits
    dates = [hit.article.published_at or hit.article.updated_at for hit in hits]
    moments = [_moment(one) for one in dates if one]
    assert dates[len(moments) :] == [None] * (len(dates) - len(moments))
    keys = [(moment, hit.id) for moment, hit in zip(moments, hits, strict=False)]
    assert keys == sorted(keys, reverse=sort == "newest")
    assert all(hit.score is None for hit in hits)


def test_a_cursor_after_a_page_number(loaded: Engine) -> None:
    whole = ids(loaded.search(Query(sort="newest", size=60)))
    second = loaded.search(Query(sort="newest", size=20, page=2))
    third = loaded.search(Query(sort="newest", size=20, cursor=second.cursor))
    assert ids(second) + ids(third) == whole[20:]


def test_a_foreign_cursor_is_refused(loaded: Engine) -> None:
    cursor = loaded.search(Query(sort="newest", size=1)).cursor
    for query in (Query(cursor="nonsense"), Query(sort="oldest", cursor=cursor), Query(cursor="é")):
        with pytest.raises(EngineError, match="not a cursor"):
            loaded.search(query)


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize(
    "state",
    [{}, {"skip": 10**15}, {"skip": -5}, {"skip": "a"}, {"value": -1}, {"value": 2**64 - 1}, {"value": [1]}]
    + [{"shown": [1]}, {"shown": "a"}, {"after": []}, {"after": [1] * 9}, {"after": {}}, {"pit": "eA=="}]
    + [{"moment": 5}, {"moment": "a"}, {"other": 1}],
)
def test_a_forged_cursor_harms_nothing(loaded: Engine, state: dict, sort: str) -> None:
    cursor = write_cursor({"sort": sort, **state})
    with suppress(EngineError):
        assert len(loaded.search(Query(text="bridge", sort=sort, cursor=cursor)).hits) <= 10


def test_pages_far_behind_the_end(loaded: Engine) -> None:
    with suppress(EngineError):  # Elasticsearch counts to 10,000
        assert loaded.search(Query(text="bridge", page=10**9)).hits == ()


def test_facets_count_what_the_filters_leave(loaded: Engine) -> None:
    page = loaded.search(Query(languages=("fr", "de"), facets=("language", "country"), size=ALL))
    counts = {row.value: row.count for row in page.facets["language"]}
    assert counts == {tag: sum(hit.article.language == tag for hit in page.hits) for tag in ("fr", "de")}
    assert sum(counts.values()) == page.total
    ordered = [(-row.count, row.value) for row in page.facets["country"]]
    assert ordered == sorted(ordered)


def test_size_zero_counts(loaded: Engine) -> None:
    page = loaded.search(Query(text="bridge", size=0, facets=("language",)))
    assert page.hits == ()
    assert page.total
    assert page.facets["language"]
    assert page.cursor is None


def test_load_replace_move_delete(engine: Engine) -> None:
    assert engine.identity() == ""
    assert engine.status().generation == 0
    documents = [article(1), article(2), article(3, language="fr")]
    assert sorted(outcome.id for outcome in engine.load(documents)) == [one.id for one in documents]
    engine.commit()
    assert engine.identity()
    assert engine.status().documents == {"en": 2, "fr": 1}
    held = engine.stored([one.id for one in documents] + ["f" * 32])
    assert {id: (one.digest, one.index) for id, one in held.items()} == {
        one.id: (one.digest, one.language) for one in documents
    }
    moved = article(2, language="fr", headline="Histoire")
    again = article(1, headline="Changed")
    assert len(list(engine.load([moved, again, again]))) == 3
    engine.commit()
    assert engine.status().documents == {"en": 1, "fr": 2}
    assert engine.search(Query(text="headline:story")).total == 1
    read = engine.get(moved.id)
    assert read
    assert read.headline == "Histoire"
    assert engine.get("f" * 32) is None
    assert engine.delete([moved.id, "f" * 32]) == 1
    engine.commit()
    assert engine.status().documents == {"en": 1, "fr": 1}
    assert engine.search(Query()).total == 2
    assert [finding.level for finding in engine.check()].count("error") == 0


def test_ids_are_those_of_the_last_commit(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engines.elastic.MOST_HITS", 2)
    assert list(engine.ids()) == []
    documents = [article(1), article(2), article(3, language="fr"), article(16**31)]
    list(engine.load(documents))
    engine.commit()
    assert sorted(engine.ids()) == [(one.id, one.language) for one in documents]
    list(engine.load([article(2, language="fr"), article(1, headline="Changed")]))
    engine.delete([documents[2].id])
    engine.commit()
    assert sorted(engine.ids()) == [(f"{1:032x}", "en"), (f"{2:032x}", "fr"), (f"{16**31:032x}", "en")]


def test_a_refused_document_harms_no_other(engine: Engine) -> None:
    broken = Document(id="b" * 32, digest="", language="en", origin="x#1", json=b'{"id": "b", "headline": ')
    outcomes = list(engine.load([article(1), broken, article(2)]))
    engine.commit()
    assert sum(isinstance(outcome, Loaded) for outcome in outcomes) == 2
    (reject,) = (outcome for outcome in outcomes if isinstance(outcome, Reject))
    assert (reject.origin, reject.stage) == ("x#1", "load")
    assert engine.search(Query()).total == 2


def test_documents_are_pulled_lazily(engine: Engine) -> None:
    pulled: list[int] = []

    def documents() -> object:
        for number in range(20_000):
            pulled.append(number)
            yield article(number)

    outcomes = engine.load(documents())  # type: ignore[arg-type]
    next(outcomes)
    assert len(pulled) < 20_000
    outcomes.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "(((((",
        "a" * 5000,
        "\ud800",
        "\x00",
        '"',
        "*" * 50,
        "a*" * 50,
        "~",
        "a~99",
        "a^1e99",
        "[",
        "x:[",
        "-",
        "()",
        "\\",
    ]
    + [
        "url:" + "é" * 3000,
        "body:" + "x?" * 8,
        "headline:*a*b*c*",
        "date:[2025-13 TO 9999]",
        "date:>9999-12-31",
    ],
)
def test_no_query_breaks_an_engine(loaded: Engine, text: str) -> None:
    page = loaded.search(Query(text=text, highlight=True))
    assert page.total >= 0


def _moment(value: date | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)


def test_every_article_comes_back_as_it_was(loaded: Engine, corpus: list[Document]) -> None:
    from transforms.document import article_from_json

    sent = {document.id: article_from_json(document.json) for document in corpus}
    page = loaded.search(Query(size=ALL))
    assert {hit.id: hit.article for hit in page.hits} == sent
    assert dataclasses.is_dataclass(page.hits[0].article)
