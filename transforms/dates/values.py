"""From what a date says to the day it means: years completed, "3 hours ago" counted back, fields in standard forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import cast

from transforms.dates.forms import YMD, Reading
from transforms.dates.words import Token, vocabulary
from transforms.records import Precision

When = tuple[date | datetime | None, Precision]

AHEAD_DAYS = 2  # a dateline may be ahead of its story by as much: time zones, and tomorrow's paper
FIRST_YEAR, LAST_YEAR = 1800, 2069  # 2081 is Nepal's 2024
_MOST_AGO = 400  # "1,200 days ago" is a story, not a stamp
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_DAYS = {"day": 1, "week": 7}
_PRECISION = {"week": "day"}

_ISO = re.compile(
    r"(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?)?",
    re.IGNORECASE | re.ASCII,
)
_JUST_YEAR = re.compile(r"\d{4}", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?()(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_MAIL = re.compile(
    r"(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d(?::\d\d)?(?: [A-Za-z+-][A-Za-z\d]{1,5})?",
    re.ASCII,
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?", re.ASCII)


def value_of(reading: Reading, fetched_at: datetime | None) -> When:
    """The value of a stamp's reading; None where a year or a day is missing that no fetch time gives."""
    around = fetched_at.date() if fetched_at else None
    clock = reading.clock
    month = _month_only(reading)
    day = month or day_of(reading, around)
    if day and around and day > around + timedelta(days=AHEAD_DAYS):
        day = None  # nothing was published after it was fetched
    if month or clock is None:
        return day, "month" if month else "day"
    return (datetime.combine(day, clock.at) if day else None), cast(Precision, clock.precision)


def day_of(reading: Reading, around: date | None) -> date | None:
    """The one day that a reading means; None when there are several, or none that is possible."""
    if reading.relative is not None:
        return around + timedelta(days=reading.relative) if around else None
    if not reading.days:
        return (
            _weekday_near(reading.weekday, around)
            if reading.weekday is not None and not reading.clock
            else None
        )
    days = {day for ymd in reading.days if (day := _complete(ymd, around))}
    if reading.weekday is not None and len(days) > 1:
        days = {day for day in days if day.weekday() == reading.weekday} or days
    if around and len(days) > 1:
        days = {day for day in days if day <= around + timedelta(days=AHEAD_DAYS)}
    return days.pop() if len(days) == 1 else None


def is_bare(reading: Reading) -> bool:
    """Whether a line that says only this may as well be something else: "Monday", "24h", "1.2", "11/3"."""
    if reading.clock:
        doubtful = reading.weekday is not None or reading.clock.precision == "hour"  # "01:43 min", "24h"
        return not reading.days and reading.relative is None and doubtful
    if reading.weekday is not None:
        return not reading.days
    bare = reading.numeric or any(month is None for _, month, _ in reading.days)
    return bool(reading.days) and bare and all(year is None for year, _, _ in reading.days)


def nearest(month: int, day: int, around: date) -> date | None:
    """The day and month in the year that brings it nearest to `around`, at most two days ahead."""
    found = [
        made for year in (around.year + 1, around.year, around.year - 1) if (made := _date(year, month, day))
    ]
    found = [made for made in found if (made - around).days <= AHEAD_DAYS]
    return min(found, key=lambda made: abs((made - around).days), default=None)


def read_ago(part: Sequence[Token], fetched_at: datetime | None) -> When | None:
    """Read "59 min 16 sec ago", "il y a 3 heures", "منذ ساعتين"; None when the tokens say something else."""
    words = tuple(token.text for token in part if token.text[0].isalnum())
    units = _exact_ago(words) or _one_ago(words) or _several_ago(words)
    if not units:
        return None
    precision = cast(Precision, _PRECISION.get(units[-1][0], units[-1][0]))
    if fetched_at is None or any(count > _MOST_AGO for _, count in units):
        return None, precision
    for unit, count in units:
        fetched_at = _back(fetched_at, unit, count)
    return (fetched_at if units[-1][0] in _SECONDS else fetched_at.date()), precision


def iso_date(text: str) -> When | None:
    """ISO 8601, as in JSON-LD and WARC headers, also without its signs ("20250317")."""
    if _JUST_YEAR.fullmatch(text):
        return (date(int(text), 1, 1), "year") if FIRST_YEAR <= int(text) <= LAST_YEAR else None
    match = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    made = _date(int(year), int(month), int(day or 1))
    if not made or not FIRST_YEAR <= made.year <= LAST_YEAR:
        return None
    if not hour:
        return made, "day" if day else "month"
    offset = (zone or "").upper().replace("Z", "+00:00")
    offset += ":00" if re.fullmatch(r"[+-]\d\d", offset) else ""
    micro = f".{fraction[:6]:<06}" if fraction else ""
    try:
        when = datetime.fromisoformat(f"{made} {hour}:{minute}:{second or '00'}{micro}{offset}")
    except ValueError:
        return None
    return when, "second" if second else "minute"


