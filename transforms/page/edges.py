"""What stands at the edges of a story inside its own container and is no paragraph of it: deck, byline, date, buttons.

Imports selectolax at module level: import this module only where a page is read.
"""

from __future__ import annotations

from collections.abc import Sequence

from transforms.authors import people_in, starts_byline
from transforms.dates import parse_stamps
from transforms.page.blocks import Block
from transforms.paste.lexicon import find_phrase, key_of

_DECK_SHARE = 0.3  # of the story's text; with more, "intro" or "lead" is what a site calls its paragraphs
_LONGEST = 100  # characters of a button or a byline
_LEAST_PARAGRAPHS = 2  # that must be left under a deck
_OVER = frozenset(("share", "timestamp", "subscribe", "advert", "byline", "navigation", "comment", "widget"))
_UNDER = frozenset(("share", "subscribe", "related", "advert", "comment", "topics"))


def trim_edges(blocks: Sequence[Block]) -> list[Block]:
    """The story's blocks without the deck, byline, stamps and buttons over it, and without the buttons under it.

    In the middle of a story such a line may be its own ("Share", a sub-head); at the edges it hardly ever is.
    """
    start, end = 0, len(blocks)
    while start < end - 1 and _is_over(blocks, start):
        start += 1
    while end > start + 1 and _phrase(blocks[end - 1]) in _UNDER:
        end -= 1
    return list(blocks[start:end])


def _is_over(blocks: Sequence[Block], at: int) -> bool:
    block = blocks[at]
    if block.frame.deck:
        return _is_deck(blocks, at)
    if block.prose or len(block.text) > _LONGEST:
        return False
    if block.frame.byline or starts_byline(block.text):
        return bool(people_in(block.text))
    return _phrase(block) in _OVER or bool(parse_stamps(block.text))


def _is_deck(blocks: Sequence[Block], at: int) -> bool:
    """Whether what is called a deck is one: a small part of the text, and the story stands under it uncalled."""
    left = [block for block in blocks[at + 1 :] if block.prose and not block.frame.deck]
    called = sum(block.weight for block in blocks if block.frame.deck)
    return len(left) >= _LEAST_PARAGRAPHS and called <= _DECK_SHARE * sum(block.weight for block in blocks)


def _phrase(block: Block) -> str:
    """The label of a line that is known by its words; empty for any other."""
    if block.prose or len(block.text) > _LONGEST or block.kind == "heading":
        return ""
    found = find_phrase(block.text, key_of(block.text))
    return found[0] if found else ""
