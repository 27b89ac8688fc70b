"""What Prometheus reads: requests as they were answered, what the index holds, how the last run went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import orjson
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import Scope

from copydesk.web.desk import Desk
from ledger.records import Run
from transforms.records import RunError

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_ENDS = ("read", "indexed", "updated", "unchanged", "duplicate")
_METHODS = frozenset({"GET", "HEAD", "POST"})


class Measures:
    """The numbers of one application."""

    def __init__(self, desk: Desk) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "copydesk_http_requests",
            "Requests answered.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "copydesk_http_request_seconds",
            "Time from a request to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.under_way = Gauge(
            "copydesk_http_requests_under_way", "Requests not answered yet.", registry=self._registry
        )
        self._registry.register(_Holdings(desk))

    def count(self, method: str, scope: Scope, status: int, seconds: float) -> None:
        """Note one answer."""
        route = _route(scope)
        self._requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def render(self) -> bytes:
        """All of them, in Prometheus' text format."""
        return generate_latest(self._registry)


def _route(scope: Scope) -> str:
    """The route as it is declared, so that there are no more of them than in the program."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    return "/static" if scope["path"].startswith("/static/") else "none"


class _Holdings(Collector):
    """Asks the index and its books at each reading; an index that is away says only that."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        up = _gauge("copydesk_index_up", "Whether the index answers.")
        try:
            status = self._desk.status()
        except RunError:
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        yield up
        documents = _gauge("copydesk_documents", "Articles held, by language of the index.", "index")
        for key, count in status.documents.items():
            documents.add_metric((key,), count)
        size = _gauge("copydesk_index_bytes", "Room that the index takes.")
        size.add_metric((), status.size_bytes)
        yield from (documents, size)
        yield from self._books()

    def _books(self) -> Iterator[Metric]:
        try:
            runs, rejects = self._desk.runs(20), self._desk.rejects()
        except RunError:
            return
        waiting = _gauge("copydesk_rejects", "Rejects that are still wrong.", "reason")
        for reason, count in rejects.items():
            waiting.add_metric((reason,), count)
        yield waiting
        ended = next((run for run in runs if run.report), None)
        if ended:
            yield from _run(ended)


def _run(run: Run) -> Iterator[Metric]:
    """The counts of one run's report."""
    report = orjson.loads(run.report or b"{}")
    articles = _gauge("copydesk_last_run_articles", "What became of the articles of the last run.", "end")
    for end in _ENDS:
        articles.add_metric((end,), report[end])
    articles.add_metric(("rejected",), report["rejected"]["total"])
    balances = _gauge("copydesk_last_run_balances", "Whether every article of the last run is accounted for.")
    balances.add_metric((), report["balances"])
    when = _gauge("copydesk_last_run_end_timestamp_seconds", "When the last run ended.")
    when.add_metric((), datetime.fromisoformat(run.ended_at).timestamp() if run.ended_at else 0)
    yield from (articles, balances, when)


def _gauge(name: str, told: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, labels=labels)
