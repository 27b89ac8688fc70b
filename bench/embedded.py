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
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from engines.contract import FACETS, Engine, Query
from engines.embedded import EmbeddedEngine
from transforms.document import RunStamp, to_document
from transforms.records import Article, Caption, Dateline, Document, Place

LANGUAGES = ["en"] * 12 + ["fr", "de"] * 2 + ["es", "ar", "ru", "zh"]
PLACES = [
    ("Paris", "FR", (48.85, 2.35)),
    ("Rome", "IT", (41.89, 12.48)),
    ("Berlin", "DE", (52.52, 13.41)),
    ("Madrid", "ES", (40.42, -3.7)),
    ("London", "GB", (51.51, -0.13)),
]
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
        name, country, location = dice.choice(PLACES)
        place = Place(
            text=name.upper(), name=name, country=country, admin1=None, location=location, confidence=1
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


def telling_words(paragraphs: list[str]) -> list[str]:
    """Words that some stories have and most have not, as people search for them."""
    spread = Counter(word for paragraph in paragraphs for word in set(paragraph.split()))
    known = sorted(word for word, count in spread.items() if 6 <= count <= 300)
    return random.Random(2).sample(known, min(len(known), 3 * REPEATS))


def kinds_of_searches(paragraphs: list[str]) -> dict[str, list[Query]]:
    words = telling_words(paragraphs)
    three = [" ".join(words[at : at + 3]) for at in range(0, len(words), 3)]
    common = [" ".join(paragraph.split()[:3]) for paragraph in paragraphs[:REPEATS]]
    words = words[:REPEATS]
    everything: dict[str, Any] = {"facets": tuple(FACETS), "highlight": True, "histogram": "month"}
    return {
        "one word": [Query(text=word) for word in words],
        "three words": [Query(text=text) for text in three],
        "three words, facets, highlights": [
            Query(text=text, facets=tuple(FACETS), highlight=True) for text in three
        ],
        "the same with a histogram": [Query(text=text, **everything) for text in three],
        "words that every story has": [Query(text=text, **everything) for text in common],
        "phrase": [Query(text=f'"{text}"') for text in common],
        "prefix": [Query(text=f"{word[:3]}*") for word in words],
        "wildcard": [Query(text=f"{word[:2]}?*a") for word in words],
        "fuzzy": [Query(text=f"{word}a~") for word in words],
        "near": [Query(text="near:Rome~800km")] * REPEATS,
        "newest of all, facets": [Query(sort="newest", facets=tuple(FACETS))] * REPEATS,
        "all by day": [Query(size=0, histogram="day")] * REPEATS,
        "one language": [Query(text=word, languages=("en",), highlight=True) for word in words],
        "page 100": [Query(text=text, page=100) for text in three],
    }


def time_searches(engine: Engine, paragraphs: list[str]) -> None:
    kinds = kinds_of_searches(paragraphs)
    for kind, queries in kinds.items():
        show(kind, [partial(engine.search, query) for query in queries])
    ids = [hit.id for hit in engine.search(Query(size=REPEATS)).hits]
    show("like one", [partial(engine.similar, id) for id in ids])
    show("mistyped", [partial(engine.suggest, f"{query.text}x") for query in kinds["one word"]])
    for threads in (1, 2, 8):
        turns = kinds["one word"] * 20
        with ThreadPoolExecutor(threads) as pool:
            started = time.perf_counter()
            list(pool.map(engine.search, turns))
            print(
                f"{threads} threads: {len(turns) / (time.perf_counter() - started):.0f} searches/s for one word"
            )


def show(kind: str, asked: list[Callable[[], object]]) -> None:
    for ask in asked[:5]:
        ask()
    taken = [_time(ask) for ask in asked]
    wall, cpu = (sorted(one[at] for one in taken) for at in (0, 1))
    print(
        f"{kind:32} median {statistics.median(wall):6.1f} ms, 95 % {wall[int(len(wall) * 0.95)]:6.1f} ms,"
        f" processor {statistics.median(cpu):6.1f} ms, 95 % {cpu[int(len(cpu) * 0.95)]:6.1f} ms"
    )


def _time(ask: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    ask()
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
