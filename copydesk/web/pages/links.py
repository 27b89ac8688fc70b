"""Addresses of searches: each filter, bar, dot and page of the search page is a link."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from copydesk.web.asked import write_query
from engines.contract import Query

#: What the page decides by itself, and so is in none of its addresses.
OURS = ("facets", "facet_size", "histogram", "highlight")


def search_url(query: Query, path: str = "/", **changes: Any) -> str:
    """Give the address of the search with these fields changed, from its first page.

    >>> search_url(Query(text="rain & wind", page=3), countries=("FR",))
    '/?q=rain+%26+wind&country=FR'
    """
    changes = {"page": 1, "cursor": None, **changes}
    pairs = write_query(replace(query, **changes), without=OURS)
    return f"{path}?{urlencode(pairs)}" if pairs else path


def toggled(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    """Give the values without `value` if it is among them, else with it; letter case is ignored.

    >>> toggled(("Rome", "Paris"), "rome"), toggled((), "Rome")
    (('Paris',), ('Rome',))
    """
    rest = tuple(one for one in values if one.casefold() != value.casefold())
    return rest if len(rest) < len(values) else (*values, value)
