"""The filters beside an answer: every value with its count, ticked or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from copydesk.web.desk import Desk
from copydesk.web.pages.days import in_words
from copydesk.web.pages.links import search_url, toggled
from copydesk.web.pages.names import country_name, language_of
from engines.contract import FacetValue, Page, Query

_SHOWN = 7  # the others are unfolded


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of filter: its parameter and facet, Query's field, what the page calls it and its values."""

    name: str
    field: str
    title: str
    label: Callable[[str], str] = str


KINDS = (
    Kind("language", "languages", "Language", lambda tag: language_of(tag).name.capitalize()),
    Kind("country", "countries", "Country", country_name),
    Kind("place", "places", "Place"),
    Kind("publisher", "publishers", "Publisher"),
    Kind("section", "sections", "Section"),
    Kind("agency", "agencies", "Agency"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that can be ticked."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One kind's choices; those behind the first few are folded away."""

    kind: Kind
    first: tuple[Choice, ...]
    more: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    title: str
    label: str
    url: str


def count_values(desk: Desk, query: Query, page: Page) -> Mapping[str, tuple[FacetValue, ...]]:
    """Give the counts of each kind as they are without its own filter: ticking a second value adds to the first.

    Only a kind that is filtered costs a search of its own.
    """
    counts = dict(page.facets)
    for kind in KINDS:
        if getattr(query, kind.field):
            changes: dict[str, Any] = {kind.field: (), "facets": (kind.name,)}
            without = replace(query, **changes, size=0, page=1, cursor=None, histogram=None, highlight=False)
            counts.update(desk.search(without).facets)
    return counts


def make_facets(query: Query, counts: Mapping[str, tuple[FacetValue, ...]]) -> list[Facet]:
    """Give the kinds that have anything to choose."""
    facets = []
    for kind in KINDS:
        choices = _choices(kind, query, counts.get(kind.name, ()))
        shown = max(_SHOWN, sum(choice.chosen for choice in choices))
        if choices:
            facets.append(Facet(kind, tuple(choices[:shown]), tuple(choices[shown:])))
    return facets


def _choices(kind: Kind, query: Query, values: tuple[FacetValue, ...]) -> list[Choice]:
    """The ticked ones first, also those that nothing was found for."""
    ticked = {value.casefold(): value for value in getattr(query, kind.field)}
    choices = [
        Choice(value.value, kind.label(value.value), value.count, value.value.casefold() in ticked)
        for value in values
    ]
    found = {choice.value.casefold() for choice in choices}
    choices += [
        Choice(value, kind.label(value), 0, True) for key, value in ticked.items() if key not in found
    ]
    return sorted(choices, key=lambda choice: not choice.chosen)


def make_chips(query: Query) -> list[Chip]:
    """Give the filters that are on."""
    chips = [
        Chip(kind.title, kind.label(value), _without(query, kind.field, value))
        for kind in KINDS
        for value in getattr(query, kind.field)
    ]
    chips += [Chip("Source", value, _without(query, "sources", value)) for value in query.sources]
    if query.near:
        around = f"{query.near.km:g} km around {query.near.latitude:.2f}, {query.near.longitude:.2f}"
        chips.append(Chip("Near", around, search_url(query, near=None)))
    if query.since or query.until:
        chips.append(Chip("Date", _span(query), search_url(query, since=None, until=None)))
    return chips


def _without(query: Query, field: str, value: str) -> str:
    changes: dict[str, Any] = {field: toggled(getattr(query, field), value)}
    return search_url(query, **changes)


def _span(query: Query) -> str:
    since = in_words(query.since) if query.since else ""
    until = in_words(query.until) if query.until else ""
    if since == until:
        return since
    return f"{since} to {until}" if since and until else f"from {since}" if since else f"until {until}"
