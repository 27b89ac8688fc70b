"""What both engines make of a Query before they render it: its tree, its order, its cursor."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from engines.contract import FACETS, EngineError, FacetValue, Near, Query, Sort
from engines.fields import read_fields
from engines.lucene import parse
from engines.near import LEAST_KM, MOST_KM
from engines.tree import Bool, Node, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query, read."""

    node: Node
    notes: tuple[str, ...]
    sort: Sort  # the order to give, where nothing scores "newest" instead of "relevance"
    offset: int  # hits before the page; 0 where a cursor says where to go on


def read_query(query: Query) -> Asked:
    """Read what is asked. Where nothing in it scores, every story is as relevant: the newest come first."""
    _check(query.near)
    parsed = parse(query.text)
    sort: Sort = "newest" if query.sort == "relevance" and not scores(parsed.node) else query.sort
    offset = 0 if query.cursor else max(query.page - 1, 0) * query.size
    return Asked(node=parsed.node, notes=parsed.notes, sort=sort, offset=offset)


def _check(near: Near | None) -> None:
    if near and not (abs(near.latitude) <= 90 and abs(near.longitude) <= 180):
        raise EngineError(
            f"{near.latitude},{near.longitude} is not on the map",
            hint="latitude from -90 to 90, longitude from -180 to 180",
        )
    if near and not LEAST_KM <= near.km <= MOST_KM:
        raise EngineError(f"{near.km} km is not a distance", hint=f"from {LEAST_KM} to {MOST_KM:.0f} km")


def scores(node: Node) -> bool:
    """Whether some stories fit better than others: a word of a text does that, a name or a date does not.

    How rare a name is among the stories that have one says nothing, and tantivy and Lucene count it differently.

    >>> scores(parse("place:rome -paris").node), scores(parse("rome").node)
    (False, True)
    """
    match node:
        case Term():
            return node.field is None or read_fields().kind_of(node.field) == "text"
        case Bool():
            return any(scores(part) for part in (*node.must, *node.should))
        case _:
            return False


def write_cursor(state: dict[str, Any]) -> str:
    """Make an opaque string of what an engine needs to go on."""
    return base64.urlsafe_b64encode(orjson.dumps(state)).decode().rstrip("=")


def read_cursor(cursor: str, sort: Sort, kinds: Mapping[str, type] | None = None) -> dict[str, Any]:
    """Read `write_cursor`'s string; EngineError when it is none, or belongs to another order or engine.

    `kinds`: what an engine's may hold; None: whatever. Cursors come from outside: none is trusted to be ours.

    >>> read_cursor(write_cursor({"sort": "newest", "at": 3}), "newest", {"at": int})["at"]
    3
    """
    try:
        state = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        state = None
    if (
        not isinstance(state, dict)
        or state.pop("sort", None) != sort
        or (kinds is not None and not _holds(state, kinds))
    ):
        raise EngineError(
            f"this is not a cursor of such a search: {cursor[:40]!r}", hint="ask again from the first page"
        )
    return state


def _holds(state: Mapping[str, Any], kinds: Mapping[str, type]) -> bool:
    known = all(isinstance(value, kinds.get(name, ())) for name, value in state.items())
    return known and all(isinstance(id, str) for id in state.get("shown", ()))


def keyword_filters(query: Query) -> list[tuple[str, tuple[str, ...]]]:
    """The filters on keyword fields that the query has: a field, and the values that it may have."""
    filters = (
        ("language", tuple(tag.partition("-")[0] for tag in query.languages)),
        ("dateline.places.name", query.places),
        ("dateline.places.country", query.countries),
        ("publisher", query.publishers),
        ("section", query.sections),
        ("dateline.agency", query.agencies),
    )
    return [(path, values) for path, values in filters if values]


def ordered_facet(name: str, counts: Mapping[str, int], size: int) -> tuple[FacetValue, ...]:
    """Give a facet's first values: the most frequent first, equal ones by name; of months the newest first.

    >>> [row.value for row in ordered_facet("country", {"IT": 2, "FR": 5, "ES": 2}, 10)]
    ['FR', 'ES', 'IT']
    """
    if FACETS[name] == "date":
        ordered = sorted(counts.items(), reverse=True)
    else:
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(FacetValue(value=value, count=count) for value, count in ordered[:size])
