"""Whether an opening is a dateline: points for what it holds, none for its shape alone.

A known place is not enough ("Paris is", "Map:"), nor is a dash ("Migration – "): two of place, date, agency,
state and separator must agree. Source: tests/cases/dateline.jsonl; docs/places.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.dateline.agencies import find_agency
from transforms.dateline.grammar import Opening
from transforms.dateline.items import Item, is_date
from transforms.dateline.lookalikes import ONE_CASE, SIGNED, is_other, opens_sentence
from transforms.dateline.named_places import Found, is_large, read_places, unknown_place
from transforms.dateline.place_choice import choose_place, is_region
from transforms.dateline.words import words
from transforms.places import find_places
from transforms.records import Place

ENOUGH = 3.0
_POINTS = {
    "large": 2.5,
    "known": 2.0,
    "region": 2.0,
    "date": 2.0,
    "mistyped": 1.0,
    "agency": 2.0,
    "bracket": 1.0,
}
_SEPARATOR = {"dash": 1.0, "colon": 0.0, "stop": 0.0, "none": -0.5}
_CAPITALS, _GOES_ON, _HOUSE_STYLE = 0.5, -2.0, 0.5
_RUNS_ON = -9.0  # neither separator nor sentence: "Paris (AP) is"
#: A large town in small letters: "Kigali: " in English papers of Africa and Asia (elsewhere it opens a headline),
#: "Berlin. " in others (in English it is a sentence). Separator, and whether the text is English.
_HOUSE_STYLES = {("colon", True), ("stop", False)}
_LARGE_IN_CAPITALS = 50_000  # inhabitants, where the name is shouted: "LINDI: "
_MORE = ("(", "/")
_INITIALS = range(3, 6)  # letters
_MORE_WHEN_SIGNED = 4
_MOST_NAMES = 4
_UNKNOWN_WORDS = 4
_LONGEST_SIGNATURE, _SIGNATURE_WORDS = 45, 4
_LONGEST_PARTICLE = 3  # letters
_SHORTEST_SHOUT = 4  # letters: "PC - ", "MAP - " are no agencies without brackets
_LOOK_AHEAD = 40  # characters of the body
_DASHES = re.compile(r"[-/]")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an opening was found to be."""

    places: tuple[Place, ...]
    date: Item | None
    agency: Item | None
    reason: str


def weigh(
    text: str, opening: Opening, language: str | None = None, country: str | None = None
) -> Verdict | None:
    """What `opening` says if the evidence is enough for a dateline, else None."""
    names = [item for item in opening.items if item.kind == "name"]
    date, agency = opening.first("date"), opening.last("agency")
    if len(names) > _MOST_NAMES or (names and opening.items[0].kind == "date" and not agency):
        return None
    if opening.separator == "stop" and _is_abbreviated(text, opening.end, date):
        return None
    if len(opening.items) == 1 and names and names[0].bracketed:
        return _weigh_bracketed(text, opening, language, country)
    if not names or names[0].bracketed:
        return _weigh_without_place(text, opening, names, date, agency)
    if names[0].text.lower() in words().nowhere:
        agency = agency or next((name for name in names if name.bracketed), None)
        return Verdict((), date, agency, "agency and date, no city") if date or agency else None
    return _weigh_place(text, opening, names, language, country)


def _is_abbreviated(text: str, end: int, date: Item | None) -> bool:
    """Whether a full stop is inside the dateline: "Jan. 2 (AP)", "Mar. 3 (dpa)", "Calif. (KGO)", "29 июня. /ТАСС/"."""
    behind = text[end : end + 1]
    if date and not (date.known and _has_figure(date.text)) and (behind.isdecimal() or not date.known):
        return True
    return behind in _MORE


def _weigh_bracketed(
    text: str, opening: Opening, language: str | None, country: str | None
) -> Verdict | None:
    """A place alone in brackets, "(Montréal) Le conseil", or an agency that no table has, "(XYZ) —"."""
    name = opening.items[0]
    place, _ = choose_place(name.text, language=language, country=country)
    if place and is_large(place) and not name.text.isupper() and opens_sentence(text, opening.end):
        return Verdict((place,), None, None, f"large, bracket, {opening.separator}")
    return _weigh_without_place(text, opening, [], None, name)


def _weigh_without_place(
    text: str, opening: Opening, names: list[Item], date: Item | None, agency: Item | None
) -> Verdict | None:
    """Agency or date alone: "(CNN) —", "Jan. 12 (BusinessDesk) -", "24/09/2020 –"."""
    if names and not (date and len(names) == 1):
        return None
    agency = agency or (names[0] if names else None)
    signed = agency is not None and agency.bracketed and agency.known and find_agency(agency.text) is not None
    if not opens_sentence(text, opening.end) or not (opening.separator == "dash" or signed):
        return None
    shouted = agency is not None and agency.text.isupper() and len(agency.text) >= _SHORTEST_SHOUT
    if agency and (agency.bracketed or date or shouted):
        return Verdict((), date, agency, f"agency without place, {opening.separator}")
    if (
        date
        and date.known
        and not agency
        and _has_figure(date.text)
        and not _is_day(text[opening.end : opening.end + _LOOK_AHEAD])
    ):
        return Verdict((), date, None, "date without place, dash")
    return None


