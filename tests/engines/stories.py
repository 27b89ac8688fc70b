"""Small articles and documents for the tests of the engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from transforms.document import RunStamp, to_document
from transforms.records import Article, Caption, Dateline, Document, Place

STAMP = RunStamp(run_id="run-1", ingested_at=datetime(2025, 3, 18, 6, tzinfo=UTC), version="0.1.0")

PARIS = Place(
    text="PARIS", name="Paris", country="FR", admin1="Île-de-France", location=(48.85, 2.35), confidence=0.9
)

#: Every field that an article can have has a value.
FULL = Article(
    id="f" * 32,
    origin="wire/a.jsonl#7",
    source="wire/a.jsonl",
    headline="Harbour opens again",
    kicker="Trade",
    summary=("Ships return", "Prices fall"),
    byline="By Ana Lima",
    authors=("Ana Lima",),
    dateline=Dateline(
        text="PARIS, March 17 (AFP) -",
        places=(PARIS,),
        date=date(2025, 3, 17),
        date_text="March 17",
        agency="AFP",
        agency_text="AFP",
    ),
    language="en",
    language_variant="en-GB",
    language_confidence=0.98,
    language_declared="en",
    published_at=datetime(2025, 3, 17, 10, tzinfo=UTC),
    published_at_precision="second",
    published_at_source="json-ld",
    updated_at=date(2025, 3, 18),
    updated_at_precision="day",
    updated_at_source="stamp",
    updated_at_text="Updated 18 March",
    url="https://example.org/harbour",
    publisher="Harbour Times",
    section="Trade",
    tags=("ships", "ports"),
    image="https://example.org/harbour.jpg",
    captions=(Caption(text="The harbour", credit="Ana Lima"),),
    body="The harbour opened on Monday.\n\nShips had waited for weeks.",
)


def article(number: int, **fields: object) -> Article:
    """Make the n-th article."""
    plain = Article(
        id=f"{number:032x}",
        origin=f"wire/{number}.txt",
        source=f"wire/{number}.txt",
        headline=f"Story {number} of the harbour",
        body=f"The harbour of town {number} opened again on Monday.",
        language="en",
    )
    return replace(plain, **fields)


def documents(count: int, **fields: object) -> list[Document]:
    """Make so many documents."""
    return [to_document(article(number, **fields), STAMP) for number in range(count)]
