"""Whole lines that pages print around their stories, by class and language, as data.

One file a class in `data/lines/`, a section a language (`[en]`), a phrase a line. Before the comparison both sides lose
letter case, bullets, end marks and the value of numbers (each is a 0). `Read more: …` matches what a line starts with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_DIGITS = re.compile(r"\d+(?:[.,:/-]\d+)*")
_EDGES = " \t•·▪●○■□◆►▶▸›»«‹→←↑↓|*-–—_:;.,…!?¡¿#+=>/\\✕×✓＞：。、！？【】「」[]()（）<>〈〉《》\"'“”‘’"
_PREFIX_MARK = " …"
_BUCKET = 3  # characters: enough to leave a handful of prefixes to try, in any script
_GLUED = re.compile(r"[ |/·•,;]+")
_MAX_LINE = 160  # characters; a longer line can only match as a prefix
_MAX_GLUED = 100


@dataclass(frozen=True, slots=True)
class _Lexicon:
    lines: dict[str, tuple[str, str]]
    prefixes: dict[str, list[tuple[str, str, str]]]
    patterns: re.Pattern[str]  # all in one, as an alternation is tried in C
    pattern_rules: dict[str, tuple[str, str]]  # group name → label and rule


def key_of(text: str) -> str:
    """What two lines have in common when they say the same: letter case, numbers, bullets and end marks gone.

    >>> key_of("  • Read 12 more stories: ")
    'read 0 more stories'
    """
    if not (text[:1].isalnum() and text[-1:].isalnum()):
        text = text.strip(_EDGES)
    text = text.casefold()
    if not text.isalpha():
        text = " ".join(_DIGITS.sub("0", text).split())
    return text


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
        match = lexicon.patterns.match(text)
        if match and match.lastgroup:
            return lexicon.pattern_rules[match.lastgroup]
    return None


def _find_glued(key: str, lexicon: _Lexicon) -> tuple[str, str] | None:
    """Known phrases in a row and nothing else: each step takes the longest phrase of up to four words."""
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
    patterns: list[tuple[str, str, str]] = []
    for entry in sorted(files("transforms").joinpath("data/lines").iterdir(), key=lambda path: path.name):
        label, _, kind = entry.name.partition(".")
        if kind == "txt":
            _add_phrases(entry.read_text("utf-8"), label, lines, prefixes)
        elif kind == "tsv":
            patterns.extend(_read_patterns(entry.read_text("utf-8")))
    groups = {f"p{at}": (label, rule) for at, (_, label, rule) in enumerate(patterns)}
    combined = "|".join(f"(?P<p{at}>{regex})" for at, (regex, _, _) in enumerate(patterns))
    return _Lexicon(lines, prefixes, re.compile(combined), groups)


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


def _read_patterns(content: str) -> list[tuple[str, str, str]]:
    rows = [line.split("\t") for line in content.splitlines() if line and not line.startswith("##")]
    return [(regex, label, f"pattern:{name}") for label, name, regex in rows]
