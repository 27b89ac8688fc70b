"""The words that decide about datelines, from data/dateline.toml; read once, on first use."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The lists of data/dateline.toml, which says what each is for."""

    nowhere: frozenset[str]
    no_date: frozenset[str]
    byline: frozenset[str]
    ambiguous: frozenset[str]
    english_verbs: frozenset[str]
    correspondents: frozenset[str]
    in_dates: frozenset[str]
    in_names: frozenset[str]
    arabic_openers: frozenset[str]
    speakers: frozenset[str]
    spoken: dict[str, frozenset[str]]


@cache
def words() -> Words:
    """All lists, as sets."""
    table = tomllib.loads((files("transforms") / "data" / "dateline.toml").read_text("utf-8"))
    spoken = {language: frozenset(countries) for language, countries in table.pop("spoken").items()}
    return Words(spoken=spoken, **{name: frozenset(entries) for name, entries in table.items()})
