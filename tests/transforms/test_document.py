from datetime import UTC, date, datetime, timedelta, timezone

import orjson
from hypothesis import given
from hypothesis import strategies as st

from transforms.document import RunStamp, article_from_json, to_document, to_fields
from transforms.records import Article, Caption, Dateline, Place

PARIS = Place(
    text="PARIS", name="Paris", country="FR", admin1="Île-de-France", location=(48.85, 2.35), confidence=0.9
)
FULL = Article(
    id="0" * 32,
    origin="in/a.txt#1",
    source="in/a.txt",
    headline="Rain in Paris",
    summary=("It rains", "It pours"),
    byline="By A. Writer",
    authors=("A. Writer",),
    dateline=Dateline(text="PARIS, March 3 (AFP) -", places=(PARIS,), date=date(2025, 3, 3), date_text="March 3",
                      agency="AFP", agency_text="AFP"),
    language="en",
    language_confidence=0.99,
    published_at=datetime(2025, 3, 3, 10, tzinfo=UTC),
    published_at_precision="minute",
    published_at_source="field",
    updated_at=date(2025, 3, 4),
    updated_at_precision="day",
    tags=("weather",),
    captions=(Caption(text="Umbrellas", credit="AFP"), Caption(text="Puddles")),
    body="It rained.",
)  # fmt: skip
STAMP = RunStamp(run_id="r1", ingested_at=datetime(2025, 3, 5, tzinfo=UTC), version="0.1.0")
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


def test_an_article_survives_the_round_trip():
    assert article_from_json(to_document(FULL, STAMP).json) == FULL


def test_what_is_not_known_is_left_out():
    bare = Article(id="1" * 32, origin="a", source="a")
    assert to_fields(bare) == {
        "id": "1" * 32, "origin": "a", "source": "a", "language": "und", "language_confidence": 0.0, "body": "",
    }  # fmt: skip
    assert article_from_json(to_fields(bare)) == bare


def test_the_digest_is_of_the_content_alone():
    later = RunStamp(run_id="r2", ingested_at=STAMP.ingested_at + timedelta(days=1), version="9")
    moved = Article(
        **{**{f: getattr(FULL, f) for f in FULL.__slots__}, "origin": "b.txt#9", "source": "b.txt"}
    )
    edited = Article(**{**{f: getattr(FULL, f) for f in FULL.__slots__}, "body": "It snowed."})
    assert to_document(FULL, STAMP).digest == to_document(moved, later).digest
    assert to_document(FULL, STAMP).digest != to_document(edited, STAMP).digest


def test_the_date_is_the_day_of_publication_else_of_the_update():
    assert to_fields(FULL)["date"] == "2025-03-03T10:00:00Z"
    assert (
        to_fields(Article(id="1", origin="a", source="a", updated_at=date(2025, 1, 2)))["date"]
        == "2025-01-02"
    )


def test_moments_are_written_in_utc():
    zone = timezone(timedelta(hours=2))
    article = Article(id="1", origin="a", source="a", published_at=datetime(2025, 3, 3, 1, tzinfo=zone))
    naive = Article(id="1", origin="a", source="a", published_at=datetime(2025, 3, 3, 1))
    assert to_fields(article)["published_at"] == "2025-03-02T23:00:00Z"
    assert to_fields(naive)["published_at"] == "2025-03-03T01:00:00Z"


@given(texts, texts, st.tuples(texts, texts))
def test_any_text_survives(headline, body, summary):
    article = Article(id="1", origin="a", source="a", headline=headline, body=body, summary=summary)
    document = to_document(article, STAMP)
    assert article_from_json(document.json) == article
    assert orjson.loads(document.json)["run_id"] == "r1"
