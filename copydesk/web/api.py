"""The API's routes. What they take and give is told in openapi.json."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from copydesk.ask import page_as_json
from copydesk.web.asked import read_query
from copydesk.web.desk import Desk


def router(desk: Desk) -> APIRouter:
    """Give the routes under /api."""
    routes = APIRouter(prefix="/api")

    @routes.get("/search")
    def search(request: Request) -> Response:
        query = read_query(request.query_params.multi_items())
        return as_json(page_as_json(desk.search(query)))

    return routes


def as_json(value: Any) -> Response:
    """Answer with plain JSON values."""
    return Response(orjson.dumps(value), media_type="application/json")
