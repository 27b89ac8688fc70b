"""How results look on a terminal. Plain text when it is none; JSON is made in copydesk/cli.py."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engines.contract import Finding, Hit, Page, Query, Status
from transforms.document import to_fields
from transforms.records import Article, Line, Reject

_MARKED = re.compile(r"<mark>(.*?)</mark>", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: Labels whose lines are kept, and how each is coloured in `explain`.
_KEPT = {
    "title": "bold green", "kicker": "cyan", "deck": "cyan", "bullet": "cyan", "byline": "cyan",
    "timestamp": "cyan", "caption": "cyan", "subhead": "green", "body": "green",
}  # fmt: skip


def safe(text: str) -> str:
    """Take out control characters: copy must not be able to write on the reader's terminal."""
    return _CONTROL.sub("", text)


def plain_console(*, stderr: bool = False) -> Console:
    """Give a console that colours only what we colour."""
    return Console(highlight=False, stderr=stderr)


def show_page(page: Page, query: Query, likelier: Sequence[str] = ()) -> None:
    """Print one page of hits, then the facets; where nothing was found, what else may have been meant."""
    console = plain_console()
    for note in page.notes:
        console.print(f"[yellow]note:[/] {escape(safe(note))}")
    stories = "article" if page.total == 1 else "articles"
    console.print(f"[bold]{page.total:,}[/] {stories} in {page.took_ms:.0f} ms")
    for text in likelier:
        console.print(f"did you mean: copydesk search {escape(safe(shlex.quote(text)))}")
    first = 1 + (query.page - 1) * query.size
    for number, hit in enumerate(page.hits, first):
        console.print()
        _show_hit(console, number, hit)
    if page.cursor and page.hits and not query.cursor:
        console.print(f"\n[dim]more: --page {query.page + 1}[/]")
    if page.hits and any(page.facets.values()):
        console.print()
    for field, values in page.facets.items():
        if values:
            row = "  ".join(f"{escape(safe(v.value))} [dim]{v.count:,}[/]" for v in values)
            console.print(f"[bold]{field:<9}[/]  {row}")


def _show_hit(console: Console, number: int, hit: Hit) -> None:
    article = hit.article
    marked = hit.highlights.get("headline")
    headline = _marked(marked[0]) if marked else Text(safe(article.headline or article.body[:80]))
    headline.stylize("bold")
    rows = [headline, Text(_where_and_when(article), style="dim")]
    fragments = [f for field, found in hit.highlights.items() if field != "headline" for f in found]
    rows += [
        Text("…", style="dim") + _marked(fragment) + Text("…", style="dim") for fragment in fragments[:3]
    ]
    rows.append(Text(f"{hit.id}  {safe(article.origin)}", style="dim"))
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="dim", min_width=3)
    table.add_column(overflow="fold")
    for row_number, row in enumerate(rows):
        table.add_row("" if row_number else str(number), row)
    console.print(table)


def _where_and_when(article: Article) -> str:
    places = article.dateline.places if article.dateline else ()
    place = ", ".join(f"{p.name} ({p.country})" if p.country else p.name for p in places)
    when = article.published_at or article.updated_at
    day = (
        f"{when:%Y-%m-%d}"
        if when
        else (f"updated {article.updated_at_text}" if article.updated_at_text else "")
    )
    return safe(" · ".join(filter(None, (place, day, article.publisher, article.section, article.language))))


def _marked(fragment: str) -> Text:
    """Turn an escaped fragment with <mark> into styled text."""
    text = Text()
    for number, part in enumerate(_MARKED.split(fragment)):
        text.append(safe(html.unescape(part)), style="bold yellow" if number % 2 else "")
    return text


def show_article(article: Article, origins: Sequence[str]) -> None:
    """Print one article as it is in the index, and where it was read."""
    console = plain_console()
    fields = to_fields(article)
    body = fields.pop("body", "")
    table = Table.grid(padding=(0, 2))
    for name, value in fields.items():
        table.add_row(Text(name, style="dim"), Text(safe(_plain(value))))
    for origin in origins:
        table.add_row(Text("read from", style="dim"), Text(safe(origin)))
    console.print(table)
    console.print()
    console.print(Text(safe(body)))


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(_plain(item) for item in value)
    if isinstance(value, dict):
        return "  ".join(f"{name}: {_plain(item)}" for name, item in value.items())
    return str(value)


def show_explanation(console: Console, number: int, article: Article) -> None:
    """Print what was decided about one article, line by line."""
    console.rule(
        Text(f"article {number}: {safe(article.headline or '(no headline)')}", style="bold"), align="left"
    )
    show_lines(console, article.lines)
    table = Table.grid(padding=(0, 2))
    for name, value in to_fields(article).items():
        if name != "body":
            table.add_row(Text(name, style="dim"), Text(safe(_plain(value))))
    for name, origin in article.sources:
        table.add_row(Text(f"{name} from", style="dim"), Text(safe(origin)))
    if article.dateline:
        table.add_row(Text("dateline because", style="dim"), Text(safe(article.dateline.reason)))
    paragraphs = article.body.count("\n\n") + 1 if article.body else 0
    table.add_row(
        Text("body", style="dim"), Text(f"{paragraphs} paragraphs, {len(article.body):,} characters")
    )
    console.print(table)


def show_lines(console: Console, lines: Iterable[Line]) -> None:
    """Print lines with label and rule; what is left out of the article is struck in red."""
    for line in lines:
        kept = _KEPT.get(line.label)
        mark = Text(f"{line.number:>5} {'+' if kept else '-'} ", style="dim")
        label = Text(f"{line.label:<17}", style=kept or "red")
        rule = Text(f"{line.rule:<26.26} ", style="dim")
        text = Text(safe(line.text), style="" if kept else "red", no_wrap=True, overflow="ellipsis")
        text.truncate(max(20, console.width - 52), overflow="ellipsis")
        console.print(mark + label + rule + text, no_wrap=True, crop=True)


def show_reject(console: Console, reject: Reject) -> None:
    """Print one reject in one line."""
    at = f" at byte {reject.offset:,}" if reject.offset else ""
    detail = f": {safe(reject.detail)}" if reject.detail else ""
    console.print(
        Text(f"rejected  {safe(reject.origin)}  {reject.stage}/{reject.reason}{at}{detail}", style="yellow")
    )


def show_status(status: Status, files: int, last_run: str | None) -> None:
    """Print what the index holds."""
    console = plain_console()
    table = Table.grid(padding=(0, 2))
    table.add_row("index", Text(safe(status.url)))
    table.add_row("engine", status.engine)
    table.add_row("generation", str(status.generation) if status.generation else "none yet")
    table.add_row("articles", f"{sum(status.documents.values()):,}")
    for key, count in sorted(status.documents.items(), key=lambda row: -row[1]):
        table.add_row(f"  {key}", f"{count:,}")
    table.add_row("size", f"{status.size_bytes / 1e6:,.1f} MB")
    table.add_row("files read", f"{files:,}")
    table.add_row("last run", Text(last_run or "never"))
    console.print(table)


def show_findings(findings: Iterable[Finding]) -> None:
    """Print what the doctor found: a line each, with what to do under what is not well."""
    console = plain_console()
    styles = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}
    for finding in findings:
        sign, style = styles[finding.level]
        console.print(Text(f" {sign} ", style=style) + Text(safe(finding.what)))
        if finding.hint:
            console.print(Padding(Text(f"try: {safe(finding.hint)}", style="dim"), (0, 0, 0, 5)))
