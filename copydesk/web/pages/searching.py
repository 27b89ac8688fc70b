"""The search page: an answer with its filters, its bars and its map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from copydesk.web.asked import read_query, write_query
from copydesk.web.desk import Desk
from copydesk.web.pages.atlas import Atlas
from copydesk.web.pages.facets import KINDS, count_values, make_chips, make_facets
from copydesk.web.pages.links import OURS, search_url
from copydesk.web.pages.projection import HEIGHT, WIDTH
from copydesk.web.pages.stories import story_of
from copydesk.web.pages.timeline import interval_for, make_timeline
from engines.contract import Page, Query

_DEEPEST = 10_000  # hits that have a page with a number; a cursor goes on
_FACET_VALUES = 60
_FEW = 3  # hits: perhaps a word was mistyped
_WEST = 65  # of the map: what is left of it is sea
_NEIGHBOURS = 2  # pages named on either side
_SORTS = (("relevance", "Most relevant"), ("newest", "Newest"), ("oldest", "Oldest"))
_EXPORTS = (
    ("CSV", "/api/search.csv"),
    ("JSON lines", "/api/search.jsonl"),
    ("RSS", "/api/search.rss"),
    ("Atom", "/api/search.atom"),
)


@dataclass(frozen=True, slots=True)
class Paging:
    """Where one can go from this page of an answer."""

    before: str | None
    after: str | None
    numbers: tuple[tuple[int, str], ...]  # some pages, with their addresses
    current: int  # 0: reached by a cursor, which knows no number
    last: int


def search_page(desk: Desk, atlas: Atlas, given: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Ask, and lay out the answer; ParameterError and EngineError are the caller's."""
    query = _whole(read_query(given, strict=False))
    page = desk.search(query)
    counts = count_values(desk, query, page)
    return {
        "query": query,
        "kept": _kept(query),
        "page": page,
        "stories": [story_of(hit) for hit in page.hits],
        "facets": make_facets(query, counts),
        "chips": make_chips(query),
        "timeline": make_timeline(query, page.histogram),
        "dots": atlas.dots(desk, query, counts.get("place", ()), page.hits),
        "map_view": f"{_WEST} 0 {WIDTH - _WEST:g} {HEIGHT}",
        "suggestions": _suggestions(desk, query, page),
        "sorts": [(title, search_url(query, sort=name), query.sort == name) for name, title in _SORTS],
        "exports": [(title, search_url(query, path, sort=query.sort)) for title, path in _EXPORTS],
        "paging": _paging(query, page),
        "plain_url": search_url(Query(text=query.text)),
        "is_empty": not page.total and query == _whole(Query()),
    }


def _kept(query: Query) -> list[tuple[str, str]]:
    """What the form sends along, beside what it has fields for."""
    fields = ("q", "since", "until", "page", "cursor", *(kind.name for kind in KINDS), *OURS)
    return write_query(query, without=fields)


def _whole(query: Query) -> Query:
    """The query with what this page always asks for."""
    return replace(
        query,
        facets=tuple(kind.name for kind in KINDS),
        facet_size=_FACET_VALUES,
        histogram=interval_for(query),
        highlight=True,
        size=query.size or Query().size,
    )


def _suggestions(desk: Desk, query: Query, page: Page) -> list[tuple[str, str]]:
    """What else may have been meant, with its address; asked for only when little was found."""
    if page.total > _FEW or not query.text.strip():
        return []
    return [(text, search_url(query, text=text)) for text in desk.suggest(query.text, 3)]


def _paging(query: Query, page: Page) -> Paging:
    last = -(-min(page.total, _DEEPEST) // query.size)
    if query.cursor:
        return Paging(search_url(query), _further(query, page), (), 0, last)
    at = query.page
    near = range(max(1, at - _NEIGHBOURS), min(last, at + _NEIGHBOURS) + 1)
    shown = sorted({1, last, *near} if last else set())
    return Paging(
        before=search_url(query, page=at - 1) if at > 1 else None,
        after=search_url(query, page=at + 1) if at < last else _further(query, page),
        numbers=tuple((number, search_url(query, page=number)) for number in shown),
        current=at,
        last=last,
    )


def _further(query: Query, page: Page) -> str | None:
    return search_url(query, cursor=page.cursor) if page.cursor else None
