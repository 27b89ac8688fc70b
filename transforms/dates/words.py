"""The words that dates are made of, in 95 languages: months, weekdays, "ago", "Updated", "Uhr".

Tables: data/months.json (from CLDR) and data/stamps.json (ours). They are read once, on first use.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import regex

#: "p.m." is one word; digits of any script make a number; marks belong to their letter (Devanagari, Thai).
_TOKEN = regex.compile(r"[ap]\.\s?m\b\.?|\d+|[\p{L}\p{M}\u200c\u200d]+|[^\s\p{L}\p{M}]", regex.IGNORECASE)
_MARKS = regex.compile(r"[\u0300-\u036f\u0640\u064b-\u0655\u093c\u200c\u200d]")
_ASCII_TOKEN = re.compile(
    r"[ap]\.\s?m\b\.?|\d+|[a-z]+|[^\sa-z]", re.IGNORECASE
)  # the same, three times as quick
#: Signs that may stand inside a name of several words: "segunda-feira", "п'ятниця", "a. m.".
_INSIDE = frozenset("-.'’ʼ")


class Token(NamedTuple):
    """A word, a number in ASCII digits, or one sign, with its place in the line."""

    text: str
    start: int
    end: int


class Meaning(NamedTuple):
    """One thing that a word or a run of words can mean."""

    role: str  # "month", "weekday", "published", "filler", …
    code: str  # what forms.py reads: "m03;" is March
    language: str


@dataclass(slots=True)
class Vocabulary:
    """All the phrases, by first word, longest first; and the patterns of "3 hours ago"."""

    words: set[str] = field(default_factory=set)
    phrases: dict[str, dict[tuple[str, ...], tuple[Meaning, ...]]] = field(default_factory=dict)
    ago: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = field(default_factory=dict)
    exact: dict[tuple[str, ...], tuple[str, int]] = field(default_factory=dict)
    units: dict[str, set[str]] = field(default_factory=dict)
    marks: set[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=set)
    edges: set[str] = field(default_factory=set)  # the words that "… ago" begins or ends with
    sources: frozenset[str] = frozenset()  # what stands before who sent a story: "2025-06-18 09:20 来源：…"
    markers: set[str] = field(default_factory=set)  # the words that "Published" and "Updated" begin with
    ones: frozenset[str] = frozenset()
    ands: frozenset[str] = frozenset()


def fold(word: str) -> str:
    """Lower case without accents, Arabic vowel signs, nuktas and joiners: "AOÛT" and "aout" are one.

    >>> fold("AOÛT"), fold("أبريل") == fold("ابريل"), fold("KASIM") == fold("kasım")
    ('aout', True, True)
    """
    if word.isascii():
        return word.lower()
    if word in "ºª":  # "1º" is an ordinal, "2O" a misprint of 20
        return word
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", word.casefold()))
    return unicodedata.normalize("NFC", bare).replace("ı", "i")


def tokens(line: str) -> Iterator[Token]:
    """Cut a line into words, numbers and signs."""
    if line.isascii():
        for plain in _ASCII_TOKEN.finditer(line):
            text = plain[0].lower()
            yield Token(
                text[0] + "m" if text[0].isalpha() and "." in text else text, plain.start(), plain.end()
            )
        return
    for match in _TOKEN.finditer(line):
        text = match.group()
        if text[0].isdecimal():
            text = text if text.isascii() else "".join(str(unicodedata.decimal(c)) for c in text)
        elif text[0].isalpha():
            text = text[0].lower() + "m" if "." in text else fold(text)
        yield Token(text, match.start(), match.end())


def phrase_at(found: Sequence[Token], at: int) -> Iterator[tuple[int, tuple[Meaning, ...]]]:
    """What starts at token `at`, longest first: the index after it, and what it can mean."""
    for words, meanings in vocabulary().phrases.get(found[at].text, {}).items():
        end = _after(found, at, words)
        if end:
            yield end, meanings


def _after(found: Sequence[Token], at: int, words: tuple[str, ...]) -> int:
    """The index after `words` at token `at`, signs inside a name skipped; 0 when they do not stand there."""
    for number, word in enumerate(words):
        while number and at < len(found) and found[at].text in _INSIDE:
            at += 1
        if at >= len(found) or found[at].text != word:
            return 0
        at += 1
    return at


@cache
def vocabulary() -> Vocabulary:
    """Both tables, ready for look-up."""
    data = files("transforms") / "data"
    months: dict[str, Any] = json.loads((data / "months.json").read_text(encoding="utf-8"))
    stamps: dict[str, Any] = json.loads((data / "stamps.json").read_text(encoding="utf-8"))
    made = Vocabulary()
    for phrase, meaning in (*_names(months, stamps), *_stamp_words(stamps)):
        _add(made, phrase, meaning)
    for table in (*(entry["ago"] for entry in months.values()), *stamps["more_ago"].values()):
        for unit, patterns in table.items():
            _add_ago(made, unit, patterns)
    for phrases in stamps["just_now"].values():
        made.exact.update({_split(phrase): ("second", 0) for phrase in phrases})
    made.sources = frozenset(fold(word) for words in stamps["source"].values() for word in words)
    made.ones, made.ands = (frozenset(map(fold, stamps[key])) for key in ("one", "and"))
    _close(made)
    return made


def _close(made: Vocabulary) -> None:
    """Put phrases in order of length, and every word that is used into the set that negatives are told by."""
    for before, after in [
        key for key in made.ago if not key[0] and len(key[1]) == 1 and key[1][0] in made.units
    ]:
        del made.ago[before, after]  # "5 min" is how long, not when
    for first, phrases in made.phrases.items():
        made.phrases[first] = dict(sorted(phrases.items(), key=lambda item: -len(item[0])))
    made.words |= made.ones | made.ands | set(made.units)
    for before, after in made.ago:
        made.words.update(before, after)
    for words in made.exact:
        made.words.update(words)
    made.edges = {word for before, after in made.marks for word in (*before[:1], *after[-1:])}


def _names(months: dict[str, Any], stamps: dict[str, Any]) -> Iterator[tuple[str, Meaning]]:
    for language, table in months.items():
        named = {**table["months"], **stamps["more_months"].get(language, {})}
        for name, number in named.items():
            yield name, Meaning("month", f"m{number:02};", language)
        for name, number in table["weekdays"].items():
            yield name, Meaning("weekday", f"w{number};", language)


def _stamp_words(stamps: dict[str, Any]) -> Iterator[tuple[str, Meaning]]:
    by_language = {
        "published": "", "updated": "", "plain": "", "around_time": "",
        "today": "r0;", "yesterday": "r-1;", "day_before_yesterday": "r-2;",
    }  # fmt: skip
    for role, code in by_language.items():
        for language, phrases in stamps[role].items():
            for phrase in phrases:
                yield phrase, Meaning(role, code, language)
    for role, code in (("morning", "a;"), ("evening", "p;"), ("after", ""), ("other_calendars", "m00;")):
        for phrase in stamps[role]:
            yield phrase, Meaning(role, code, "")
    for phrase, minutes in stamps["zones"].items():
        yield phrase, Meaning("zone", f"z{'?' if minutes is None else minutes};", "")
    for phrase, code in stamps["calendar_parts"].items():
        yield phrase, Meaning("part", code, "")


def _split(phrase: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokens(phrase) if token.text[0].isalnum())


def _add(made: Vocabulary, phrase: str, meaning: Meaning) -> None:
    words = _split(phrase)
    if not words:
        return
    made.words.update(words)
    if meaning.role in ("published", "updated"):
        made.markers.add(words[0])
    phrases = made.phrases.setdefault(words[0], {})
    if meaning not in phrases.get(words, ()):
        phrases[words] = (*phrases.get(words, ()), meaning)


def _add_ago(made: Vocabulary, unit: str, patterns: Iterable[str]) -> None:
    """Keep "vor {0} Stunden" as ("vor",), ("stunden",); with its mark alone for "1 Std. 5 Min."."""
    for pattern in patterns:
        count, _, rest = pattern.rpartition("=")
        if count:
            made.exact[_split(rest)] = (unit, int(count))
            continue
        before, _, after = (_split(part) for part in pattern.partition("{0}"))
        made.ago.setdefault((before, after), set()).add(unit)
        if after and (before or len(after) > 1):
            made.units.setdefault(after[0], set()).add(unit)
            made.marks.add((before, after[1:]))
