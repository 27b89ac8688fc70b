"""A page as a flat list of blocks: what stands between two line breaks, and which containers it is in.

The walk goes over lexbor's tree with a stack of its own, so depth costs memory and never recursion.
Imports selectolax at module level: import this module only where a page is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from selectolax.lexbor import LexborNode

from transforms.page.classes import meanings, rules
from transforms.page.verdicts import around_headlines, find_overreach, judge, rule_against

Kind = Literal["text", "heading", "item", "quote", "cell", "caption"]

_KINDS: dict[str, Kind] = {
    "li": "item", "dd": "item", "dt": "item", "blockquote": "quote", "td": "cell", "th": "cell",
    "figcaption": "caption", "figure": "caption", "h1": "heading", "h2": "heading", "h3": "heading",
    "h4": "heading", "h5": "heading", "h6": "heading",
}  # fmt: skip
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_INLINE = frozenset(
    ("a", "abbr", "b", "cite", "code", "em", "font", "i", "mark", "strong", "sub", "sup", "u", "wbr")
)
_PICTURES = frozenset(("img", "picture", "amp-img", "video", "amp-video"))
_RUNNING = frozenset(
    ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td")
)  # a class on a word inside is no box
_BREAK = "\x00"  # no text node of an HTML page can hold it
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_PROSE = 80  # letters
_LONGEST_HEADING = 200  # letters; what is longer is a paragraph in heading's type
_STRONG = frozenset(("b", "strong"))
_DEEPEST = 400  # elements deeper than this count as the one they are in
_WALKS = 4


@dataclass(slots=True, eq=False)
class Frame:
    """An element that is open while the page is walked; afterwards, what a block remembers of it."""

    number: int
    node: LexborNode
    tag: str
    parent: Frame | None
    kind: Kind
    names: str = ""
    dropped: str = ""  # the outermost rule that calls it boilerplate: "class:related"
    dropper: int = 0  # the mem_id of the element that the rule met; 0 for a rule that is never taken back
    pardoned: frozenset[str] = frozenset()  # rules taken back here and below
    caption: Frame | None = None
    depth: int = 0
    deck: bool = False
    byline: bool = False
    image: bool = False  # there is a picture in it

    def chain(self) -> Iterator[Frame]:
        """Yield the element and those around it, inside out."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.parent


@dataclass(slots=True, eq=False)
class Block:
    """Text between two line breaks of the page."""

    number: int
    text: str
    links: int  # characters inside links
    strong: int  # characters in bold type
    frame: Frame
    weight: int = 0  # its length in letters; a CJK character says about as much as two and a half
    prose: bool = False  # reads like a sentence of a story: long, and not mostly links

    def __post_init__(self) -> None:
        wide = 0 if self.text.isascii() else len(_WIDE.findall(self.text))
        self.weight = len(self.text) + 3 * wide // 2
        self.prose = self.weight >= (
            _PROSE if self.frame.kind != "heading" else _LONGEST_HEADING
        ) and self.links < 0.4 * len(self.text)

    @property
    def kind(self) -> Kind:
        """What it is, by the elements around it."""
        return self.frame.kind


