"""Values from a page's head: <meta> elements by name, and how to make text and addresses of them.

Imports selectolax at module level: import this module only where a page is read.
"""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from transforms.page.classes import rules

_MAX_VALUE = 2_000  # characters of one value
_TAG = re.compile(r"<[^<>]{0,500}>")

Metas = dict[str, list[str]]


def read_metas(tree: LexborHTMLParser) -> Metas:
    """Every named <meta> value, by lower-case name, in order."""
    found: Metas = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        names = (attributes.get(key) for key in ("property", "name", "itemprop", "http-equiv"))
        name = next((name for name in names if name), "")
        value = clean_text(attributes.get("content"))
        if name and value:
            found.setdefault(name.lower(), []).append(value)
    return found


def first(metas: Metas, field: str) -> str:
    """The best value for a field of `data/page.toml`'s [meta], or ""."""
    return next((metas[name][0] for name in rules().meta[field] if name in metas), "")


def every(metas: Metas, field: str) -> list[str]:
    """All values for a field, best name first."""
    return [value for name in rules().meta[field] for value in metas.get(name, ())]


def clean_text(value: Any) -> str:
    """A value of the head as plain text on one line; "" for anything but text.

    >>> clean_text("Rain &amp;amp; <b>wind</b>")
    'Rain & wind'
    """
    if not isinstance(value, str):
        return ""
    return " ".join(strip_tags(html.unescape(value[:_MAX_VALUE])).split())


def strip_tags(text: str) -> str:
    """Text without the tags that sites leave in their metadata, and with entities of entities undone."""
    return html.unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text


def web_address(value: Any, base: str = "") -> str | None:
    """An absolute http(s) address, or None; relative ones are resolved against `base`.

    >>> web_address("/a/b", "https://example.org/x")
    'https://example.org/a/b'
    >>> web_address("javascript:void(0)") is None
    True
    """
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_VALUE:
        return None
    try:
        joined = urljoin(base, value.strip())
        parts = urlsplit(joined)
    except ValueError:
        return None
    return joined if parts.scheme in ("http", "https") and parts.netloc else None


def bare(text: str) -> str:
    """Letters and digits only, case folded: for comparing titles and names.

    >>> bare("The Daily-Post!")
    'thedailypost'
    """
    return "".join(char for char in text.casefold() if char.isalnum())
