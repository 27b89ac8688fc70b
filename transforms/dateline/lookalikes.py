"""What looks like a dateline and is none: headlines, matches, speakers, labels; and whether a sentence begins.

A town and a sign without agency, date or state is more often one of these. Source: tests/cases/datelines_world.jsonl
"""

from __future__ import annotations

import re

from transforms.dateline.agencies import find_agency
from transforms.dateline.grammar import Opening
from transforms.dateline.words import words
from transforms.places import find_places

SIGNED = frozenset({"date", "mistyped", "agency", "bracket"})
_LOOK_AHEAD = 40  # characters of the body
_SCORE = re.compile(r"\b\d{1,3}\s?[-–:]\s?\d{1,3}\b")  # "Ayr – Melrose 38–17"
_FIRST_SENTENCE = 200  # characters
#: Characters of a text that ends without a full stop, where a name in capitals does not tell a dateline by itself.
_SHORTEST_LEAD = {"colon": 60, "dash": 40, "stop": 0, "none": 0}
_OPEN_QUOTES = frozenset("\"'“‘«„")
_SENTENCE = re.compile(r"[.!?。！？।۔؟…]")
_BULLETS = frozenset("•*·>#")
_SPOKEN = re.compile(r"[\"'“‘«]|(?:I|You|We|My|Your|Yes|No|Why|How|What|Who)\b")
_PAIR = re.compile(r"([A-ZÀ-ÞΑ-ΩА-Я][\w.'’-]*(?: [\w.'’-]+){0,2}?)\s?(?::|\d)")  # "Lyon - Marseille :"
ONE_CASE = frozenset(map(chr, range(0x10D0, 0x1100)))  # Georgian, whose letters Unicode calls small
_QUOTES = " \t\n\r\xa0\"'“”„«»‘’`*_[(<¿¡…"


def is_other(text: str, opening: Opening, evidence: list[str], language: str | None) -> bool:
    """Whether what scored is more often something else: a match, a speaker's name, a sentence that names a state."""
    name = opening.items[0].text
    if evidence == ["region"]:
        return name.count(" ") > 1
    if "region" in evidence and SIGNED.isdisjoint(evidence):
        goes_on = not opens_sentence(text, opening.end)  # "Paris, Texas – a film"
        return not name.isupper() and (goes_on or _is_headline(text, opening, language))
    if evidence not in (["known"], ["large"]):
        return False
    return _is_headline(text, opening, language) or (
        not name.isupper() and _is_name(text, opening, evidence, language)
    )


def _is_headline(text: str, opening: Opening, language: str | None) -> bool:
    """Whether a bare town and its sign open a headline, a label or a quotation: "Gaza: Why the truce failed"."""
    name, rest = opening.items[0].text, text[opening.end : opening.end + _FIRST_SENTENCE]
    if not rest:
        return False
    short = _SHORTEST_LEAD[opening.separator] if language == "en" else _SHORTEST_LEAD["stop"]
    shouts_alone = name.isupper() and not rest.isupper()
    if len(rest) < short and not shouts_alone and not _SENTENCE.search(rest):
        return True
    if (
        text[opening.start] in _OPEN_QUOTES
        or text[max(0, opening.start - 2) : opening.start].strip() in _BULLETS
    ):
        return True
    if not any(known.is_town for known in find_places(name)) and "/" not in name:
        return True  # a country alone: "Turkey – "
    if opening.separator == "colon" and language == "en":
        return not _has_english_verb(rest) or bool(_SPOKEN.match(rest))
    return False


def _is_name(text: str, opening: Opening, evidence: list[str], language: str | None) -> bool:
    """Whether a bare town in small letters is a team, a person or a word."""
    name = opening.items[0].text
    if name.lower() in words().ambiguous:
        return True
    if opening.separator == "dash":
        if _SCORE.search(text, opening.end, opening.end + _LOOK_AHEAD):
            return True
        pair = _PAIR.match(text, opening.end)
        if pair and not find_agency(pair[1]):
            return True
    return evidence == ["known"] and language in words().speakers


def _has_english_verb(rest: str) -> bool:
    verbs = words().english_verbs
    return any(word in verbs or (word.endswith("ed") and len(word) > len("red")) for word in rest.split())


def opens_sentence(text: str, at: int) -> bool:
    """Whether what stands at `at` begins as a sentence does: with a capital, a figure, a letter that has no case."""
    rest = text[at : at + 8].lstrip(_QUOTES)
    return (
        not rest
        or rest[0].isdecimal()
        or (rest[0].isalpha() and (not rest[0].islower() or rest[0] in ONE_CASE))
    )
