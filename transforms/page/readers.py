"""The story's own blocks among all blocks of a page: the container that holds it, then what in it is text.

The container is the element whose prose outweighs its clutter most; going down from it costs little prose
and loses teasers and footers. Inside it a block stays when it is prose, or stands among prose.
Imports selectolax at module level: import this module only where a page is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from transforms.page.blocks import Block, Frame
from transforms.page.classes import rules
from transforms.page.edges import cut_tail, start_under_headline, trim_edges
from transforms.page.verdicts import is_junk_line

_DESCENT = 0.88  # go down into the part that holds this much of the story's prose
_LINKED = 0.5  # more of a block in links than this: navigation
_CLUTTER = 10  # what a short line outside paragraphs counts against its container
_DECK_SHARE = 0.3  # of the page's prose; with more, "intro" or "summary" is what a site calls its stories
_LEAST_TITLE = 15  # characters of a linked headline
_TEASER_BLOCKS = 6  # in the box of a teaser, at most
_LEAF_TAGS = frozenset(("p", "li", "ul", "ol", "blockquote", "figure", "h1", "h2", "h3"))
_ENDS = frozenset(".!?…。！？।؟۔\"'”’»“)")


@dataclass(frozen=True, slots=True)
class Pick:
    """The story as found: its container, its blocks, and how sure."""

    frame: Frame
    blocks: tuple[Block, ...]
    share: float  # of the page's prose outside boilerplate, how much is in the container


def pick_story(blocks: list[Block], title: str = "") -> Pick | None:
    """The blocks of the page's story; None when nothing on the page reads like one."""
    teasers = _teasers(blocks)
    scores, frames = _scores(blocks, teasers)
    if not scores:
        return None
    best = _descend(max(scores, key=lambda key: (scores[key], frames[key].depth)), scores, frames)
    if scores[best] <= 0:
        return None
    frame = _home(frames[best], blocks)
    inside = start_under_headline([block for block in blocks if _is_in(block, frame)], title)
    kept = _trim(_keep(inside, title))
    kept = trim_edges(cut_tail([*_before(blocks, kept, frame), *kept])) if kept else kept
    total = sum(block.weight for block in blocks if not block.frame.dropped and block.prose)
    mine = sum(block.weight for block in kept if block.prose)
    return Pick(frame, tuple(kept), mine / total if total else 0.0) if kept else None


def _before(blocks: list[Block], kept: list[Block], frame: Frame) -> list[Block]:
    """Paragraphs that stand right before the container, in one around it: paywalls cut stories so."""
    around = {outer.number for outer in frame.chain()} - {frame.number}
    found: list[Block] = []
    for block in reversed(blocks[: kept[0].number]):
        home = block.frame.parent
        if (
            block.frame.tag != "p"
            or not block.prose
            or block.frame.deck
            or block.frame.dropped
            or home is None
            or home.number not in around
        ):
            break
        found.append(block)
    return found[::-1]


def _is_in(block: Block, frame: Frame) -> bool:
    return any(outer is frame for outer in block.frame.chain())


def _scores(blocks: list[Block], teasers: set[int]) -> tuple[dict[int, float], dict[int, Frame]]:
    scores: dict[int, float] = {}
    frames: dict[int, Frame] = {}
    prose = [block for block in blocks if block.prose and not block.frame.dropped]
    decks = sum(block.weight for block in prose if block.frame.deck)
    aside = decks <= _DECK_SHARE * sum(block.weight for block in prose)
    for block in blocks:
        if block.frame.dropped or block.kind == "caption" or (aside and block.frame.deck):
            continue
        value = -_CLUTTER if block.number in teasers else _value(block)
        for frame in block.frame.chain():
            scores[frame.number] = scores.get(frame.number, 0.0) + value
            frames[frame.number] = frame
    return scores, frames


def _teasers(blocks: list[Block]) -> set[int]:
    """The numbers of blocks that announce another story: alone in a small box with a linked headline."""
    boxes: dict[int, int] = {}  # by the number of the block that may be a teaser
    for before, block in pairwise(blocks):
        if block.prose and len(before.text) >= _LEAST_TITLE and before.links > 0.8 * len(before.text):
            around = {frame.number for frame in before.frame.chain()}
            boxes[block.number] = next(
                frame.number for frame in block.frame.chain() if frame.number in around
            )
    sizes = dict.fromkeys(boxes.values(), 0)
    prose = dict.fromkeys(boxes.values(), 0)
    for block in blocks if boxes else ():
        for frame in block.frame.chain():
            if frame.number in sizes:
                sizes[frame.number] += 1
                prose[frame.number] += block.prose
    return {number for number, box in boxes.items() if sizes[box] <= _TEASER_BLOCKS and prose[box] == 1}


def _value(block: Block) -> float:
    if is_junk_line(block):
        return -_CLUTTER
    if block.prose:
        return block.weight
    if block.links > _LINKED * len(block.text):
        return -min(block.weight, 100) - _CLUTTER
    return 0 if block.frame.tag in _LEAF_TAGS else -_CLUTTER


def _descend(best: int, scores: dict[int, float], frames: dict[int, Frame]) -> int:
    children: dict[int, list[int]] = {}
    for number, frame in frames.items():
        if frame.parent is not None:
            children.setdefault(frame.parent.number, []).append(number)
    while best in children:
        child = max(children[best], key=lambda key: scores[key])
        if scores[child] < _DESCENT * scores[best] or frames[child].tag in _LEAF_TAGS:
            break
        best = child
    return best


def _home(frame: Frame, blocks: Sequence[Block]) -> Frame:
    """The story's container where one paragraph or one box of it won: the element around it.

    It is one box among others where another with its very names stands beside it and holds prose, too.
    """
    while frame.tag in _LEAF_TAGS and frame.parent is not None:
        frame = frame.parent
    outer = frame.parent
    if outer is None or not frame.names or frame.tag in rules().keep_tags:
        return frame
    others = (
        other for block in blocks if block.prose and not block.frame.dropped for other in block.frame.chain()
    )
    alike = any(
        other.parent is outer and other is not frame and (other.tag, other.names) == (frame.tag, frame.names)
        for other in others
    )
    return outer if alike else frame


def _keep(inside: Sequence[Block], title: str) -> list[Block]:
    able = [block for block in inside if not block.frame.dropped and block.kind != "caption"]
    homes = {block.frame.parent for block in able if block.prose}
    return [block for block in able if _is_story(block, homes, title)]


def _is_story(block: Block, homes: set[Frame | None], title: str) -> bool:
    if is_junk_line(block) or (block.kind == "heading" and _is_title(block.text, title)):
        return False
    if block.prose:
        return True
    linked = block.links / len(block.text)
    if block.frame.parent in homes and block.frame.tag == "p":
        return linked <= _LINKED or (linked < 0.9 and block.text[-1] in _ENDS)
    return linked <= _LINKED


def _is_title(text: str, title: str) -> bool:
    return bool(title) and (text in title or title in text)


def _home_of_list(block: Block) -> Frame | None:
    return block.frame.parent.parent if block.frame.parent is not None else None


def _trim(blocks: list[Block]) -> list[Block]:
    """Cut what stands before the first and after the last sure block."""
    homes = {block.frame.parent for block in blocks if block.prose}
    sure = [
        at
        for at, block in enumerate(blocks)
        if block.prose
        or (block.frame.tag in ("p", "blockquote") and block.frame.parent in homes)
        or (block.frame.tag == "li" and not block.links and _home_of_list(block) in homes)
    ]
    return blocks[sure[0] : sure[-1] + 1] if sure else []
