"""Reads the dateline at one offset of a text, and makes its record."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from transforms.dateline.agencies import name_agency
from transforms.dateline.cjk import read_cjk
from transforms.dateline.evidence import Verdict, weigh
from transforms.dateline.grammar import Opening, body_start, read_items, read_openings
from transforms.dateline.items import Item
from transforms.dateline.words import words
from transforms.dates import complete_date
from transforms.records import Dateline

_DAY_ONLY = re.compile(
    r"[\d０-９〇一二三四五六七八九十]{1,3}日"
)  # "3日": the third of a month, or three days
_PLAIN = re.compile(r"[^\W_]")
_TRAILERS = 2  # a date and an agency
_SHORT = 9  # characters: an agency that we do not know, beside one that we do
_QUOTES = " '‘’\"“”„«»"
#: Arabic papers put the reporter between dashes: "المفرق - سامي العلي - …".
_PERSON = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+){1,2}")
_REPORTER = re.compile(r"([\u0621-\u064a]{2,12})(?: [\u0621-\u064a]{2,12}){1,2}")
_TRAILER = re.compile(
    r"(\([^()\n]{2,40}\)|[^\n]{2,40}?)\s?(--+|[:–—]-?|\s[-–—]+(?=\s)|\.(?=\s|$)|-(?=\s)|\|(?=\s))"
)
#: Between quotation marks, or alone to the end of its line.
_SIGNED = re.compile(r"[«\"“]?([^«»\"“”\n]{2,30})(?:[»\"”](?:\s?[-–—:])?(?=\s|$)|\s?(?=\n))()")


_day = lru_cache(maxsize=1024)(complete_date)  # a day's wire repeats its day


def read_dateline(
    text: str, at: int, language: str | None, country: str | None
) -> tuple[Opening, Verdict] | None:
    """The opening at offset `at` that is a dateline, and what it was found to be."""
    if found := read_cjk(text, at, language, country):
        return found
    for opening in read_openings(text, at):
        verdict = weigh(text, opening, language, country)
        if not verdict:
            continue
        if not verdict.places and opening.separator in ("dash", "none"):
            inner = (
                read_dateline(text, opening.end, language, country)
                if opening.items[0].kind == "agency"
                else None
            )
            if inner and inner[1].places:
                return _join(opening, verdict, *inner)
        return extend(text, opening, verdict)
    return None


def build_dateline(
    text: str, found: tuple[Opening, Verdict], language: str | None, around: date | None
) -> Dateline:
    """The record of a dateline that was found."""
    opening, verdict = found
    day, signed = verdict.date, verdict.agency
    date_text = day.text if day and _PLAIN.search(day.text) and "no date" not in day.text.lower() else None
    return Dateline(
        text=text[opening.start : opening.stop].strip(),
        places=verdict.places,
        date=_day(date_text, language, around) if date_text and not _DAY_ONLY.fullmatch(date_text) else None,
        date_text=date_text,
        agency=(name_agency(signed.text)) if signed else None,
        agency_text=signed.text if signed else None,
        end=opening.end,
        reason=verdict.reason,
    )


def _join(first: Opening, agency: Verdict, opening: Opening, verdict: Verdict) -> tuple[Opening, Verdict]:
    """One dateline of two: "(ANSA) - ROMA, 22 MAR -"."""
    whole = Opening(first.items + opening.items, opening.separator, first.start, opening.stop, opening.end)
    return whole, Verdict(
        verdict.places,
        verdict.date,
        verdict.agency or agency.agency,
        f"agency first, {verdict.reason}",
    )


def extend(text: str, opening: Opening, verdict: Verdict) -> tuple[Opening, Verdict]:
    """Take in a date, an agency or a reporter that follows the separator: "КИЕВ, 15 апр — РИА Новости."."""
    for _ in range(_TRAILERS):
        if verdict.date and verdict.agency:
            break
        match = _SIGNED.match(text, opening.end) or _TRAILER.match(text, opening.end)
        if not match:
            break
        added = _read_trailer(match[1].strip(_QUOTES), verdict)
        if not added and not (match[2].strip() == "-" and _is_reporter(match[1])):
            break
        end = body_start(text, match.end())
        opening = Opening(opening.items + added, opening.separator, opening.start, match.end(), end)
        day = verdict.date or next((item for item in added if item.kind == "date"), None)
        agency = verdict.agency or next((item for item in added if item.kind == "agency"), None)
        reason = f"{verdict.reason}, then {added[0].kind if added else 'reporter'}"
        verdict = Verdict(verdict.places, day, agency, reason)
    return opening, verdict


def _read_trailer(text: str, verdict: Verdict) -> tuple[Item, ...]:
    """The date or agency that `text` is; nothing when it is more, or says what is known already."""
    items = read_items(text, opens=False)
    kinds = [item.kind for item in items if item.known or item.kind == "name"]
    if (
        "agency" in kinds
        and not verdict.agency
        and all(len(i.text) < _SHORT for i in items if i.kind == "name")
    ):
        if "date" in kinds:
            return tuple(item for item in items if item.kind != "name")
        return items if len(items) == 1 else (Item(text, "agency"),)
    if (
        len(items) == 2
        and items[0].kind == "agency"
        and not verdict.agency
        and _PERSON.fullmatch(items[1].text)
    ):
        return items[:1]  # "РИА Новости, Мария Табак."
    return items if kinds == ["date"] and not verdict.date else ()


def _is_reporter(text: str) -> bool:
    name = _REPORTER.fullmatch(text)
    return name is not None and name[1] not in words().arabic_openers
