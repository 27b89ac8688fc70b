"""The pages that people look at: search, an article, the state of things. `router` gives their routes.

What they load is in static/, to be served under /static. They work without JavaScript.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from copydesk.web.api import article_of
from copydesk.web.desk import Desk
from copydesk.web.pages.atlas import Atlas
from copydesk.web.pages.holdings import status_page
from copydesk.web.pages.reading import article_page
from copydesk.web.pages.render import error_page, login_page, show
from copydesk.web.pages.searching import search_page
from copydesk.web.pages.static_files import static_files


def router(desk: Desk) -> APIRouter:
    """Give the routes of the pages."""
    routes = APIRouter(include_in_schema=False)
    atlas = Atlas()

    @routes.get("/")
    def search(request: Request) -> Response:
        return show("search.html", **search_page(desk, atlas, request.query_params.multi_items()))

    @routes.get("/articles/{id}")
    def article(id: str) -> Response:
        return show("article.html", **article_page(desk, article_of(desk, id)))

    @routes.get("/status")
    def status() -> Response:
        return show("status.html", **status_page(desk))

    return routes


__all__ = ["error_page", "login_page", "router", "static_files"]
