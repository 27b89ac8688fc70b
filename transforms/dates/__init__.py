"""Dates as news copy writes them: stamps ("Updated 17 March 2025"), days without a year, metadata fields.

A date is read by its words' meanings (dates/words.py) and its shape (dates/forms.py), in 95 languages, without
knowing which one it is; where two readings are possible ("03/04/2025") there is no value. Wrong is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Literal, cast

from transforms.dates.codes import read_tokens
from transforms.dates.forms import Reading
from transforms.dates.han import plain_numbers
from transforms.dates.values import (
    When,
    day_of,
    epoch_date,
    is_bare,
    iso_date,
    mail_date,
    nearest,
    read_ago,
    value_of,
)
from transforms.dates.words import Token, phrase_at, tokens, vocabulary
from transforms.records import Stamp

LONGEST_STAMP = 100  # in characters; "Published … | Updated … IST | Source" stays below
_LONGEST_WITHOUT_DIGIT = 45  # "Last updated less than a minute ago"
_DIGIT, _LETTER, _YEAR = re.compile(r"\d"), re.compile(r"[^\W\d_]"), re.compile(r"\d{4}")
_NUMBER = re.compile(r"\d{1,9}")
_FIRST_WORD = re.compile(r"[A-Za-z]{2,100}+(?![^\x00-\x7f])")  # where it is plain to see
_ZONE_NAME = re.compile(r"\s?\([^()]{1,60}\)$")  # JavaScript adds "(Central European Standard Time)"
_SAME_NAMES = {"nb": "no", "nn": "no"}
_IN_HAN = re.compile(r"[年月日]")
NOON = time(12)

Kind = Literal["published", "updated", "unknown"]


def parse_stamp(line: str, language: str | None = None, fetched_at: datetime | None = None) -> Stamp | None:
    """The time stamp that `line` is, from its first word to its last; None when it is anything else.

    A line of two stamps ("Published … Updated …") gives the first; `parse_stamps` gives both.

    >>> parse_stamp("Updated 17 March 2025")
    Stamp(text='17 March 2025', kind='updated', value=datetime.date(2025, 3, 17), precision='day')
    >>> parse_stamp("Stand: 04.11.2026, 17:05 Uhr").value
    datetime.datetime(2026, 11, 4, 17, 5)
    >>> parse_stamp("Updated 59 min 16 sec ago").value is None
    True
    >>> parse_stamp("Markets fell on 17 March 2025") is None
    True

    Source: tests/cases/stamps.jsonl
    """
    found = parse_stamps(line, language, fetched_at)
    return found[0] if found else None


def parse_stamps(
    line: str, language: str | None = None, fetched_at: datetime | None = None
) -> tuple[Stamp, ...]:
    """Every stamp of a line that is nothing but stamps; empty when it is anything else."""
    return _read_stamps(line, _told(language), fetched_at) if len(line) <= LONGEST_STAMP else ()


@lru_cache(maxsize=4096)  # pages print their stamp twice, and it is asked for by the labels and by the fields
def _read_stamps(line: str, language: str | None, fetched_at: datetime | None) -> tuple[Stamp, ...]:
    found = _stamp_tokens(line)
    if not found:
        return ()
    stamps = []
    for kind, part in _segments(found):
        when = read_ago(part, fetched_at)
        if when is None:
            part = _trim(part)
            when = read_ago(part, fetched_at) or _read(part, kind, language, fetched_at)
        if when is None:
            return ()
        end = part[-1].end
        end += part[-1].text[0].isalpha() and line.startswith(".", end)  # "5 p.m.", "vor 5 Min."
        text = line[part[0].start : end]
        stamps.append(Stamp(text=text, kind=kind, value=when[0], precision=when[1]))
    return tuple(stamps)


def complete_date(text: str, language: str | None, around: date | None) -> date | None:
    """The day that a dateline names ("March 3", "17 Mars", "Monday"); None when it cannot be known.

    Without a year it is the nearest to `around`, never more than two days ahead of it.

    >>> complete_date("March 3", "en", date(2025, 3, 4))
    datetime.date(2025, 3, 3)
    >>> complete_date("31 Dec", None, date(2026, 1, 2))
    datetime.date(2025, 12, 31)
    >>> complete_date("Narch 3", "en", date(2025, 3, 4)) is None
    True

    Source: tests/cases/dates.jsonl
    """
    if isinstance(around, datetime):
        around = around.date()
    if len(text) > LONGEST_STAMP:
        return None
    language = _told(language)
    reading = _day_reading(plain_numbers(text) if _IN_HAN.search(text) else text, language)
    if reading is None:
        return _by_dateparser(text, language, around)
    return day_of(reading, around)


def parse_date(text: str, language: str | None = None) -> When | None:
    """The date in a metadata field and how exact it is: ISO 8601, RFC 2822, seconds since 1970, "March 3, 2025".

    >>> parse_date("2025-03-17T10:00:00Z")
    (datetime.datetime(2025, 3, 17, 10, 0, tzinfo=datetime.timezone.utc), 'second')
    >>> parse_date("March 3, 2025")
    (datetime.date(2025, 3, 3), 'day')
    >>> parse_date("March 3") is None
    True
    """
    text = _ZONE_NAME.sub("", text.strip())
    if not text or len(text) > LONGEST_STAMP or not _DIGIT.search(text):
        return None
    if known := iso_date(text) or mail_date(text) or epoch_date(text):
        return known
    stamps = parse_stamps(text, language)
    if len(stamps) != 1 or stamps[0].value is None:
        return None
    return stamps[0].value, stamps[0].precision


def _told(language: str | None) -> str | None:
    """The language as a primary tag; None for "und", which says nothing of the order of day and month."""
    if not language:
        return None
    first = language.split("-")[0].lower()
    return None if first == "und" else _SAME_NAMES.get(first, first)


@lru_cache(maxsize=2048)  # a day's wire says "March 3" ten thousand times
def _day_reading(text: str, language: str | None) -> Reading | None:
    return read_tokens(_trim(list(tokens(text))), language)


def _stamp_tokens(line: str) -> list[Token] | None:
    """The tokens of a line that may be a stamp: short, every word known. Most lines end at their first word.

    Who sent the story may stand after it ("2025-06-18 09:20 Source: …"), and is left out.
    """
    if len(line) > LONGEST_STAMP or (len(line) > _LONGEST_WITHOUT_DIGIT and not _DIGIT.search(line)):
        return None
    known, sources = vocabulary().words, vocabulary().sources
    first = _FIRST_WORD.match(line)
    if first and first[0].lower() not in known:
        return None
    found: list[Token] = []
    for token in tokens(line):
        if token.text in sources and found and line[token.end :].lstrip()[:1] in (":", "："):
            return found
        if token.text not in known and token.text[0].isalpha():
            return None
        found.append(token)
    return found


def _segments(found: Sequence[Token]) -> Iterator[tuple[Kind, list[Token]]]:
    """Cut at "Published" and "Updated"; one that ends the line goes with what is before it."""
    kind: Kind = "unknown"
    part: list[Token] = []
    at = 0
    while at < len(found):
        end, mark = _mark(found, at)
        if not mark:
            part.append(found[at])
            at += 1
            continue
        rest = _trim(found[end:])
        if not rest:
            kind = mark if kind == "unknown" else kind
            break
        if _trim(part):
            yield kind, _bare(part)
        elif kind != "unknown" and mark == "unknown":
            mark = kind
        kind, part, at = mark, [], end
    if _trim(part):
        yield kind, _bare(part)


def _mark(found: Sequence[Token], at: int) -> tuple[int, Kind | None]:
    """The longest "Published"/"Updated" phrase at a token: the index after it, and its kind."""
    if found[at].text not in vocabulary().markers:
        return at, None
    for end, meanings in phrase_at(found, at):
        roles = {meaning.role for meaning in meanings}
        if roles & {"month", "weekday", "today", "yesterday"}:
            return at, None
        for role in ("updated", "published"):
            if role in roles:
                return end, cast(Kind, role)
    return at, None


def _bare(part: Sequence[Token]) -> list[Token]:
    """Without signs at the edges."""
    at = [number for number, token in enumerate(part) if token.text[0].isalnum()]
    return list(part[at[0] : at[-1] + 1])


def _trim(part: Sequence[Token]) -> list[Token]:
    """Without signs and small words at the edges, and without "2 min read"."""
    found = list(part)
    while found and _is_padding(found, 0):
        found.pop(0)
    found = _without_reading_time(found)
    while found and not found[-1].text[0].isalnum():
        found.pop()
    return found


def _is_padding(found: Sequence[Token], at: int) -> bool:
    if not found[at].text[0].isalnum():
        return True
    if at + 1 >= len(found):
        return False
    first = vocabulary().phrases.get(found[at].text, {}).get((found[at].text,), ())
    return any(meaning.role == "plain" for meaning in first) and not any(
        meaning.role in ("month", "weekday") for meaning in first
    )


def _without_reading_time(found: list[Token]) -> list[Token]:
    """Without a last "2 min read"."""
    for at in range(len(found) - 1, 0, -1):
        if found[at].text[0].isdecimal():
            for end, meanings in phrase_at(found, at + 1) if at + 1 < len(found) else ():
                if end == len(found) and any(meaning.role == "after" for meaning in meanings):
                    return found[:at]
            return found
    return found


def _read(part: list[Token], kind: Kind, language: str | None, fetched_at: datetime | None) -> When | None:
    """A stamp's value; None when it is no stamp. One without "Updated" must say more than "Monday" or "11/3"."""
    reading = read_tokens(part, language)
    if reading is None or (kind == "unknown" and is_bare(reading)):
        return None
    return value_of(reading, fetched_at)


def _by_dateparser(text: str, language: str | None, around: date | None) -> date | None:
    """What dateparser reads in a language it is told; only a day and a month that both stand in the text."""
    if not (language and around and _DIGIT.search(text) and _LETTER.search(text)):
        return None
    import dateparser  # 0.3 s to load, and rarely needed

    settings = {"REQUIRE_PARTS": ["day", "month"], "RELATIVE_BASE": datetime.combine(around, NOON)}
    try:
        found = dateparser.parse(text, languages=[language], settings=settings)
    except (ValueError, OverflowError):  # a language it does not have
        return None
    if found is None or found.day not in map(int, _NUMBER.findall(text)):
        return None
    return found.date() if _YEAR.search(text) else nearest(found.month, found.day, around)
