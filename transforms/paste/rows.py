"""A paste as rows: each non-blank line with what can be seen on it alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from transforms.dates import parse_stamp
from transforms.paste.lexicon import find_phrase, key_of
from transforms.paste.unwrap import RawLine, read_lines
from transforms.soup import holds_markup, strip_markup

# Not the dashes – and —: they open speech in Scandinavia, France, Spain, Russia.
_BULLET = re.compile(r"\s*(?:[•·▪●○■□◆►▸*‣⁃∙◦]|-(?=\s))\s*")
_NUMBERED = re.compile(r"\s*\d{1,2}[.)]\s")
_SENTENCE_ENDS = frozenset(".!?…。！？．।॥؟۔။።։⁇‽")
_CLOSERS = "\"'”’»›)]）】]〉》」』 *"
_DENSE = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff5e]")
#: Scripts that end sentences without a mark.
_UNMARKED = re.compile("[\u0e00-\u0eff\u1780-\u17ff]$")
#: How much more a character says there than in an alphabet: 100 characters of Chinese are 250 of English.
_DENSITY = {True: 2.5, False: 1.0}
_MAX_STAMP = 100
_MAX_WORDS_ONLY = 30
_DIGIT = re.compile(r"\d")
_MAX_KEY = 400
_LONG = 80  # characters of an alphabet; what a headline seldom passes and a paragraph seldom stays under


@dataclass(frozen=True, slots=True)
class Row:
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

    @property
    def known_label(self) -> str:
        """The label that the words alone tell; empty when they tell none."""
        return self.known[0] if self.known else ""

    @property
    def is_prose(self) -> bool:
        """A sentence long enough to be a paragraph, and no known phrase."""
        return self.end == "stop" and self.size >= _LONG and self.known is None


def read_rows(text: str) -> list[Row]:
    r"""The rows of normalised `text`; markup that stands on a line is taken off it.

    >>> [(row.number, row.text, row.end) for row in read_rows("Rain\n\nIt rained.")]
    [(1, 'Rain', ''), (3, 'It rained.', 'stop')]
    """
    lines = read_lines(text)
    rows = [_read_row(line) for line in lines]
    return [row for row in rows if row.text]


def _read_row(line: RawLine) -> Row:
    text = line.text.strip()
    parts = line.parts or (text,)
    if holds_markup(text):
        text = strip_markup(text)
    bullet = ""
    if match := _BULLET.match(text):
        bullet, text = "bullet", text[match.end() :] or text
    elif text[:1].isdigit() and _NUMBERED.match(text):
        bullet = "number"
    size = int(
        len(text) * _DENSITY[not text.isascii() and len(_DENSE.findall(text, 0, 40)) >= min(8, len(text) / 2)]
    )
    key = key_of(text) if size < _MAX_KEY else text[:_MAX_KEY]
    return Row(line.number, text, parts, line.gap, key, size, bullet, end_of(text), _known(text, key, size))


def end_of(text: str) -> str:
    """What a line ends with, brackets and quotes aside: "stop", "colon", "comma", "dash" or "".

    >>> end_of("“It rained.”"), end_of("Rain")
    ('stop', '')
    """
    last = text[-1:]
    if last in _CLOSERS:
        stripped = text.rstrip(_CLOSERS)
        if last in "」』" or (last in '"”»' and len(text) > _LONG):
            return "stop"
        last = stripped[-1:]
    if last in _SENTENCE_ENDS or (len(text) > _LONG and _UNMARKED.search(text)):
        return "stop"
    if last in ":：":
        return "colon"
    if last in ",;，、;،؛":
        return "comma"
    return "dash" if last in "-–—" else ""


def _known(text: str, key: str, size: int) -> tuple[str, str] | None:
    if size >= _MAX_KEY:
        return None
    found = find_phrase(text, key)
    weak = found is None or (found[0] == "widget" and _DIGIT.search(text) is not None)
    if weak and _may_be_stamp(text) and is_stamp(text):
        return "timestamp", "stamp"
    return found


def _may_be_stamp(text: str) -> bool:
    """Quick and too generous: stamps hold a number, but for "yesterday" and "an hour ago" in any language."""
    return len(text) <= _MAX_WORDS_ONLY or (len(text) <= _MAX_STAMP and _DIGIT.search(text) is not None)


@lru_cache(maxsize=4096)
def is_stamp(text: str) -> bool:
    """Whether a line is a time stamp and nothing else; remembered, as pastes repeat their stamps."""
    return parse_stamp(text) is not None


def repeated_keys(rows: Sequence[Row]) -> dict[str, list[int]]:
    """Where lines that say the same stand, by their key; only those that stand twice or more."""
    places: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        if row.key:
            places.setdefault(row.key, []).append(at)
    return {key: found for key, found in places.items() if len(found) > 1}
