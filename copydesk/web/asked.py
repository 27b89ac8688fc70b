"""What a request asks for: its parameters as a Query, and a Query as parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from copydesk.web.parameters import ParameterError, Wrong, read_parameters
from engines.asking import read_cursor
from engines.asking import read_query as read_tree
from engines.contract import EngineError, Near, Query
from engines.dates import read_span
from engines.near import LEAST_KM, MOST_KM

__all__ = ["CHOICE", "SEARCH", "ParameterError", "query_of", "read_query", "write_query"]

#: Parameter → field of Query, where they are not named alike.
_FIELDS = {
    "q": "text",
    "language": "languages",
    "place": "places",
    "country": "countries",
    "source": "sources",
    "publisher": "publishers",
    "section": "sections",
    "agency": "agencies",
}
SEARCH = (
    "q", "language", "place", "country", "source", "publisher", "section", "agency", "since", "until", "during",
    "near", "sort", "size", "page", "cursor", "facets", "facet_size", "histogram", "highlight",
)  # fmt: skip
#: What chooses stories, whatever is then told of them.
CHOICE = SEARCH[: SEARCH.index("sort") + 1]
#: Hits that can be reached by number of the page; a cursor goes on for ever.
_DEEPEST = 10_000
_FURTHEST = 1_000_000  # hits that a cursor by relevance may skip
_READ_HERE = ("during", "near", "language", "country")


def read_query(
    given: Iterable[tuple[str, str]],
    names: Iterable[str] = SEARCH,
    *,
    defaults: Query | None = None,
    strict: bool = True,
) -> Query:
    """Make a Query of a request's parameters; ParameterError names every one that is wrong.

    Not `strict`, for a page: empty parameters, as a form sends them, and unknown ones are nothing.

    >>> read_query([("q", "rain"), ("country", "fr"), ("during", "2025-02")]).until
    datetime.date(2025, 2, 28)
    >>> read_query([("size", "1000")])
    Traceback (most recent call last):
    copydesk.web.parameters.ParameterError: size: a whole number from 0 to 100
    """
    return query_of(read_parameters(given, names, strict=strict), defaults or Query())


def query_of(values: Mapping[str, Any], defaults: Query) -> Query:
    """Make a Query of parameters that were read one by one; ParameterError tells what is wrong with them together."""
    wrong: list[Wrong] = []
    fields = {_FIELDS.get(name, name): value for name, value in values.items() if name not in _READ_HERE}
    if "during" in values:
        fields |= _days(values, wrong)
    if "near" in values:
        fields["near"] = _circle(values["near"])
    if "language" in values:
        fields["languages"] = tuple(dict.fromkeys(tag.lower() for tag in values["language"]))
    if "country" in values:
        fields["countries"] = tuple(dict.fromkeys(code.upper() for code in values["country"]))
    query = replace(defaults, **fields)
    wrong.extend(_wrong_together(query))
    if wrong:
        raise ParameterError(wrong)
    return query


def write_query(query: Query, *, without: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Give the parameters that ask for it, for a link; those that say nothing new are left out.

    >>> write_query(Query(text="rain", countries=("FR", "IT"), since=date(2025, 2, 1)), without=["since"])
    [('q', 'rain'), ('country', 'FR'), ('country', 'IT')]
    """
    plain = Query()
    left_out = {*without, "during"}
    pairs: list[tuple[str, str]] = []
    for name in (name for name in SEARCH if name not in left_out):
        field = _FIELDS.get(name, name)
        value = getattr(query, field)
        if value == getattr(plain, field):
            continue
        if isinstance(value, tuple) and name != "facets":
            pairs.extend((name, one) for one in value)
        else:
            pairs.append((name, _written(value)))
    return pairs


def _written(value: object) -> str:
    match value:
        case tuple():
            return ",".join(value)
        case Near():
            numbers = (value.latitude, value.longitude, value.km)
            return ",".join(f"{number:.6f}".rstrip("0").rstrip(".") for number in numbers)
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _days(values: Mapping[str, Any], wrong: list[Wrong]) -> dict[str, date]:
    """The first and the last day of a year, a month or a day."""
    span = read_span(values["during"])
    if "since" in values or "until" in values:
        wrong.append(Wrong(parameter="during", detail="give since and until, or during, not both"))
    elif span is None:
        wrong.append(Wrong(parameter="during", detail="a year, a month or a day: 2025, 2025-03, 2025-03-17"))
    else:
        return {"since": span[0].date(), "until": (span[1] - timedelta(days=1)).date()}
    return {}


def _circle(text: str) -> Near:
    """A place on the map, and how far from it."""
    latitude, longitude, km = map(float, text.split(","))
    return Near(latitude=latitude, longitude=longitude, km=km)


def _wrong_together(query: Query) -> Iterable[Wrong]:
    """What is wrong only with parameters together."""
    if query.since and query.until and query.since > query.until:
        yield Wrong(parameter="since", detail=f"{query.since} is after until, {query.until}")
    if query.near and not LEAST_KM <= query.near.km <= MOST_KM:
        yield Wrong(parameter="near", detail=f"from {LEAST_KM} to {MOST_KM:.0f} km away")
    if query.page * query.size > _DEEPEST and not query.cursor:
        yield Wrong(
            parameter="page",
            detail=f"only the first {_DEEPEST:,} hits have pages: go on with the cursor of the page before",
        )
    if query.cursor and not _is_cursor_of(query):
        yield Wrong(
            parameter="cursor", detail="not a cursor of a search in this order: ask again for the first page"
        )


def _is_cursor_of(query: Query) -> bool:
    """Whether it is of a search in this order, and goes no further than it may; the engine sees to the rest."""
    try:
        state = read_cursor(query.cursor or "", read_tree(query).sort)
    except EngineError:
        return False
    skipped = state.get("skip", 0)
    return type(skipped) is int and 0 <= skipped <= _FURTHEST
