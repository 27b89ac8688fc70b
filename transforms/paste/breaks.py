"""What speaks for a new story opening at a row: the row, what stands around it, and the words on both sides.

Each sign is a short string; `transforms/data/breaks.json` holds its weight. The weights are fitted by
`python -m evals.fit_breaks` and hold nothing of the texts they were fitted on.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from transforms.paste.rows import Row

_REPEAT_WITHIN = 60  # rows: as far as menus push the second copy of a headline away
_OVER_TEXT = 1  # rows of text that may stand between two copies of a headline: a deck, or a pitch
_REPEATABLE = 25  # characters of an alphabet; shorter lines are repeated for many reasons
_WORDS = 4
_STAMP_WITHIN = 8  # rows
_DATED = 110
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}\b|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}[-年]\d{1,2}")
_FURNITURE = frozenset(("share", "navigation", "copyright", "comment", "subscribe"))
_MUCH_FURNITURE = 3  # rows: what stands over a story on its page, and seldom inside one
_ENDINGS = frozenset(("copyright", "comment", "topics", "separator", "navigation"))
_FULL_DATELINE = re.compile(
    r"[A-ZÀ-Þ][\w' ./-]{2,40},\s(?:[A-Z][a-z]{2,9}\.?\s\d{1,2}|\d{1,2}\.?\s\w{3,12})[^:–—-]{0,30}(?::|[-–—])\s?\S"
    r"|[A-ZÀ-Þ][\w' ./,-]{2,40}\([^)]{2,30}\)\s?(?::|[-–—])\s?\S"
)
_CREDITED_END = re.compile(r"[(（][^()（）]{2,30}[)）]\W?$")
_SUBJECT = re.compile(
    r"(?:Subject|Betreff|Objet|Asunto|Assunto|Oggetto|Тема|件名|主题|主旨|الموضوع):\s", re.IGNORECASE
)
_SIZES = (25, 40, 60, 90, 130)
_COUNTS = (1, 2, 4, 8, 16, 40)
_TOLD = (300, 800, 2000, 5000)
_SHARES = (0.001, 0.04, 0.08, 0.14, 0.22)  # of the words on one side that stand on the other
_SAME = 0.45  # from this share on the sides say the same, as two versions of a story do: no sign of anything
_STEM = 6  # letters: what forms of a word share in most languages
_LONG_WORD = 6  # letters; shorter words stand in any text
_TITLE_WORD = 4
_FULL = 2  # of a dateline: with its day or agency
_PROOF = 1.0
_WORD_SIGNS = (r"v\d+", r"w\d", r"vw.*")  # of `_shared_words`


class Gap(NamedTuple):
    """Two neighbouring rows of text, and what lies between them may open a story."""

    before: int
    after: int
    usual: int  # blank lines that stand between paragraphs of this paste
    told: int  # characters of the story so far
    over: tuple[int, ...]  # the last rows of text up to `before`
    under: tuple[int, ...]  # the first rows of text from `after`


def weigh_break(rows: Sequence[Row], at: int, gap: Gap) -> float:
    """How much more speaks for a new story at row `at` than against it; above 0 it opens one.

    Source: evals/fit_breaks.py, where the weights come from; tests/cases/pastes.jsonl
    """
    bias, weights, most_of_words = _model()
    signs = _signs_around(rows, at, gap)
    weight = bias + sum([weights.get(sign, 0.0) for sign in signs])
    if (
        weight + most_of_words > 0
    ):  # else no words make a story of it; that is most gaps, and they are dear to compare
        signs += _shared_words(rows, rows[at], gap)
        weight = bias + sum([weights.get(sign, 0.0) for sign in signs])
    return max(weight, _PROOF) if _is_proven(rows, at, gap) else weight


def _is_proven(rows: Sequence[Row], at: int, gap: Gap) -> bool:
    """What opens a story whatever the words say: a mail's subject, or a dateline in the place of one.

    That is a full dateline right under the row where the story above ended as wire copy does, or any dateline under a
    stamp and a row set off by more blank lines than paragraphs are.
    """
    row, opening = rows[at], _opening(rows[gap.after])
    if _SUBJECT.match(row.text):
        return True
    if gap.before + 1 == at == gap.after - 1 and opening == _FULL:
        return _CREDITED_END.search(rows[gap.before].text) is not None
    return (
        opening > 0
        and row.gap > gap.usual
        and any(is_dated(other) for other in rows[at + 1 : gap.after][:_STAMP_WITHIN])
    )


@cache
def _model() -> tuple[float, dict[str, float], float]:
    """The bias, the weights, and the most that the words on both sides can weigh."""
    data = json.loads(files("transforms").joinpath("data/breaks.json").read_text("utf-8"))
    weights = data["weights"]
    most = [
        max([0.0, *(weights[sign] for sign in weights if re.fullmatch(kind, sign))]) for kind in _WORD_SIGNS
    ]
    return data["bias"], weights, sum(most)


def collect_signs(rows: Sequence[Row], at: int, gap: Gap) -> tuple[str, ...]:
    """The signs at row `at`, which lies in the gap."""
    return *_signs_around(rows, at, gap), *_shared_words(rows, rows[at], gap)


def _signs_around(rows: Sequence[Row], at: int, gap: Gap) -> tuple[str, ...]:
    """The signs of the row and what stands around it."""
    row, before, after = rows[at], gap.before, gap.after
    under = rows[at + 1 : min(after, at + _REPEAT_WITHIN)]
    again = rows[at + 1 : min(after + 1 + _OVER_TEXT, at + _REPEAT_WITHIN)]
    repeat = _repeat_kind(row, again, after - at - 1)
    space = min(2, max(0, row.gap - gap.usual))
    dated = any(is_dated(other) for other in under[:_STAMP_WITHIN])
    furniture = sum(other.known is not None and other.known[0] in _FURNITURE for other in under)
    opening = _opening(rows[after])
    title = f"t{bisect_right(_SIZES, row.size)}{row.end[:1]}{row.bullet[:1]}"
    stands = _closing(rows, before, at)
    return (
        f"r{repeat}",
        f"g{space}",
        f"G{min(row.gap, 3)}",
        f"d{dated}",
        f"f{furniture >= _MUCH_FURNITURE}",
        f"o{opening}",
        f"c{stands}",
        title,
        f"a{rows[at - 1].known_label or rows[at - 1].shape[-1]}",
        f"b{rows[at + 1].known_label or rows[at + 1].shape[-1]}",
        f"n{bisect_right(_COUNTS, at - before)}",
        f"m{bisect_right(_COUNTS, after - at)}",
        f"l{bisect_right(_TOLD, gap.told)}",
        f"s{_SUBJECT.match(row.text) is not None}",
        f"q{row.text[-1] in '?？؟'}{row.text[-1] in '!！'}",
        f"rg{repeat > 0}{space > 0}",
        f"go{space > 0}{opening}",
        f"gd{space > 0}{dated}",
        f"gc{space > 0}{stands}",
        f"mo{after - at <= _OVER_TEXT}{opening}{stands}",
    )


def _opening(row: Row) -> int:
    """How a story's text begins: 2 with a dateline of place and date or agency, 1 with a place in capitals."""
    return _FULL if _FULL_DATELINE.match(row.text) else int(row.capitals)


