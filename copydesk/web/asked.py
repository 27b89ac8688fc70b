"""What a request asks for: its parameters as a Query, and a Query as parameters.

The parameters are those of openapi.json, which is both what is told and what is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from engines.asking import read_cursor
from engines.asking import read_query as read_tree
from engines.contract import EngineError, Query
from engines.dates import read_span

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
    "sort", "size", "page", "cursor", "facets", "facet_size", "histogram", "highlight",
)  # fmt: skip
#: Hits that can be reached by number of the page; a cursor goes on for ever.
_DEEPEST = 10_000
_FURTHEST = 1_000_000  # hits that a cursor by relevance may skip
_NUMBER = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is wrong with one parameter."""

    parameter: str
    detail: str


class ParameterError(Exception):
    """Every parameter of a request that cannot be used."""

    def __init__(self, wrong: Iterable[Wrong]) -> None:
        self.wrong = tuple(wrong)
        super().__init__("; ".join(f"{one.parameter}: {one.detail}" for one in self.wrong))


@cache
def read_document() -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = orjson.loads(files("copydesk.web").joinpath("openapi.json").read_bytes())
    return document


def read_query(
    given: Iterable[tuple[str, str]], *, defaults: Query | None = None, strict: bool = True
) -> Query:
    """Make a Query of a request's parameters; ParameterError names every one that is wrong.

    Not `strict`, for a page: empty parameters, as a form sends them, and unknown ones are nothing.

    >>> read_query([("q", "rain"), ("country", "fr"), ("during", "2025-02")]).until
    datetime.date(2025, 2, 28)
    >>> read_query([("size", "1000")])
    Traceback (most recent call last):
    copydesk.web.asked.ParameterError: size: a whole number from 0 to 100
    """
    values = read_parameters(given, SEARCH, strict=strict)
    during = values.pop("during", None)
    wrong = []
    if during is not None:
        if "since" in values or "until" in values:
            wrong.append(Wrong(parameter="during", detail="give since and until, or during, not both"))
        elif (days := _days(during)) is None:
            wrong.append(
                Wrong(parameter="during", detail="a year, a month or a day: 2025, 2025-03, 2025-03-17")
            )
        else:
            values["since"], values["until"] = days
    values["languages"] = tuple(tag.lower() for tag in values.pop("language", ()))
    values["countries"] = tuple(code.upper() for code in values.pop("country", ()))
    fields = {_FIELDS.get(name, name): value for name, value in values.items()}
    query = replace(defaults or Query(), **fields)
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
        if name == "facets":
            pairs.append((name, ",".join(value)))
        elif isinstance(value, tuple):
            pairs.extend((name, one) for one in value)
        else:
            pairs.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    return pairs


def read_parameters(
    given: Iterable[tuple[str, str]], names: Iterable[str], *, strict: bool = True
) -> dict[str, Any]:
    """Read those parameters by what openapi.json says of them; ParameterError names every one that is wrong."""
    schemas = {name: read_document()["components"]["parameters"][name]["schema"] for name in names}
    texts: dict[str, list[str]] = {}
    wrong: list[Wrong] = []
    for name, text in given:
        if name in schemas:
            if strict or text:
                texts.setdefault(name, []).append(text)
        elif strict:
            wrong.append(_unknown(name, schemas))
    values: dict[str, Any] = {}
    for name, some in texts.items():
        try:
            values[name] = _read_all(some, schemas[name], strict=strict)
        except ValueError as err:
            wrong.append(Wrong(parameter=name, detail=str(err)))
    if wrong:
        raise ParameterError(wrong)
    return values


def _unknown(name: str, known: Iterable[str]) -> Wrong:
    near = get_close_matches(name[:40], list(known), n=1)
    hint = f"perhaps {near[0]}" if near else f"one of {', '.join(known)}"
    return Wrong(parameter=name[:40], detail=f"there is no such parameter: {hint}")


def _read_all(texts: list[str], schema: Mapping[str, Any], *, strict: bool) -> Any:
    if schema["type"] != "array":
        if len(texts) > 1 and strict:
            raise ValueError("given more than once")
        return _read_one(texts[-1], schema)
    if "enum" in schema["items"]:  # no value has a comma
        texts = [part for text in texts for part in text.split(",")]
    if len(texts) > schema["maxItems"]:
        raise ValueError(f"at most {schema['maxItems']} of them")
    return tuple(dict.fromkeys(_read_one(text, schema["items"]) for text in texts))


def _read_one(text: str, schema: Mapping[str, Any]) -> Any:
    match schema["type"]:
        case "integer":
            return _read_number(text, schema["minimum"], schema["maximum"])
        case "boolean":
            if text not in _BOOLEANS:
                raise ValueError("true or false")
            return _BOOLEANS[text]
        case _:
            return _read_text(text, schema)


def _read_number(text: str, low: int, high: int) -> int:
    if not _NUMBER.fullmatch(text) or not low <= int(text) <= high:
        raise ValueError(f"a whole number from {low} to {high}")
    return int(text)


def _read_text(text: str, schema: Mapping[str, Any]) -> str | date:
    if "enum" in schema:
        if text not in schema["enum"]:
            raise ValueError(f"one of {', '.join(schema['enum'])}")
        return text
    least, most = schema.get("minLength", 0), schema["maxLength"]
    if not least <= len(text) <= most:
        raise ValueError(schema.get("description") or f"{least} to {most:,} characters")
    if "pattern" in schema and not re.fullmatch(schema["pattern"].strip("^$"), text):
        raise ValueError(schema["description"])
    return _read_day(text) if schema.get("format") == "date" else text


def _read_day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("a day, as 2025-03-17")


def _days(text: str) -> tuple[date, date] | None:
    """The first and the last day of a year, a month or a day."""
    span = read_span(text)
    return (span[0].date(), (span[1] - timedelta(days=1)).date()) if span else None


def _wrong_together(query: Query) -> Iterable[Wrong]:
    """What is wrong only with parameters together."""
    if query.since and query.until and query.since > query.until:
        yield Wrong(parameter="since", detail=f"{query.since} is after until, {query.until}")
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
    """Whether it has the form that an engine gives, for this order, and goes no further than it may."""
    try:
        state = read_cursor(query.cursor or "", read_tree(query).sort)
    except EngineError:
        return False
    counts = [state[name] for name in ("skip", "seen") if name in state]
    return bool(counts) and all(type(count) is int and 0 <= count <= _FURTHEST for count in counts)
