"""The shapes a date can have once its words are codes: "17 m03; 2025", "2025Y3N17D", "p;2:05".

Codes: m03; month · w0; weekday (Monday) · r-1; day before the reader's · a; p; half of the day · z60; zone in
minutes · Y N D H I S the Chinese, Japanese and Korean signs after a number · T "tháng" · n; now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time, timedelta, timezone

#: Languages that write the month first, and those where both orders are common: 03/04/2025 is then nobody's.
YEAR_FIRST = frozenset({"ja", "ko", "zh", "hu", "lt", "mn", "eu", "fa", "sv"})
EITHER_ORDER = frozenset({"en", "tl", None})

_AFTER = r"\s?(?P<half>[ap];)?\s?(?P<zone>z[^;]{1,5};(?:\s?[+-]\d{1,2}(?::?\d\d)?)?|[+-]\d\d:?\d\d(?:\s?z[^;]{1,5};)?)?"
_BEFORE = r"(?<!\d)(?P<half0>[ap];)?\s?"
_TIMES = tuple(
    re.compile(_BEFORE + clock + _AFTER)
    for clock in (
        r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?(?!\d)\s?H?",
        r"(?<!\.)(?P<h>\d{1,2})\.(?P<m>\d{2})(?:\.(?P<s>\d{2}))?\s?H",
        r"(?P<h>\d{1,2})\s?H\s?(?:(?P<m>\d{2})(?!\d)\s?I?)?(?:\s?(?P<s>\d{2})\s?S)?",
        r"(?P<h>\d{1,2})(?P<m>)(?P<s>)(?=\s?[ap];)",
        r"(?<!\.)(?P<h>\d{1,2})\.(?P<m>\d{2})(?P<s>)(?![\d.])",
    )
)
_MONTH = r"m(?P<month>\d\d);"
_YEAR = r"(?P<y>\d{4}|\d{2})"
_DATES = tuple(
    re.compile(form)
    for form in (
        r"(?P<y>\d{4})(?P<sep>[-/.])\s?(?P<m>\d{1,2})(?P=sep)\s?(?P<d>\d{1,2})",
        r"(?:(?P<y>\d{4}|\d{2})\s?Y\s?)?(?P<m>\d{1,2})\s?N\s?(?P<d>\d{1,2})\s?D?",
        r"(?P<y>\d{4})\s?Y\s?(?P<m>\d{1,2})\s?N(?P<d>)",
        r"(?P<a>\d{1,2})(?P<sep>[-/.])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<c>\d{4}|\d{2})",
        r"(?P<a>\d{1,2})(?P<sep>[/.])\s?(?P<b>\d{1,2})",
        rf"(?P<d>\d{{1,2}})[\s./-]{{0,2}}{_MONTH}(?:[\s./-]{{0,3}}{_YEAR}\s?Y?)?",
        rf"{_MONTH}[\s./-]{{0,2}}(?P<d>\d{{1,2}})(?!\d)(?:[\s./-]{{0,3}}(?P<y>\d{{4}}))?",
        rf"(?P<y>\d{{4}})\s?[.Y]?[\s./-]{{0,2}}{_MONTH}[\s./-]{{0,2}}(?P<d>\d{{1,2}})D?",
        rf"(?P<y>\d{{4}})[\s.]{{0,2}}(?P<d>\d{{1,2}})[\s.]{{0,2}}{_MONTH}",
        rf"{_MONTH}[\s./-]{{0,3}}(?P<y>\d{{4}})\s?Y?(?P<d>)",
        r"(?P<d>\d{1,2})\s?T\s?(?P<m>\d{1,2})(?:[\s/,]{0,2}V?\s?(?P<y>\d{4}))?",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<d>\d{1,2})\s?D(?P<m>)",
    )
)
_NO_YEAR = 999
_THAI_SHORT = 50  # 2550 is 2007
_WEEKDAY = re.compile(r"w(\d);\.?")
_TWICE = re.compile(r"(m\d\d;)[\s/-]{1,3}\1")  # "17 آذار/مارس"
_SPACES = re.compile(r"[\s,]+")
_EDGES = " .,-/:|+'"

YMD = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; `zone` None when the copy does not say."""

    at: time
    precision: str  # "hour", "minute", "second"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a run of codes says: the possible days (several where the order is open), and the time."""

    days: tuple[YMD, ...] = ()
    relative: int | None = None  # in days from the reader's own
    weekday: int | None = None
    clock: Clock | None = None
    numeric: bool = False  # written in bare numbers: "17.3.", "11/3"


