"""Where words begin and end, in Python: the same tokens as the engines' tokenizers, with their offsets."""

from __future__ import annotations

import functools
import re

import regex

from engines.analysis import read_analysis, word_pattern

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@functools.cache
def words() -> regex.Pattern[str]:
    """Give the expression that matches one token."""
    return regex.compile(word_pattern("marks", "python"), regex.V1)


@functools.cache
def _pattern_pieces() -> regex.Pattern[str]:
    return regex.compile(r"(?:\\.|[\p{Alphabetic}\p{M}\p{N}*?])+", regex.V1 | regex.DOTALL)


@functools.cache
def _unspaced_end() -> regex.Pattern[str]:
    return regex.compile(rf"[{read_analysis().unspaced_class('python')}]\p{{M}}*\*$", regex.V1)


def literal(text: str) -> str:
    r"""Take the escapes of the query language away.

    >>> literal(r"what\?")
    'what?'
    """
    return _ESCAPED.sub(r"\1", text)


def is_word(text: str) -> bool:
    """Whether the text has any token."""
    return words().search(text) is not None


def split_words(text: str) -> list[str]:
    """Split into words as a reader sees them: characters of one unspaced run stay together.

    >>> split_words("l'avion, 北京!")
    ['l', 'avion', '北京']
    """
    return list(regex.findall(r"[\p{Alphabetic}\p{M}\p{N}]+", text, regex.V1))


def split_pattern(text: str) -> list[str]:
    """Split a word with wildcards where the tokenizer would; a star behind an unspaced character means nothing.

    >>> split_pattern("l'avi*"), split_pattern("北京*")
    (['l', 'avi*'], ['北京'])
    """
    pieces = _pattern_pieces().findall(text)
    return [piece[:-1] if _unspaced_end().search(piece) else piece for piece in pieces]
