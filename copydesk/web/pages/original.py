"""An article's copy as it was read, line by line, with what became of each line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from transforms.records import Article, Given, RawDocument

_MOST_LINES = 1_500
_LABELLED_CHARACTERS = 4_000_000  # labelling takes 0.3 s for a million: more would keep a reader waiting
_PAGE_BYTES = 1_000_000
_LEFT_OUT = frozenset(
    ("widget", "share", "subscribe", "advert", "related", "comment", "copyright", "navigation", "topics",
     "separator", "repeated-title", "repeated-caption")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OriginalLine:
    """One line of the copy."""

    number: int
    text: str
    label: str  # one of LABELS, "kept" or "dropped" for a page, "" when nothing was decided
    rule: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Original:
    """The copy of one article."""

    origin: str
    kind: str  # "paste", "page" or "record"
    lines: tuple[OriginalLine, ...]
    more: int  # lines that are not shown
    given: tuple[tuple[str, str], ...]  # what the input said of it: field, value


def original_of(article: Article, raw: RawDocument) -> Original:
    """Lay out the copy that the article was made of: the lines of a paste with their labels, a page's words."""
    if raw.media == "html":
        kind, lines = "page", _page_lines(article, raw)
    else:
        kind, lines = ("record" if raw.single else "paste"), _copy_lines(article, raw)
    return Original(
        origin=raw.origin,
        kind=kind,
        lines=tuple(lines[:_MOST_LINES]),
        more=max(0, len(lines) - _MOST_LINES),
        given=tuple(_told(raw.given)),
    )


def _copy_lines(article: Article, raw: RawDocument) -> list[OriginalLine]:
    from transforms.paste import read_copy  # the lexicon is loaded with it

    if len(raw.text) <= _LABELLED_CHARACTERS:
        copies = read_copy(raw.text, raw.given, single=raw.single)
        mine = [copy for copy in copies if copy.lines and copy.lines[0].number == _first_line(article, raw)]
        for copy in mine or copies[:1]:
            return [
                OriginalLine(
                    line.number + raw.line - 1, line.text, line.label, line.rule, line.label not in _LEFT_OUT
                )
                for line in copy.lines
            ] or _plain_lines(raw.text)
    return _plain_lines(raw.text)


def _first_line(article: Article, raw: RawDocument) -> int:
    """The line that the origin names: "paste.txt#12" starts there."""
    _, mark, line = article.origin.rpartition("#")
    return int(line) - raw.line + 1 if mark and line.isdigit() and not raw.single else 1


def _plain_lines(text: str) -> list[OriginalLine]:
    return [
        OriginalLine(number, line, "", "", True)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    ]


def _page_lines(article: Article, raw: RawDocument) -> list[OriginalLine]:
    from transforms.page.encoding import decode_page
    from transforms.soup import strip_markup

    markup, _ = decode_page(raw.page[:_PAGE_BYTES])
    markup = " ".join(markup.splitlines())  # lines of the file are not lines of the page
    held = _held(article)
    captions = [bare for caption in article.captions if (bare := _bare(caption.text))]
    lines = []
    for number, text in enumerate(strip_markup(markup).splitlines(), 1):
        bare = _bare(text)
        kept = bool(bare) and (bare in held or any(caption in bare for caption in captions))
        lines.append(OriginalLine(number, text, "kept" if kept else "dropped", "", kept))
    return [line for line in lines if line.text.strip()]


def _held(article: Article) -> str:
    """Everything that the article says, for looking whether a line is in it."""
    dateline = article.dateline.text if article.dateline else ""
    captions = (f"{caption.text} {caption.credit or ''}" for caption in article.captions)
    body = f"{dateline} {article.body}"
    parts = (
        article.headline,
        article.kicker,
        article.byline,
        *article.summary,
        *captions,
        *article.authors,
        body,
    )
    return "\n".join(_bare(part) for part in parts if part)


def _bare(text: str) -> str:
    """Only letters and digits: a line's spaces and dashes may have been tidied."""
    return "".join(filter(str.isalnum, text)).casefold()


def _told(given: Given) -> Iterable[tuple[str, str]]:
    for field in fields(given):
        value = getattr(given, field.name)
        if value:
            yield field.name, "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)
