"""Whole lines that pages print around their stories, by class and language, as data.

One file a class in `data/lines/`, a section a language (`[en]`), a phrase a line. Before the comparison both sides lose
letter case, bullets, end marks and the value of numbers (each is a 0). `Read more: …` matches what a line starts with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_QUOTES = frozenset('"“”„«»「」『』')
_ZEROS = re.compile(r"0(?:[.,:/-]?0)+")
_ASCII = bytes(range(0x80))
_EDGES = " \t•·▪●○■□◆►▶▸›»«‹→←↑↓|*-–—_:;.,…!?¡¿#+=>/\\✕×✓＞：。、！？【】「」[]()（）<>〈〉《》\"'“”‘’"
_PREFIX_MARK = " …"
_BUCKET = 3  # characters: enough to leave a handful of prefixes to try, in any script
_GLUED = re.compile(r"[ |/·•,;]+")
_MAX_LINE = 160  # characters; a longer line can only match as a prefix
_MAX_GLUED = 100
_MOST_WORDS = 4  # of a phrase in a row of phrases


@dataclass(frozen=True, slots=True)
class _Lexicon:
    lines: dict[str, tuple[str, str]]
    openings: dict[
        str, list[int]
    ]  # first word → of how many words lines are that begin with it, longest first
    prefixes: dict[str, list[tuple[str, str, str]]]
    patterns: tuple[_Patterns, ...]


class _Patterns(NamedTuple):
    """Regular expressions for whole lines that need the same, and one that matches what any of them does."""

    needs: tuple[str, ...]  # a line that holds none of these cannot match; empty: any line can
    any: re.Pattern[str]
    each: tuple[tuple[re.Pattern[str], tuple[str, str]], ...]  # with label and rule


def key_of(text: str) -> str:
    """What two lines have in common when they say the same: letter case, numbers, bullets and end marks gone.

    >>> key_of("  • Read 12 more stories: ")
    'read 0 more stories'
    """
    return " ".join(_without_numbers(text.strip(_EDGES)).casefold().split())


def keys_of(text: str) -> list[str]:
    r"""The keys of all lines of normalised `text`, which are quicker to make together.

    >>> keys_of("Read 12 more:\n\nRain")
    ['read 0 more', '', 'rain']
    """
    keys = [line.strip(_EDGES) for line in _without_numbers(text).casefold().split("\n")]
    return [" ".join(key.split()) if "  " in key else key for key in keys] if "  " in text else keys


def _without_numbers(text: str) -> str:
    """Every number as a 0: as `_NUMBER` finds them, without looking at each character where digits are ASCII."""
    if not text.isascii() and _has_other_digits(text):
        return _NUMBER.sub("0", text)
    for digit in "123456789":
        text = text.replace(digit, "0")
    return _ZEROS.sub("0", text)


def _has_other_digits(text: str) -> bool:
    odd = text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    return _NUMBER.search(odd) is not None


def find_phrase(text: str, key: str) -> tuple[str, str] | None:
    """The label of a line known by its words, and the rule; None when the words are not known.

    `key` is `key_of(text)`. Several phrases in one line ("Facebook Twitter Email") count as the first of them.

    >>> find_phrase("Read more: Why it rains", "read more: why it rains")
    ('related', 'lexicon:related.en')
    """
    if text[:1] in _QUOTES and text[-1:] in _QUOTES:
        return None  # somebody says "Not now."; a button has no marks around it
    lexicon = _load()
    if len(text) <= _MAX_LINE:
        found = lexicon.lines.get(key) or (_find_glued(key, lexicon) if len(key) <= _MAX_GLUED else None)
        if found:
            return found
    for prefix, label, rule in lexicon.prefixes.get(key[:_BUCKET], ()):
        if key.startswith(prefix):
            return label, rule
    if len(text) <= _MAX_LINE:
        return _find_pattern(text, lexicon)
    return None


def _find_pattern(text: str, lexicon: _Lexicon) -> tuple[str, str] | None:
    """The first pattern of the file that a line matches; most are not tried on most lines."""
    for needs, any_of, each in lexicon.patterns:
        if (not needs or any(map(text.__contains__, needs))) and any_of.match(text):
            return next(found for regex, found in each if regex.match(text))
    return None


def _find_glued(key: str, lexicon: _Lexicon) -> tuple[str, str] | None:
    """Known phrases in a row and nothing else: each step takes the longest phrase of up to four words."""
    first_word = key.split(" ", 1)[0]
    if first_word.isalnum() and first_word not in lexicon.openings:
        return None
    words = _GLUED.split(key)
    first: tuple[str, str] | None = None
    at = 0
    while at < len(words):
        for count in lexicon.openings.get(words[at], ()):
            found = lexicon.lines.get(" ".join(words[at : at + count]))
            if found:
                first = first or found
                at += count
                break
        else:
            return None
    return first


@cache
def _load() -> _Lexicon:
    lines: dict[str, tuple[str, str]] = {}
    prefixes: dict[str, list[tuple[str, str, str]]] = {}
    patterns: list[_Patterns] = []
    for entry in sorted(files("transforms").joinpath("data/lines").iterdir(), key=lambda path: path.name):
        label, _, kind = entry.name.partition(".")
        if kind == "txt":
            _add_phrases(entry.read_text("utf-8"), label, lines, prefixes)
        elif kind == "tsv":
            patterns.extend(_read_patterns(entry.read_text("utf-8")))
    return _Lexicon(lines, _openings(lines), prefixes, tuple(patterns))


def _openings(lines: Iterable[str]) -> dict[str, list[int]]:
    counts: dict[str, set[int]] = {}
    for first, *rest in map(str.split, lines):
        if len(rest) < _MOST_WORDS:
            counts.setdefault(first, set()).add(1 + len(rest))
    return {first: sorted(found, reverse=True) for first, found in counts.items()}


def _add_phrases(
    content: str,
    label: str,
    lines: dict[str, tuple[str, str]],
    prefixes: dict[str, list[tuple[str, str, str]]],
) -> None:
    language = "und"
    for line in content.splitlines():
        if not line or line.startswith("##"):
            continue
        if line.startswith("[") and line.endswith("]"):
            language = line[1:-1]
            continue
        rule = f"lexicon:{label}.{language}"
        if line.endswith(_PREFIX_MARK):
            prefix = key_of(line.removesuffix(_PREFIX_MARK))
            prefixes.setdefault(prefix[:_BUCKET], []).append((prefix, label, rule))
        else:
            lines.setdefault(key_of(line), (label, rule))
    lines.pop("", None)  # a phrase of nothing but marks is a pattern's business


def _read_patterns(content: str) -> Iterator[_Patterns]:
    """The patterns in their order, those together that stand together and need the same."""
    rows = [line.split("\t") for line in content.splitlines() if line and not line.startswith("##")]
    for needs, group in groupby(rows, key=itemgetter(2)):
        found = [(regex, (label, f"pattern:{name}")) for label, name, _, regex in group]
        yield _Patterns(
            tuple(need for need in needs.split("¦") if need),
            re.compile("|".join(f"(?:{regex})" for regex, _ in found)),
            tuple((re.compile(regex), rule) for regex, rule in found),
        )
