"""What a row is part of: where it stands among what a first look took for body.

A line is read twice, as people do: first by itself and its neighbours (`transforms.paste.evidence`), then in the light
of the whole: a sentence far below the end of a story is seldom its, and the points of one list belong together. Each
piece of evidence is a short string again, and `transforms/data/prose.json` holds what it weighs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from transforms.paste.rows import Row

_CHANCES = (0.03, 0.08, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.97)
_SHARES = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
_HEAVY = 400  # characters of an alphabet; a longer row counts as one of these
_PARAGRAPH = 120
_NEAR = 3  # rows
#: Labels that stand below a story rather than in it; they end one when most of its text stands above them.
_ENDINGS = frozenset(("related", "comment", "subscribe", "copyright", "topics"))
_MOST = 0.5
_MANY_ENDINGS = 3
_LIST_SIZES = (1, 2, 3, 8)


class _Amounts(NamedTuple):
    """Sums over the rows, each with one place more than there are rows."""

    text: Sequence[float]  # what counts of each row
    body: Sequence[float]  # the same, times the chance of being body


def name_context(
    rows: Sequence[Row], chances: Sequence[float], wanted: Sequence[bool]
) -> Iterator[tuple[str, ...] | None]:
    """The evidence of each of the wanted rows, None for the others, in their order.

    `chances` are those of the first look, 0 to 1 that a row is body.
    """
    weights = [min(row.size, _HEAVY) for row in rows]
    bodies = [weight * chance for weight, chance in zip(weights, chances, strict=True)]
    amounts = _Amounts([0, *accumulate(weights)], [0.0, *accumulate(bodies)])
    total = amounts.body[-1] or 1.0
    count = len(rows)
    padded = [0.0, *chances, 0.0]
    lists = _name_lists(rows, amounts)
    for at, (row, ended) in enumerate(zip(rows, _endings(rows, amounts), strict=True)):
        if not wanted[at]:
            yield None
            continue
        kind = "b" if row.bullet else "p" if row.size >= _PARAGRAPH else "s" if row.end == "stop" else "k"
        own = bisect_right(_CHANCES, padded[at + 1]) // 2
        above = _share(amounts, max(0, at - _NEAR), at)
        below = _share(amounts, at + 1, min(count, at + 1 + _NEAR))
        over = bisect_right(_SHARES, amounts.body[at] / total)
        under = bisect_right(_SHARES, (total - amounts.body[at + 1]) / total)
        yield (
            f"k{kind}{own}",
            f"q{bisect_right(_SHARES, padded[at])}{bisect_right(_SHARES, padded[at + 2])}{own}",
            f"Q{kind}{above}{below}",
            f"m{over}{under}",
            f"E{kind}{ended}",
            lists[at],
        )


def _share(amounts: _Amounts, start: int, end: int) -> int:
    """How much of the text from row `start` to `end` was taken for body."""
    text = amounts.text[end] - amounts.text[start]
    return bisect_right(_SHARES, (amounts.body[end] - amounts.body[start]) / text) if text else 0


def _endings(rows: Sequence[Row], amounts: _Amounts) -> Iterator[str]:
    """For each row how many lines stand above it that end stories, and how much body since the first of them."""
    total = amounts.body[-1] or 1.0
    seen, since = 0, 0.0
    for at, row in enumerate(rows):
        yield f"{seen}{bisect_right(_SHARES, (amounts.body[at] - since) / total) if seen else 0}"
        if row.known_label in _ENDINGS and amounts.body[at + 1] > _MOST * total:
            if not seen:
                since = amounts.body[at]
            seen = min(_MANY_ENDINGS, seen + 1)


def _name_lists(rows: Sequence[Row], amounts: _Amounts) -> list[str]:
    """For each row of a list how much of the whole list was taken for body, and how long it is."""
    named = ["L"] * len(rows)
    start = 0
    while start < len(rows):
        end = start + 1
        if rows[start].bullet:
            while end < len(rows) and rows[end].bullet and rows[end].gap <= 1:
                end += 1
            size = bisect_right(_LIST_SIZES, end - start)
            named[start:end] = [f"L{_share(amounts, start, end)}{size}"] * (end - start)
        start = end
    return named
