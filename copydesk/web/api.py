"""The API's routes. What they take and give is told in openapi.json."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from copydesk.ask import page_as_json, status_as_json
from copydesk.web.asked import CHOICE, query_of, read_query
from copydesk.web.desk import Desk
from copydesk.web.feeds import Feed, render_atom, render_rss
from copydesk.web.parameters import read_document, read_parameters
from copydesk.web.tables import csv_lines, json_lines, read_all
from engines.contract import FACETS, Query
from ledger.records import Run
from transforms.document import to_fields
from transforms.records import Article

_ID = re.compile(r"[0-9a-f]{32}")
_FEED = Query(sort="newest", size=50)
_TABLE = Query(sort="newest")
_MOST_ROWS = 10_000
_ATOM, _RSS = "application/atom+xml", "application/rss+xml"


def router(desk: Desk) -> APIRouter:
    """Give the routes under /api."""
    routes = APIRouter()
    routes.include_router(_answers(desk))
    routes.include_router(_forms(desk))
    routes.include_router(_stories(desk))
    return routes


def _answers(desk: Desk) -> APIRouter:
    """What is asked of the whole index."""
    routes = APIRouter()

    @routes.get("/api/search")
    def search(request: Request) -> Response:
        return as_json(page_as_json(desk.search(read_query(_given(request)))))

    @routes.get("/api/facets")
    def facets(request: Request) -> Response:
        names = (*CHOICE[:-1], "facets", "facet_size")
        query = read_query(
            _given(request), names, defaults=Query(size=0, facets=tuple(FACETS), facet_size=50)
        )
        answer = page_as_json(desk.search(query))
        return as_json({name: answer[name] for name in ("total", "took_ms", "facets", "notes")})

    @routes.get("/api/suggest")
    def suggest(request: Request) -> Response:
        asked = read_parameters(_given(request), ("q", "count"))
        found = desk.suggest(asked.get("q", ""), asked.get("count", 5))
        return as_json({"suggestions": list(found)})

    @routes.get("/api/status")
    def status(request: Request) -> Response:
        read_parameters(_given(request), ())
        return as_json(_status(desk))

    @routes.get("/api/openapi.json")
    async def openapi() -> Response:
        return as_json(read_document())

    return routes


def _forms(desk: Desk) -> APIRouter:
    """The hits of a search in other forms: feeds to subscribe to, tables to work with."""
    routes = APIRouter()

    @routes.get("/api/search.atom")
    def atom(request: Request) -> Response:
        return _of_feed(request, render_atom(_feed(desk, request, "atom")), _ATOM)

    @routes.get("/api/search.rss")
    def rss(request: Request) -> Response:
        return _of_feed(request, render_rss(_feed(desk, request, "rss")), _RSS)

    @routes.get("/api/search.csv")
    def csv(request: Request) -> Response:
        return _table(desk, request, csv_lines, "text/csv; charset=utf-8; header=present")

    @routes.get("/api/search.jsonl")
    def jsonl(request: Request) -> Response:
        return _table(desk, request, json_lines, "application/jsonl")

    return routes


def _stories(desk: Desk) -> APIRouter:
    """One article and its like."""
    routes = APIRouter()

    @routes.get("/api/articles/{id}")
    def article(id: str, request: Request) -> Response:
        read_parameters(_given(request), ())
        found = article_of(desk, id)
        origins = [_plain(origin.origin) for origin in desk.origins(id)]
        return as_json({"article": to_fields(found), "origins": origins})

    @routes.get("/api/articles/{id}/similar")
    def similar(id: str, request: Request) -> Response:
        asked = read_parameters(_given(request), ("count",))
        article_of(desk, id)
        hits = desk.similar(id, asked.get("count", 10))
        return as_json(
            {"hits": [{"id": hit.id, "score": hit.score, "article": to_fields(hit.article)} for hit in hits]}
        )

    return routes


def article_of(desk: Desk, id: str) -> Article:
    """Give the article; a 404 when there is none."""
    found = desk.article(id) if _ID.fullmatch(id) else None
    if found is None:
        raise HTTPException(404, f"there is no article {id[:40]}")
    return found


def as_json(value: Any) -> Response:
    """Answer with plain JSON values."""
    return Response(orjson.dumps(value), media_type="application/json")


def _given(request: Request) -> list[tuple[str, str]]:
    return request.query_params.multi_items()


def _feed(desk: Desk, request: Request, form: str) -> Feed:
    query = read_query(_given(request), (*CHOICE, "size"), defaults=_FEED)
    root = str(request.base_url).rstrip("/")
    return Feed(query=query, page=desk.search(query), root=root, form=form)


def _of_feed(request: Request, body: bytes, media_type: str) -> Response:
    """Answer with a feed, or that it is as the reader has it.

    Source: RFC 9110 §13.1.2
    """
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def _table(
    desk: Desk,
    request: Request,
    render: Callable[[Iterator[tuple[Article, ...]]], Iterator[bytes]],
    media_type: str,
) -> Response:
    values = read_parameters(_given(request), (*CHOICE, "limit"))
    limit = values.pop("limit", _MOST_ROWS)
    query = query_of(values, _TABLE)
    name = request.url.path.rpartition("/")[2]
    return StreamingResponse(
        render(read_all(desk.search, query, limit)),
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
        media_type=media_type,
    )


def _status(desk: Desk) -> dict[str, Any]:
    status, totals = desk.status(), desk.totals()
    runs = desk.runs(10)
    return {
        **status_as_json(status, totals.files if totals else 0, runs[0].started_at if runs else None),
        "rejects": dict(desk.rejects()),
        "runs": [_run(run) for run in runs],
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "version": run.version,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "report": orjson.loads(run.report) if run.report else None,
    }


def _plain(text: str) -> str:
    """Make a file name fit for JSON: its bytes that are not UTF-8 are written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
