"""A query's text around luqum: made regular before it, and taken as plain words where it does not parse."""

from __future__ import annotations

import re
import unicodedata

from engines.fields import read_fields
from engines.terms import literal, split_words

OPERATORS = {"AND", "OR", "NOT", "TO", "&&", "||"}

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‟": '"'})
_NOT_CHARACTERS = re.compile("[\ud800-\udfff\x00]")
_SIGNS = re.compile(
    r"""
      (?: "(?P<phrase>(?:[^"\\]|\\.)*)" | (?<![^\s:(+!-])(?P<word>(?:-(?=\d))?[^\s"()\[\]{}^~:\\+!-][^\s"()\[\]{}^~:\\]*) )
      (?P<reach> ~\d+(?:\.\d+)?(?:km|mi|m)(?!\w) )
    | "(?:[^"\\]|\\.)*"
    | (?<!\S)(?P<sign>&&|\|\|)(?!\S)
    | (?<=near:)(?P<south>-[\d.]+,-?[\d.]+)
    | (?<![^\s:(+-])(?P<url>https?://[^\s"()\\]+)
    """,
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)


def regular(text: str) -> str:
    """Make the characters of a query those of the index: NFC, straight quotation marks, no halves of pairs."""
    return unicodedata.normalize("NFC", _NOT_CHARACTERS.sub(" ", text)).translate(_QUOTES)


def spell_signs(text: str) -> str:
    """Write signs as the words that luqum knows; an address, or a place and its distance, as a phrase.

    >>> spell_signs('ice && url:http://example.org near:Rome~5km')
    'ice AND url:"http://example.org" near:"Rome~5km"'
    """
    return _SIGNS.sub(_spelt, text)


def _spelt(found: re.Match[str]) -> str:
    if found["reach"]:
        return f'"{found["phrase"] or found["word"] or ""}{found["reach"]}"'
    return (
        f'"{found[0]}"'
        if found["url"] or found["south"]
        else {"&&": "AND", "||": "OR"}.get(found["sign"], found[0])
    )


def written_place(text: str, place: int) -> int:
    """Give the place in the query as written of a place in what `spell_signs` made of it.

    >>> written_place("a && b AND", spell_signs("a && b AND").index("AND", 5))
    7
    """
    for found in _SIGNS.finditer(text):
        longer = len(_spelt(found)) - len(found[0])
        if place < found.end() + longer:
            return min(place, found.start()) if longer and place >= found.start() else place
        place -= longer
    return place


def plain_words(text: str) -> list[str]:
    """Give the words of a query without its signs, each once.

    >>> plain_words('headline:(ice AND "storm')
    ['ice', 'storm']
    """
    known = read_fields().names
    words: list[str] = []
    for part in re.split(r'[\s()\[\]{}"]+', text):
        name, colon, rest = part.partition(":")
        part = rest if colon and name.lower() in known else part
        if part not in OPERATORS:
            words.extend(split_words(literal(part)))
    return list(dict.fromkeys(words))


def explain_error(message: str, text: str) -> str:
    """Say luqum's message in words of ours; positions count from 1.

    >>> explain_error("Syntax error in input : unexpected  'OR' at position 6!", "a AND OR")
    "'OR' at position 7 was not expected"
    """
    at = re.search(r"at position (\d+)", message)
    if not at:
        unclosed = text.count("(") > text.count(")")
        return "a parenthesis is not closed" if unclosed else "the query ends too early"
    place = written_place(text, int(at[1])) + 1
    illegal = re.match(r"Illegal character '(.)", message, re.DOTALL)
    if illegal and illegal[1] == '"':
        return f"the quotation mark at position {place} is not closed"
    unexpected = re.search(r"unexpected +'(.*)' at position", message, re.DOTALL)
    sign = illegal[1] if illegal else unexpected[1] if unexpected else text[place - 1 : place]
    return f"{sign!r} at position {place} was not expected"