class _Writer:
    """Collects inline text until the next block boundary."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.parts: list[tuple[str, bool, bool]] = []  # text, whether in a link, whether in bold

    def add(self, text: str, link: bool, strong: bool) -> None:
        if self.parts or not text.isspace():
            self.parts.append((text, link, strong))

    def flush(self, frame: Frame) -> None:
        """End the paragraph; two line breaks in a row end one too."""
        if not self.parts:
            return
        parts, self.parts = self.parts, []
        start = 0
        for at, (text, _, _) in enumerate(parts):
            if text == _BREAK and _next_break(parts, at):
                self._end(parts[start:at], frame)
                start = at
        self._end(parts[start:], frame)

    def _end(self, parts: list[tuple[str, bool, bool]], frame: Frame) -> None:
        text = " ".join("".join(part[0] for part in parts).replace(_BREAK, " ").split())
        if not text:
            return
        links = sum(len(part[0].strip()) for part in parts if part[1])
        strong = sum(len(part[0].strip()) for part in parts if part[2])
        self.blocks.append(Block(len(self.blocks), text, links, strong, frame))


def _next_break(parts: list[tuple[str, bool, bool]], at: int) -> bool:
    for text, _, _ in parts[at + 1 : at + 4]:
        if text == _BREAK:
            return True
        if text.strip():
            return False
    return False


def read_blocks(body: LexborNode) -> list[Block]:
    """Every block of the page in order, those in boilerplate marked with the rule that says so.

    A rule that would drop most of the page's prose is taken back, and the page walked again: sites hang names like
    "has-sidebar" and "paywall" on the story itself.
    """
    exempt: set[int | str] = {*around_headlines(body)}
    for _ in range(_WALKS):
        blocks = _walk(body, exempt)
        wrong = find_overreach(blocks)
        if not wrong:
            break
        exempt.add(wrong)
    return blocks


def _walk(body: LexborNode, exempt: set[int | str]) -> list[Block]:
    block_tags, drop_tags = rules().block_tags, rules().drop_tags
    writer = _Writer()
    root = Frame(0, body, "body", None, "text")
    number = 0
    stack: list[tuple[LexborNode | None, Frame, bool, bool]] = [(body, root, False, False)]
    while stack:
        node, frame, link, strong = stack.pop()
        if node is None:
            writer.flush(frame)
        elif node.is_text_node:
            writer.add(node.text_content or "", link, strong)
        elif (tag := node.tag or "") == "br":
            writer.add(_BREAK, False, False)
        elif tag in _PICTURES:
            _mark_image(frame)
        elif node.is_element_node and tag not in drop_tags:
            number += 1
            inner = _open(node, tag, frame, number, exempt)
            if tag in block_tags or (inner is not frame and _is_apart(inner, frame)):
                writer.flush(frame)
                stack.append((None, inner, False, False))
            _push(stack, node, inner, link or tag == "a", strong or tag in _STRONG)
    writer.flush(root)
    return writer.blocks


def _is_apart(inner: Frame, outer: Frame) -> bool:
    """Whether an inline element is a paragraph of its own: a caption, a byline or boilerplate in a <span>."""
    byline = inner.byline and not outer.byline and outer.tag not in _RUNNING
    return byline or inner.caption is inner or inner.dropped != outer.dropped


def _mark_image(frame: Frame) -> None:
    for outer in frame.chain():
        if outer.image:
            return
        outer.image = True


def _push(
    stack: list[tuple[LexborNode | None, Frame, bool, bool]],
    node: LexborNode,
    frame: Frame,
    link: bool,
    strong: bool,
) -> None:
    child = node.last_child
    while child is not None:
        stack.append((child, frame, link, strong))
        child = child.prev


def _open(node: LexborNode, tag: str, parent: Frame, number: int, exempt: set[int | str]) -> Frame:
    """The frame of an element; its parent's own where it says nothing new."""
    if (tag in _INLINE and parent.tag in _RUNNING) or parent.depth >= _DEEPEST:
        return parent
    attributes = node.attributes
    names = _names(tag, attributes) if attributes else ""
    meaning = meanings(names) if names else {}
    if tag not in rules().block_tags and not meaning:
        return parent
    frame = Frame(
        number, node, tag, parent, _kind(tag, parent), names, parent.dropped, parent.dropper, parent.pardoned,
        parent.caption, parent.depth + 1,
    )  # fmt: skip
    if tag in rules().keep_tags:
        return frame
    if frame.caption is None and (tag == "figcaption" or "caption" in meaning):
        frame.caption, frame.kind = frame, "caption"
    frame.deck = parent.deck or "deck" in meaning
    frame.byline = parent.byline or "byline" in meaning
    rule = rule_against(attributes, meaning) or ("tag:form" if tag == "form" else "")
    if tag in rules().block_tags or parent.tag not in _RUNNING or not rule.startswith("class:"):
        judge(frame, rule, exempt)
    return frame


def _names(tag: str, attributes: dict[str, str | None]) -> str:
    """Class and id; of a heading the class only, as its id is made of its own words."""
    names = attributes.get("class") or ""
    own = attributes.get("id") if tag not in _HEADINGS else None
    return f"{names} {own}" if own else names


def _kind(tag: str, parent: Frame) -> Kind:
    if parent.caption is not None:
        return "caption"
    kind = _KINDS.get(tag, "text" if tag in ("div", "section", "article") else parent.kind)
    return parent.kind if parent.kind in ("quote", "caption", "cell") and kind in ("text", "item") else kind
