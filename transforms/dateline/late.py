"""Datelines behind a headline, a standfirst or a byline: one in four on web pages.

The rule is stricter than at the start of a text, as a city and a dash in mid-story mean nothing: a date or an
agency, or a shouted place before a dash; a town in small letters only where a sentence begins. Only the first
500 characters are looked at. Source: tests/cases/dateline.jsonl
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from transforms.dateline.agencies import find_agency
from transforms.dateline.cjk import read_cjk
from transforms.dateline.evidence import Verdict, weigh
from transforms.dateline.grammar import Opening, Separator, body_start, find_separators, read_items
from transforms.dateline.lookalikes import ONE_CASE
from transforms.dateline.named_places import is_large
from transforms.dateline.place_choice import is_town
from transforms.dateline.reader import extend

LOOK = 500  # characters
_SEPARATORS = 24
_BACK = 80  # characters from a separator to the start of its dateline
_STARTS = 14  # words
_PARTICLE = 4  # letters of a word that is too long for one
_WORD = re.compile(r"(?:(?<=\s)|(?<=^)|(?<=[(/]))[^\W\d_]")
_ENDS_SENTENCE = re.compile(r"(?:[.!?…。।:]|[\"”“»)])\s+$|\n\s*$|^\s*$")
#: Languages of India close a sentence with its verb: a town before the full stop is a dateline.
_VERB_LAST = re.compile(r"[\u0900-\u0d7f\u200c\u200d ]+")
_SHOUTED = re.compile(r"[^\W\d_a-z]{2,} $")
_BRACKET = re.compile(r"(?<=[\s。！？）])[(（【〔\[［]|(?<=[\s])[\u3400-\u9fff]")


def read_late(text: str, language: str | None, country: str | None) -> tuple[Opening, Verdict] | None:
    """The first dateline in the opening of `text` that is not at its start."""
    for bracket in _BRACKET.finditer(text, 0, LOOK):
        if (found := read_cjk(text, bracket.start(), language, country)) and found[1].places:
            return found
    for head_end, kind, stop in find_separators(text, 0, LOOK + _BACK, most=_SEPARATORS):
        for start in _starts(text, head_end):
            head = text[start:head_end]
            if found := _read_at(text, start, head.rstrip(), (kind, stop), language, country):
                return extend(text, *found)
    return None


def _starts(text: str, separator: int) -> Iterator[int]:
    """Where a dateline that ends at `separator` could begin, the longest first."""
    words = [match.start() for match in _WORD.finditer(text, max(0, separator - _BACK), separator)]
    return iter([start for start in words[-_STARTS:] if 0 < start <= LOOK and _may_be_name(text, start)])


def _may_be_name(text: str, start: int) -> bool:
    """Whether the word there is none in small letters, or as short as the "al-" of a name: most words need no look."""
    letter = text[start]
    return not letter.islower() or letter in ONE_CASE or not text[start : start + _PARTICLE].isalpha()


def _read_at(
    text: str,
    start: int,
    head: str,
    separator: tuple[Separator, int],
    language: str | None,
    country: str | None,
) -> tuple[Opening, Verdict] | None:
    bracket = text[start - 1] == "(" and head.endswith(")")
    items = read_items(head[:-1] if bracket else head)
    if not items or items[0].kind != "name" or not is_town(items[0].text.split("/")[0]):
        return None
    kind, stop = separator
    opening = Opening(items, kind, start - bracket, stop, body_start(text, stop))
    verdict = weigh(text, opening, language, country)
    if not verdict or not verdict.places or not all(place.country for place in verdict.places):
        return None
    return (opening, verdict) if _is_sure(text, opening, verdict) else None


def _is_sure(text: str, opening: Opening, verdict: Verdict) -> bool:
    """Whether the evidence would do in the middle of a text."""
    name, agency = opening.items[0].text, verdict.agency
    large = any(is_large(place) for place in verdict.places)
    begins = bool(_ENDS_SENTENCE.search(text[max(0, opening.start - 4) : opening.start]))
    if opening.separator != "dash":
        signed = agency if agency and find_agency(agency.text) else None
        return bool(signed and (large or signed.bracketed)) or (large and bool(_VERB_LAST.fullmatch(name)))
    if (agency and agency.known) or (verdict.date and verdict.date.known):
        return large or begins or name.isupper() or "region" in verdict.reason  # not "Von Hans Maier (AP) -"
    if name.isupper():
        return not _SHOUTED.search(text[max(0, opening.start - 20) : opening.start])  # FLUSHING MEADOWS
    return large and (begins or text[opening.start] == "(")
