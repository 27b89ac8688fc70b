"""The stories of a page that holds several: a live blog's posts, a front page of full stories.

Imports selectolax at module level: import this module only where a page is read.
"""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from transforms.dates import parse_date
from transforms.page.classes import meanings
from transforms.page.head import bare, web_address
from transforms.page.metadata import Metadata
from transforms.records import Stamp

_MOST = 60  # stories of one page
_PROSE = 80  # characters of a paragraph
_LEAST_PARAGRAPHS = 2  # with fewer it is a teaser
_OWN_SHARE = 0.5  # of an element's prose; with more outside the articles in it, they are teasers in a story
_SHARE_OF_MAIN = 0.5  # of the prose of the page's own story; with less it is a box beside it
_LINKED = 0.4  # of a paragraph
_NEAR = 40  # elements between a paragraph and its article
_MOST_PARAGRAPHS = 5_000  # of a page that are looked at
_NO_ARTICLE = 0


@dataclass(frozen=True, slots=True)
class Part:
    """An <article> that is a story of its own."""

    node: LexborNode
    headline: str
    link: str | None  # where its headline leads
    prose: int  # characters
    is_main: bool  # its headline is the page's own


def find_parts(tree: LexborHTMLParser, title: str) -> list[Part]:
    """The <article> elements that each have a headline and at least two paragraphs; empty when fewer than two do.

    Teasers have a paragraph at most. A story that the whole page is about stays whole, and what stands beside it counts
    only when it is told at length: pages that go on with the next story when the reader reaches the end.
    """
    nodes = tree.css("article")[:_MOST]
    if len(nodes) < 2 or tree.body is None:
        return []
    prose = _prose_by_home(tree.body, {node.mem_id for node in nodes})
    found = (_read_part(node, prose, bare(title)) for node in nodes)
    parts = [part for part in found if part is not None]
    main = max((part.prose for part in parts if part.is_main), default=0)
    parts = [part for part in parts if part.is_main or part.prose >= _SHARE_OF_MAIN * main]
    total = sum(part.prose for part in parts)
    outside = sum(prose.get(_NO_ARTICLE, ()))
    return parts if len(parts) > 1 and total >= _OWN_SHARE * (total + outside) else []


def _read_part(node: LexborNode, prose: dict[int, list[int]], title: str) -> Part | None:
    paragraphs = prose.get(node.mem_id, ())
    if len(paragraphs) < _LEAST_PARAGRAPHS or _is_boilerplate(node):
        return None
    heading = node.css_first("h1, h2, h3, h4")
    headline = " ".join(heading.text(separator=" ").split()) if heading is not None else ""
    if heading is None or not headline or _home(heading, {node.mem_id}) == _NO_ARTICLE:
        return None
    outer = heading.parent
    linked = heading.css_first("a[href]") or (outer if outer is not None and outer.tag == "a" else None)
    link = linked.attributes.get("href") if linked is not None else None
    return Part(node, headline, link, sum(paragraphs), bool(title) and bare(headline) == title)


def _is_boilerplate(node: LexborNode) -> bool:
    """Whether it or what stands around it is called comments, related stories or the like."""
    outer: LexborNode | None = node
    for _ in range(8):
        if outer is None or outer.tag in ("body", "html"):
            return False
        attributes = outer.attributes
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        if outer.tag in ("aside", "nav", "footer") or (names.strip() and "hard" in meanings(names)):
            return True
        outer = outer.parent
    return False


def _prose_by_home(body: LexborNode, marked: set[int]) -> dict[int, list[int]]:
    """The lengths of the paragraphs of prose, by the innermost article around each."""
    found: dict[int, list[int]] = {}
    for paragraph in body.css("p")[:_MOST_PARAGRAPHS]:
        length = len(paragraph.text().strip())
        links = sum(len(link.text()) for link in paragraph.css("a")) if length >= _PROSE else 0
        if length >= _PROSE and links < _LINKED * length:
            found.setdefault(_home(paragraph, marked), []).append(length)
    return found


def _home(node: LexborNode, marked: set[int]) -> int:
    """The innermost article around a node; `_NO_ARTICLE` when there is none near."""
    outer = node.parent
    for _ in range(_NEAR):
        if outer is None:
            return _NO_ARTICLE
        if outer.mem_id in marked:
            return outer.mem_id
        outer = outer.parent
    return _NO_ARTICLE


def markup_of(node: LexborNode, parts: set[int]) -> str:
    """The HTML of a story without that of the stories inside it, which are told on their own."""
    own = node.html or ""
    for inner in node.css("article")[:_MOST]:
        if inner.mem_id in parts and inner.mem_id != node.mem_id:
            own = own.replace(inner.html or "", "", 1)
    return own


def metadata_of(part: Part, page: Metadata) -> Metadata:
    """What is known of one story of several: its own headline, address and time, and the page's publisher and language.

    The page's address, authors, dates and summary are of the page and not of the story.
    """
    meta = Metadata(
        publisher=page.publisher,
        section=page.section,
        declared_language=page.declared_language,
        publishers=page.publishers,
        sources={
            name: page.sources[name]
            for name in ("publisher", "section", "declared_language")
            if name in page.sources
        },
    )
    meta.take("headline", [("article:heading", part.headline)])
    meta.take("published_at", [("time", stamp_of(part))])
    meta.take("url", [("article:heading", web_address(part.link, page.url or ""))])
    return meta


def stamp_of(part: Part) -> Stamp | None:
    """When the story was published, by the first <time> in it."""
    time = part.node.css_first("time[datetime]")
    text = (time.attributes.get("datetime") or "") if time is not None else ""
    parsed = parse_date(text)
    if parsed is None or parsed[0] is None:
        return None
    return Stamp(text=text, kind="published", value=parsed[0], precision=parsed[1])