def read_codes(codes: str, language: str | None) -> Reading | None:
    """Read one coded stamp in full; None when anything is left over."""
    plain = _read_day(codes, language)
    if plain:
        return plain
    for pattern in _TIMES:
        for match in pattern.finditer(codes):
            clock = _clock(match)
            rest = f"{codes[: match.start()]} {codes[match.end() :]}"
            day = _read_day(rest, language) if clock else None
            if day:
                return replace(day, clock=clock)
            if clock and not rest.strip(_EDGES):
                return Reading(clock=clock)
    return None


def _read_day(codes: str, language: str | None) -> Reading | None:
    weekdays = {int(number) for number in _WEEKDAY.findall(codes)}
    rest = _TWICE.sub(r"\1", _SPACES.sub(" ", _WEEKDAY.sub(" ", codes)).strip(_EDGES))
    if len(weekdays) > 1:
        return None
    weekday = weekdays.pop() if weekdays else None
    if not rest:
        return Reading(weekday=weekday) if weekday is not None else None
    if relative := re.fullmatch(r"r(-?\d);", rest):
        return Reading(relative=int(relative.group(1)), weekday=weekday)
    for form in _DATES:
        match = form.fullmatch(rest)
        if match:
            days = tuple(_days(match.groupdict(), language))
            if days:
                return Reading(days, weekday=weekday, numeric="a" in match.groupdict())
    return None


def _days(found: dict[str, str | None], language: str | None) -> Iterator[YMD]:
    """The day that a form says, or every day it may say; month 0 could not be told, None was not said ("17日")."""
    if "a" not in found:
        month = int(found.get("month") or found.get("m") or 0) if found.get("m") != "" else None
        day = int(digits) if (digits := found.get("d")) else None
        if (month or 0) <= 12 and (day is None or 1 <= day <= 31):
            yield _year(found.get("y"), language), month, day
        return
    orders = _orders(found["sep"] or "", found.get("c"), language)
    seen = set()
    for order in orders:
        ymd = dict(zip(order, (found["a"], found["b"], found.get("c")), strict=False))
        year, month, day = ymd.get("y"), int(ymd["m"] or 0), int(ymd["d"] or 0)
        if not (1 <= month <= 12 and 1 <= day <= 31) or (month, day, year) in seen:
            continue
        seen.add((month, day, year))
        yield _year(year, language), month, day


def _orders(sep: str, year: str | None, language: str | None) -> tuple[str, ...]:
    """In which order three numbers may stand.

    Dots are day.month everywhere but in English-speaking America and East Asia; slashes are either.
    """
    if language in YEAR_FIRST:
        return ("ymd",) if year and len(year) == 2 else ("mdy",) if year is None else ("dmy",)
    orders: tuple[str, ...] = ("dmy",)
    if language in EITHER_ORDER:
        orders = ("dmy", "mdy")
    if language is None and year and len(year) == 2:
        orders += ("ymd",)
    if sep == "." and (year is None or len(year) == 4) and language != "en":
        orders = ("dmy",)
    return orders


def _year(text: str | None, language: str | None) -> int | None:
    """Four digits as they are (a Thai year counts from 543 BC), two digits as written: the caller knows the century."""
    if not text:
        return None
    year = int(text)
    if len(text) == 2 and language == "th" and year >= _THAI_SHORT:
        return 2500 - 543 + year  # "3 มี.ค. 68"
    if len(text) == 4 and year < _NO_YEAR:
        return _NO_YEAR  # "0001" is a field left empty, not 2001
    return year - 543 if 2400 < year < 2700 and language in ("th", None) else year


def _clock(match: re.Match[str]) -> Clock | None:
    found = match.groupdict()
    hour, minute, second = (int(found[key] or 0) for key in ("h", "m", "s"))
    half = found["half"] or found["half0"]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p;" else 0)
    if hour == 24 and not minute:
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    precision = "second" if found["s"] else "minute" if found["m"] else "hour"
    return Clock(time(hour, minute, second, tzinfo=_zone(found["zone"])), precision)


def _zone(text: str | None) -> timezone | None:
    """The zone, where it is one that says how far from UTC it is."""
    if not text:
        return None
    name, _, offset = text.rpartition(";") if text[0] == "z" else ("", "", text.partition("z")[0])
    minutes = 0
    if name:
        if name == "z?":
            return None
        minutes = int(name[1:])
    if sign := offset.strip():
        digits = sign[1:].replace(":", "")
        hours, rest = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
        minutes += (hours * 60 + rest) * (-1 if sign[0] == "-" else 1)
    return timezone(timedelta(minutes=minutes)) if abs(minutes) < 24 * 60 else None
