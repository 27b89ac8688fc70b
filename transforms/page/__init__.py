"""An HTML page becomes copy: guards, encoding, metadata, the story's blocks, captions.

Two readers find the body: ours first, trafilatura where ours is unsure. Imports selectolax at module level
and trafilatura when it is needed: import this module only where pages are read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import accumulate

from selectolax.lexbor import LexborHTMLParser

from transforms.authors import is_publisher, people_in, starts_byline
from transforms.dates import parse_date, parse_stamps
from transforms.page.blocks import Block, read_blocks
from transforms.page.captions import mark_pictures
from transforms.page.encoding import decode_page
from transforms.page.head import bare
from transforms.page.liveblog import read_posts
from transforms.page.metadata import Metadata, read_metadata
from transforms.page.readers import Pick, pick_story
from transforms.page.several import find_parts, markup_of, metadata_of
from transforms.page.slow_reader import find_date, read_slowly
from transforms.page.story import Surroundings, read_surroundings
from transforms.paste.normalise import normalise
from transforms.records import Copy, Given, Reject, Stamp

MAX_BYTES = 10_000_000  # more is a data dump, and parsing grows with it
MAX_DEPTH = (
    8_000  # open elements; lexbor's time grows with the square of it, and here is a quarter of a second
)
MAX_ELEMENTS = 150_000  # ten times a long page; each costs some twenty microseconds
MAX_ATTRIBUTES = 5_000  # of one element; lexbor's time grows with the square of it
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}")
MAX_OPTIONS = 2_000  # of a page's menus; lexbor's time grows with the square of those in one <select>
_OPTION = re.compile(r"</?opt(?:ion|group)\b[^<>]*>", re.IGNORECASE)
_LEAST_BODY = 60  # characters without which there is no article
_LEAST_SHARE = 0.3  # of the whole page's text, for a story in it
_LEAST_SENTENCE = 60  # characters
_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[/-](\d\d)[/-](\d\d)(?!\d)")
#: An opening or closing tag of an element that can stand inside itself. The others (void elements, and those that the
#: parser closes by itself, as <p> and <li>) do not nest however often they are opened. <dd> and <noscript> do with <li> between.
_TAG = re.compile(
    r"<(/?)(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|option|optgroup|tr|td|th|"
    r"thead|tbody|tfoot|colgroup|caption|html|head|body|script|style|title|textarea|path|circle|"
    r"rect|g|use)\b)[a-z]",
    re.IGNORECASE,
)


def read_page(page: bytes, given: Given, origin: str) -> list[Copy] | Reject:
    """The story of a page, each of them where it holds several, or why there is none. Never raises, whatever the bytes."""
    if len(page) > MAX_BYTES:
        return _reject(origin, "page-too-large", f"{len(page):,} bytes; at most {MAX_BYTES:,} are read")
    text = decode_page(page)[0].replace("\x00", "")  # before tags are counted: "<\0div>" is one
    if (opened := text.count("<") - text.count("</")) > MAX_ELEMENTS:
        return _reject(origin, "page-too-large", f"{opened:,} elements; at most {MAX_ELEMENTS:,} are read")
    if (depth := nesting_depth(text)) > MAX_DEPTH:
        detail = f"{depth:,} elements inside each other; at most {MAX_DEPTH:,}"
        return _reject(origin, "page-too-deep", detail)
    if any(len(match[0].split()) > MAX_ATTRIBUTES for match in _LONG_TAG.finditer(text)):
        return _reject(origin, "page-too-large", f"a tag of more than {MAX_ATTRIBUTES:,} attributes")
    if len(_OPTION.findall(text)) > MAX_OPTIONS:  # no story stands in a menu: its words go with the <select>
        text = _OPTION.sub(" ", text)
    tree = _parse(text)
    meta = read_metadata(tree, given)
    copies = _read_parts(tree, meta)
    if len(copies) < 2 and meta.nodes and tree.body is not None:
        copies = [_regular(copy) for copy in read_posts(meta.nodes, tree.body.text(), meta)]
    if len(copies) > 1:
        return copies
    copy = _read_story(tree, meta)
    return [copy] if copy is not None else _reject(origin, "no-article", "no element reads like a story")


def _parse(text: str) -> LexborHTMLParser:
    return LexborHTMLParser(text.encode("utf-8", "replace"))


def _read_parts(tree: LexborHTMLParser, meta: Metadata) -> list[Copy]:
    """The stories of a page of several, each read as a page of its own; what cannot be read is left out.

    An article that stands inside another is left out of that one.
    """
    copies: list[Copy] = []
    parts = find_parts(tree, meta.headline or "")
    inner = {part.node.mem_id for part in parts}
    for part in parts:
        own = LexborHTMLParser(f"<body>{markup_of(part.node, inner)}</body>")
        copy = _read_story(own, metadata_of(part, meta), guess_date=False)
        if copy is not None:
            copies.append(copy)
    return copies


def nesting_depth(text: str) -> int:
    """An upper bound of how deep elements stand inside each other, in time linear in the text.

    Most pages open too few elements to matter, and are told by counting.

    >>> nesting_depth("<div><p>a<p>b<div></div></div>")
    4
    """
    opened = text.count("<") - text.count("</")
    if opened < MAX_DEPTH:
        return opened
    depths = list(accumulate(-1 if closing else 1 for closing in _TAG.findall(text)))
    floors = accumulate(depths, min, initial=0)  # a closing tag too many closes nothing
    return max((0, *(depth - floor for depth, floor in zip(depths, floors, strict=False))))


def _reject(origin: str, reason: str, detail: str) -> Reject:
    return Reject(origin=origin, stage="shape", reason=reason, detail=detail)


def _read_story(tree: LexborHTMLParser, meta: Metadata, *, guess_date: bool = True) -> Copy | None:
    body = tree.body
    if body is None:
        return None
    blocks = read_blocks(body)
    if len(body.text()) < _LEAST_BODY:
        return None
    mark_pictures(blocks)
    pick = pick_story(blocks, meta.headline or "")
    around = read_surroundings(blocks, pick, meta, meta.declared_language) if pick else Surroundings()
    paragraphs = (
        [block.text for block in pick.blocks if not _names_authors(block, meta, around)] if pick else []
    )
    sources = meta.sources
    sources["body"] = "blocks"
    if not _is_sure(pick) or _is_scattered(pick):
        slow = _without_notices(read_slowly(_without_scripts(tree)), blocks, meta)
        if _is_better(slow, paragraphs) or (_is_scattered(pick) and _is_narrower(slow, paragraphs)):
            paragraphs, sources["body"] = slow, "trafilatura"
    if sum(map(len, paragraphs)) < _LEAST_BODY:
        return None
    _settle(meta, around)
    if guess_date and meta.published_at is None:
        _guess_date(meta, tree)
    return _regular(
        Copy(
            headline=meta.headline,
            summary=around.deck or ((meta.summary,) if meta.summary else ()),
            byline=around.byline,
            authors=meta.authors,
            captions=around.captions,
            stamps=tuple(stamp for stamp in (meta.published_at, meta.updated_at) if stamp is not None),
            paragraphs=tuple(paragraphs),
            tags=meta.tags,
            url=meta.url,
            publisher=meta.publisher,
            section=meta.section,
            image=meta.image,
            declared_language=meta.declared_language,
            sources=tuple(sorted(sources.items())),
        )
    )


def _regular(copy: Copy) -> Copy:
    """The copy in regular characters: no soft hyphens, direction marks or mojibake."""
    lines = (normalise(paragraph) for paragraph in copy.paragraphs)
    return replace(
        copy,
        headline=normalise(copy.headline) if copy.headline else None,
        summary=tuple(map(normalise, copy.summary)),
        byline=normalise(copy.byline) if copy.byline else None,
        authors=tuple(map(normalise, copy.authors)),
        captions=tuple(
            replace(c, text=normalise(c.text), credit=c.credit and normalise(c.credit)) for c in copy.captions
        ),
        paragraphs=tuple(line for line in lines if line),
        tags=tuple(map(normalise, copy.tags)),
    )


def _names_authors(block: Block, meta: Metadata, around: Surroundings) -> bool:
    """Whether it is a byline, of the story's own authors, wherever it stands in the story."""
    if block.prose or not starts_byline(block.text):
        return False
    names = people_in(block.text)
    return bool(names) and {*map(bare, names)} <= {*map(bare, (*meta.authors, *around.authors))}


