"""One paste into its stories: where each begins, and nothing lost between them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transforms.paste.breaks import Gap, weigh_break
from transforms.paste.normalise import LINE_BREAK, normalise
from transforms.paste.prose import BODY, opens_story, rate_rows
from transforms.paste.rows import Row, read_rows

_TITLE_SIZES = range(12, 260)  # in characters of an alphabet
_PARAGRAPH = 60  # what a body row must have to count as a story's text
_STORY = 90  # what must follow a headline for it to open a story
_ZONE = 200  # rows over a story's text that are searched for its headline
_TOLD = 140  # in characters of an alphabet; what is shorter is a teaser over a story, not a story
_SIDE = 3  # rows of text on each side of a break whose words are compared

#: Chooses the row of a gap that opens a story, or None, among those that can.
Choice = Callable[[Gap, Sequence[int]], int | None]


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one story, from its first headline to the last row before the next story's."""

    rows: tuple[Row, ...]
    chances: tuple[float, ...]  # for each row, that it is body

    @property
    def text(self) -> str:
        """Every line of the block, as normalised."""
        return "\n".join(part for row in self.rows for part in row.parts)

    @property
    def first_line(self) -> int:
        """1-based, in the paste."""
        return self.rows[0].number


def split_text(text: str) -> list[Block]:
    r"""Cut a paste into its stories, in order; one block when it holds one story, none when it is blank.

    >>> story = "Rain stops the final\nUpdated 2 hours ago\n\nROME: It rained on Monday, {0}, and {0}. Nobody minded but the players.\n\n\n"
    >>> paste = story.format("and the final was put off until the weekend, the organisers of the event said")
    >>> [block.first_line for block in split_text(paste + paste.replace("Rain", "Snow"))]
    [1, 7]

    Source: tests/cases/pastes.jsonl
    """
    return split_rows(read_rows(normalise(text)))


def last_article_start(text: str) -> int:
    """Offset in characters of the first line of the last story of `text`; 0 when there is one story or none."""
    rows = read_rows(normalise(text))
    starts = find_starts(rows, rate_rows(rows))
    if not starts:
        return 0
    wanted = rows[starts[-1]].number
    for number, match in enumerate(LINE_BREAK.finditer(text), 2):
        if number == wanted:
            return match.end()
    return 0


def split_rows(rows: Sequence[Row]) -> list[Block]:
    """The blocks of rows that were read already."""
    if not rows:
        return []
    chances = rate_rows(rows)
    starts = [0, *find_starts(rows, chances)]
    if len(starts) == 1:
        return [Block(tuple(rows), tuple(chances))]
    blocks = []
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        part = rows[start:end]
        blocks.append(Block(tuple(part), tuple(rate_rows(part))))  # neighbours of another story say nothing
    return blocks


def find_starts(rows: Sequence[Row], chances: Sequence[float]) -> list[int]:
    """Where the second and later stories begin, as positions in `rows`."""

    def choose(gap: Gap, candidates: Sequence[int]) -> int | None:
        best = max((weigh_break(rows, at, gap), -at) for at in candidates)
        return _with_kickers(rows, -best[1], gap.before) if best[0] > 0 else None

    return walk_gaps(rows, chances, choose)


def walk_gaps(rows: Sequence[Row], chances: Sequence[float], choose: Choice) -> list[int]:
    """Ask `choose` at each gap between two rows of text where a story may open; where it says that one does."""
    texts = [
        at
        for at, row in enumerate(rows)
        if _is_text(row, chances[at]) or (row.capitals and opens_story(rows, at))
    ]
    usual_gap = _usual_gap(rows, texts)
    starts: list[int] = []
    told = 0  # size of the story so far
    for n, (before, after) in enumerate(itertools.pairwise(texts), 1):
        told += rows[before].size
        if told < _TOLD or (after == before + 1 and rows[after].gap <= usual_gap):
            continue
        under = tuple(texts[n : n + _SIDE])
        if sum([rows[at].size for at in under]) < _STORY and not opens_story(rows, after):
            continue
        candidates = [
            at
            for at in range(max(before + 1, after - _ZONE), after)
            if _can_be_title(rows[at]) and rows[at].gap >= min(usual_gap, 1)
        ]
        gap = Gap(before, after, usual_gap, told, tuple(texts[max(0, n - _SIDE) : n]), under)
        start = choose(gap, candidates) if candidates else None
        if start is not None:
            starts.append(start)
            told = 0
    return starts


def _with_kickers(rows: Sequence[Row], at: int, before: int) -> int:
    while at - 1 > before and rows[at - 1].known_label == "kicker":
        at -= 1
    return at


def _is_text(row: Row, chance: float) -> bool:
    return chance >= BODY and row.size >= _PARAGRAPH and (row.end == "stop" or row.size >= 120)


def _usual_gap(rows: Sequence[Row], texts: Sequence[int]) -> int:
    gaps = sorted(rows[b].gap for a, b in itertools.pairwise(texts) if b == a + 1)
    return gaps[len(gaps) // 2] if gaps else 1


def _can_be_title(row: Row) -> bool:
    if row.size not in _TITLE_SIZES or row.bullet == "bullet":
        return False
    if row.known is not None:
        return False
    return row.end in ("", "dash") or row.text[-1] in "?？!！؟\"”'’»"
