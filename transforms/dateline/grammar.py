"""How a dateline is built in scripts that put spaces between words: [agency -] PLACE, region, date (agency) SEP.

Reads shapes, decides nothing: every stretch of the opening that could be a dateline is handed out with its
parts named, shortest first, and dateline/evidence.py weighs them. Linear: at most eight separators in the
first 160 characters are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from transforms.dateline.agencies import find_agency
from transforms.dateline.items import CORRESPONDING, Item, read_item
from transforms.places import find_places

LOOK = 160  # characters: the longest dateline of 21,578 wire stories has 71
_SEPARATORS = 8
_ITEMS = 8
_LONGEST_NAME = 48
_WORDS_IN_NAME = 7
_CACHED = 4096  # datelines repeat: a day's wire has a few hundred
Separator = Literal["dash", "colon", "stop", "none"]

_LEAD = re.compile(
    r"[\s\ufeff*•>#·▲■●►|]{0,20}(?:(?:RPT|CORRECTED|REFILE|UPDATE \d)\s*-+\s*|[a-z]\s(?=[A-Z]{3}))?"
)
_SIGN = re.compile(r"[-‐−–—―‒_:;.।۔=)/ـ|｜៖∙•\ufffd]")
_SEPARATOR = re.compile(
    r"""(?P<dash> (?:--+|[—–―‒]+|\ufffd{2,3})(?:\s?-)? | (?<=\s)[-‐−_]-?(?=\s|["“'«\w]) | (?<=[\w.,)/])[-‐−](?=\s) | [∙•](?=\s)
          | [.:]\s?[-–—]+ | (?<=\d)-(?=[A-Z]) | (?<=\))- | (?<=\s)[=ـ](?=\s) | (?<=\d\s)/(?=\s) )
      | (?P<colon> [:៖](?!//) | (?<=\));(?=\s) )
      | (?P<stop> (?<=[\w)/.\]])\.(?=\s|$) | [।۔] )
      | (?P<none> \)(?=\s{0,3}["“„«'’]|\s{0,3}[^\W_]) | /(?=\s{1,3}["“„«]?[^\W_])(?!\s[^\n/]{5,24}\d\s?/) | [|｜](?=\s) )""",
    re.VERBOSE,
)
_ITEM = re.compile(
    r"[(\[]([^()\[\]]*)[)\]]|\s?(?<![^\s.,])/([^/]{2,40})/|((?:[^,،፣()\[\]/]+|(?<![\s.])/|/(?![^/]{2,40}/))+)"
)
_BEFORE_AGENCY = re.compile(r"\s?[-–—/,،:]\s?|\s")
_DATED = re.compile(r"[^,،\n]{2,30}[,،] ?[^,،\n]{0,20}\d[^,،\n]{0,12}[,،] \S{2,20}(?=\s)")
_DATED_TWICE = re.compile(r"[^\n]{8,70}?\d{4} م \S{2,20}(?=\s)")  # Islamic date and ours
_FROM_DIGIT = re.compile(r"\s\d.*")
_OPEN_STROKE = re.compile(r"[\s.,]/[^/\s][^/]*$|(?<!/)/$")
_CLOSED_STROKE = re.compile(r"(?:^|[\s.,\w])/[^/]{2,40}/$")
_INITIAL = re.compile(r"\b[^\W\d_]\. ")  # "USS GERALD R. FORD"
_DASHES = "-–—"
_BLANK = " ,،፣|\t\n\r\xa0\ufffd"
PLAIN_PART = 3  # the group of _ITEM that stands in no brackets
_LONGEST_PARTICLE = 5  # letters: "della", "unter"
_LONGEST_ABBREVIATION = 3  # letters: "St", "Mt", "Ste"
_STARTS = re.compile(r"[\w(/\[\"'“„«]")
_JOINT = re.compile(r"[,(\[/،፣]")
_DIGIT = re.compile(r"\d")
_PLAIN = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch of text that could be a dateline, with its parts named."""

    items: tuple[Item, ...]
    separator: Separator
    start: int  # offset of the first character
    stop: int  # offset behind the separator
    end: int  # offset of the body's first character

    def first(self, kind: str) -> Item | None:
        """The first item of that kind."""
        for item in self.items:
            if item.kind == kind:
                return item
        return None

    def last(self, kind: str) -> Item | None:
        """The last item of that kind."""
        for item in reversed(self.items):
            if item.kind == kind:
                return item
        return None


def read_openings(text: str, at: int = 0) -> Iterator[Opening]:
    """Every stretch from `at` that has the shape of a dateline, shortest first."""
    lead = _LEAD.match(text, at)
    start = lead.end() if lead else at
    if not _STARTS.match(text, start):
        return
    for head_end, kind, stop in find_separators(text, start, start + LOOK):
        head = text[start:head_end].rstrip()
        if not _could_be(head):
            break
        if ("(" in head and head.count("(") > head.count(")")) or (
            "/" in head and _OPEN_STROKE.search(head) and not _CLOSED_STROKE.search(head)
        ):
            continue
        items = read_items(head)
        if items:
            yield Opening(items, kind, start, stop, body_start(text, stop))
    yield from read_signed_line(text, start)


