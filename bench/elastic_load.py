"""Our bulk sender against bare HTTP and against the client's own helper: `python -m bench.elastic_load [--quick]`.

Ready documents of 1.8 kB go into a genuine node three ways, in turns, each round into a new index with the same
mapping and refresh off: prebuilt bodies by http.client (the ceiling), our engine, and helpers.parallel_bulk with its
defaults. What counts are the ratios inside a round: the machine's mood is the same there.

Each turn is a process of its own, which holds nothing but its documents in the form that its way takes: bodies,
JSON, dicts. Its clock runs from the first document to the last answer; what it spends of the processor is
counted by itself. The order changes from round to round. Needs `make elasticsearch`, or --url.
"""

from __future__ import annotations

import argparse
import itertools
import random
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
from elasticsearch import Elasticsearch

from bench.elastic_ways import WAYS
from engines.elastic import ElasticEngine
from tests.elasticsearch.lines import read_line
from tests.elasticsearch.node import JVM_OPTIONS, running
from transforms.document import RunStamp, to_document
from transforms.records import Article, Document

STAMP = RunStamp(run_id="bench", ingested_at=datetime(2025, 3, 17, tzinfo=UTC), version="0.1.0")
DISTINCT_WORDS = 25_000
QUICK = {"documents": 40_000, "warm_up": 20_000, "rounds": 2}


@dataclass(frozen=True, slots=True)
class Took:
    """One way of loading, measured."""

    rate: float  # documents a second
    cpu_us: float  # of the client, a document


def main() -> None:
    """Measure, print each turn and the medians of the ratios."""
    parser = argparse.ArgumentParser(prog="bench.elastic_load", description=__doc__)
    parser.add_argument("--documents", type=int, default=120_000)
    parser.add_argument("--warm-up", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help=f"only {QUICK}")
    parser.add_argument("--line", choices=["8", "9"], default="9")
    parser.add_argument("--url", help="of a cluster without security, instead of a node of our own")
    parser.add_argument("--out", type=Path, help="a file for what is printed, too")
    arguments = parser.parse_args()
    if arguments.quick:
        vars(arguments).update(QUICK)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the node ends too
    rows: list[str] = []

    def tell(row: str) -> None:
        rows.append(row)
        print(row, flush=True)

    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder, _node(arguments) as host:
        measure(arguments, host, Path(folder) / "documents.jsonl", tell)
    if arguments.out:
        arguments.out.write_text("\n".join(rows) + "\n", "utf-8")


def measure(arguments: argparse.Namespace, host: str, documents: Path, tell: Callable[[str], None]) -> None:
    """Warm up, let all ways take turns, and tell how they did."""
    with documents.open("wb") as file:
        sizes = [file.write(one.json + b"\n") for one in make_documents(arguments.documents)]
    tell(
        f"{datetime.now(UTC):%Y-%m-%d}  Elasticsearch {arguments.line}: {len(sizes):,} documents of"
        f" {statistics.mean(sizes):,.0f} bytes, after a warm-up of {arguments.warm_up:,}"
    )
    _turn("ours", host, documents, arguments.warm_up)
    rounds: list[dict[str, Took]] = []
    for number in range(arguments.rounds):
        order = WAYS[number % len(WAYS) :] + WAYS[: number % len(WAYS)]
        took: dict[str, Took] = {}
        for way in order:
            took[way] = _turn(way, host, documents, arguments.documents)
            tell(
                f"round {number + 1}  {way:14} {took[way].rate:9,.0f} documents/s"
                f" {took[way].cpu_us:6.1f} µs of client CPU each"
            )
        rounds.append(took)
    for row in _ratios(rounds):
        tell(row)


@contextmanager
def _node(arguments: argparse.Namespace) -> Iterator[str]:
    if arguments.url:
        yield arguments.url.rstrip("/")
        return
    with running(read_line(arguments.line), jvm_options=JVM_OPTIONS.format(heap="1g")) as node:
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


def _turn(way: str, host: str, documents: Path, count: int) -> Took:
    """Let a process of its own load so many of the documents into an empty index."""
    _make_empty(host)
    command = [sys.executable, "-m", "bench.elastic_ways", way, host, str(documents), str(count)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    told = orjson.loads(done.stdout)
    _check_count(host, count)
    return Took(count / told["wall"], 1e6 * told["cpu"] / count)


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


def _ratios(rounds: list[dict[str, Took]]) -> Iterator[str]:
    def told(ratio: Callable[[dict[str, Took]], float]) -> str:
        ratios = sorted(map(ratio, rounds))
        return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"

    yield f"ours / bare: {told(lambda one: one['ours'].rate / one['bare'].rate)}, asked 0.95"
    yield f"ours / parallel_bulk: {told(lambda one: one['ours'].rate / one['parallel_bulk'].rate)}, asked 1.3"
    cpu = told(lambda one: one["ours"].cpu_us / one["parallel_bulk"].cpu_us)
    yield f"client CPU, ours / parallel_bulk: {cpu}, asked 0.20"


if __name__ == "__main__":
    main()
