"""One search: asked, and its pages by relevance held still while others write. Imported by engines.elastic."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError

from engines.asking import Asked, read_cursor, read_query, write_cursor
from engines.contract import EngineError, Page, Query
from engines.elastic.answer import NOTHING, read_buckets, read_facet, read_hit
from engines.elastic.client import Address, translated
from engines.elastic.query import HISTOGRAM, render_search

MOST_HITS = 10_000  # Elasticsearch's `index.max_result_window`
#: A first page is asked of the present, as a moment costs Elasticsearch memory until it is let go. The second
#: page opens one and leaves out what the first has shown, up to so many ids in the cursor.
_SHOWN = 50
_CURSOR = {"after": list, "shown": list, "pit": str}
_KEPT = "5m"  # a moment, from one page to the next
_MOST_S = 30  # before the client gives up, so that Elasticsearch stops too
_TOO_LATE = "the page before is too long ago: what was written since may have shifted the order"

Json = dict[str, Any]


def answer(
    client: Elasticsearch, address: Address, readable: str, indexes: Mapping[str, str], query: Query
) -> Page:
    """Answer a query; `indexes`: the name, or a pattern, of the index of each analyzer key."""
    started = time.perf_counter()
    asked = read_query(query)
    state: Json = read_cursor(query.cursor, asked.sort, _CURSOR) if query.cursor else {}
    body = render_search(asked, query, indexes)
    if body["from"] + body["size"] > MOST_HITS:
        raise EngineError(
            f"Elasticsearch counts pages only up to the {MOST_HITS:,}th hit",
            hint="go on with the cursor of the page before, or narrow the search",
        )
    body["size"] += body["from"] + body["size"] < MOST_HITS  # one more tells whether more follow
    body["timeout"] = f"{_MOST_S}s"
    notes = list(asked.notes)
    with translated(address):
        found = _ask(client, readable, body, asked, state, notes) if indexes else NOTHING
    if found.get("timed_out"):
        raise EngineError(
            f"the search at {address.url} took longer than {_MOST_S} seconds",
            hint="ask for less: fewer * and ~, a field, a language",
            passing=True,
        )
    shown: list[str] = state.get("shown", [])
    hits = found["hits"]["hits"][: query.size]
    total = found["hits"]["total"]["value"] + len(shown)
    more = 0 < query.size < (len(found["hits"]["hits"]) if body["size"] > query.size else total)
    if not more and "pit_id" in found:
        with suppress(ApiError):
            client.close_point_in_time(id=found["pit_id"])
    return Page(
        total=total,
        took_ms=round((time.perf_counter() - started) * 1000, 3),
        hits=tuple(read_hit(hit, asked, query) for hit in hits),
        facets={name: read_facet(found, name, query.facet_size) for name in query.facets},
        histogram=read_buckets(found, HISTOGRAM) if query.histogram else (),
        cursor=_next_cursor(hits, found.get("pit_id"), asked, query, state) if more and hits else None,
        notes=tuple(notes),
    )


def _ask(
    client: Elasticsearch, readable: str, body: Json, asked: Asked, state: Json, notes: list[str]
) -> Any:
    """Ask for a page. A story keeps its date while others come and go; its score it keeps only in a moment."""
    if "after" in state:
        body["search_after"] = state["after"]
    if not state or asked.sort != "relevance":
        return client.search(index=readable, body=body).body
    if state.get("shown"):
        body["post_filter"] = {"bool": {"must_not": [{"ids": {"values": state["shown"]}}]}}
    if "pit" in state:
        try:
            return client.search(body={**body, "pit": {"id": state["pit"], "keep_alive": _KEPT}}).body
        except NotFoundError:
            notes.append(_TOO_LATE)
            if "after" in state:
                body["search_after"] = state["after"][: len(body["sort"])]
    moment = client.open_point_in_time(index=readable, keep_alive=_KEPT)["id"]
    return client.search(body={**body, "pit": {"id": moment, "keep_alive": _KEPT}}).body


def _next_cursor(hits: list[Any], moment: str | None, asked: Asked, query: Query, state: Json) -> str:
    """Say where the page ends, to go on from there."""
    follow = {**state, "sort": asked.sort, "after": hits[-1]["sort"]}
    if asked.sort == "relevance":
        follow.setdefault("shown", [])
        if moment:
            follow["pit"] = moment
        elif query.page <= 1 and len(hits) <= _SHOWN:
            follow = {"sort": asked.sort, "shown": [hit["_id"] for hit in hits]}
    return write_cursor(follow)
