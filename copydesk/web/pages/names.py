"""What languages and countries are called, and which way a language is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Language:
    """A language as the page tells of it and sets it."""

    tag: str  # for `lang`; "" when it is not known, which says just that in HTML
    name: str
    own: str  # what it calls itself
    direction: str  # "ltr", "rtl"; "auto" when it is not known


def language_of(tag: str, variant: str | None = None) -> Language:
    """Give the language of a tag; the variant, where known, goes into `lang`.

    >>> language_of("ar").direction, language_of("zh", "zh-Hant").tag, language_of("und").name
    ('rtl', 'zh-Hant', 'language unknown')
    """
    if tag == "und":
        return Language("", "language unknown", "?", "auto")
    known = _names()["languages"].get(tag)
    if known is None:
        return Language(variant or tag, tag, tag, "auto")
    return Language(variant or tag, known["name"], known["own"], known["direction"])


def country_name(code: str) -> str:
    """Give the English name of a country; the code itself when it has none.

    >>> country_name("EG"), country_name("XX")
    ('Egypt', 'XX')
    """
    name: str = _names()["countries"].get(code.upper(), code)
    return name


@cache
def _names() -> Mapping[str, Mapping[str, Any]]:
    names: Mapping[str, Mapping[str, Any]] = orjson.loads(
        files("copydesk.web.pages").joinpath("names.json").read_bytes()
    )
    return names
