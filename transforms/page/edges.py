"""What stands at the edges of a story inside its own container and is no paragraph of it: deck, byline, date, buttons.

Imports selectolax at module level: import this module only where a page is read.
"""

from __future__ import annotations

from collections.abc import Sequence

from transforms.authors import people_in, starts_byline
from transforms.dates import parse_stamps
from transforms.page.blocks import Block
from transforms.page.classes import rules
from transforms.paste.lexicon import find_phrase, key_of

_DECK_SHARE = 0.3  # of the story's text; with more, "intro" or "lead" is what a site calls its paragraphs
_LONGEST = 100  # characters of a button or a byline
_LEVELS = 2  # elements whose names make a paragraph look like another
_MOST_HEADINGS = 5  # main headings looked at
_NEAR = 3  # elements between a heading's text and its <h1>
_LEAST_PARAGRAPHS = 2  # that must be left under a deck
_OVER = frozenset(("share", "timestamp", "subscribe", "advert", "byline", "navigation", "comment", "widget"))
_UNDER = frozenset(("share", "subscribe", "related", "advert", "comment", "topics"))
_ENDING = frozenset(("related", "comment"))
_UNDER_ENDING = 0.35  # of the story's prose, that may stand under "References"
_UNDER_RELATED = 0.1  # the same, under "Related stories": often more of the story comes after it


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


def start_under_headline(blocks: Sequence[Block], title: str) -> Sequence[Block]:
    """What stands under the main heading, where that is in the story's own container: over it are tickers and kickers."""
    main = [at for at, block in enumerate(blocks) if block.kind == "heading" and "h1" in _tags(block)]
    for at in main[:_MOST_HEADINGS]:
        over = {_look(block) for block in blocks[:at] if block.prose}
        under = {_look(block) for block in blocks[at:] if block.prose}
        text = blocks[at].text
        same = bool(title) and (text in title or title in text)
        if under and not over & under and (same or (len(main) == 1 and not over)):
            return blocks[at + 1 :]
    return blocks


def _tags(block: Block) -> list[str]:
    return [frame.tag for _, frame in zip(range(_NEAR), block.frame.chain(), strict=False)]


def cut_tail(blocks: Sequence[Block]) -> list[Block]:
    """The story without what follows a line like "Related stories" or "References": lists, teasers, notes on authors.

    Paragraphs that look like those over the line, by the names of what they stand in, are the story going on.
    """
    total = sum(block.weight for block in blocks if block.prose) or 1
    left, kept, over = total, [], set()
    end = len(blocks)
    at = 0
    while at < end:
        block = blocks[at]
        left -= block.weight if block.prose else 0
        if left <= _ends(block) * total:
            at = next((n for n in range(at + 1, end) if blocks[n].prose and _look(blocks[n]) in over), end)
            left = sum(b.weight for b in blocks[at:] if b.prose)
            continue
        if block.prose:
            over.add(_look(block))
        kept.append(block)
        at += 1
    return kept


def _look(block: Block) -> tuple[str, ...]:
    """The names of what a paragraph stands in."""
    return tuple(
        part
        for _, frame in zip(range(_LEVELS), block.frame.chain(), strict=False)
        for part in (frame.tag, frame.names)
    )


def _ends(block: Block) -> float:
    """How much of the story's prose may stand under this line if it ends the story; less than 0 when it does not."""
    if block.prose or len(block.text) > _LONGEST or block.kind in ("item", "cell"):
        return -1.0
    key = key_of(block.text)
    if key in rules().endings:
        return _UNDER_ENDING
    found = find_phrase(block.text, key)
    return _UNDER_RELATED if found is not None and found[0] in _ENDING else -1.0


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
