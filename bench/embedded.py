"""How fast the embedded engine loads and answers: `python -m bench.embedded 100000`.

Documents of made-up words, 2.2 kB of JSON each, in seven languages. Processor time beside the clock: on a busy
machine only the first can be compared.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from engines.contract import FACETS, Engine, Query
from engines.embedded import EmbeddedEngine
from transforms.document import RunStamp, to_document
from transforms.records import Article, Caption, Dateline, Document, Place

LANGUAGES = ["en"] * 12 + ["fr", "de"] * 2 + ["es", "ar", "ru", "zh"]
PLACES = [("Paris", "FR"), ("Rome", "IT"), ("Berlin", "DE"), ("Madrid", "ES"), ("London", "GB")]
STAMP = RunStamp(run_id="bench", ingested_at=datetime(2026, 1, 1, tzinfo=UTC), version="0")
REPEATS = 40


def make_paragraphs(dice: random.Random) -> list[str]:
    """Sixty thousand words, as frequent as words are."""
    syllables = [consonant + vowel for consonant in "bcdfghjklmnprstvwz" for vowel in "aeiou"]
    words = ["".join(dice.choices(syllables, k=dice.randint(1, 4))) for _ in range(60_000)]
    return [
        " ".join(words[min(int(dice.paretovariate(0.7) * 3), len(words) - 1)] for _ in range(55))
        for _ in range(6000)
    ]


def make_documents(count: int, paragraphs: list[str], dice: random.Random) -> Iterator[Document]:
    for number in range(count):
        name, country = dice.choice(PLACES)
        place = Place(
            text=name.upper(), name=name, country=country, admin1=None, location=(1, 2), confidence=1
        )
        article = Article(
            id=f"{dice.getrandbits(128):032x}",
            origin=f"wire/{number // 1000}.txt#{number}",
            source=f"wire/{number // 1000}.txt",
            headline=dice.choice(paragraphs)[:70],
            summary=(dice.choice(paragraphs)[:100],),
            body="\n\n".join(dice.choices(paragraphs, k=3)),
            language=dice.choice(LANGUAGES),
            publisher=f"Paper {number % 40}",
            section=dice.choice(["World", "Sport", "Business"]),
            published_at=date(2020, 1, 1) + timedelta(days=dice.randrange(2000)),
            captions=(Caption(text=dice.choice(paragraphs)[:80], credit="Pool"),),
            dateline=Dateline(text=f"{name.upper()}:", agency="AFP", places=(place,)),
        )
        yield to_document(article, STAMP)


def time_load(engine: Engine, documents: list[Document], label: str) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in engine.load(documents):
        pass
    engine.commit()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"{label}: {len(documents) / wall:.0f} documents/s, {cpu / len(documents) * 1e6:.0f} us of processor each"
    )


def time_searches(engine: Engine, paragraphs: list[str]) -> None:
    words = [paragraph.split()[number % 50] for number, paragraph in enumerate(paragraphs[:REPEATS])]
    kinds = {
        "one word": [Query(text=word) for word in words],
        "three words": [Query(text=" ".join(paragraph.split()[:3])) for paragraph in paragraphs[:REPEATS]],
        "three words, facets, highlights": [
            Query(text=" ".join(paragraph.split()[:3]), facets=tuple(FACETS), highlight=True)
            for paragraph in paragraphs[:REPEATS]
        ],
        "phrase": [Query(text=f'"{" ".join(paragraph.split()[:3])}"') for paragraph in paragraphs[:REPEATS]],
        "prefix": [Query(text=f"{word[:3]}*") for word in words],
        "wildcard": [Query(text=f"{word[:2]}?*a") for word in words],
        "fuzzy": [Query(text=f"{word}a~") for word in words],
        "newest of all, facets": [Query(sort="newest", facets=tuple(FACETS))] * REPEATS,
        "one language": [Query(text=word, languages=("en",), highlight=True) for word in words],
    }
    for kind, queries in kinds.items():
        taken = sorted(_time_search(engine, query) for query in queries)
        cpu = [one[1] for one in taken]
        wall = [one[0] for one in taken]
        print(
            f"{kind:32} median {statistics.median(wall):6.1f} ms, 95 % {wall[int(len(wall) * 0.95)]:6.1f} ms,"
            f" processor {statistics.median(cpu):6.1f} ms"
        )


def _time_search(engine: Engine, query: Query) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    engine.search(query)
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    dice = random.Random(1)
    paragraphs = make_paragraphs(dice)
    documents = list(make_documents(count, paragraphs, dice))
    size = sum(len(document.json) for document in documents)
    print(f"{count} documents, {size / count:.0f} bytes each; load of the machine {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder, EmbeddedEngine(folder) as engine:
        time_load(engine, documents, "first load")
        print(f"index: {engine.status().size_bytes / size:.2f} of the JSON's size")
        time_searches(engine, paragraphs)
        ids = [document.id for document in documents]
        started = time.process_time()
        held = sum(len(engine.stored(ids[at : at + 1000])) for at in range(0, len(ids), 1000))
        print(f"digests: {(time.process_time() - started) / held * 1e6:.0f} us of processor each")
        time_load(engine, documents[: count // 5], "replacing a fifth")


if __name__ == "__main__":
    main()
