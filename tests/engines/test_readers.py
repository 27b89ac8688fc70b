"""One open engine that answers for hours: from many threads, while other processes write, swap and drop."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from engines import open_engine
from engines.contract import FACETS, Engine, Page, Query
from tests.engines.corpus import document_of
from tests.engines.stories import article

ROOT = Path(__file__).parents[2]
THREADS = 8
SEEN_WITHIN_S = 5.0

WRITER = """
import json, sys, time
from engines import open_engine
from tests.engines.corpus import document_of
from tests.engines.stories import article

url, options = json.loads(sys.stdin.readline())
def load(engine, numbers, language="en"):
    list(engine.load(document_of(article(n, language=language)) for n in numbers))
    engine.commit()
with open_engine(url, **options) as engine:
    for batch in range(3):
        load(engine, range(batch * 10, batch * 10 + 10))
        print("loaded", flush=True)
        sys.stdin.readline()
    load(engine, range(100, 105), "fr")
    print("loaded", flush=True)
    sys.stdin.readline()
    engine.delete([article(n).id for n in range(5)])
    engine.commit()
    print("deleted", flush=True)
    sys.stdin.readline()
    with engine.generation(2) as beside:
        load(beside, range(3), "de")
    engine.activate(2)
    engine.drop(1)
    print("swapped", flush=True)
    sys.stdin.readline()
"""


def shown(page: Page) -> object:
    """All of a page but what differs every time."""
    scores = sorted(round(hit.score or 0.0, 3) for hit in page.hits)
    return page.total, scores, {hit.id: hit.highlights for hit in page.hits[:3]}, page.facets, page.histogram


def test_eight_threads_get_the_answers_of_one(loaded: Engine) -> None:
    texts = ("bridge", "storm OR мост", "near:London~500km", "mayro~", "bri*", '"central bank"', "北京", "")
    queries = [
        Query(text=text, facets=tuple(FACETS), highlight=True, histogram="month", sort=sort, size=20)
        for text in texts
        for sort in ("newest", "relevance")
    ]
    expected = [shown(loaded.search(query)) for query in queries]
    some = loaded.search(Query(text="bridge", size=3)).hits
    alike = [[hit.id for hit in loaded.similar(one.id)] for one in some]

    def ask(turn: int) -> bool:
        at = turn % len(queries)
        good = shown(loaded.search(queries[at])) == expected[at]
        if turn % 7 == 0:
            good &= loaded.suggest("farmrs") == ("farmers",)
            good &= [[hit.id for hit in loaded.similar(one.id)] for one in some] == alike
        return good

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(ask, range(160)))


def test_threads_search_while_one_writes(engine: Engine) -> None:
    list(engine.load([document_of(article(0))]))
    engine.commit()
    running = True

    def read(_: int) -> list[int]:
        totals = [1]
        while running:
            page = engine.search(Query(text="harbour", facets=("language",), highlight=True))
            assert page.total >= totals[-1]
            assert sum(row.count for row in page.facets["language"]) == page.total
            totals.append(page.total)
        return totals

    with ThreadPoolExecutor(THREADS) as pool:
        readers = pool.map(read, range(THREADS))
        for batch in range(1, 11):
            list(engine.load(document_of(article(n)) for n in range(batch * 10, batch * 10 + 10)))
            engine.commit()
        running = False
        for totals in readers:
            assert totals == sorted(totals)
    assert engine.search(Query(text="harbour")).total == 101


def test_what_another_process_writes_is_seen(engine: Engine, request: pytest.FixtureRequest) -> None:
    elastic = not engine.url.startswith("file:")
    options = request.getfixturevalue("elasticsearch_options") if elastic else {}
    if elastic:
        assert engine.search(Query()).total == 0
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        cwd=ROOT,
        env={"PYTHONPATH": "."},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdin
    assert writer.stdout
    writer.stdin.write(json.dumps([engine.url, options]) + "\n")

    def after(said: str, holds: Callable[[], bool]) -> None:
        assert writer.stdout
        assert writer.stdin
        assert writer.stdout.readline().strip() == said
        deadline = time.monotonic() + SEEN_WITHIN_S
        while not holds():
            assert time.monotonic() < deadline, f"{said}: not seen within {SEEN_WITHIN_S} s"
            time.sleep(0.05)
        writer.stdin.write("\n")
        writer.stdin.flush()

    writer.stdin.flush()
    try:
        for batch in range(3):
            after("loaded", lambda batch=batch: engine.search(Query(text="harbour")).total == batch * 10 + 10)  # type: ignore[misc]
        after("loaded", lambda: engine.search(Query(text="harb*", languages=("fr",))).total == 5)
        after("deleted", lambda: engine.search(Query()).total == 30)
        after("swapped", lambda: engine.search(Query(text="harb*", facets=("language",))).total == 3)
        page = engine.search(Query(facets=("language",)))
        assert [row.value for row in page.facets["language"]] == ["de"]
        assert engine.get(article(7).id) is None
        assert engine.get(article(1).id)
    finally:
        writer.stdin.close()
        assert writer.wait(timeout=60) == 0
        writer.stdout.close()


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_pages_stay_while_others_come_and_go(
    engine: Engine, request: pytest.FixtureRequest, sort: str
) -> None:
    """What was there from the first page to the last comes exactly once; another process pages as well."""
    elastic = not engine.url.startswith("file:")
    options = request.getfixturevalue("elasticsearch_options") if elastic else {}
    days = [None, *(date(2024, 1, 1) + timedelta(days=n) for n in range(9))]
    kept = [
        article(n, body="Harbour. " * (n % 9 + 1) + "Ship. " * (n % 5), published_at=days[n % 10])
        for n in range(0, 200, 2)
    ]
    going = [article(n, body="Harbour again.", published_at=days[n % 10]) for n in range(1, 60, 2)]
    list(engine.load(map(document_of, kept + going)))
    engine.commit()
    with open_engine(engine.url, **options) as reader:
        found: list[str] = []
        cursor: str | None = None
        for turn in range(100):
            page = reader.search(Query(text="harbour ship", sort=sort, size=9, cursor=cursor))  # type: ignore[arg-type]
            found += [hit.id for hit in page.hits]
            cursor = page.cursor
            if cursor is None:
                break
            coming = [
                article(1000 + turn * 10 + n, body="Ship harbour ship. " * n, published_at=days[n])
                for n in range(4)
            ]
            list(engine.load(map(document_of, coming)))
            engine.delete([going[turn % len(going)].id])
            engine.commit()
        else:
            pytest.fail("the pages do not end")
        assert page.notes == ()
    counts = [found.count(one.id) for one in kept]
    assert counts == [1] * len(kept)
    assert len(found) == len(set(found))
