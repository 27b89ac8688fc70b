"""One search over the indexes of several languages: hits merged, facets added up. Imports tantivy."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from tantivy import FieldType, Occur, Order
from tantivy import Query as TantivyQuery

from engines.analysis import key_of
from engines.asking import Asked, read_cursor, read_query, write_cursor
from engines.contract import Hit, Page, Query
from engines.embedded.counts import Part, count
from engines.embedded.document import JSON, NEWEST, OLDEST, schema_of
from engines.embedded.query import render_query
from engines.embedded.shelves import Shelves, Snapshot
from engines.highlight import highlight
from transforms.document import article_from_json

#: By relevance, hits before the page and the snapshot; by date, the last sort key, and who had it.
_CURSOR = {"skip": int, "moment": str, "value": int, "shown": list}


@dataclass(frozen=True, slots=True)
class _Row:
    """A hit before its document is read. Ordered by (rank, part, place): a total order in one snapshot."""

    rank: float  # the smaller the earlier
    part: int
    place: int
    value: Any  # score or sort key
    address: Any


def answer(now: Snapshot, shelves: Shelves, query: Query, started: float) -> Page:
    """Answer a query from the indexes that its languages name."""
    asked = read_query(query)
    state = read_cursor(query.cursor, asked.sort, _CURSOR) if query.cursor else None
    snapshot = _snapshot_of(state, shelves) or now
    keys = {key_of(tag) for tag in query.languages}
    parts = [
        Part(moment, render_query(asked.node, query, moment))
        for moment in snapshot.moments
        if not keys or moment.key.key in keys
    ]
    rows, skip, totals, more = _rows(parts, asked, query.size, state)
    facets, histogram = count([part for part, total in zip(parts, totals, strict=True) if total], query)
    if asked.sort == "relevance":  # scores change with what is written: the snapshot is kept
        follow = {"skip": len(rows), "moment": shelves.keep(snapshot)} if more else {}
    else:
        follow = _behind(parts, rows, state) if more else {}
    return Page(
        total=sum(totals),
        hits=tuple(_hit(parts, row, asked, query) for row in rows[skip:]),
        facets=facets,
        histogram=histogram,
        cursor=write_cursor({"sort": asked.sort, **follow}) if more else None,
        notes=asked.notes,
        took_ms=round((time.perf_counter() - started) * 1000, 3),
    )


def _snapshot_of(state: Mapping[str, Any] | None, shelves: Shelves) -> Snapshot | None:
    """Give what the page before was answered from; None when it was not kept, or the order does not need it."""
    return shelves.kept(str(state["moment"])) if state and "moment" in state else None


def _rows(
    parts: Sequence[Part], asked: Asked, size: int, state: Mapping[str, Any] | None
) -> tuple[list[_Row], int, list[int], bool]:
    """Give the rows up to the page's end, how many of them stand before it, totals, and whether more follow."""
    skip = max(state.get("skip", 0), 0) if state else asked.offset
    shown = frozenset(state.get("shown", ())) if state else frozenset()
    limit = skip + len(shown) + size + 1
    sign = 1 if asked.sort == "oldest" else -1
    totals = []
    found = []
    for at, part in enumerate(parts):
        count, hits = _search(part, asked, limit, state)
        totals.append(count)
        found.append(
            [_Row(sign * value, at, place, value, address) for place, (value, address) in enumerate(hits)]
        )
    merged = heapq.merge(*found, key=lambda row: (row.rank, row.part, row.place))
    rows = list(itertools.islice(merged, limit))
    if state and shown:
        rows = [row for row in rows if row.value != state.get("value") or _id(parts, row) not in shown]
    return rows[: skip + size], skip, totals, size > 0 and len(rows) > skip + size


def _search(
    part: Part, asked: Asked, limit: int, state: Mapping[str, Any] | None
) -> tuple[int, list[tuple[Any, Any]]]:
    """Give how many match in all, and the first of those that stand at the cursor's place or behind it."""
    limit = max(1, min(limit, part.moment.searcher.num_docs))  # tantivy makes room for as many
    if asked.sort == "relevance":
        found = part.moment.searcher.search(part.query, limit=limit)
        return found.count, list(found.hits)
    count = part.moment.searcher.search(part.query, limit=1).count if state else None
    order = Order.Asc if asked.sort == "oldest" else Order.Desc
    found = part.moment.searcher.search(
        _after(part, asked, state), limit=limit, order_by_field=_sort_field(asked), order=order
    )
    return found.count if count is None else count, list(found.hits)


def _after(part: Part, asked: Asked, state: Mapping[str, Any] | None) -> TantivyQuery:
    if not state or not 0 <= state.get("value", -1) < 1 << 63:
        return part.query
    low, high = (state["value"], None) if asked.sort == "oldest" else (None, state["value"])
    behind = TantivyQuery.range_query(
        schema_of(part.moment.key.key), _sort_field(asked), FieldType.Unsigned, low, high
    )
    return TantivyQuery.boolean_query([(Occur.Must, part.query), (Occur.Must, behind)])


def _sort_field(asked: Asked) -> str:
    return OLDEST if asked.sort == "oldest" else NEWEST


def _behind(parts: Sequence[Part], rows: Sequence[_Row], state: Mapping[str, Any] | None) -> dict[str, Any]:
    """Say where the next page of an order by date starts: behind this sort key, and these that have it too.

    A story keeps its sort key while others come and go.
    """
    last = rows[-1].value
    before = state.get("shown", []) if state and state.get("value") == last else []
    return {"value": last, "shown": [*before, *(_id(parts, row) for row in rows if row.value == last)]}


def _id(parts: Sequence[Part], row: _Row) -> str:
    return str(orjson.loads(_source(parts, row))["id"])


def _source(parts: Sequence[Part], row: _Row) -> bytes:
    return parts[row.part].moment.searcher.doc(row.address).get_first(JSON)  # type: ignore[no-any-return]  # a dynamic class


def _hit(parts: Sequence[Part], row: _Row, asked: Asked, query: Query) -> Hit:
    article = article_from_json(_source(parts, row))
    key = parts[row.part].moment.key
    return Hit(
        id=article.id,
        score=float(row.value) if asked.sort == "relevance" else None,
        article=article,
        highlights=highlight(asked.node, article, key) if query.highlight else {},
    )
