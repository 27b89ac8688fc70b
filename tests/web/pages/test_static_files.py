"""What the pages load may be kept by browsers; the addresses change with the content."""

from __future__ import annotations

import asyncio
import re

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from copydesk.web.pages.render import error_page
from copydesk.web.pages.static_files import static_files


def get(paths: list[str]) -> list[httpx.Response]:
    """Ask an application that has only these files."""
    application = Starlette(routes=[Mount("/static", static_files())])

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [await client.get(path) for path in paths]

    return asyncio.run(ask())


def test_files_may_be_kept_for_good() -> None:
    addresses = re.findall(r'"(/static/[^"]+)"', error_page(404).body.decode())
    assert len(addresses) >= 4
    for answer in get(addresses):
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_without_the_digest_a_file_is_asked_for_again() -> None:
    (answer,) = get(["/static/page.css"])
    assert answer.headers["cache-control"] == "no-cache"
