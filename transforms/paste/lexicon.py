"""Whole lines that pages print around their stories, by class and language, as data.

One file a class in `data/lines/`, a section a language (`[en]`), a phrase a line. Before the comparison both sides lose
letter case, bullets, end marks and the value of numbers (each is a 0). `Read more: …` matches what a line starts with.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

# Taking away what most lines are made of leaves little to look at; half the time of looking at the whole line.
_ORDINARY = bytes(code for code in range(0x20, 0x7F) if chr(code) not in string.digits)
_DIGIT_OR_SPACE = re.compile(r"[\d\s]")
_ASCII_DIGITS = re.compile(r"[0-9]+(?:[.,:/-][0-9]+)*")
_DIGITS = re.compile(r"\d+(?:[.,:/-]\d+)*")
_EDGES = " \t•·▪●○■□◆►▶▸›»«‹→←↑↓|*-–—_:;.,…!?¡¿#+=>/\\✕×✓＞：。、！？【】「」[]()（）<>〈〉《》\"'“”‘’"
_PREFIX_MARK = " …"
_BUCKET = 3  # characters: enough to leave a handful of prefixes to try, in any script
_GLUED = re.compile(r"[ |/·•,;]+")
_FIRST_WORD = re.compile(r"[^ |/·•,;]*")
_MAX_LINE = 160  # characters; a longer line can only match as a prefix
_MAX_GLUED = 100


@dataclass(frozen=True, slots=True)
class _Lexicon:
    lines: dict[str, tuple[str, str]]
    first_words: frozenset[str]  # of the lines
    prefixes: dict[str, list[tuple[str, str, str]]]
    patterns: tuple[_Patterns, ...]


class _Patterns(NamedTuple):
    """Regular expressions for whole lines that need the same: all in one, as an alternation is tried in C."""

    needs: tuple[str, ...]  # a line that holds none of these cannot match; empty: any line can
    regex: re.Pattern[str]
    rules: dict[str, tuple[str, str]]  # group name → label and rule


def key_of(text: str) -> str:
    """What two lines have in common when they say the same: letter case, numbers, bullets and end marks gone.

    >>> key_of("  • Read 12 more stories: ")
    'read 0 more stories'
    """
    if not (text[:1].isalnum() and text[-1:].isalnum()):
        text = text.strip(_EDGES)
    odd = text.encode("utf-8", "surrogatepass").translate(None, _ORDINARY)
    if not odd:
        return text.lower() if "  " not in text else " ".join(text.lower().split())
    if odd.isascii():
        return " ".join(_ASCII_DIGITS.sub("0", text.lower()).split())
    rest = odd.decode("utf-8", "surrogatepass")
    if _DIGIT_OR_SPACE.search(rest):
        text = " ".join(_DIGITS.sub("0", text).split())
    elif "  " in text:
        text = " ".join(text.split())
    return text.lower() if rest.lower() == rest == rest.casefold() else text.casefold()


def find_phrase(text: str, key: str) -> tuple[str, str] | None:
    """The label of a line known by its words, and the rule; None when the words are not known.

    `key` is `key_of(text)`. Several phrases in one line ("Facebook Twitter Email") count as the first of them.

    >>> find_phrase("Read more: Why it rains", "read more: why it rains")
    ('related', 'lexicon:related.en')
    """
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
    for needs, regex, rules in lexicon.patterns:
        for need in needs:
            if need in text:
                break
        else:
            if needs:
                continue
        match = regex.match(text)
        if match and match.lastgroup:
            return rules[match.lastgroup]
    return None


def _find_glued(key: str, lexicon: _Lexicon) -> tuple[str, str] | None:
    """Known phrases in a row and nothing else: each step takes the longest phrase of up to four words."""
    first_word = _FIRST_WORD.match(key)
    if first_word is None or first_word[0] not in lexicon.first_words:
        return None
    words = _GLUED.split(key)
    if len(words) == 1:
        return None
    first: tuple[str, str] | None = None
    at = 0
    while at < len(words):
        for end in range(min(at + 4, len(words)), at, -1):
            found = lexicon.lines.get(" ".join(words[at:end]))
            if found:
                first = first or found
                at = end
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
    first_words = frozenset(line.split(" ", 1)[0] for line in lines)
    return _Lexicon(lines, first_words, prefixes, tuple(patterns))


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
        found = [(f"p{at}", label, name, regex) for at, (label, name, _, regex) in enumerate(group)]
        combined = "|".join(f"(?P<{key}>{regex})" for key, _, _, regex in found)
        rules = {key: (label, f"pattern:{name}") for key, label, name, _ in found}
        yield _Patterns(tuple(need for need in needs.split("¦") if need), re.compile(combined), rules)
