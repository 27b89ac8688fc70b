"""Reads the dateline at one offset of a text, and makes its record."""

from __future__ import annotations

import re
from datetime import date

from transforms.agencies import find_agency
from transforms.dateline_cjk import read_cjk
from transforms.dateline_evidence import Verdict, weigh
from transforms.dateline_grammar import Opening, body_start, read_items, read_openings
from transforms.dateline_items import Item
from transforms.dates import complete_date
from transforms.records import Dateline

_TRAILER = re.compile(r"([^\n]{2,40}?)\s?([:–—]-?|\s[-–—]+(?=\s)|\.(?=\s|$)|-(?=\s))")


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
        if not verdict.places and opening.separator == "dash":
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
    date_text = (
        day.text if day and any(c.isalnum() for c in day.text) and "no date" not in day.text.lower() else None
    )
    return Dateline(
        text=text[opening.start : opening.stop].strip(),
        places=verdict.places,
        date=complete_date(date_text, language, around) if date_text else None,
        date_text=date_text,
        agency=(find_agency(signed.text) or signed.text) if signed else None,
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
        verdict.points,
        f"agency first, {verdict.reason}",
    )


def extend(text: str, opening: Opening, verdict: Verdict) -> tuple[Opening, Verdict]:
    """Take in a date or an agency that follows the separator: "КИЕВ, 15 апр — РИА Новости."."""
    match = _TRAILER.match(text, opening.end)
    if not match or (verdict.date and verdict.agency):
        return opening, verdict
    items = read_items(match[1].strip(" '‘’\"“”„«»"), opens=False)
    if not any(item.kind != "name" and item.known for item in items) or any(
        len(i.text) > 8 for i in items if i.kind == "name"
    ):
        return opening, verdict
    day = verdict.date or next((i for i in items if i.kind == "date"), None)
    agency = verdict.agency or next((i for i in items if i.kind == "agency"), None)
    if day is verdict.date and agency is verdict.agency:
        return opening, verdict
    whole = Opening(
        opening.items + items, opening.separator, opening.start, match.end(), body_start(text, match.end())
    )
    agency = (
        Item(match[1].strip(" '‘’\"“”„«»"), "agency") if agency and len(items) > 1 and not day else agency
    )
    return whole, Verdict(
        verdict.places, day, agency, verdict.points, f"{verdict.reason}, then {items[0].kind}"
    )