def _repeat_kind(row: Row, later: Sequence[Row], until: int) -> int:
    """A headline is printed again before its text: 3 as it is or after a menu's path, 2 with a word changed."""
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


def is_dated(row: Row) -> bool:
    """A stamp, a byline, or a short row with a time or a date in it."""
    if row.known is not None:
        return row.known[0] in ("timestamp", "byline")
    return row.size < _DATED and _CLOCK.search(row.text) is not None


def _closing(rows: Sequence[Row], before: int, at: int) -> str:
    """How the story above ended: "c" its last row is credited, "e" what follows it is what follows stories."""
    if _CREDITED_END.search(rows[before].text):
        return "c"
    between = rows[max(before + 1, at - _REPEAT_WITHIN) : at]
    return "e" if any(row.known is not None and row.known[0] in _ENDINGS for row in between) else "-"


def _shared_words(rows: Sequence[Row], title: Row, gap: Gap) -> tuple[str, ...]:
    """A headline's words stand in the text under it; a sub-head's in the text over it too, and both texts share words."""
    over = _said(tuple([(rows[at].key, _is_dense(rows[at])) for at in gap.over]))
    under = _said(tuple([(rows[at].key, _is_dense(rows[at])) for at in gap.under]))
    named = _title_stems(title.key, _is_dense(title))
    said_under, said_over = min(3, len(named & under)), min(3, len(named & over))
    share = len(over & under) / (min(len(over), len(under)) or 1)
    if share >= _SAME:
        return ()
    bucket = bisect_right(_SHARES, share)
    return f"v{said_under}{said_over}", f"w{bucket}", f"vw{said_under > said_over}{said_over > 0}{bucket > 1}"


def _is_dense(row: Row) -> bool:
    return row.size > len(row.text)


@lru_cache(maxsize=64)  # a gap is asked about for each of its candidates
def _said(texts: tuple[tuple[str, bool], ...]) -> frozenset[str]:
    return frozenset().union(*(_stems(key, dense) for key, dense in texts))


@lru_cache(maxsize=1024)
def _stems(key: str, dense: bool) -> frozenset[str]:
    if dense:
        return frozenset(key[at : at + 2] for at in range(len(key) - 1))
    return frozenset([word[:_STEM] for word in key.split() if len(word) >= _LONG_WORD])


def _title_stems(key: str, dense: bool) -> frozenset[str]:
    if dense:
        return _stems(key, dense)
    return frozenset([word[:_STEM] for word in key.split() if len(word) >= _TITLE_WORD])
