"""Reads a request's parameters by what openapi.json says of them: what is told is what is checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

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
