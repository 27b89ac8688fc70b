"""Our bulk sender against bare HTTP and against the client's own helper: `python -m bench.elastic_load`.

Ready documents of 1.8 kB go into a genuine node three ways, one after another, in each round into a new
index with the same mapping: prebuilt bodies by http.client (the ceiling), our engine, and
helpers.parallel_bulk with its defaults. What counts are the ratios inside a round: the machine's mood is
the same there. Needs `make elasticsearch`, or --url.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import orjson
from elasticsearch import Elasticsearch, helpers

from engines.contract import Loaded
from engines.elastic import ElasticEngine
from engines.elastic.bulk import FILTER
from tests.elasticsearch.lines import read_line
from tests.elasticsearch.node import JVM_OPTIONS, running
from transforms.document import RunStamp, to_document
from transforms.records import Article, Document

STAMP = RunStamp(run_id="bench", ingested_at=datetime(2025, 3, 17, tzinfo=UTC), version="0.1.0")
DISTINCT_WORDS = 25_000
BODY_BYTES = 5_000_000
SENDERS = 4


@dataclass(frozen=True, slots=True)
class Took:
    """One way of loading, measured."""

    rate: float  # documents a second
    cpu_us: float  # of the client, a document


def main() -> None:
    """Measure, print each round and the medians of the ratios."""
    parser = argparse.ArgumentParser(prog="bench.elastic_load", description=__doc__)
    parser.add_argument("--documents", type=int, default=120_000)
    parser.add_argument("--warm-up", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--line", choices=["8", "9"], default="9")
    parser.add_argument("--url", help="of a cluster without security, instead of a node of our own")
    arguments = parser.parse_args()
    documents = list(make_documents(arguments.documents))
    size = statistics.mean(len(document.json) for document in documents[:1000])
    print(
        f"{len(documents):,} documents of {size:,.0f} bytes, {SENDERS} senders, after {arguments.warm_up:,}"
    )
    with _node(arguments) as host:
        list(_engine_load(host, documents[: arguments.warm_up]))
        rounds = [_round(host, documents) for _ in range(arguments.rounds)]
    _print_ratios(rounds)


@contextmanager
def _node(arguments: argparse.Namespace) -> Iterator[str]:
    if arguments.url:
        yield arguments.url.rstrip("/")
        return
    with running(read_line(arguments.line), jvm_options=JVM_OPTIONS.format(heap="2g")) as node:
        yield node.url


def make_documents(count: int) -> Iterator[Document]:
    """Make ready documents out of made-up words, some of them frequent, most rare."""
    chance = random.Random(1)
    words = [
        "".join(chance.choices("etaoinshrdlucmfw", k=chance.randint(3, 10))) for _ in range(DISTINCT_WORDS)
    ]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(DISTINCT_WORDS)))
    for number in range(count):
        text = chance.choices(words, cum_weights=weights, k=190)
        article = Article(
            id=f"{number:032x}",
            origin=f"bench.jsonl#{number}",
            source="bench.jsonl",
            headline=" ".join(text[:9]),
            language="en",
            publisher=f"Publisher {number % 50}",
            body=" ".join(text[9:]),
        )
        yield to_document(article, STAMP)


def _round(host: str, documents: list[Document]) -> dict[str, Took]:
    ways: dict[str, Callable[[], None]] = {
        "bare": _bare(host, documents),
        "ours": lambda: _ours(host, documents),
        "parallel_bulk": _parallel_bulk(host, documents),
    }
    took: dict[str, Took] = {}
    for name, way in ways.items():
        _make_empty(host)
        wall, cpu = time.perf_counter(), time.process_time()
        way()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        took[name] = Took(len(documents) / wall, 1e6 * cpu / len(documents))
        _check_count(host, len(documents))
        print(f"{name:14} {took[name].rate:9,.0f} documents/s {took[name].cpu_us:7.1f} µs of client CPU each")
    return took


def _bodies(documents: list[Document]) -> Iterator[bytes]:
    lines: list[bytes] = []
    size = 0
    for document in documents:
        lines.append(b'{"index":{"_index":"bench.g1.en.load","_id":"%s"}}\n' % document.id.encode())
        lines.append(document.json + b"\n")
        size += len(lines[-1]) + len(lines[-2])
        if size > BODY_BYTES:
            yield b"".join(lines)
            lines, size = [], 0
    yield b"".join(lines)


def _bare(host: str, documents: list[Document]) -> Callable[[], None]:
    remaining = iter([body for body in _bodies(documents) if body])
    lock = threading.Lock()

    def next_body() -> bytes | None:
        with lock:
            return next(remaining, None)

    def send_some() -> None:
        connection = http.client.HTTPConnection(urlsplit(host).netloc, timeout=120)
        path = f"/_bulk?require_alias=true&filter_path={FILTER}"
        while body := next_body():
            connection.request("POST", path, body, {"Content-Type": "application/x-ndjson"})
            answer = connection.getresponse().read()
            assert b'"errors":false' in answer, answer[:500]
        connection.close()

    def send_all() -> None:
        threads = [threading.Thread(target=send_some) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return send_all


def _ours(host: str, documents: list[Document]) -> None:
    with ElasticEngine(f"{host}/bench") as engine:
        loaded = sum(isinstance(outcome, Loaded) for outcome in engine.load(documents))
        assert loaded == len(documents)


def _parallel_bulk(host: str, documents: list[Document]) -> Callable[[], None]:
    def actions() -> Iterator[dict[str, object]]:
        for source in sources:
            yield {"_index": "bench.g1.en.load", "_id": source["id"], "_source": source}

    sources = [orjson.loads(document.json) for document in documents]

    def send_all() -> None:
        with Elasticsearch(host, request_timeout=120) as client:
            assert all(ok for ok, _ in helpers.parallel_bulk(client, actions()))

    return send_all


def _engine_load(host: str, documents: list[Document]) -> Iterator[object]:
    _make_empty(host)
    with ElasticEngine(f"{host}/bench") as engine:
        yield from engine.load(documents)


def _make_empty(host: str) -> None:
    """Begin anew: the engine makes the index, in load mode, for all three."""
    with Elasticsearch(host, request_timeout=120) as client:
        client.indices.delete(index="bench.g1.en", ignore_unavailable=True)
    engine = ElasticEngine(f"{host}/bench")
    list(engine.load(make_documents(1)))  # without close: load mode goes on


def _check_count(host: str, expected: int) -> None:
    with Elasticsearch(host, request_timeout=120) as client:
        client.indices.refresh(index="bench.g1.en")
        assert client.count(index="bench.g1.en")["count"] == expected


def _print_ratios(rounds: list[dict[str, Took]]) -> None:
    def median(ratio: Callable[[dict[str, Took]], float]) -> float:
        return statistics.median(ratio(one) for one in rounds)

    print(f"ours / bare: {median(lambda one: one['ours'].rate / one['bare'].rate):.2f} (target 0.95)")
    speed = median(lambda one: one["ours"].rate / one["parallel_bulk"].rate)
    cpu = median(lambda one: one["ours"].cpu_us / one["parallel_bulk"].cpu_us)
    print(f"ours / parallel_bulk: {speed:.2f} (target 1.3), at {cpu:.2f} of its client CPU (target 0.20)")


if __name__ == "__main__":
    main()
