"""`explain`: every stage's decision for one file. Needs no index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from copydesk.ask import print_json
from copydesk.terminal import plain_console, safe, show_explanation, show_reject
from flows.settings import Settings
from sources import read
from sources.formats import detect_format, find_binary
from sources.opened import STDIN, Opened
from transforms.document import to_fields
from transforms.recipe import to_articles
from transforms.records import Article, RawDocument, Reject


def explain_file(path: str, settings: Settings, fetched_at: datetime | None, *, as_json: bool) -> int:
    """Print how `path` was read, split, labelled and understood; 1 when something in it was rejected."""
    when = fetched_at.replace(tzinfo=UTC) if fetched_at else None
    form = _format_of(path)
    items = list(_shaped(read(path, fetched_at=when), settings))
    articles = [item for item in items if isinstance(item, Article)]
    rejects = [item for item in items if isinstance(item, Reject)]
    if as_json:
        print_json(_as_json(path, form, articles, rejects))
    else:
        _print(plain_console(), path, form, items)
    return 1 if rejects else 0


def _format_of(path: str) -> str | None:
    """Name the format; None for what holds no copy, and for standard input, which can be read but once."""
    if path == STDIN:
        return None
    with Opened(path) as opened:
        if not opened.head or find_binary(opened.head):
            return None
        return detect_format(path, opened.head).name


def _shaped(source: Iterator[RawDocument | Reject], settings: Settings) -> Iterator[Article | Reject]:
    for item in source:
        if isinstance(item, Reject):
            yield item
        else:
            yield from to_articles(item, detector=settings.detector, languages=settings.languages)


def _as_json(path: str, format: str | None, articles: list[Article], rejects: list[Reject]) -> dict[str, Any]:
    return {
        "origin": path,
        "format": format,
        "articles": [
            {
                "article": to_fields(article),
                "lines": [
                    {"number": line.number, "label": line.label, "rule": line.rule, "text": line.text}
                    for line in article.lines
                ],
                "sources": dict(article.sources),
                "dateline_reason": article.dateline.reason if article.dateline else None,
            }
            for article in articles
        ],
        "rejects": [
            {"origin": r.origin, "stage": r.stage, "reason": r.reason, "detail": r.detail, "offset": r.offset}
            for r in rejects
        ],
    }


def _print(console: Console, path: str, format: str | None, items: list[Article | Reject]) -> None:
    articles = sum(isinstance(item, Article) for item in items)
    told = "1 article" if articles == 1 else f"{articles} articles"
    read_as = f"  read as {format or 'nothing'}: {told}"
    console.print(Text.assemble((safe(path), "bold"), read_as), soft_wrap=True)
    number = 0
    for item in items:
        if isinstance(item, Reject):
            show_reject(console, item)
        else:
            number += 1
            show_explanation(console, number, item)
