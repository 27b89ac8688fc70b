"""A mistyped query's words replaced by like ones that somebody wrote. What is held is asked of the engine."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import regex

from engines.analysis import read_analysis
from engines.fields import read_fields
from engines.highlight import within_edits
from engines.plain_words import OPERATORS, regular
from engines.terms import literal

MAX_CHARACTERS = 1000
MAX_WORDS = 10  # that nobody wrote: of more, something else is wrong
MAIN_FIELDS = ("headline", "body")
CANDIDATES = 8  # a word
_SHORTEST = 3  # letters: what is shorter is like everything
_LONGEST = 60
_LONG = 5  # letters from which a word bears two edits
#: Fields whose values are names, corrected as a whole.
_NAMED = ("place", "region", "agency", "publisher", "section", "tag")

_PARTS = re.compile(
    r"""
      https?://\S+
    | (?<![^\s(])[+!-]+
    | (?<![^\s(+!-])(?P<name>\w{1,30}):(?=\S)
    | "(?P<phrase>(?:[^"\\]|\\.)*)"
    | [\[{][^\]}]*[\]}]
    | (?<!\S)/(?:[^/\\]|\\.)*/
    | (?P<open>\() | (?P<close>\))
    | [~^][^\s()]*
    | (?P<word>[^\s"()\[\]{}:~^]+)(?P<pattern>~)?
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a query, or the name that a field should have."""

    start: int  # in the query's text
    end: int
    text: str
    field: str | None  # a key of fields.json

    @property
    def paths(self) -> tuple[str, ...]:
        """The index fields in which like words are looked for."""
        return read_fields().names[self.field] if self.field else MAIN_FIELDS


class Lexicon(Protocol):
    """What an engine knows about words."""

    def absent(self, words: Sequence[Word]) -> list[Word]:
        """Those of the words that no article has."""

    def like(self, word: Word, edits: int) -> Mapping[str, int]:
        """The words within so many edits, as they are in the index, and how many articles have each."""


def suggest(text: str, size: int, lexicon: Lexicon) -> tuple[str, ...]:
    """Give the query with words that nobody wrote replaced, likeliest first; none when all are written somewhere."""
    text = regular(text)
    if not size > 0 or len(text) > MAX_CHARACTERS:
        return ()
    absent = lexicon.absent(words) if (words := correctable(text)) else []
    if not absent or len(absent) > MAX_WORDS:
        return ()
    choices = {word: likes for word in absent if (likes := _likes(word, lexicon))}
    if not choices:
        return ()
    ranks = itertools.product(*(range(len(likes)) for likes in choices.values()))
    best = sorted(itertools.islice(ranks, CANDIDATES**3), key=lambda chosen: (sum(chosen), chosen))[:size]
    return tuple(
        _replaced(text, {word: likes[at] for at, (word, likes) in zip(chosen, choices.items(), strict=True)})
        for chosen in best
    )


def _likes(word: Word, lexicon: Lexicon) -> list[str]:
    """Ask for words one edit away, and only where there are none for those two away."""
    most = 2 if len(word.text) >= _LONG else 1
    return next(
        (likes for edits in range(1, most + 1) if (likes := ranked(word, lexicon.like(word, edits)))), []
    )


def correctable(text: str) -> list[Word]:
    """Give the words that may be mistyped: no operators, fields, dates, numbers, patterns, unspaced scripts.

    >>> [(word.text, word.field) for word in correctable('+storm AND place:"New Yrok" -wa* author:(ana OR jose)')]
    [('storm', None), ('New Yrok', 'place'), ('ana', 'author'), ('jose', 'author')]
    """
    words: list[Word] = []
    groups: list[str | None] = [None]
    field: str | None = None
    for part in _PARTS.finditer(text):
        if part["name"] is not None:
            field = part["name"].lower() if part["name"].lower() in read_fields().names else groups[-1]
            continue
        if part["open"]:
            groups.append(field if field is not None else groups[-1])
        elif part["close"] and len(groups) > 1:
            groups.pop()
        elif part["phrase"] is not None:
            words += _words_in(part["phrase"], part.start("phrase"), field or groups[-1])
        elif part["word"] and not part["pattern"] and part["word"] not in OPERATORS:
            words += _words_in(part["word"], part.start("word"), field or groups[-1])
        field = None
    return words


def _words_in(text: str, start: int, field: str | None) -> list[Word]:
    if re.search(r"[*?]", text):
        return []
    if field in _NAMED:
        signs = len(text) - len(text.lstrip("+-!"))
        found = [Word(start + signs, start + len(text), literal(text[signs:]), field)]
    elif field is None or read_fields().kind_of(field) in ("text", "name"):
        found = [
            Word(start + one.start(), start + one.end(), one[0], field) for one in _word().finditer(text)
        ]
    else:
        found = []
    return [
        word for word in found if _SHORTEST <= len(word.text) <= _LONGEST and not _unlike().search(word.text)
    ]


def ranked(word: Word, likes: Mapping[str, int]) -> list[str]:
    """Order what may have been meant: by edits, those with the same first letter before others, then by frequency.

    >>> ranked(Word(0, 6, "bridqe", None), {"ridge": 9, "bridge": 5, "fridge": 90, "bride": 4})
    ['bridge', 'bride', 'fridge', 'ridge']
    """
    text = word.text.lower()
    keys = {
        like: (_edits(text, like), like[:1] != text[:1], -count, like)
        for like, count in likes.items()
        if count > 0 and like != text
    }
    return [_cased(like, word.text) for like in sorted(keys, key=lambda like: keys[like])][:CANDIDATES]


def _edits(one: str, other: str) -> int:
    return next((most for most in (0, 1, 2) if within_edits(one, other, most)), 3)


def _cased(like: str, written: str) -> str:
    """Write it as the word was: a capital stays one; never all in capitals, which may be an operator."""
    return like[:1].upper() + like[1:] if written[:1].isupper() else like


def _replaced(text: str, by: Mapping[Word, str]) -> str:
    for word in sorted(by, key=lambda word: word.start, reverse=True):
        quoted = by[word]
        if " " in quoted and not text[: word.start].endswith('"'):
            quoted = f'"{quoted}"'
        text = text[: word.start] + quoted + text[word.end :]
    return text


@functools.cache
def _word() -> Any:
    return regex.compile(r"[\p{Alphabetic}\p{M}\p{N}]+", regex.V1)


@functools.cache
def _unlike() -> Any:
    r"""Give what a correctable word has none of: digits, and characters that stand without spaces."""
    return regex.compile(rf"[\p{{N}}{read_analysis().unspaced_class('python')}]", regex.V1)
