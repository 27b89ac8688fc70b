"""All hits of a search, for other programs: CSV and JSON lines, page by page, so that memory stays flat."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace

import orjson

from engines.contract import Page, Query
from transforms.document import COLUMNS, to_fields, to_row
from transforms.records import Article

Search = Callable[[Query], Page]

_PAGE = 100  # hits asked for at a time
#: What a spreadsheet takes for the start of a formula, also in the wide forms of East Asian keyboards.
#: Source: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def read_all(search: Search, query: Query, limit: int) -> Iterator[tuple[Article, ...]]:
    """Give the first `limit` articles that a search finds, a page at a time; none of them twice.

    The first page is asked for at once, so that what is wrong shows before anything is sent.
    """
    pages = _pages(search, replace(query, cursor=None, page=1), limit)
    first = next(pages, ())

    def follow() -> Iterator[tuple[Article, ...]]:
        yield first
        yield from pages

    return follow()


def _pages(search: Search, query: Query, limit: int) -> Iterator[tuple[Article, ...]]:
    seen: set[str] = set()
    while len(seen) < limit:
        page = search(replace(query, size=min(_PAGE, limit)))
        new = tuple(hit.article for hit in page.hits if hit.id not in seen)[: limit - len(seen)]
        seen.update(article.id for article in new)
        yield new
        if page.cursor is None or not page.hits:
            return
        query = replace(query, cursor=page.cursor)


def csv_lines(pages: Iterator[tuple[Article, ...]]) -> Iterator[bytes]:
    """Give a table with a row for each article, after the names of its columns.

    Source: RFC 4180
    """
    yield _rows([COLUMNS])
    for articles in pages:
        if articles:
            yield _rows([_row(article) for article in articles])


def json_lines(pages: Iterator[tuple[Article, ...]]) -> Iterator[bytes]:
    """Give a JSON object a line: the fields of an article, as everywhere."""
    for articles in pages:
        if articles:
            yield b"".join(orjson.dumps(to_fields(article)) + b"\n" for article in articles)


def _row(article: Article) -> tuple[str, ...]:
    cells = to_row(article).values()
    return tuple(guarded(cell or "") if not isinstance(cell, float) else str(cell) for cell in cells)


def guarded(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate.

    >>> guarded("=1+2"), guarded("5 - 3")
    ("'=1+2", '5 - 3')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _rows(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")
