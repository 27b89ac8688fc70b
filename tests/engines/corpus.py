"""Articles for the contract: made of sentences of our own, the same ones every time."""

from __future__ import annotations

import hashlib
import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from transforms.dateline.place_choice import choose_place
from transforms.document import RunStamp, to_document
from transforms.records import Article, Caption, Dateline, Document, Place

CASES = Path(__file__).parents[1] / "cases"
ARTICLES_A_LANGUAGE = 30
_STAMP = RunStamp(run_id="contract", ingested_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), version="0")


def read_cases(name: str) -> list[dict]:
    """Read a table of tests/cases."""
    lines = (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def make_corpus() -> list[Document]:
    """Make the documents."""
    return [document_of(article) for article in make_articles()]


def document_of(article: Article) -> Document:
    """Make an article ready to be sent."""
    return to_document(article, _STAMP)


def make_articles() -> list[Article]:
    """Make the articles: some without a date, a place, a summary, as life has it."""
    dice = random.Random(20250317)
    return [
        _make(language, number, dice)
        for language in read_cases("corpus")
        for number in range(ARTICLES_A_LANGUAGE)
    ]


def _make(texts: dict, number: int, dice: random.Random) -> Article:
    language = texts["language"]
    origin = f"wire/{language}/day{number // 10}.txt#{number}"
    sentences = dice.sample(texts["sentences"], k=min(len(texts["sentences"]), dice.randint(2, 5)))
    return Article(
        id=hashlib.sha256(origin.encode()).hexdigest()[:32],
        origin=origin,
        source=origin.partition("#")[0],
        headline=dice.choice(texts["headlines"]),
        summary=(dice.choice(texts["sentences"]),) if dice.random() < 0.4 else (),
        byline="By José Martínez" if number % 7 == 0 else None,
        authors=("José Martínez",) if number % 7 == 0 else (),
        dateline=_dateline(texts, number, dice),
        language=language,
        published_at=_published(number, dice),
        updated_at=date(2025, 3, 1 + number) if number % 5 == 0 else None,
        url=f"https://example.org/{language}/{number}" if number % 2 else None,
        publisher=dice.choice(texts["publishers"]),
        section=dice.choice([None, *texts["sections"]]),
        tags=("Bridges", "Öl & Gas") if number % 6 == 0 else (),
        captions=(Caption(text=dice.choice(texts["sentences"]), credit="Pool via Harbour"),)
        if number % 3 == 0
        else (),
        body="\n\n".join(sentences),
    )


def _dateline(texts: dict, number: int, dice: random.Random) -> Dateline | None:
    if not texts["places"] or number % 4 == 3:
        return None
    named = texts["places"] if number % 9 == 0 else [dice.choice(texts["places"])]
    places = tuple(
        Place(
            text=name.upper(),
            name=name,
            country=country,
            admin1=None,
            location=_location(name, country),
            confidence=0.9,
        )
        for name, country in named
    )
    return Dateline(text=f"{named[0][0].upper()}:", places=places, agency=texts["agency"])


def _location(name: str, country: str) -> tuple[float, float] | None:
    known = choose_place(name, country=country)[0]
    return known.location if known else None


def _published(number: int, dice: random.Random) -> date | datetime | None:
    if number % 5 in (0, 1):
        return None
    day = date(2024, 12, 1) + timedelta(days=dice.randrange(150))
    if number % 2:
        return datetime(day.year, day.month, day.day, dice.randrange(24), dice.randrange(60), tzinfo=UTC)
    return day