def _weigh_place(
    text: str, opening: Opening, names: list[Item], language: str | None, country: str | None
) -> Verdict | None:
    name, date, agency = names[0].text, opening.first("date"), opening.last("agency")
    beside = names[1:]
    unknown = _find_unknown(opening, beside) if beside else None
    regions = tuple(n.text for n in beside if n is not unknown) if beside else ()
    found = read_places(name, regions, language, country)
    evidence = _evidence(found, date, agency)
    if unknown and not agency:
        if not _could_sign(unknown.text):
            return None
        evidence.append("bracket")
        agency = (
            unknown
            if date or name.isupper() or not (unknown.text.istitle() and unknown.text.isalpha())
            else None
        )
        agency = None if unknown.text.lower() in words().correspondents else agency
    strong = found.known and bool(date or agency)
    if not strong and not all(find_places(region.split("/")[0]) for region in regions):
        return None
    points = sum(map(_POINTS.__getitem__, evidence)) + _SEPARATOR[opening.separator]
    points += _style(text, opening, found, evidence, language)
    if (
        points < ENOUGH
        or not (strong or _is_named(name, known=found.known, signed=agency is not None and name.isupper()))
        or is_other(text, opening, evidence, language)
    ):
        return None
    return Verdict(
        found.places or (unknown_place(name),), date, agency, ", ".join([*evidence, opening.separator])
    )


def _has_figure(text: str) -> bool:
    return any(c.isdecimal() for c in text)


def _is_day(rest: str) -> bool:
    return is_date(" ".join(rest.split()[:2]).rstrip(":,"))


def _find_unknown(opening: Opening, beside: list[Item]) -> Item | None:
    """What stands in brackets and is no place: by its name, or because it stands behind the date."""
    dated = False
    for item in opening.items:
        if item in beside and item.bracketed and (dated or _is_no_place(item.text, opening.items[0].text)):
            return item
        dated = dated or item.kind == "date"
    return None


def _evidence(found: Found, date: Item | None, agency: Item | None) -> list[str]:
    """The names of the points that an opening scores."""
    evidence = []
    if found.known:
        evidence.append("large" if found.large else "known")
    if found.in_region:
        evidence.append("region")
    if date:
        evidence.append("date" if date.known else "mistyped")
    if agency:
        evidence.append("agency")
    return evidence


def _style(text: str, opening: Opening, found: Found, evidence: list[str], language: str | None) -> float:
    """Points for letters: a shouted or caseless place; a house style; a fine when no sentence opens behind it."""
    name, points = opening.items[0].text, 0.0
    if not opens_sentence(text, opening.end):
        points += _RUNS_ON if opening.separator == "none" else _GOES_ON
    elif name.upper() == name and SIGNED.isdisjoint(evidence):
        shouted = text[opening.end : opening.end + _LOOK_AHEAD].isupper() and name.lower() != name
        points += 0.0 if shouted else _CAPITALS
        if (
            opening.separator == "colon"
            and evidence == ["known"]
            and is_large(found.places[0], _LARGE_IN_CAPITALS)
        ):
            points += _HOUSE_STYLE
    elif evidence == ["large"] and len(opening.items) == 1:
        points += _HOUSE_STYLE if (opening.separator, language == "en") in _HOUSE_STYLES else 0.0
    return points


def _is_named(text: str, *, known: bool, signed: bool) -> bool:
    """Whether every word could belong to the name of a place."""
    parts = _DASHES.sub(" ", text).split()
    most = _UNKNOWN_WORDS + _MORE_WHEN_SIGNED * signed  # "ON THE UKRAINE-POLAND BORDER (AP) —"
    if not known and (len(parts) > most or parts[0].lower() in words().byline or find_agency(text)):
        return False
    small = [part for part in parts if part[0].islower() and part.isalpha() and part[0] not in ONE_CASE]
    initial = parts[0][0]
    return (not initial.islower() or initial in ONE_CASE) and all(
        len(part) <= _LONGEST_PARTICLE or part in words().in_names for part in small
    )


def _is_no_place(text: str, town: str) -> bool:
    """Whether what stands in brackets is no town, state or part of a name ("Frankfurt (Oder)").

    "(AIB)" is an agency before it is a hamlet.
    """
    if find_places(f"{town} {text}"):
        return False
    return not find_places(text) or (
        text.isascii() and text.isupper() and len(text) in _INITIALS and not is_region(text)
    )


def _could_sign(text: str) -> bool:
    """Whether something in brackets could be an agency that no table has."""
    return 1 < len(text) <= _LONGEST_SIGNATURE and (text.isupper() or text.count(" ") < _SIGNATURE_WORDS)