def _is_sure(pick: Pick | None) -> bool:
    return (
        pick is not None
        and pick.share > 0.5
        and sum(block.weight for block in pick.blocks if block.prose) > 250
    )


def _is_scattered(pick: Pick | None) -> bool:
    """Whether nothing smaller than the whole page holds the story, though its paragraphs stand in containers."""
    if pick is None or pick.frame.tag != "body":
        return False
    return any(block.prose and block.frame.parent is not pick.frame for block in pick.blocks)


def _is_narrower(slow: list[str], fast: list[str]) -> bool:
    """Still a story, and less than all the page: of a whole page trafilatura leaves out more than we do."""
    least = max(_LEAST_BODY, _LEAST_SHARE * sum(map(len, fast)))
    return any(len(text) >= _LEAST_SENTENCE for text in slow) and least <= sum(map(len, slow)) < sum(
        map(len, fast)
    )


def _without_notices(lines: list[str], blocks: list[Block], meta: Metadata) -> list[str]:
    """The lines without headline and stamps over them, and without what is surely boilerplate.

    Alone on a page a cookie notice reads like a story.
    """
    titles = {bare(title) for title in (meta.headline or "", *meta.titles)}
    while lines and (bare(lines[0]) in titles or parse_stamps(lines[0], meta.declared_language)):
        lines = lines[1:]
    notices = [
        block.text for block in blocks if block.prose and block.frame.dropped and not block.frame.dropper
    ]
    return [line for line in lines if not any(notice in line for notice in notices)]


