"""One paste into its stories: where each begins, and nothing lost between them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from transforms.paste.normalise import LINE_BREAK, normalise
from transforms.paste.prose import BODY, opens_story, rate_rows
from transforms.paste.rows import Row, read_rows

_TITLE_SIZES = range(12, 260)  # in characters of an alphabet
_PARAGRAPH = 60  # what a body row must have to count as a story's text
_STORY = 90  # what must follow a headline for it to open a story
_ZONE = 200  # rows over a story's text that are searched for its headline
_TOLD = 140  # in characters of an alphabet; what is shorter is a teaser over a story, not a story
_REPEAT_WITHIN = 60  # rows: as far as menus push the second copy of a headline away
_OVER_TEXT = 1  # rows of text that may stand between two copies of a headline: a deck, or a pitch
_REPEATABLE = 25  # characters of an alphabet; shorter lines are repeated for many reasons
_WORDS = 4
_STAMP_WITHIN = 8  # rows
_DATED = 110
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}\b|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}[-年]\d{1,2}")
_FURNITURE = frozenset(("share", "navigation", "copyright", "comment", "subscribe"))
_MUCH_FURNITURE = 3  # rows: what stands over a story on its page, and seldom inside one
_ENOUGH = 3  # points: two good signs, or one that is nearly proof
_FULL_DATELINE = re.compile(
    r"[A-ZÀ-Þ][\w' ./-]{2,40},\s(?:[A-Z][a-z]{2,9}\.?\s\d{1,2}|\d{1,2}\.?\s\w{3,12})[^:–—-]{0,30}(?::|[-–—])\s?\S"
    r"|[A-ZÀ-Þ][\w' ./,-]{2,40}\([^)]{2,30}\)\s?(?::|[-–—])\s?\S"
)
_CREDITED_END = re.compile(r"[(（][^()（）]{2,30}[)）]\W?$")
_SUBJECT = re.compile(
    r"(?:Subject|Betreff|Objet|Asunto|Assunto|Oggetto|Тема|件名|主题|主旨|الموضوع):\s", re.IGNORECASE
)


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
    texts = [
        at
        for at, row in enumerate(rows)
        if _is_text(row, chances[at]) or (row.capitals and opens_story(rows, at))
    ]
    if len(texts) < 2:
        return []
    usual_gap = _usual_gap(rows, texts)
    follows = _sizes_after(rows, texts)
    starts: list[int] = []
    told = 0  # size of the story so far
    for before, after in itertools.pairwise(texts):
        told += rows[before].size
        if told < _TOLD or (after == before + 1 and rows[after].gap <= usual_gap):
            continue
        start = _start_between(rows, before, after, usual_gap)
        if start is not None and (follows[after] >= _STORY or opens_story(rows, after)):
            starts.append(start)
            told = 0
    return starts


def _is_text(row: Row, chance: float) -> bool:
    return chance >= BODY and row.size >= _PARAGRAPH and (row.end == "stop" or row.size >= 120)


def _usual_gap(rows: Sequence[Row], texts: Sequence[int]) -> int:
    gaps = sorted(rows[b].gap for a, b in itertools.pairwise(texts) if b == a + 1)
    return gaps[len(gaps) // 2] if gaps else 1


def _sizes_after(rows: Sequence[Row], texts: Sequence[int]) -> dict[int, int]:
    """For each body row, how much text begins there: its own size and the next few rows'."""
    return {at: sum(rows[k].size for k in texts[n : n + 3]) for n, at in enumerate(texts)}


def _start_between(rows: Sequence[Row], before: int, after: int, usual_gap: int) -> int | None:
    """The row between two body rows where a new story opens; None when the story goes on."""
    best: tuple[int, int] | None = None
    for at in range(max(before + 1, after - _ZONE), after):
        if not _can_be_title(rows[at]) or rows[at].gap < min(usual_gap, 1):
            continue
        points = _points(rows, at, before, after, usual_gap)
        if points >= _ENOUGH and (best is None or points > best[0]):
            best = points, at
    if best is None:
        return None
    at = best[1]
    while at - 1 > before and rows[at - 1].known_label == "kicker":
        at -= 1
    return at


def _can_be_title(row: Row) -> bool:
    if row.size not in _TITLE_SIZES or row.bullet == "bullet":
        return False
    if row.known is not None:
        return False
    return row.end in ("", "dash") or row.text[-1] in "?？!！؟\"”'’»"


def _points(rows: Sequence[Row], at: int, before: int, after: int, usual_gap: int) -> int:
    row = rows[at]
    between = rows[at + 1 : min(after, at + _REPEAT_WITHIN)]
    points = _repeat_points(
        row, rows[at + 1 : min(after + 1 + _OVER_TEXT, at + _REPEAT_WITHIN)], after - at - 1
    )
    if row.gap > usual_gap:
        points += 1 + (row.gap > usual_gap + 1)
    if any(_is_dated(other) for other in between[:_STAMP_WITHIN]):
        points += 1
    if sum(other.known is not None and other.known[0] in _FURNITURE for other in between) >= _MUCH_FURNITURE:
        points += 1
    if _FULL_DATELINE.match(rows[after].text):
        points += 2
    elif rows[after].capitals:
        points += 1
    if _is_closed(rows, before, at):
        points += 1
    if _SUBJECT.match(row.text):
        points += 3
    return points


def _repeat_points(row: Row, later: Sequence[Row], until: int) -> int:
    """A headline is printed again before its text: as it is, after a menu's path, or with a word changed."""
    if row.size < _REPEATABLE:
        return int(any(other.key == row.key for other in later[:until]))
    words = _words_of(row.key)
    for other in later[:until]:
        if other.key == row.key or (len(other.key) < 2 * len(row.key) + 40 and row.key in other.key):
            return 3
        if len(words) >= _WORDS and other.size < 300:
            shared = len(words & _words_of(other.key))
            if shared >= 0.7 * len(words) or (shared >= _WORDS and other.key in row.key):
                return 2
    return 2 * any(other.key == row.key for other in later[until:])


@lru_cache(maxsize=512)  # a row is compared with many above it
def _words_of(key: str) -> frozenset[str]:
    return frozenset(key.split())


def _is_dated(row: Row) -> bool:
    if row.known is not None:
        return row.known[0] in ("timestamp", "byline")
    return row.size < _DATED and _CLOCK.search(row.text) is not None


def _is_closed(rows: Sequence[Row], before: int, at: int) -> bool:
    """The story above has ended: its last row is credited, or what follows it is what follows stories."""
    if _CREDITED_END.search(rows[before].text):
        return True
    ending = ("copyright", "comment", "topics", "separator", "navigation")
    return any(
        row.known is not None and row.known[0] in ending
        for row in rows[max(before + 1, at - _REPEAT_WITHIN) : at]
    )
