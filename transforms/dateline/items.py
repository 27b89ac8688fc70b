"""What one item of a dateline is: "March 3" a date, "Reuters" an agency, "Calif." neither, so part of the place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from transforms.dateline.agencies import find_agency, is_call_letters, name_agency
from transforms.dateline.named_places import is_known
from transforms.dateline.place_choice import is_region
from transforms.dateline.words import words
from transforms.places import find_places, fold_name

Kind = Literal["name", "date", "agency"]
_LONGEST_DATE = 40
CORRESPONDING = "الموافق"  # between the Islamic date and ours
_CACHED = 4096  # datelines repeat
_NUMERIC = re.compile(r"(?:\d{1,4}[./-]){2}\d{2,4}|\d{1,2}[./]\d{1,2}\.?|\d{1,2} - \d{1,2}")
_NUMBER = re.compile(r"\d{1,4}(?:st|nd|rd|th|er|º|ª|°|o|a)?", re.IGNORECASE)
_MISTYPED = re.compile(r"[A-Z]\w{2,8}\.? ?\d{1,3}[a-z]?|\d{1,2} [A-Z]\w{2,8}", re.ASCII)
_MOST_WORDS = 8
_BEFORE_DAY = re.compile(r"(?:^|\s)(?:في|am|le|el|den|on|il)$|[\s,-]+$")  # "أبوظبي في 3 مارس"
_STROKE = re.compile(r"\s?/\s?")
_DATED_AGENCY = re.compile(r"(.{3,20}?\d(?:, \d{4})?)[ /]+([^\d]{2,20})")


@dataclass(frozen=True, slots=True)
class Item:
    """A stretch of a dateline between commas, brackets or strokes."""

    text: str
    kind: Kind
    bracketed: bool = False
    known: bool = True  # False: a date by its shape only, or something in brackets that no table has


@lru_cache(maxsize=_CACHED)
def is_date(text: str) -> bool:
    """Whether `text` is a day: a number and the name of a month, a weekday, or figures alone.

    >>> is_date("3 mars"), is_date("Jan. 12, 2024"), is_date("24/09/2020"), is_date("Boeing 737")
    (True, True, True, False)
    """
    text = text.rpartition(CORRESPONDING)[2].strip(" .")
    if len(text) > _LONGEST_DATE:
        return False
    parts = fold_name(text).split()
    months, days = _day_words()
    if not any(c.isdecimal() for c in text):
        return (len(parts) == 1 and parts[0] in days) or " ".join(parts) in words().no_date
    if _NUMERIC.fullmatch(text):
        return True
    fillers = (days | words().in_dates) - months
    others = [part for part in parts if not _NUMBER.fullmatch(part) and part not in fillers]
    return bool(others) and " ".join(others) in months and len(parts) > 1


@lru_cache(maxsize=_CACHED)
def read_item(text: str, *, first: bool = False, bracketed: bool = False) -> tuple[Item, ...]:
    """Name what an item is; two when a date and an agency share it ("Nov 26 AFP").

    Places come first: "Pa." is a state before it is the Press Association, except in brackets.

    >>> [item.kind for item in read_item("Nov 26 AFP")], [item.kind for item in read_item("Calif.")]
    (['date', 'agency'], ['name'])
    """
    if not bracketed and (find_places(text) if first else is_region(text)):
        return (Item(text, "name"),)
    if is_date(text):
        return (Item(text.rstrip("."), "date", bracketed),)
    if both := _read_two(text, bracketed=bracketed):
        return both
    if find_agency(text) or (bracketed and (is_call_letters(text) or name_agency(text) != text)):
        return (Item(text, "agency", bracketed),)
    if not first and not bracketed and (_MISTYPED.fullmatch(text) or _is_month(text)):
        return (Item(text, "date", bracketed, known=False),)
    return (Item(text, "name", bracketed, known=not bracketed),)


def _read_two(text: str, *, bracketed: bool) -> tuple[Item, ...]:
    """What stands together without a comma: place and date, date and agency, outlet and agency."""
    if not bracketed and (both := _read_place_and(text)):
        return both
    dated = _DATED_AGENCY.fullmatch(text)
    if dated and is_date(dated[1]) and find_agency(dated[2]):
        return (Item(dated[1], "date", bracketed), Item(dated[2], "agency", bracketed))
    agency, dash, day = text.partition(" / " if " / " in text else " - ")
    if dash and bracketed and is_date(day) and (find_agency(agency) or "/" in text):
        return (Item(agency, "agency", bracketed), Item(day, "date", bracketed))
    _, via, agency = text.rpartition(" via ")
    return (Item(agency, "agency", bracketed=True),) if via and find_agency(agency) else ()


def _read_place_and(text: str) -> tuple[Item, ...]:
    """A place and a day, or a place and an agency: "Praha 3. března", "BERLIN taz", "بغداد/ واع"."""
    words = text.split(" ")
    if len(words) < 2 or len(words) > _MOST_WORDS:
        return ()
    for cut in range(1, len(words)) if any(c.isdecimal() for c in text) else ():
        if dated := _read_day(" ".join(words[cut:])):
            place = _BEFORE_DAY.sub("", " ".join(words[:cut]))
            return (Item(place, "name"), *dated) if _is_town_name(place) else ()
    for cut in range(len(words) - 1, max(0, len(words) - 3), -1):
        signed = " ".join(words[cut:])
        if not signed.istitle() and find_agency(signed):  # "von Ana" is no town with its agency
            place = (
                _STROKE.sub("", " ".join(words[:cut]))
                if words[cut - 1].endswith("/")
                else " ".join(words[:cut])
            )
            return (Item(place, "name"), Item(signed, "agency")) if _is_town_name(place) else ()
    return ()


def _is_town_name(text: str) -> bool:
    return not text[:1].islower() and is_known(text) and fold_name(text) not in _day_words()[0]


def _read_day(text: str) -> tuple[Item, ...]:
    """A day in figures, also with an agency behind it: "3-3-2025 وفا"."""
    if not any(c.isdecimal() for c in text):
        return ()
    if is_date(text):
        return (Item(text.rpartition(CORRESPONDING)[2].strip(), "date"),)
    dated = _DATED_AGENCY.fullmatch(text)
    if dated and is_date(dated[1]) and find_agency(dated[2]):
        return (Item(dated[1], "date"), Item(dated[2], "agency"))
    return ()


def _is_month(text: str) -> bool:
    """A month whose day was left out or mistyped: "April", "April l"."""
    parts = fold_name(text).split()
    return 0 < len(parts) < 3 and parts[0] in _day_words()[0] and len(parts[-1]) in (1, len(parts[0]))


@cache
def _day_words() -> tuple[frozenset[str], frozenset[str]]:
    """The names of the months, and of the days of the week, in every language of CLDR."""
    table = json.loads((files("transforms") / "data" / "months.json").read_text("utf-8")).values()
    stamps = json.loads((files("transforms") / "data" / "stamps.json").read_text("utf-8"))
    months = {fold_name(form) for row in table for form in row["months"]}
    months |= {fold_name(form) for form in stamps["other_calendars"]}
    days = {fold_name(form) for row in table for form in row["weekdays"] if len(form) > 2}
    return frozenset(months), frozenset(days)