def read_signed_line(text: str, start: int) -> Iterator[Opening]:
    """A dateline without a separator: on a line of its own ("Cairo – MENA"), or dated ("Baku, March 3, AZERTAC")."""
    stops = [text.find("\n", start, start + _LONGEST_NAME)]
    form = _DATED_TWICE if CORRESPONDING in text[start : start + _LONGEST_NAME] else _DATED
    if match := form.match(text, start):
        stops.append(match.end())
    for stop in stops:
        head = text[start : max(start, stop)]
        if CORRESPONDING in head:
            islamic, _, ours = head.partition(CORRESPONDING)
            head = _FROM_DIGIT.sub("", islamic) + ours
        for joint in reversed([*_BEFORE_AGENCY.finditer(head)]):
            signed = head[joint.end() :].strip(_BLANK + '.«»"“”')
            if find_agency(signed) and (items := read_items(head[: joint.start()].rstrip(_BLANK))):
                yield Opening((*items, Item(signed, "agency")), "none", start, stop, body_start(text, stop))
                break


def find_separators(
    text: str, start: int, limit: int, most: int = _SEPARATORS
) -> Iterator[tuple[int, Separator, int]]:
    """Where a head could end: the end of the head, the kind of separator, the offset behind it."""
    count = behind = 0
    for sign in _SIGN.finditer(text, start, min(limit, len(text))):
        if sign.start() < behind or not (match := _SEPARATOR.match(text, sign.start())):
            continue
        count += 1
        if count > most:
            return
        behind = match.end()
        kind: Separator = match.lastgroup  # type: ignore[assignment]  # the groups are named after the type
        closes = kind == "none" and match[0] in ")/"  # belongs to what is before it
        yield (match.end() if closes else match.start()), kind, match.end()


def body_start(text: str, at: int) -> int:
    """The first character from `at` that is no space."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


@lru_cache(maxsize=_CACHED)
def read_items(head: str, *, opens: bool = True) -> tuple[Item, ...]:
    """Name the parts of `head`; empty when some part is too long or too odd for a dateline.

    `opens`: the first part is where a place is expected.
    """
    items: list[Item] = []
    for part, start, end, bracketed in _cut(head):
        if _is_year(part, items):
            last = items.pop()
            whole = head[head.rindex(last.text, 0, start) : end].strip(_BLANK)
            items.append(Item(whole, "date", last.bracketed, last.known))
        else:
            items += _read_part(part, first=opens and not items, bracketed=bracketed)
    return tuple(items)


def _cut(head: str) -> list[tuple[str, int, int, bool]]:
    """The parts between commas, brackets and strokes, with their offsets; none when one cannot be a name."""
    parts: list[tuple[str, int, int, bool]] = []
    at = 0
    for match in _ITEM.finditer(head):
        start, end = match.span()
        if len(parts) >= _ITEMS or (start > at and head[at:start].strip(_BLANK)):
            return []
        at = end
        group = match.lastindex or 0
        text = match[group].strip(_BLANK)
        if not _PLAIN.search(text):
            if text.strip(".'\""):
                return []
            continue
        plain = group == PLAIN_PART
        if len(text) > _LONGEST_NAME or text.count(" ") >= _WORDS_IN_NAME or text[0] in _DASHES:
            return []
        if plain and parts and _goes_on(text):
            return []
        parts.append((text, start if plain else match.start(group), end, not plain))
    return [] if at < len(head) and head[at:].strip(_BLANK + ".") else parts


def _goes_on(text: str) -> bool:
    """Whether a part is the rest of a sentence: small letters, and no date ("3 mars"), site or country."""
    if not text[0].islower() or len(text) <= _LONGEST_PARTICLE:
        return False
    return not (_DIGIT.search(text) or "." in text[1:-1] or text.startswith("the "))


def _is_year(text: str, items: list[Item]) -> bool:
    return text.isdecimal() and len(text) == 4 and bool(items) and items[-1].kind == "date"


def _read_part(text: str, *, first: bool, bracketed: bool) -> list[Item]:
    """The items of one part; a full stop may part them too: "КИЕВ. 3 декабря", but not "ST. LOUIS", "Jan. 3"."""
    whole = read_item(text, first=first, bracketed=bracketed)
    if bracketed or ". " not in text or len(whole) > 1 or whole[0].kind != "name" or find_places(text):
        return list(whole)
    pieces = [piece for piece in text.split(". ") if piece.strip(_BLANK)]
    if len(pieces[0]) <= _LONGEST_ABBREVIATION or _INITIAL.search(text):
        return list(whole)
    return [
        item
        for n, piece in enumerate(pieces)
        for item in read_item(piece.strip(_BLANK), first=first and not n)
    ]


def _could_be(head: str) -> bool:
    """A cheap look before the expensive one: the first name must be short, and look like a name."""
    if "\n" in head or ": " in head:  # "Where: Paris, Texas - When: Monday"
        return False
    joint = _JOINT.search(head, 1)
    first = head[: joint.start()] if joint else head
    if len(first) > _LONGEST_NAME or first.count(" ") >= _WORDS_IN_NAME:
        return False
    if len(first) < len(head) or " " not in first:
        return True
    words = first.split()[1:]
    return not any(word.islower() and len(word) > _LONGEST_PARTICLE and word.isalpha() for word in words)
