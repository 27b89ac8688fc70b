"""One search over the indexes of several languages: hits merged, facets added up. Imports tantivy."""

from __future__ import annotations

import heapq
import itertools
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tantivy import FieldType, Occur, Order
from tantivy import Query as TantivyQuery

from engines.analysis import key_of
from engines.asking import Asked, read_cursor, read_query, write_cursor
from engines.contract import FACETS, FacetValue, Hit, Page, Query
from engines.embedded.document import JSON, NEWEST, OLDEST, facet_name, schema_of
from engines.embedded.query import render_query
from engines.embedded.shelf import Shelf
from engines.highlight import highlight
from transforms.document import article_from_json

#: Values asked of each language's index, so that their sums are exact up to as many values.
_FACET_VALUES = 2000


@dataclass(frozen=True, slots=True)
class _Row:
    """A hit before its document is read. Ordered by (rank, shelf, place): a total order while nothing is written."""

    rank: float  # the smaller the earlier
    shelf: int
    place: int
    value: Any  # score or sort key
    address: Any


@dataclass(frozen=True, slots=True)
class _Part:
    """One language's share of the answer."""

    shelf: Shelf
    searcher: Any
    query: TantivyQuery


def answer(shelves: Sequence[Shelf], query: Query, started: float) -> Page:
    """Answer a query from the indexes that its languages name."""
    asked = read_query(query)
    keys = {key_of(tag) for tag in query.languages}
    parts = [
        _Part(shelf, shelf.searcher(), render_query(asked.node, query, shelf.key))
        for shelf in shelves
        if not keys or shelf.key.key in keys
    ]
    state = read_cursor(query.cursor, asked.sort) if query.cursor else None
    rows, skip, total, more = _rows(parts, asked, query.size, state)
    return Page(
        total=total,
        hits=tuple(_hit(parts[row.shelf], row, asked, query) for row in rows[skip:]),
        facets=_facets(parts, query),
        cursor=_next_cursor(rows, asked) if more else None,
        notes=asked.notes,
        took_ms=round((time.perf_counter() - started) * 1000, 3),
    )


def _rows(
    parts: Sequence[_Part], asked: Asked, size: int, state: Mapping[str, Any] | None
) -> tuple[list[_Row], int, int, bool]:
    """Give the rows up to the page's end, how many of them stand before it, the total, and whether more follow."""
    skip = state["skip"] if state else asked.offset
    sign = 1 if asked.sort == "oldest" else -1
    total = 0
    found = []
    for at, part in enumerate(parts):
        count, hits = _search(part, asked, skip + size + 1, state)
        total += count
        found.append(
            [_Row(sign * value, at, place, value, address) for place, (value, address) in enumerate(hits)]
        )
    merged = heapq.merge(*found, key=lambda row: (row.rank, row.shelf, row.place))
    rows = list(itertools.islice(merged, skip + size + 1))
    return rows[: skip + size], skip, total, size > 0 and len(rows) > skip + size


def _search(
    part: _Part, asked: Asked, limit: int, state: Mapping[str, Any] | None
) -> tuple[int, list[tuple[Any, Any]]]:
    """Give how many match in all, and the first of those that stand at the cursor's place or behind it."""
    if asked.sort == "relevance":
        found = part.searcher.search(part.query, limit=limit)
        return found.count, list(found.hits)
    count = part.searcher.search(part.query, limit=1).count if state else None
    order = Order.Asc if asked.sort == "oldest" else Order.Desc
    found = part.searcher.search(
        _after(part, asked, state), limit=limit, order_by_field=_sort_field(asked), order=order
    )
    return found.count if count is None else count, list(found.hits)


def _after(part: _Part, asked: Asked, state: Mapping[str, Any] | None) -> TantivyQuery:
    if not state:
        return part.query
    low, high = (state["value"], None) if asked.sort == "oldest" else (None, state["value"])
    behind = TantivyQuery.range_query(
        schema_of(part.shelf.key.key), _sort_field(asked), FieldType.Unsigned, low, high
    )
    return TantivyQuery.boolean_query([(Occur.Must, part.query), (Occur.Must, behind)])


def _sort_field(asked: Asked) -> str:
    return OLDEST if asked.sort == "oldest" else NEWEST


def _next_cursor(rows: Sequence[_Row], asked: Asked) -> str:
    """Say where the next page starts: so many hits in, or behind this sort key and those that share it."""
    if asked.sort == "relevance":
        return write_cursor({"sort": asked.sort, "skip": len(rows)})
    last = rows[-1].value
    same = sum(row.value == last for row in rows)
    return write_cursor({"sort": asked.sort, "value": last, "skip": same})


def _hit(part: _Part, row: _Row, asked: Asked, query: Query) -> Hit:
    article = article_from_json(part.searcher.doc(row.address).get_first(JSON))
    return Hit(
        id=article.id,
        score=float(row.value) if asked.sort == "relevance" else None,
        article=article,
        highlights=highlight(asked.node, article, part.shelf.key) if query.highlight else {},
    )


def _facets(parts: Sequence[_Part], query: Query) -> dict[str, tuple[FacetValue, ...]]:
    """Count the facets' values over all parts: the most frequent first, equal ones by name."""
    if not query.facets:
        return {}
    asked = {
        name: {
            "terms": {
                "field": facet_name(FACETS[name]),
                "size": _FACET_VALUES,
                "segment_size": _FACET_VALUES,
            }
        }
        for name in query.facets
    }
    counts: dict[str, Counter[str]] = {name: Counter() for name in query.facets}
    for part in parts:
        for name, found in part.searcher.aggregate(part.query, asked).items():
            for bucket in found["buckets"]:
                counts[name][bucket["key"]] += bucket["doc_count"]
    return {name: _most_frequent(counted, query.facet_size) for name, counted in counts.items()}


def _most_frequent(counts: Counter[str], size: int) -> tuple[FacetValue, ...]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(FacetValue(value=value, count=count) for value, count in ordered[:size])
