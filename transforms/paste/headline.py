"""Which row of a story is its headline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from transforms.paste.lexicon import key_of
from transforms.paste.rows import Row

_SIZES = range(8, 260)
_GOOD_SIZES = range(25, 170)
_LONGEST_LINE = 130  # characters; a longer line is text even without an end mark
_KICKER = 18  # characters of an alphabet
_KICKERS = 2  # rows over a headline: a section, a theme
_HEAD = 80  # rows looked at
_LONG_ENOUGH = 20  # characters of a headline that are not found in another line by chance
_PREFIX = 40  # characters that a section or "Update" may put before a repeated headline


def find_headline(rows: Sequence[Row], body: Sequence[bool], given: str | None) -> int | None:
    """The position of the headline; None when no row can be one.

    It stands before the body, is often printed twice, is no known phrase and seldom ends like a sentence.
    """
    wanted = key_of(given) if given else None
    if wanted:
        for at, row in enumerate(rows):
            if row.key == wanted:
                return at
        return None
    first = next((at for at, is_body in enumerate(body) if is_body and _is_paragraph(rows[at])), len(rows))
    times = Counter(row.key for row in rows[:first])
    best: tuple[float, int] | None = None
    for at, row in enumerate(rows[: min(first, _HEAD)]):
        points = _points(rows, at, first, times[row.key])
        if points > 0 and (best is None or points > best[0]):
            best = points, at
    if best is None:
        return None
    return next(
        at
        for at, row in enumerate(rows)
        if row.key == rows[best[1]].key and row.bullet == rows[best[1]].bullet
    )


def _is_paragraph(row: Row) -> bool:
    return row.end == "stop" or row.size > _LONGEST_LINE


def _points(rows: Sequence[Row], at: int, first: int, times: int) -> float:
    row = rows[at]
    if row.size not in _SIZES or row.known is not None or row.end in ("colon", "comma"):
        return 0
    points = 1.0 + 2 * (times > 1) + (row.size in _GOOD_SIZES) - 2 * bool(row.bullet)
    points += _is_on_top(rows, at) + 0.5 * (row.gap > 0) + (row.end != "stop") - (row.text.islower())
    after = rows[at + 1 : min(first, at + 4)]
    points += any(other.known and other.known[0] in ("timestamp", "byline") for other in after)
    return points - 0.05 * min(20, first - at)


def _is_on_top(rows: Sequence[Row], at: int) -> bool:
    """The first row, or under nothing but a section's name and known phrases."""
    return at <= _KICKERS and all(other.size < _KICKER or other.known is not None for other in rows[:at])


def repeats_headline(key: str, headline: str) -> bool:
    """Whether a row's key says the headline again, alone or after a section's name or "Update"."""
    longer = len(key) - len(headline)
    if not 0 <= longer <= _PREFIX:
        return False
    return key == headline or (
        longer > 0 and len(headline) > _LONG_ENOUGH and (key.endswith(headline) or key.startswith(headline))
    )