def _is_better(slow: list[str], fast: list[str]) -> bool:
    """Much longer, and with a sentence in it: trafilatura also makes text of lists of links.

    Of less lines than ours it is all text of the page in one: what trafilatura gives when it finds no story.
    """
    sentence = any(len(text) >= _LEAST_SENTENCE for text in slow) and len(slow) >= len(fast)
    return sentence and sum(map(len, slow)) > 1.5 * sum(map(len, fast))


def _day_in(url: str) -> Stamp | None:
    match = _URL_DAY.search(url)
    parsed = parse_date("-".join(match.groups())) if match else None
    if match is None or parsed is None or parsed[0] is None:
        return None
    return Stamp(text=match[0], kind="published", value=parsed[0], precision="day")


def _without_scripts(tree: LexborHTMLParser) -> str:
    tree.strip_tags(["script", "style", "noscript", "template", "svg", "iframe"])
    return tree.html or ""


def _settle(meta: Metadata, around: Surroundings) -> None:
    """Fill what the head does not say from the page itself."""
    if around.deck:
        meta.sources["summary"] = "page:deck"
    if meta.published_at is None:
        meta.take("published_at", [("url", _day_in(meta.url or ""))])
    if around.authors and not _names_people(meta, around):
        meta.authors = ()
        meta.take("authors", [("page:byline", around.authors)])
    shown = {stamp.kind: stamp for stamp in reversed(around.stamps)}
    if meta.published_at is None:
        meta.take("published_at", [("page:stamp", shown.get("published") or shown.get("unknown"))])
    if meta.updated_at is None:
        meta.take("updated_at", [("page:stamp", shown.get("updated"))])


def _names_people(meta: Metadata, around: Surroundings) -> bool:
    """Whether the head names others than the site, and not only desks where the page says by whom the story is."""
    others = [name for name in meta.authors if not is_publisher(name, meta.publishers)]
    if not others or not starts_byline(around.byline or ""):
        return bool(others)
    return any(people_in(name) for name in others)


def _guess_date(meta: Metadata, tree: LexborHTMLParser) -> None:
    """Ask htmldate, where neither the head nor the story's surroundings say the day."""
    if (day := find_date(_without_scripts(tree))) is not None:
        stamp = Stamp(text=day.isoformat(), kind="published", value=day, precision="day")
        meta.take("published_at", [("htmldate", stamp)])
