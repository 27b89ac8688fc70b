"""What script a text is in, and what its letters and words say between languages that share one."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import regex

_LETTER_SHARE = 0.01  # of a text; a Ukrainian name in a Russian story is less
_ENOUGH_WORDS = 25  # fewer say little
_SMALL_SHARE = 0.17  # of all words; in 6,060 texts of 96 languages no other language reaches 0.12
_SMALL_LEAD = 4  # times the next language's
_OTHER_SHARE = 0.2  # a text of other letters may be mostly Latin names
_KANA_SHARE = 0.1  # of Han and kana together; a Chinese text may quote の
_PARTICLES = "をはがにでもへと"  # but not の, which Chinese quotes
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_ASCII = re.compile(r"[\x00-\x7f]+")
_NO_LETTERS = bytes(byte for byte in range(128) if not chr(byte).isalpha())


@dataclass(frozen=True, slots=True)
class Script:
    """The script of most letters of a text."""

    name: str  # ISO 15924: "Latn"; "Jpan" for Han with kana, "Hani" for Han alone; "Zyyy" for no letters
    letters: int
    share: float  # of all letters

    @property
    def certain(self) -> bool:
        """Whether a few letters are enough: scripts of one language, or one sign a word."""
        return self.letters >= 2 and self.name in ("Jpan", "Hang", "Hani", "Thai", "Khmr", "Laoo", "Mymr")


@cache
def tags() -> dict[str, Any]:
    """The languages that are looked for: tag → name, direction ("ltr", "rtl"), scripts, the usual one first."""
    text = (files("transforms") / "data" / "languages.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["languages"]
    return found


@cache
def rules() -> dict[str, Any]:
    """The table of scripts, letters and words."""
    text = (files("transforms") / "data" / "language_rules.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def _ranges() -> tuple[list[int], list[tuple[int, str]]]:
    """Where each script begins, and where it ends, in the order of Unicode."""
    rows = []
    for name, text in rules()["scripts"].items():
        for span in text.split():
            start, end = span.split("-")
            rows.append((int(start, 16), int(end, 16), name))
    rows.sort()
    return [start for start, _, _ in rows], [(end, name) for _, end, name in rows]


@lru_cache(maxsize=8192)
def script_of(sign: str) -> str | None:
    """The script of one letter, "Zzzz" when no language of ours is written in it; None for what is no letter."""
    if not sign.isalpha():
        return None
    starts, ends = _ranges()
    at = bisect_right(starts, ord(sign)) - 1
    return ends[at][1] if at >= 0 and ord(sign) <= ends[at][0] else "Zzzz"


def main_script(text: str) -> Script:
    """The script of most letters.

    >>> main_script("Привет, world of news и ещё много слов").name
    'Cyrl'
    """
    latin = len(text.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    if text.isascii():
        return Script("Latn" if latin else "Zyyy", latin, 1.0)
    counts: Counter[str] = Counter(Latn=latin)
    for sign, count in Counter(_ASCII.sub("", text)).items():
        if name := script_of(sign):
            counts[name] += count
    total = counts.total()
    han, kana = counts["Hani"], counts.pop("Kana", 0)
    if han + kana and (kana > _KANA_SHARE * (han + kana) or not _looks_chinese(text)):
        counts["Jpan"] = han + kana
        del counts["Hani"]
    if not total:
        return Script("Zyyy", 0, 1.0)
    latin = counts.pop("Latn", 0)
    name, count = counts.most_common(1)[0] if counts else ("Latn", 0)
    if latin and count < _OTHER_SHARE * total:
        name, count = "Latn", latin
    return Script(name, total, count / total)


def _looks_chinese(text: str) -> bool:
    """Whether a text in Han characters has neither a Japanese particle nor a character of Japan's own."""
    signs = set(text)
    if not signs.isdisjoint(_PARTICLES):
        return False
    return signs.isdisjoint(rules()["japanese"]) or not signs.isdisjoint(_chinese_signs())


@cache
def _chinese_signs() -> frozenset[str]:
    return frozenset("".join(rules()["han"].values()))


def by_letters(text: str, script: str, able: tuple[str, ...]) -> str | None:
    """The language that a text's peculiar letters belong to; None when they are few or of several."""
    table: dict[str, str] = rules()["letters"].get(script, {})
    if not table:
        return None
    counts = Counter(text)
    scores = sorted(
        ((sum(counts[letter] for letter in letters), tag) for tag, letters in table.items()), reverse=True
    )
    best, tag = scores[0]
    if tag in able and best > scores[1][0] and best >= max(2, len(text) * _LETTER_SHARE):
        return tag
    return None


