"""A paste as rows: each non-blank line with what can be seen on it alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from transforms.dates import parse_stamps
from transforms.paste.lexicon import find_phrase, key_of, keys_of
from transforms.paste.unwrap import read_lines
from transforms.soup import holds_markup, strip_markup

# Not the dashes – and —: they open speech in Scandinavia, France, Spain, Russia.
_BULLET = re.compile(r"\s*(?:[•·▪●○■□◆►▸*‣⁃∙◦]|-(?=\s))\s*")
_MAY_BE_BULLET = frozenset("•·▪●○■□◆►▸*‣⁃∙◦-")
_NUMBERED = re.compile(r"\s*\d{1,2}[.)]\s")
_ENDS = {
    **dict.fromkeys(".!?…。！？．।॥؟۔။።։⁇‽", "stop"),
    **dict.fromkeys(":：", "colon"),
    **dict.fromkeys(",;，、;،؛", "comma"),
    **dict.fromkeys("-–—", "dash"),
}
_CLOSERS = "\"'”’»›)]）】]〉》」』 *"
_DENSE = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff5e]")
#: Scripts that end sentences without a mark.
_UNMARKED = re.compile("[\u0e00-\u0eff\u1780-\u17ff]")
#: How much more a character says there than in an alphabet: 100 characters of Chinese are 250 of English.
_DENSITY = 2.5
_MAX_STAMP = 100
_MAX_WORDS_ONLY = 30
_DIGIT = re.compile(r"\d")
_KNOWN_SHAPES = {"byline": "Y", "timestamp": "Y", "caption": "C", "kicker": "H", "separator": "X"}
_MAX_KEY = 400
#: A place in capitals, and what wire copy puts between it and the text.
CAPITALS = re.compile(
    r"[A-ZÀ-ÞĀ-Ž][A-ZÀ-ÞĀ-Ž' ./,-]{2,40}(?:,\s[\w .]{2,20})?(?:\s?\([^)]{2,30}\))?\s?(?::|[-–—]\s?)\s?\S"
)
_LONG = 80  # characters of an alphabet; what a headline seldom passes and a paragraph seldom stays under


_REMEMBERED = 120  # characters; buttons and stamps, which pages repeat


class Row(NamedTuple):
    """A line and what it shows without its neighbours."""

    number: int  # 1-based, in the input; of the first when a wrapped paragraph was joined
    text: str
    parts: tuple[str, ...]  # the lines it was joined from, or itself alone
    gap: int  # blank lines before it
    key: str  # equal for lines that say the same
    size: int  # length, in characters of an alphabet
    bullet: str  # "bullet", "number" or ""
    end: str  # "stop", "colon", "comma", "dash" or "": what the line ends with
    known: tuple[str, str] | None  # label and rule, when the words alone tell them
    shape: str  # what it looks like, in a letter or two
    capitals: bool  # it begins as a wire's dateline does: "ROME: "

    @property
    def known_label(self) -> str:
        """The label that the words alone tell; empty when they tell none."""
        return self.known[0] if self.known else ""

    @property
    def is_prose(self) -> bool:
        """A sentence long enough to be a paragraph, and no known phrase."""
        return self.end == "stop" and self.size >= _LONG and self.known is None


#: The fields of a Row that its text alone decides: text, key, size, bullet, end, known, shape, capitals.
_Seen = tuple[str, str, int, str, str, tuple[str, str] | None, str, bool]


def read_rows(text: str) -> list[Row]:
    r"""The rows of normalised `text`; markup that stands on a line is taken off it.

    >>> [(row.number, row.text, row.end) for row in read_rows("Rain\n\nIt rained.")]
    [(1, 'Rain', ''), (3, 'It rained.', 'stop')]
    """
    rows = []
    keys = keys_of(text)
    for number, line, gap, parts in read_lines(text):
        own = line.strip()
        key = key_of(own) if parts else keys[number - 1]
        seen = _see_again(own, key) if len(own) <= _REMEMBERED else _see(own, key)
        if seen is not None:
            rows.append(Row(number, seen[0], parts or (own,), gap, *seen[1:]))
    return rows


def _see(text: str, key: str) -> _Seen | None:
    """What a line shows; None when there is nothing but markup on it."""
    if ("<" in text or "&" in text) and holds_markup(text):
        text = strip_markup(text)
        key = key_of(text)
        if not text:
            return None
    bullet = ""
    first = text[0]
    if (first in _MAY_BE_BULLET or first.isspace()) and (match := _BULLET.match(text)):
        bullet, text = "bullet", text[match.end() :] or text
        key = key_of(text)
    elif first.isdigit() and _NUMBERED.match(text):
        bullet = "number"
    size = int(len(text) * _DENSITY) if _is_dense(text) else len(text)
    end = end_of(text)
    if size < _MAX_KEY:
        known = _known(text, key)
    else:
        known, key = None, text[:_MAX_KEY]
    shape = _shape_of(size, bullet, end, known)
    return text, key, size, bullet, end, known, shape, CAPITALS.match(text) is not None


_see_again = lru_cache(maxsize=8192)(_see)


def _is_dense(text: str) -> bool:
    head = text[:40]
    return not head.isascii() and len(_DENSE.findall(head)) >= min(8, len(text) / 2)


def _shape_of(size: int, bullet: str, end: str, known: tuple[str, str] | None) -> str:
    """One letter or two for what a row looks like: the alphabet that neighbours are told in."""
    if known is not None:
        return _KNOWN_SHAPES.get(known[0], "K")
    mark = "b" if bullet == "bullet" else ""
    if end == "stop":
        return mark + ("P" if size >= 200 else "Q" if size >= 80 else "S" if size >= 30 else "s")
    if end == "colon":
        return mark + "c"
    return mark + ("L" if size > 120 else "H" if size > 25 else "T")


def end_of(text: str) -> str:
    """What a line ends with, brackets and quotes aside: "stop", "colon", "comma", "dash" or "".

    >>> end_of("“It rained.”"), end_of("Rain")
    ('stop', '')
    """
    last = text[-1:]
    if last in _CLOSERS:
        if last in "」』" or (last in '"”»' and len(text) > _LONG):
            return "stop"
        last = text.rstrip(_CLOSERS)[-1:]
    end = _ENDS.get(last, "")
    return "stop" if not end and len(text) > _LONG and _UNMARKED.match(last) else end


def _known(text: str, key: str) -> tuple[str, str] | None:
    found = find_phrase(text, key)
    weak = found is None or (found[0] == "widget" and _DIGIT.search(text) is not None)
    if weak and _may_be_stamp(text) and parse_stamps(text):
        return "timestamp", "stamp"
    return found


def _may_be_stamp(text: str) -> bool:
    """Quick and too generous: stamps hold a number, but for "yesterday" and "an hour ago" in any language."""
    return len(text) <= _MAX_WORDS_ONLY or (len(text) <= _MAX_STAMP and _DIGIT.search(text) is not None)


def repeated_keys(rows: Sequence[Row]) -> dict[str, list[int]]:
    """Where lines that say the same stand, by their key; only those that stand twice or more."""
    keys = [row.key for row in rows]
    if len(set(keys)) == len(keys):
        return {}
    places: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        if key:
            places.setdefault(key, []).append(at)
    return {key: found for key, found in places.items() if len(found) > 1}
