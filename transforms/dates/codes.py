"""Words to codes: "17 de mars de 2025" becomes "17 m03; 2025", which dates/forms.py reads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from transforms.dates.forms import Reading, read_codes
from transforms.dates.words import Meaning, Token, phrase_at

_KEPT_SIGNS = frozenset(":./-,+")
_NO_DATE = frozenset({"published", "updated", "after", "just_now"})
_HALVES = frozenset({"am", "pm", "uhr", "h"})
_MOST_DOUBTS = 3  # words of two meanings; each doubles the readings that are tried


def read_tokens(part: list[Token], language: str | None) -> Reading | None:
    """What the tokens say as a date; None when they are no date, or two different ones."""
    readings: dict[object, Reading] = {}
    for codes in _codes(part, language):
        reading = read_codes(codes, language)
        if reading:  # two that differ in the weekday only are one: "v" is Sunday and "at"
            readings.setdefault((reading.days, reading.relative, reading.clock), reading)
    dated = [reading for reading in readings.values() if reading.days] or list(readings.values())
    return dated[0] if len(dated) == 1 else None


def _codes(part: list[Token], language: str | None) -> Iterator[str]:
    """The coded forms of a date: one, or a few where a word means two things ("mar": March, Tuesday)."""
    choices: list[tuple[str, ...]] = []
    at, last = 0, 0
    while at < len(part):
        if part[at].start > last:
            choices.append((" ",))
        end, codes = _code(part, at, language)
        if not codes:
            return
        choices.append(codes)
        last = part[end - 1].end
        at = end
    if len([choice for choice in choices if len(choice) > 1]) > _MOST_DOUBTS:
        return
    for combination in product(*choices):
        yield "".join(combination)


def _code(part: list[Token], at: int, language: str | None) -> tuple[int, tuple[str, ...]]:
    token = part[at]
    if not token.text[0].isalpha():
        keep = token.text[0].isdecimal() or token.text in _KEPT_SIGNS
        return at + 1, (token.text if keep else " ",)
    if token.text == "o" and at and part[at - 1].end == token.start and part[at - 1].text.isdecimal():
        return at + 1, ()  # "March 2O" is a misprint
    for end, meanings in phrase_at(part, at):
        behind = _behind(part, at)
        number = behind[:1].isdecimal()
        codes = _choices(meanings, language, number, number or behind in _HALVES)
        if codes:
            return end, codes
    return at + 1, ()


def _behind(part: list[Token], at: int) -> str:
    """The word or number before a token. After one, 月 and 日 are not Monday and Sunday, nor is CET čet(vrtak)."""
    before = (token.text for token in reversed(part[:at]) if token.text[0].isalnum())
    return next(before, "")


@lru_cache(maxsize=4096)
def _choices(
    meanings: tuple[Meaning, ...], language: str | None, after_number: bool, after_time: bool
) -> tuple[str, ...]:
    """The codes a word can stand for; months of several languages that do not agree are no month."""
    usable = [meaning for meaning in meanings if meaning.role not in _NO_DATE]
    for role, fits in (("part", after_number), ("zone", after_time)):
        own = [meaning for meaning in usable if meaning.role == role]
        usable = own if own and fits else [meaning for meaning in usable if meaning.role != role]
    return _codes_of(usable, language)


def _codes_of(meanings: list[Meaning], language: str | None) -> tuple[str, ...]:
    months = {m.code for m in meanings if m.role == "month"}
    if any(m.role == "other_calendars" for m in meanings):
        return ("m00;",)
    if len(months) > 1:
        own = {m.code for m in meanings if m.role == "month" and m.language == language}
        months = own if len(own) == 1 else {"m00;"}
    weekdays = {m.code for m in meanings if m.role == "weekday"}
    if len(weekdays) > 1:
        own = {m.code for m in meanings if m.role == "weekday" and m.language == language}
        weekdays = own if len(own) == 1 else {""}
    others = {m.code for m in meanings if m.role not in ("month", "weekday")}
    return tuple(sorted(months | weekdays | others))