def by_small_words(text: str, able: tuple[str, ...]) -> str | None:
    """The language whose articles, prepositions and auxiliaries a text is full of; None when it is of none.

    Only for languages that no other is mistaken for by these words; a tenth of the model's time.

    >>> by_small_words("The minister said that the plan was approved by the council on Monday, " * 2, ("en", "de"))
    'en'
    >>> by_small_words("Die minister het gesê dat die plan deur die raad goedgekeur is, " * 3, ("af", "de", "nl"))
    """
    words = text.lower().split()
    if len(words) < _ENOUGH_WORDS:
        return None
    found: dict[str, int] = dict.fromkeys(rules()["small_words"], 0)
    for owners, count in Counter(map(_small_words().get, words)).items():
        for owner in owners or ():
            found[owner] += count
    counts = sorted(((count, tag) for tag, count in found.items()), reverse=True)
    (best, tag), (second, _) = counts[0], counts[1]
    if tag in able and best >= _SMALL_SHARE * len(words) and best >= _SMALL_LEAD * second:
        return tag
    return None


def by_few_words(text: str, able: tuple[str, ...]) -> str | None:
    """The language of two small words or more in a text that the model is at a loss with; None when none, or several.

    >>> by_few_words("How Anna Kowalska and José Martínez beat the odds", ("en", "de"))
    'en'
    """
    owners = [_small_words().get(word, ()) for word in set(text.lower().split())]
    found = {owner for of_word in owners for owner in of_word}
    tag = found.pop() if len(found) == 1 else None
    return tag if tag in able and sum(map(bool, owners)) > 1 else None


@cache
def _small_words() -> dict[str, tuple[str, ...]]:
    """Each small word, and the languages that it is on the list of."""
    owners: dict[str, tuple[str, ...]] = {}
    for tag, words in rules()["small_words"].items():
        for word in words.split():
            owners[word] = (*owners.get(word, ()), tag)
    return owners


@cache
def _groups() -> dict[str, list[tuple[str, Words]]]:
    """For each language that has close relatives: the words of itself and of each of them."""
    found: dict[str, list[tuple[str, Words]]] = {}
    for group, table in rules()["words"].items():
        lists = [(tag, Words(words)) for tag, words in table.items()]
        for tag in group.split():
            found[tag] = lists
    return found


@cache
def relatives(tag: str) -> frozenset[str]:
    """The languages so close to one that words, not letters, tell them apart; itself among them."""
    return frozenset({tag, *(other for other, _ in _groups().get(tag, ()))})


def count_words(text: str, tag: str) -> dict[str, int]:
    """How many of the words of each relative of `tag` occur in a text; empty when it has none.

    >>> count_words("Tko je bio tamo? Vrijeme će pokazati.", "sr")
    {'hr': 2, 'bs': 1, 'sr': 0}
    """
    lists = _groups().get(tag)
    if not lists:
        return {}
    words = split_words(text)
    return {other: own.count(words) for other, own in lists}


def split_words(text: str) -> list[str]:
    """The words in lower case; a mark stays with its letter."""
    words: list[str] = _WORD.findall(text.lower())
    return words


class Words:
    """A list of words to count.

    "tisuć*" is every word that begins so, "*lijke" every longer one that ends so, "~qw" every one with such a letter.
    """

    def __init__(self, listed: str) -> None:
        self.whole = frozenset(word for word in listed.split() if "*" not in word and word[0] != "~")
        self.signs = frozenset("".join(word[1:] for word in listed.split() if word[0] == "~"))
        self.begun = tuple(word[:-1] for word in listed.split() if word.endswith("*"))
        self.ended = tuple(word[1:] for word in listed.split() if word.startswith("*"))

    def count(self, words: list[str]) -> int:
        """How many of `words` are on the list."""
        begun, ended = self.begun, self.ended
        found = sum(
            word in self.whole or word.startswith(begun) or word[1:].endswith(ended) for word in words
        )
        return found + sum(not self.signs.isdisjoint(word) for word in words) if self.signs else found


@cache
def _variants() -> dict[str, list[tuple[str, Words]]]:
    return {
        tag: [(name, Words(words)) for name, words in table.items()]
        for tag, table in rules()["variants"].items()
    }


def variant_of(tag: str, text: str, script: Script) -> str | None:
    """The finer tag: the script where a language has several, the written standard where words show it.

    >>> variant_of("zh", "國際奧委會總部", main_script("國際奧委會總部"))
    'zh-Hant'
    """
    if tag == "zh":
        counts = Counter(text)
        sides = {name: sum(counts[sign] for sign in signs) for name, signs in rules()["han"].items()}
        best = max(sides, key=lambda name: sides[name])
        return f"zh-{best}" if sides[best] > 2 * min(sides.values()) else None
    if len(tags()[tag]["scripts"]) > 1:
        return f"{tag}-{script.name}"
    lists = _variants().get(tag)
    if not lists:
        return None
    words = split_words(text)
    scores = sorted(((own.count(words), name) for name, own in lists), reverse=True)
    return scores[0][1] if scores[0][0] > scores[1][0] else None
