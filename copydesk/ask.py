"""The commands that ask: search, show, status."""

from __future__ import annotations

import sys
from typing import Any

import orjson

from engines.contract import Page, Query, Status
from flows.settings import Settings, state_folder
from flows.target import open_target
from transforms.document import to_fields

_NOTHING_FOUND = 1


def search_index(settings: Settings, target: str | None, query: Query, *, as_json: bool) -> int:
    """Print one page of an answer; 1 when nothing was found."""
    with open_target(settings, target or settings.target) as engine:
        page = engine.search(query)
        likelier = engine.suggest(query.text) if query.text and not page.total and not as_json else ()
    if as_json:
        print_json(page_as_json(page))
    else:
        from copydesk.terminal import show_page

        show_page(page, query, likelier)
    return 0 if page.total else _NOTHING_FOUND


def page_as_json(page: Page) -> dict[str, Any]:
    """Give a page of hits as plain JSON values; the same for the command line and over HTTP."""
    return {
        "total": page.total,
        "took_ms": round(page.took_ms, 3),
        "hits": [
            {
                "id": hit.id,
                "score": hit.score,
                "article": to_fields(hit.article),
                "highlights": {name: list(found) for name, found in hit.highlights.items()},
            }
            for hit in page.hits
        ],
        "facets": {
            name: [{"value": value.value, "count": value.count} for value in values]
            for name, values in page.facets.items()
        },
        "histogram": [{"value": span.value, "count": span.count} for span in page.histogram],
        "cursor": page.cursor,
        "notes": list(page.notes),
    }


def show_stored(settings: Settings, target: str | None, id: str, *, as_json: bool) -> int:
    """Print one article and where it was read; 1 when there is none of that id."""
    where = target or settings.target
    with open_target(settings, where) as engine:
        article = engine.get(id)
    if article is None:
        sys.stderr.write(f"copydesk: no article {id} in {where}\n")
        return _NOTHING_FOUND
    origins = _origins(settings, where, id)
    if as_json:
        print_json({"article": to_fields(article), "origins": origins})
    else:
        from copydesk.terminal import show_article

        show_article(article, origins)
    return 0


def _origins(settings: Settings, target: str, id: str) -> list[str]:
    from ledger import read_ledger

    ledger = read_ledger(state_folder(settings, target))
    if ledger is None:
        return []
    with ledger:
        return [origin.origin for origin in ledger.origins(id)]


def show_holdings(settings: Settings, target: str | None, *, as_json: bool) -> int:
    """Print how much the index holds and when it was last loaded."""
    from ledger import read_ledger

    where = target or settings.target
    with open_target(settings, where) as engine:
        status = engine.status()
    files, last = 0, None
    if ledger := read_ledger(state_folder(settings, where)):
        with ledger:
            files = ledger.totals().files
            last = next((run.started_at for run in ledger.runs(1)), None)
    if as_json:
        print_json(status_as_json(status, files, last))
    else:
        from copydesk.terminal import show_status

        show_status(status, files, last)
    return 0


def status_as_json(status: Status, files: int, last_run: str | None) -> dict[str, Any]:
    """Give what an index holds as plain JSON values; the same for the command line and over HTTP."""
    return {
        "target": status.url,
        "engine": status.engine,
        "generation": status.generation,
        "documents": dict(status.documents),
        "size_bytes": status.size_bytes,
        "files": files,
        "last_run": last_run,
    }


def print_json(value: object) -> None:
    """Print exactly one JSON object on standard output."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")
