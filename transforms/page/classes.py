"""What an element's class, id and role say it is, by the rules in `data/page.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

#: Letters, and digits after them: "sidebar2". Letters beside digits otherwise are of a generated name: "element-2638ad0".
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+(?=\d*(?![^\W_]))")
_HUMP = re.compile(r"([a-z])([A-Z])")
_MAX_NAMES = (
    400  # characters of class and id; utility-class frameworks write much more and mean nothing by it
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of `data/page.toml`, ready to ask."""

    drop_tags: frozenset[str]
    block_tags: frozenset[str]
    keep_tags: frozenset[str]
    drop_roles: frozenset[str]
    words: dict[str, frozenset[str]]  # by meaning: "drop", "caption", "credit", "deck", "byline", …
    pictures: re.Pattern[str]  # names of boxes around a picture
    lines: frozenset[str]
    line_starts: tuple[str, ...]
    linked_starts: tuple[str, ...]
    endings: frozenset[str]  # lines after which no story goes on
    credit_marks: tuple[str, ...]  # longest first
    credit_shorts: tuple[str, ...]
    meta: dict[str, tuple[str, ...]]  # names of <meta> elements by field, best first


@cache
def rules() -> Rules:
    """The packaged rules, read once."""
    raw = tomllib.loads(files("transforms").joinpath("data/page.toml").read_text("utf-8"))
    words = {kind: frozenset(raw[kind]["words"]) for kind in ("drop", "caption", "credit", "deck", "byline")}
    words |= {
        kind: frozenset(raw["drop"][kind])
        for kind in ("unless", "hard", "loose", "quoted", "gallery", "shown")
    }
    tags = raw["tags"]
    return Rules(
        drop_tags=frozenset(tags["drop"]),
        block_tags=frozenset(tags["block"]),
        keep_tags=frozenset(tags["keep"]),
        drop_roles=frozenset(raw["roles"]["drop"]),
        words=words,
        pictures=re.compile("|".join(raw["caption"]["boxes"]), re.IGNORECASE),
        lines=frozenset(raw["lines"]["equal"]),
        line_starts=tuple(raw["lines"]["starts"]),
        linked_starts=tuple(raw["lines"]["linked"]),
        endings=frozenset(raw["lines"]["endings"]),
        credit_marks=tuple(sorted(raw["credit"]["marks"], key=len, reverse=True)),
        credit_shorts=tuple(raw["credit"]["short"]),
        meta={name: tuple(names) for name, names in raw["meta"].items()},
    )


@lru_cache(maxsize=8192)
def meanings(names: str) -> dict[str, str]:
    """What the names on an element mean: each meaning with the word that says so.

    >>> meanings("c-article__relatedLinks js-x")
    {'drop': 'related', 'hard': 'related'}
    >>> meanings("ArticleBody")
    {'unless': 'article-body'}
    """
    found: dict[str, str] = {}
    for name in names[:_MAX_NAMES].split():
        for kind, word in _meanings_of(name):
            found.setdefault(kind, word)
    return found


@lru_cache(maxsize=16384)
def _meanings_of(name: str) -> tuple[tuple[str, str], ...]:
    words = _WORD.findall(name.lower() if name.islower() or name.isupper() else _split_humps(name))
    found: list[tuple[str, str]] = []
    for start, word in enumerate(words):
        for length in _lengths().get(word, ()):
            run = "-".join(words[start : start + length])
            found.extend((kind, run) for kind in _kinds().get(run, ()))
    return tuple(found)


def _split_humps(name: str) -> str:
    """Lower case, with the humps of camelCase apart.

    >>> _split_humps("postMetaBOX")
    'post-meta-box'
    """
    return _HUMP.sub(r"\1-\2", name).lower()


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    """What each pattern means."""
    words = rules().words
    return {run: tuple(kind for kind in words if run in words[kind]) for kind in words for run in words[kind]}


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """How many words the patterns that begin with a word have."""
    found: dict[str, set[int]] = {}
    for run in _kinds():
        parts = run.split("-")
        found.setdefault(parts[0], set()).add(len(parts))
    return {word: tuple(sorted(lengths)) for word, lengths in found.items()}