def mail_date(text: str) -> When | None:
    """RFC 2822, as in RSS: "Mon, 17 Mar 2025 10:00:00 +0100"."""
    if not _MAIL.fullmatch(text):
        return None
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    known = text[-1].isdigit() or text[-3:] in ("GMT", "UTC") or text[-3:-1] in ("ES", "ED", "PS", "PD")
    return (when if known else when.replace(tzinfo=None)), "second" if text.count(":") == 2 else "minute"


def epoch_date(text: str) -> When | None:
    """Seconds, or milliseconds, since 1970; ten digits begin in September 2001."""
    if not _EPOCH.fullmatch(text) or text[0] == "0":
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC), "second"


def _month_only(reading: Reading) -> date | None:
    """The first day of a month that stands without its day."""
    if len(reading.days) != 1:
        return None
    year, month, day = reading.days[0]
    made = _date(year, month, 1) if year and month and day is None else None
    return made if made and FIRST_YEAR <= made.year <= LAST_YEAR else None


def _complete(ymd: YMD, around: date | None) -> date | None:
    """A full date from what is written; a two-digit year is of this century when `around` allows it."""
    year, month, day = ymd
    if month is None and day and around:
        return _day_near(day, around)
    if not month or not day:
        return None
    if year is None:
        return nearest(month, day, around) if around else None
    if year < 100:
        latest = around.year + 1 if around else 2069  # POSIX: 69 to 99 are 19xx
        year += 2000 if 2000 + year <= latest else 1900
        if around is None and 1969 > year >= 1900:
            return None
    return _date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None


def _day_near(day: int, around: date) -> date | None:
    """The last such day of a month, at most two days ahead: "17日" of a wire names no month."""
    latest = around + timedelta(days=AHEAD_DAYS)
    for back in range(31):
        found = latest - timedelta(days=back)
        if found.day == day:
            return found
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekday_near(weekday: int, around: date | None) -> date | None:
    """The last such day, or tomorrow; five or six days back is as well the next, so nobody knows."""
    if around is None:
        return None
    back = (around.weekday() - weekday) % 7
    if back == 6:
        return around + timedelta(days=1)
    return around - timedelta(days=back) if back < 5 else None


def _exact_ago(words: tuple[str, ...]) -> list[tuple[str, int]]:
    found = vocabulary().exact.get(words)
    return [found] if found else []


def _count(word: str) -> int | None:
    if word.isdecimal():
        return int(word[:9])
    return 1 if word in vocabulary().ones else None


def _one_ago(words: tuple[str, ...]) -> list[tuple[str, int]]:
    """A pattern with one number: what is before it, and what is after."""
    known = vocabulary().ago
    for at, word in enumerate(words[:6]):
        count = _count(word)
        units = known.get((words[:at], words[at + 1 :]), ()) if count is not None else ()
        if count is not None and len(units) == 1:
            return [(next(iter(units)), count)]
    return []


def _several_ago(words: tuple[str, ...]) -> list[tuple[str, int]]:
    """Several numbers with their units between the marks of one language: "2 hours and 5 minutes ago"."""
    known = vocabulary()
    if not words or (words[0] not in known.edges and words[-1] not in known.edges):
        return []
    for before, after in known.marks:
        size = len(words) - len(before) - len(after)
        if size < 2 or words[: len(before)] != before or (after and words[-len(after) :] != after):
            continue
        middle = [word for word in words[len(before) : len(before) + size] if word not in known.ands]
        found = [
            (next(iter(units)), count)
            for number, unit in zip(middle[::2], middle[1::2], strict=False)
            if (count := _count(number)) is not None and len(units := known.units.get(unit, set())) == 1
        ]
        if len(middle) % 2 == 0 and len(found) == len(middle) // 2:
            return found
    return []


def _back(when: datetime, unit: str, count: int) -> datetime:
    if unit in _SECONDS:
        return when - timedelta(seconds=_SECONDS[unit] * count)
    if unit in _DAYS:
        return when - timedelta(days=_DAYS[unit] * count)
    months = when.year * 12 + when.month - 1 - count * (12 if unit == "year" else 1)
    months = max(months, FIRST_YEAR * 12)
    day = min(when.day, 28)
    return when.replace(year=months // 12, month=months % 12 + 1, day=day)
