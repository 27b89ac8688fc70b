"""A proxy in front of a genuine node that does harm to exactly the bulk requests that a test names."""

from __future__ import annotations

import http.client
import json
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to one bulk request instead of the usual."""

    delay_s: float = 0.0  # before anything else
    status: int | None = None  # the whole request is answered so; the node never sees it
    lose_request: bool = False  # the connection is cut before the node sees it
    lose_answer: bool = False  # … after the node did what was asked
    shorten_answer: bool = False  # the last item is missing
    change_items: Callable[[list[Any]], list[Any]] | None = None  # of the answer, any way at all
    say_instead: bytes | None = None  # of the whole answer
    swap_with_next: bool = False  # it gets the answer to the next request, and that one this answer
    items: Callable[[int, str], int | None] = lambda _position, _id: (
        None
    )  # status of an item; None: the node's


@dataclass(slots=True)
class Proxy:
    """What a test sets and reads."""

    url: str
    #: Gives the fault of the n-th bulk request, counted from 0.
    plan: Callable[[int], Fault | None] = lambda _number: None
    bulks: int = 0
    ids: list[list[str]] = field(default_factory=list)  # of each bulk request
    refused: Counter[str] = field(default_factory=Counter)  # ids that the node itself answered 429
    encodings: list[str | None] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: list[tuple[bytes, queue.Queue[bytes]]] = field(default_factory=list)  # for an answer of another

    def swap(self, answer: bytes) -> bytes:
        """Give the answer of another request that comes here, at most a second later; else its own."""
        with self.lock:
            if self.waiting:
                other, theirs = self.waiting.pop()
                theirs.put(answer)
                return other
            ours: queue.Queue[bytes] = queue.Queue()
            self.waiting.append((answer, ours))
        try:
            return ours.get(timeout=1)
        except queue.Empty:
            with self.lock:
                self.waiting[:] = [one for one in self.waiting if one[1] is not ours]
            return answer


@contextmanager
def proxy_before(node_url: str) -> Iterator[Proxy]:
    """Run a proxy on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.proxy = Proxy(url=f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    server.target = urlsplit(node_url).netloc  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.proxy  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if "/_bulk" in self.path:
            self._bulk(body)
        else:
            self._answer(*self._ask(body))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815 (names of http.server)

    def _bulk(self, body: bytes) -> None:
        proxy: Proxy = self.server.proxy
        operations = [] if self.headers.get("content-encoding") else _operations(body)
        with proxy.lock:
            proxy.ids.append([id for id, _ in operations])
            proxy.encodings.append(self.headers.get("content-encoding"))
            fault = proxy.plan(proxy.bulks) or Fault()
            proxy.bulks += 1
        time.sleep(fault.delay_s)
        if fault.lose_request:
            self._cut()
        elif fault.status is not None:
            self._answer(fault.status, json.dumps({"error": _error(fault.status)}).encode())
        else:
            self._with_item_faults(fault, body, operations)

    def _with_item_faults(self, fault: Fault, body: bytes, operations: list[tuple[str, bytes]]) -> None:
        statuses = [fault.items(position, id) for position, (id, _) in enumerate(operations)]
        if any(statuses):
            kept = [lines for status, (_, lines) in zip(statuses, operations, strict=True) if status is None]
            body = b"".join(kept)
        status, answer = self._ask(body) if body else (200, b'{"items":[]}')
        with self.server.proxy.lock:
            self.server.proxy.refused.update(_refused(status, answer, [id for id, _ in operations]))
        if fault.lose_answer:
            self._cut()
            return
        if status == 200 and (any(statuses) or fault.shorten_answer or fault.change_items):
            answer = _spliced(answer, statuses, [id for id, _ in operations], fault)
        if fault.swap_with_next:
            answer = self.server.proxy.swap(answer)
        self._answer(status, answer if fault.say_instead is None else fault.say_instead)

    def _ask(self, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.server.target, timeout=60)
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in {"host", "content-length", "connection", "accept-encoding"}
        }
        connection.request(self.command, self.path, body or None, headers)
        response = connection.getresponse()
        answer = response.read()
        self.content_type = response.getheader("content-type")
        connection.close()
        return response.status, answer

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", getattr(self, "content_type", None) or "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        pass


def _operations(body: bytes) -> list[tuple[str, bytes]]:
    operations = []
    lines = iter(body.splitlines(keepends=True))
    for action in lines:
        ((kind, about),) = json.loads(action).items()
        operations.append((about["_id"], action if kind == "delete" else action + next(lines)))
    return operations


def _refused(status: int, answer: bytes, ids: list[str]) -> list[str]:
    if status == 429:
        return ids
    items = json.loads(answer).get("items", ()) if status == 200 else ()
    statuses = [result.get("status") for item in items for result in item.values()]
    return [id for id, status in zip(ids, statuses, strict=False) if status == 429]


def _spliced(answer: bytes, statuses: list[int | None], ids: list[str], fault: Fault) -> bytes:
    parsed = json.loads(answer)
    real = iter(parsed["items"])
    items = [
        next(real) if status is None else {"index": {"_id": id, "status": status, "error": _error(status)}}
        for status, id in zip(statuses, ids, strict=True)
    ]
    if fault.change_items:
        items = fault.change_items(items)
    parsed["items"] = items[:-1] if fault.shorten_answer else items
    parsed["errors"] = parsed.get("errors", False) or any(statuses) or fault.shorten_answer
    return json.dumps(parsed).encode()


def _error(status: int) -> dict[str, str]:
    return {"type": f"made_up_{status}_exception", "reason": "the proxy says so"}
