"""What script a text is in, and what its letters and words say between languages that share one."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_WHOLE_WORD = 3  # listed words up to this length must be the whole word; longer ones may go on
_KANA_SHARE = 0.1  # of Han and kana together; a Chinese text may quote の
_WORD = re.compile(r"[^\W\d_]+")


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


def script_of(letter: str) -> str | None:
    """The script of one letter; None for one of a script that no language of ours is written in."""
    starts, ends = _ranges()
    point = ord(letter)
    at = bisect_right(starts, point) - 1
    return ends[at][1] if at >= 0 and point <= ends[at][0] else None


def main_script(text: str) -> Script:
    """The script of most letters.

    >>> main_script("Привет, world of news и ещё много слов").name
    'Cyrl'
    """
    if text.isascii():
        letters = sum(map(str.isalpha, text))
        return Script("Latn" if letters else "Zyyy", letters, 1.0)
    counts: Counter[str] = Counter()
    for letter, count in Counter(text).items():
        if letter.isalpha():
            counts[script_of(letter) or "Zzzz"] += count
    total = counts.total()
    han, kana = counts["Hani"], counts.pop("Kana", 0)
    if kana and kana >= _KANA_SHARE * (han + kana):
        counts["Jpan"] = han + kana
        del counts["Hani"]
    if not total:
        return Script("Zyyy", 0, 1.0)
    name, count = counts.most_common(1)[0]
    return Script(name, total, count / total)


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
    if tag in able and best >= 2 and best > 1.2 * scores[1][0]:
        return tag
    return None


@cache
def _groups() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """For each language that has close relatives: the words of itself and of each of them."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for group, table in rules()["words"].items():
        patterns = [(tag, _pattern(words)) for tag, words in table.items()]
        for tag in group.split():
            found[tag] = patterns
    return found


def _pattern(words: str) -> re.Pattern[str]:
    whole = [word for word in words.split() if len(word) <= _WHOLE_WORD]
    begun = [word for word in words.split() if len(word) > _WHOLE_WORD]
    return re.compile(rf"\b(?:(?:{'|'.join(whole) or '(?!)'})\b|(?:{'|'.join(begun) or '(?!)'}))")


def by_words(text: str, tag: str, able: tuple[str, ...]) -> str | None:
    """Between close relatives ("hr", "bs", "sr"), the one most of whose own words occur; None when even."""
    patterns = [(other, pattern) for other, pattern in _groups().get(tag, ()) if other in able]
    if len(patterns) < 2:
        return None
    lower = text.lower()
    scores = sorted(((len(pattern.findall(lower)), other) for other, pattern in patterns), reverse=True)
    return scores[0][1] if scores[0][0] > scores[1][0] else None


@cache
def _variants() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    return {
        tag: [(name, _pattern(words)) for name, words in table.items()]
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
    patterns = _variants().get(tag, ())
    lower = text.lower() if patterns else ""
    scores = sorted(((len(pattern.findall(lower)), name) for name, pattern in patterns), reverse=True)
    return scores[0][1] if scores and scores[0][0] > scores[1][0] else None
