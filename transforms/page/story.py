"""What stands around a story's body on its page: deck, byline, stamps and captions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from transforms.authors import is_author_page, is_byline_label, people_in, starts_byline
from transforms.dates import LONGEST_STAMP, parse_stamps
from transforms.page.blocks import Block, Frame
from transforms.page.captions import read_captions
from transforms.page.head import bare
from transforms.page.metadata import Metadata
from transforms.page.readers import Pick
from transforms.page.verdicts import is_junk_line
from transforms.records import Caption, Stamp

_DECK_LENGTHS = (25, 700)  # characters
_DECK_REACH = 12  # blocks between the headline and the deck
_STAMP_REACH = 25  # blocks before the story's first paragraph that may hold its stamp
_HEADLINE_REACH = 60  # the same after the headline
_STAMP_BELOW = 3
_STAMP_UNDER = 12  # blocks after the story's last paragraph
_LONGEST_BYLINE = 150
_BYLINE_UNDER = 3  # blocks after the story's last paragraph that may be its byline
_MOST_LINKS = 10  # of a byline
_LEAST_TITLE = 8  # letters
_LEVELS = 4  # elements around the story that may hold its pictures, where there is no headline
_PARTS = re.compile(r"\s*[|•·–]\s*")
_DIGIT = re.compile(r"\d")
_CLOCK = re.compile(r"\d:\d\d")


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
    top = max(first - _HEADLINE_REACH, min(first - _STAMP_REACH, first if start is None else start))
    near = [b for b in blocks if top <= b.number < first + _STAMP_BELOW]
    found.byline, found.authors = _byline(near, language, {*map(bare, meta.authors)})
    last = pick.blocks[-1].number
    if not found.authors:
        below = [b for b in blocks if last < b.number <= last + _BYLINE_UNDER and b.frame.byline]
        found.byline, found.authors = next(
            ((b.text, people) for b in below if (people := people_in(b.text))), (None, ())
        )
    under = [b for b in blocks if last < b.number <= last + _STAMP_UNDER and not b.frame.dropped]
    found.stamps = _stamps(near, language) or _labelled_stamps(under, language)
    found.captions = read_captions(blocks, _common(blocks, start, pick.frame))
    return found


def _headline_number(blocks: Sequence[Block], pick: Pick, meta: Metadata) -> int | None:
    """The number of the block that is the headline; None when no block before the story is."""
    titles = [bare(title) for title in (meta.headline or "", *meta.titles) if title]
    above = [b for b in blocks if b.number <= pick.blocks[0].number and b.kind == "heading"]
    same = [
        b.number for b in above if len(own := bare(b.text)) > _LEAST_TITLE and any(own in t for t in titles)
    ]
    main = [b.number for b in above if any(frame.tag == "h1" for frame in b.frame.chain())]
    return next(iter([*same[-1:], *main[-1:]]), None)


def _common(blocks: Sequence[Block], number: int | None, frame: Frame) -> Frame:
    """The innermost element around both the headline and the story, or the story's own surroundings."""
    if number is None:
        outer = list(frame.chain())[:_LEVELS]
        return next((f for f in outer if f.tag in ("article", "main")), outer[-1])
    around = {outer.number for outer in blocks[number].frame.chain()}
    return next((outer for outer in frame.chain() if outer.number in around), frame)


def _deck(blocks: Sequence[Block], start: int | None, pick: Pick, meta: Metadata) -> list[Block]:
    """The paragraphs between headline and story that are called a deck, repeat the description, or just stand there."""
    if start is None:
        return []
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
    is_byline = starts_byline(block.text) and bool(people_in(block.text))
    return fits and block.kind != "caption" and not is_byline and not is_junk_line(block)


def _byline(
    near: Sequence[Block], language: str | None, authors: Collection[str]
) -> tuple[str | None, tuple[str, ...]]:
    """The byline as written and the people in it: what is called one, begins with "By", or stands beside a date.

    The first with one of `authors`, who are known from the head, if there is one; where no block is a byline, a link to
    an author's own page.
    """
    found: list[tuple[str, tuple[str, ...]]] = []
    short = [block for block in near if len(block.text) <= _LONGEST_BYLINE]
    for at, block in enumerate(short):
        people = _people(block, language, labelled=at > 0 and is_byline_label(short[at - 1].text))
        if people:
            found.append((block.text, people))
    if found:
        return next((line for line in found if any(bare(name) in authors for name in line[1])), found[0])
    for block in short:
        people = _linked(block, is_author_page) if block.links else ()
        if people:
            return block.text, people
    return None, ()


def _people(block: Block, language: str | None, *, labelled: bool) -> tuple[str, ...]:
    if block.frame.byline:
        return _linked(block, bool) or people_in(block.text)
    if labelled or starts_byline(block.text):
        return next((people for part in _PARTS.split(block.text) if (people := people_in(part))), ())
    return _beside_date(block.text, language)


def _linked(block: Block, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """The people whose names are links to addresses that fit."""
    links = block.frame.node.css("a[href]")[:_MOST_LINKS]
    names = (" ".join(node.text().split()) for node in links if fits(node.attributes.get("href") or ""))
    return people_in(", ".join(name for name in names if people_in(name)))


def _beside_date(text: str, language: str | None) -> tuple[str, ...]:
    parts = _PARTS.split(text)
    numbers = [part for part in parts if _DIGIT.search(part)]
    dated = [part for part in numbers if parse_stamps(part, language)]
    if len(parts) < 2 or not dated or any(_CLOCK.search(part) for part in numbers if part not in dated):
        return ()  # a length of time is a recording's, and the name its speaker's
    return next((people for part in parts if not _DIGIT.search(part) and (people := people_in(part))), ())


def _stamps(near: Sequence[Block], language: str | None) -> tuple[Stamp, ...]:
    short = [block.text for block in near if len(block.text) <= LONGEST_STAMP]
    found = [stamp for text in short for stamp in _stamps_in(text, language)]
    return tuple(stamp for stamp in found if stamp.value is not None)


def _labelled_stamps(under: Sequence[Block], language: str | None) -> tuple[Stamp, ...]:
    """The stamps that say what they are: "Date 28.04.2023"; a bare one under a story is another story's."""
    found = [(block, stamp) for block in under for stamp in _stamps([block], language)]
    return tuple(stamp for block, stamp in found if not block.text.startswith(stamp.text))


def _stamps_in(text: str, language: str | None) -> tuple[Stamp, ...]:
    """The stamps of a line that is nothing else, or of its parts: "17 March 2026 | Ana Ruiz"."""
    whole = parse_stamps(text, language)
    return whole or tuple(stamp for part in _PARTS.split(text) for stamp in parse_stamps(part, language))
