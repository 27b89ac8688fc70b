"""One turn of `bench.elastic_load`, as a process: `python -m bench.elastic_ways WAY HOST FILE COUNT`."""

from __future__ import annotations

import http.client
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from transforms.document import document_from_json
from transforms.records import Document

WAYS = ("bare", "ours", "parallel_bulk")
ALIAS = "bench.g1.en.load"
BODY_BYTES = 5_000_000
SENDERS = 4
TIMEOUT_S = 120


def main() -> None:
    """Read the documents, load them, print seconds by the clock and of this process."""
    way, host, path, count = sys.argv[1:]
    load = {"bare": bare, "ours": ours, "parallel_bulk": parallel_bulk}[way]
    with Path(path).open("rb") as file:
        act = load(host, [document_from_json(line.rstrip(b"\n")) for line in islice(file, int(count))])
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(orjson.dumps({"wall": wall, "cpu": cpu}).decode())


def bare(host: str, documents: list[Document]) -> Callable[[], None]:
    """Bodies that are ready, sent by as many threads as our engine has at most."""
    from engines.elastic.bulk import FILTER

    remaining = iter([body for body in _bodies(documents) if body])
    lock = threading.Lock()

    def next_body() -> bytes | None:
        with lock:
            return next(remaining, None)

    def send_some() -> None:
        connection = http.client.HTTPConnection(urlsplit(host).netloc, timeout=TIMEOUT_S)
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


def _bodies(documents: list[Document]) -> Iterator[bytes]:
    lines: list[bytes] = []
    size = 0
    for document in documents:
        lines.append(b'{"index":{"_index":"%s","_id":"%s"}}\n' % (ALIAS.encode(), document.id.encode()))
        lines.append(document.json + b"\n")
        size += len(lines[-1]) + len(lines[-2])
        if size > BODY_BYTES:
            yield b"".join(lines)
            lines, size = [], 0
    yield b"".join(lines)


def ours(host: str, documents: list[Document]) -> Callable[[], None]:
    """The engine, from documents to outcomes."""
    from engines.contract import Loaded
    from engines.elastic import ElasticEngine

    engine = ElasticEngine(f"{host}/bench")

    def load() -> None:
        loaded = sum(isinstance(outcome, Loaded) for outcome in engine.load(documents))
        assert loaded == len(documents)

    return load


def parallel_bulk(host: str, documents: list[Document]) -> Callable[[], None]:
    """The client's helper with its defaults, from the dicts that it takes."""
    from elasticsearch import Elasticsearch, helpers

    sources = [orjson.loads(document.json) for document in documents]
    documents.clear()

    def actions() -> Iterator[dict[str, object]]:
        for source in sources:
            yield {"_index": ALIAS, "_id": source["id"], "_source": source}

    def load() -> None:
        with Elasticsearch(host, request_timeout=TIMEOUT_S) as client:
            deque(helpers.parallel_bulk(client, actions()), maxlen=0)  # raises what went wrong

    return load


if __name__ == "__main__":
    main()
