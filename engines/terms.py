"""Where words begin and end, in Python: the same tokens as the engines' tokenizers, with their offsets."""

from __future__ import annotations

import functools
import re
from typing import Any

import regex

from engines.analysis import Chain, read_analysis, tokens_of, word_pattern

_ASCII_WORDS = re.compile("[A-Za-z0-9]+")
# Latin letters and the usual signs: nothing of it is a mark or unspaced, and `re` is five times faster.
_NOT_PLAIN = re.compile("[^\x00-\u02af\u2010-\u2027\u20a0-\u20bf]")
_PLAIN_WORDS = re.compile(r"[^\W_]+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@functools.cache
def words() -> regex.Pattern[str]:
    """Give the expression that matches one token."""
    return regex.compile(word_pattern("marks", "python"), regex.V1)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Give where each token starts and ends.

    >>> word_spans("l’été 北京")
    [(0, 1), (2, 5), (6, 7), (7, 8)]
    """
    if text.isascii():
        pattern: Any = _ASCII_WORDS
    else:
        pattern = words() if _NOT_PLAIN.search(text) else _PLAIN_WORDS
    return [found.span() for found in pattern.finditer(text)]


@functools.lru_cache(maxsize=4096)  # every field, language and hit asks for those of the same few words
def query_tokens(text: str, key: str, chain: Chain) -> tuple[str, ...]:
    """Give the terms of a query's word or phrase, as the index of that analyzer key has them.

    >>> query_tokens("Bridges", "en", "text")
    ('bridg',)
    """
    return tuple(tokens_of(text, read_analysis().keys[key], chain))


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
