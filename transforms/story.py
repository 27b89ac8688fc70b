"""What stands around a story's body on its page: deck, byline, stamps and captions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.authors import people_in
from transforms.blocks import Block, Frame, is_junk_line
from transforms.captions import read_captions
from transforms.dates import LONGEST_STAMP, parse_stamps
from transforms.head import bare
from transforms.metadata import Metadata
from transforms.readers import Pick
from transforms.records import Caption, Stamp

_DECK_LENGTHS = (25, 700)  # characters
_DECK_REACH = 12  # blocks between the headline and the deck
_STAMP_REACH = 25  # blocks before the story's first paragraph that may hold its stamp
_STAMP_BELOW = 3
_LONGEST_BYLINE = 150
_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class Surroundings:
    """What was found around the body."""

    deck: tuple[str, ...] = ()
    byline: str | None = None
    authors: tuple[str, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    captions: tuple[Caption, ...] = ()


def read_surroundings(
    blocks: Sequence[Block], pick: Pick, meta: Metadata, language: str | None
) -> Surroundings:
    """Read what stands between the headline and the story, and in its pictures."""
    start = _headline_number(blocks, pick, meta)
    first = pick.blocks[0].number
    found = Surroundings()
    deck = _deck(blocks, start, pick, meta)
    found.deck = tuple(block.text for block in deck)
    near = [b for b in blocks if first - _STAMP_REACH <= b.number < first + _STAMP_BELOW]
    found.byline = next((b.text for b in near if b.frame.byline and _is_byline(b.text)), None)
    found.authors = people_in(found.byline) if found.byline else ()
    found.stamps = _stamps(near, language)
    found.captions = read_captions(blocks, _common(blocks, start, pick.frame))
    return found


def _headline_number(blocks: Sequence[Block], pick: Pick, meta: Metadata) -> int:
    """The number of the block that is the headline; that of the story's first where none is."""
    titles = {bare(title) for title in (meta.headline or "", *meta.titles) if title}
    first = pick.blocks[0].number
    same = [
        b.number
        for b in blocks
        if b.number <= first and b.frame.tag in ("h1", "h2", "h3") and bare(b.text) in titles
    ]
    if not same:
        same = [block.number for block in blocks if block.number <= first and block.frame.tag == "h1"]
    return same[-1] if same else first


def _common(blocks: Sequence[Block], number: int, frame: Frame) -> Frame:
    """The innermost element around both the headline and the story."""
    around = {outer.number for outer in blocks[number].frame.chain()}
    return next((outer for outer in frame.chain() if outer.number in around), frame)


def _deck(blocks: Sequence[Block], start: int, pick: Pick, meta: Metadata) -> list[Block]:
    """The paragraphs between headline and story that are called a deck, repeat the description, or just stand there."""
    described = bare(meta.summary or "")
    first = pick.blocks[0].number
    around = [b for b in blocks[start + 1 : start + 1 + _DECK_REACH] if _could_be_deck(b)]
    called = [block for block in around if block.frame.deck and not block.frame.dropped]
    if called:
        return [
            block for block in called if block.frame.parent is called[0].frame.parent or block is called[0]
        ]
    outside = [block for block in around if block.number < first]
    same = [b for b in outside if described and (bare(b.text) in described or described in bare(b.text))]
    return (
        same[:1]
        or [b for b in outside if b.prose and not b.links and not b.frame.dropped and not b.frame.byline][:1]
    )


def _could_be_deck(block: Block) -> bool:
    shortest, longest = _DECK_LENGTHS
    fits = shortest <= len(block.text) <= longest and 2 * block.links < len(block.text)
    return fits and block.kind != "caption" and not is_junk_line(block.text)


def _is_byline(text: str) -> bool:
    return len(text) <= _LONGEST_BYLINE and not _DIGIT.search(text) and bool(people_in(text))


def _stamps(near: Sequence[Block], language: str | None) -> tuple[Stamp, ...]:
    found = [stamp for b in near if len(b.text) <= LONGEST_STAMP for stamp in parse_stamps(b.text, language)]
    return tuple(stamp for stamp in found if stamp.value is not None)
