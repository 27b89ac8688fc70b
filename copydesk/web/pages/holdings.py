"""The status page: what the index holds, how the last runs ended, what was rejected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from copydesk.web.desk import Desk
from copydesk.web.pages.links import search_url
from copydesk.web.pages.names import Language, language_of
from copydesk.web.pages.timeline import make_timeline
from engines.contract import Query
from ledger.records import Run

_DAYS = 60
_RUNS = 10
_LANGUAGES = 100
_ENDS = ("indexed", "updated", "unchanged", "duplicate")


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as the table shows it."""

    run_id: str
    started_at: str
    state: str  # "ended", "did not end" or "does not add up"
    seconds: float | None
    read: int
    ends: tuple[int, ...]  # as _ENDS
    rejected: int


def status_page(desk: Desk) -> dict[str, Any]:
    """Lay out the state of the index and of its books."""
    status = desk.status()
    counted = desk.search(Query(size=0, facets=("language",), facet_size=_LANGUAGES)).facets
    return {
        "status": status,
        "documents": sum(status.documents.values()),
        "totals": desk.totals(),
        "runs": [_row(run) for run in desk.runs(_RUNS)],
        "ends": _ENDS,
        "rejects": list(desk.rejects().items()),
        "languages": [_language_row(value.value, value.count) for value in counted.get("language", ())],
        "timeline": _last_days(desk),
    }


def _language_row(tag: str, count: int) -> tuple[Language, int, str]:
    return language_of(tag), count, search_url(Query(languages=(tag,)))


def _last_days(desk: Desk) -> Any:
    """Give the articles of each day, up to the newest that there is."""
    newest = desk.search(Query(sort="newest", size=1)).hits
    when = newest[0].article.published_at or newest[0].article.updated_at if newest else None
    if when is None:
        return None
    last = when.date() if isinstance(when, datetime) else when
    since = last - timedelta(days=min(_DAYS, (last - date.min).days))
    query = Query(since=since, until=last, size=0, histogram="day")
    return make_timeline(query, desk.search(query).histogram)


def _row(run: Run) -> RunRow:
    report = orjson.loads(run.report) if run.report else {}
    state = "did not end" if run.ended_at is None else "ended"
    if report and not report.get("balances", True):
        state = "does not add up"
    return RunRow(
        run_id=run.run_id,
        started_at=run.started_at,
        state=state,
        seconds=report.get("seconds", {}).get("total"),
        read=report.get("read", 0),
        ends=tuple(report.get(name, 0) for name in _ENDS),
        rejected=report.get("rejected", {}).get("total", 0),
    )
