"""The bulk sender: operations in, one outcome for each out, whatever happens on the way.

The official client's helpers lose what they do not retry (parallel_bulk loses every item answered 429) and
cost a quarter of the throughput on a small machine. Here a body is built once, out of bytes; several are
on their way at a time; answers are matched by position, and each is asked whose it is: one that is not of what
was sent tells nothing, and the batch is sent again; so is, alone, what was refused for now.
Resending is safe: ids are given, so that the same document written twice is one document.

Source: https://www.elastic.co/docs/reference/elasticsearch/clients/python/client-helpers; bench/elastic_load.py
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch

from engines.contract import EngineError, Loaded
from engines.elastic.client import Address, from_item, reason_of, to_engine_error
from engines.elastic.lines import Operation, answers
from engines.elastic.pace import Pace
from transforms.records import Reject

BUSY = frozenset({429, 502, 503, 504})
STOP = frozenset({401, 403, 404, 409})
REQUEST_TIMEOUT_S = 120
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
TRIES_WHOLE = 3  # of a body that is refused as a whole, before it is halved
MAX_SERVER_ERRORS = 5  # what Elasticsearch itself stumbles over so often is given up
ACTION_BYTES = 100  # about, of the line before a source
FILTER = "errors,took,items.*._id,items.*.status,items.*.error"


#: Puts operations into the body of a request.
Write = Callable[[Sequence[Any]], bytes]


@dataclass(slots=True)
class Delivery:
    """What became of one batch: the outcomes that are known, and why the rest has none."""

    outcomes: list[Loaded | Reject] = field(default_factory=list)
    error: EngineError | None = None


@dataclass(slots=True)
class _Pending:
    """Operations of one batch that have no outcome yet."""

    operations: Sequence[Operation]
    write: Write
    deadline: float  # of time.monotonic()
    tries: int = 0  # in which nothing moved
    body: bytes = b""  # of all of them, when it has been written


class Sender:
    """Sends operations to one Elasticsearch; `pace` says how much at a time."""

    def __init__(
        self, client: Elasticsearch, address: Address, *, patience_s: float = 120.0, pace: Pace | None = None
    ) -> None:
        self._client = client.options(request_timeout=REQUEST_TIMEOUT_S, max_retries=0)
        self._address = address
        self._patience_s = patience_s
        self._stopped = threading.Event()
        self.pace = pace or Pace()

    def send(self, operations: Iterable[Operation], write: Write) -> Iterator[Loaded | Reject]:
        """Send lazily; EngineError, after the outcomes that are known, when it cannot go on."""
        in_flight: dict[Future[Delivery], set[str]] = {}
        error: EngineError | None = None
        self._stopped.clear()
        executor = ThreadPoolExecutor(self.pace.most_in_flight, thread_name_prefix="bulk")
        try:
            for batch, ids in self._batches(operations):
                # Here and not in the threads, whose memory the system takes back and gives anew each time.
                pending = _Pending(batch, write, 0.0, body=write(batch))
                while error is None and self._must_wait(in_flight, ids):
                    error = yield from _collect(in_flight)
                if error is not None:
                    break
                in_flight[executor.submit(self._deliver, pending)] = ids
                del pending
            while in_flight:
                if error is not None:
                    self._stopped.set()
                error = (yield from _collect(in_flight)) or error
        finally:
            self._stopped.set()
            executor.shutdown(wait=True, cancel_futures=True)
        if error is not None:
            raise error

    def _must_wait(self, in_flight: dict[Future[Delivery], set[str]], ids: set[str]) -> bool:
        """Whether there is enough on its way, or an older version of the same document is."""
        enough = len(in_flight) >= self.pace.in_flight
        return enough or any(not ids.isdisjoint(sent) for sent in in_flight.values())

    def _batches(self, operations: Iterable[Operation]) -> Iterator[tuple[list[Operation], set[str]]]:
        """Fill batches by bytes and count. A document comes once in a batch, lest a resent one overtakes."""
        batch: list[Operation] = []
        ids: set[str] = set()
        size = 0
        most_bytes, most = self.pace.max_bytes, self.pace.max_count
        for operation in operations:
            id, length = operation.id, len(operation.json) + ACTION_BYTES
            if batch and (size + length > most_bytes or len(batch) >= most or id in ids):
                yield batch, ids
                batch, ids, size = [], set(), 0
                most_bytes, most = self.pace.max_bytes, self.pace.max_count
            batch.append(operation)
            ids.add(id)
            size += length
        if batch:
            yield batch, ids

    def _deliver(self, pending: _Pending) -> Delivery:
        """Send one batch, and parts of it again, until each operation has an outcome or time is up."""
        delivery = Delivery()
        pending.deadline = time.monotonic() + self._patience_s
        queue = [pending]
        while queue and delivery.error is None:
            try:
                queue.extend(self._attempt(queue.pop(), delivery))
            except EngineError as error:
                delivery.error = error
        return delivery

    def _attempt(self, pending: _Pending, delivery: Delivery) -> list[_Pending]:
        """Send once; give what is still to be sent."""
        body, pending.body = pending.body or pending.write(pending.operations), b""
        started = time.monotonic()
        try:
            operations: Any = body  # the client takes bytes as well as what its types say
            answer = self._client.bulk(operations=operations, filter_path=FILTER, require_alias=True).body
        except ApiError as error:
            return self._refused(pending, error, len(body), delivery)
        except TlsError as error:
            raise to_engine_error(error, self._address) from error
        except TransportError as error:
            return [self._again(pending, pending.operations, error)]
        self.pace.answered(time.monotonic() - started)
        return self._read_items(pending, answer, delivery)

    def _refused(self, pending: _Pending, error: ApiError, size: int, delivery: Delivery) -> list[_Pending]:
        """Deal with an answer that refuses the whole request."""
        status = error.status_code
        single = len(pending.operations) == 1
        if status in BUSY or (status >= 500 and pending.tries < MAX_SERVER_ERRORS):
            if single or pending.tries < TRIES_WHOLE:
                return [self._again(pending, pending.operations, error)]
            self.pace.slow_down(size // 2)  # what it holds at a time may be less than this body
        elif status == 413:
            self.pace.limit_bytes(size // 2)
        elif status != 400 and status < 500:
            raise to_engine_error(error, self._address) from error
        if not single:
            return _halves(pending)
        kind, reason = reason_of(error.body)
        if status == 413:
            kind, reason = "too-large", f"{size} bytes are more than Elasticsearch takes at a time"
        delivery.outcomes.append(_reject(pending.operations[0], kind, reason))
        return []

    def _read_items(self, pending: _Pending, answer: Any, delivery: Delivery) -> list[_Pending]:
        """Match the items with the operations, by position; an answer of something else tells nothing."""
        items = answer.get("items") if isinstance(answer, dict) else None
        if not answers(items, pending.operations):
            return [self._again(pending, pending.operations, None)]
        if answer.get("errors") is False and "index" in items[0]:
            delivery.outcomes += [Loaded(id=operation.id) for operation in pending.operations]
            return []
        again: list[Operation] = []
        busy = 0
        for operation, item in zip(pending.operations, items, strict=True):
            (result,) = item.values()
            status, error = result["status"], result.get("error")
            if error is None:
                delivery.outcomes.append(_taken(operation, status))
            elif status in STOP or error.get("type") == "cluster_block_exception":
                delivery.error = from_item(status, error, self._address)
            elif status in BUSY or (status >= 500 and pending.tries < MAX_SERVER_ERRORS):
                again.append(operation)
                busy = status
            else:
                delivery.outcomes.append(_reject(operation, *reason_of({"error": error})))
        return [self._again(pending, again, None, busy)] if again and delivery.error is None else []

    def _again(
        self, pending: _Pending, operations: Sequence[Operation], error: Exception | None, status: int = 0
    ) -> _Pending:
        """Wait, longer each time and never two alike; EngineError when time is up."""
        self.pace.slow_down()
        if time.monotonic() > pending.deadline or self._stopped.is_set():
            if error is not None:
                raise to_engine_error(error, self._address) from error
            if not status:
                raise EngineError(
                    f"the answers of {self._address.host} are not those to what was sent: some fail, or are of others",
                    hint="see what is between here and it (a proxy?), then run it again: nothing is sent twice",
                )
            refused = {"reason": f"still refused after {self._patience_s:.0f} s"}
            raise from_item(429, refused, self._address)
        longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**pending.tries)
        self._stopped.wait(longest * random.uniform(0.5, 1))
        self.pace.count_resent(len(operations), _cause(error, status))
        if len(operations) < len(pending.operations):  # it moves: only what stands still runs out of time
            return _Pending(operations, pending.write, time.monotonic() + self._patience_s)
        return _Pending(operations, pending.write, pending.deadline, pending.tries + 1)


def _cause(error: Exception | None, status: int) -> str:
    """Say in a word why something is sent once more; `status` is that of items.

    >>> _cause(None, 429), _cause(None, 0), _cause(ConnectionTimeout("late"), 0)
    ('429', 'wrong answer', 'timeout')
    """
    if isinstance(error, ApiError):
        return str(error.status_code)
    if error is not None:
        return "timeout" if isinstance(error, ConnectionTimeout) else "connection"
    return str(status) if status else "wrong answer"


def _halves(pending: _Pending) -> list[_Pending]:
    middle = len(pending.operations) // 2
    halves = (pending.operations[middle:], pending.operations[:middle])  # the last one is sent first
    return [_Pending(half, pending.write, pending.deadline) for half in halves]


def _collect(
    in_flight: dict[Future[Delivery], set[str]],
) -> Generator[Loaded | Reject, None, EngineError | None]:
    """Yield the outcomes of the batches that are done; wait for one. Returns the error that ends the run."""
    done, _ = wait(in_flight, return_when=FIRST_COMPLETED)
    error: EngineError | None = None
    for future in done:
        del in_flight[future]
        delivery = future.result()
        error = error or delivery.error
        yield from delivery.outcomes
    return error


def _taken(operation: Operation, status: int) -> Loaded | Reject:
    if status < 300:
        return Loaded(id=operation.id)
    return _reject(operation, "absent", "there was nothing to delete")  # 404, without an error


def _reject(operation: Operation, kind: str, reason: str) -> Reject:
    detail = f"Elasticsearch: {reason}"
    return Reject(origin=operation.origin, stage="load", reason=_slug(kind), detail=detail)


def _slug(kind: str) -> str:
    """Turn Elasticsearch's name of an error into a reason.

    >>> _slug("strict_dynamic_mapping_exception")
    'strict-dynamic-mapping'
    """
    return kind.removesuffix("_exception").replace("_", "-") or "refused"
