"""SHAPE: raw documents become articles. Pure: no files, network, clock, environment or logging.

For notebooks: `articles_from_text`, `articles_from_html`, `detect_language`, `parse_dateline`; for the flows
`to_articles`. They are imported when first used, because the detectors and the page readers are heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transforms.dateline import parse_dateline
    from transforms.language import detect_language
    from transforms.notebook import articles_from_html, articles_from_text
    from transforms.recipe import to_articles

__all__ = ["articles_from_html", "articles_from_text", "detect_language", "parse_dateline", "to_articles"]

_HOMES = {
    "articles_from_html": "transforms.notebook",
    "articles_from_text": "transforms.notebook",
    "detect_language": "transforms.language",
    "parse_dateline": "transforms.dateline",
    "to_articles": "transforms.recipe",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'transforms' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
