"""Whether an opening is a dateline: points for what it holds, none for its shape alone.

A known place is not enough ("Paris is", "Map:"), nor is a dash ("Migration – "): two of place, date, agency,
state and separator must agree. Source: docs/places.md, tests/cases/dateline.jsonl.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.agencies import find_agency
from transforms.dateline_grammar import Opening
from transforms.dateline_items import Item
from transforms.place_choice import choose_place, is_region
from transforms.places import find_places
from transforms.records import Place

ENOUGH = 3.0
_LARGE = 100_000  # inhabitants: known to readers abroad, so a paper may open with its bare name
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
_CAPITALS, _GOES_ON = 0.5, -2.0
#: Where a name and a dash open what a speaker says: "Miranda -- Em relação a mim".
_SPEAKERS = frozenset(["pt", "es"])
_MORE = ("(", "/")
#: A large town in small letters: "Kigali: " in English papers of Africa and Asia (elsewhere a headline), "Berlin. "
#: in others (in English a sentence). Separator, and whether the text is English.
_HOUSE_STYLES, _HOUSE_STYLE = {("colon", True), ("stop", False)}, 0.5
_BYLINE = frozenset(["by", "von", "por", "par", "di", "de", "da", "door", "av", "af", "from", "oleh"])
_UNKNOWN_WORDS = 4
_NOWHERE = frozenset(["clandestine", "no city", "city unknown"])
_SPLIT = re.compile(r"\s*(?:/|\bet\b|\band\b|\bund\b|\by\b|&|\s[-–]\s)\s*")
_PARTICLE = re.compile(r"[^\W\d_]{1,3}|della|delle|degli|upon|unter|über|under|sobre|sous|auf|dels|aan")
_QUOTES = " \t\n\r\xa0\"'“”„«»‘’`*_[(<¿¡…"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an opening was found to be."""

    places: tuple[Place, ...]
    date: Item | None
    agency: Item | None
    points: float
    reason: str


def weigh(
    text: str, opening: Opening, language: str | None = None, country: str | None = None
) -> Verdict | None:
    """What `opening` says if the evidence is enough for a dateline, else None."""
    names = [item for item in opening.items if item.kind == "name"]
    date, agency = opening.first("date"), opening.last("agency")
    if len(names) > 4 or (names and opening.items[0].kind == "date"):
        return None
    if opening.separator == "stop" and (
        (date and not date.known) or text[opening.end : opening.end + 1] in _MORE
    ):
        return None  # an abbreviation inside the dateline: "Jan. 2 (AP)", "Calif. (KGO)", "МОСКВА, 29 июня. /ТАСС/"
    if len(opening.items) == 1 and names and names[0].bracketed:
        return _weigh_bracketed(text, opening, language, country)
    if not names or names[0].bracketed:
        return _weigh_without_place(text, opening, names, date, agency)
    if names[0].text.lower() in _NOWHERE:
        return Verdict((), date, agency, ENOUGH, "agency and date") if date or agency else None
    return _weigh_place(text, opening, names, language, country)


def _weigh_bracketed(
    text: str, opening: Opening, language: str | None, country: str | None
) -> Verdict | None:
    """A place alone in brackets, "(Montréal) Le conseil", or an agency that no table has, "(XYZ) —"."""
    name = opening.items[0]
    place, _ = choose_place(name.text, language=language, country=country)
    if place and is_large(place) and not name.text.isupper() and _opens_sentence(text, opening.end):
        return Verdict((place,), None, None, ENOUGH, f"large, bracket, {opening.separator}")
    return _weigh_without_place(text, opening, [], None, name)


def _weigh_place(
    text: str, opening: Opening, names: list[Item], language: str | None, country: str | None
) -> Verdict | None:
    date, agency = opening.first("date"), opening.last("agency")
    unknown = next((n for n in names[1:] if n.bracketed and not find_places(n.text)), None)
    regions = tuple(n.text for n in names[1:] if n is not unknown)
    places, in_region = read_places(names[0].text, regions, language, country)
    known = bool(places) and find_all(names[0].text)
    evidence = _evidence(places, known, in_region, date, agency)
    if unknown and not agency:
        if not _could_sign(unknown.text):
            return None
        evidence.append("bracket")
        agency = unknown if date or not unknown.text.istitle() or not unknown.text.isalpha() else None
    strong = bool(date or agency)
    if not (strong and known) and not all(find_places(region.split("/")[0]) for region in regions):
        return None
    points = sum(_POINTS[item] for item in evidence) + _SEPARATOR[opening.separator]
    points += _letters(text, opening, names[0].text, strong=bool(date or agency))
    if (
        evidence == ["large"]
        and len(opening.items) == 1
        and (opening.separator, language == "en") in _HOUSE_STYLES
    ):
        points += _HOUSE_STYLE
    if points < ENOUGH or not _is_named(names[0].text, known=known, strong=strong):
        return None
    if evidence == ["known"] and language in _SPEAKERS and not names[0].text.isupper():
        return None
    if evidence == ["region"] and names[0].text.count(" ") > 1:
        return None
    if not places:
        places = [_unknown_place(names[0].text)]
    return Verdict(tuple(places), date, agency, points, ", ".join([*evidence, opening.separator]))


def _evidence(
    places: list[Place], known: bool, in_region: bool, date: Item | None, agency: Item | None
) -> list[str]:
    evidence = []
    if known:
        evidence.append("large" if any(is_large(place) for place in places) else "known")
    if in_region:
        evidence.append("region")
    if date:
        evidence.append("date" if date.known else "mistyped")
    if agency:
        evidence.append("agency")
    return evidence


def find_all(text: str) -> bool:
    """Whether a table has `text`, or each of the places that it joins, and not by one or two letters."""
    if find_places(text):
        return sum(c.isalpha() for c in text) > 2 or not text.isascii()
    parts = _SPLIT.split(text)
    return len(parts) > 1 and all(find_places(part) for part in parts if part)


def read_places(
    text: str, regions: tuple[str, ...], language: str | None, country: str | None
) -> tuple[list[Place], bool]:
    """The places that `text` names, several when every part is a place ("BEIRUT/AMMAN"), none when unknown."""
    extra: list[Place] = []
    for name in regions:
        if "/" in name and is_region(name.split("/")[0]):
            regions = tuple(name.split("/")[0] if r == name else r for r in regions)
            for part in name.split("/")[1:]:
                place, _ = choose_place(part, language=language, country=country)
                extra += [place] if place else []
    whole, in_region = choose_place(text, regions, language=language, country=country)
    if whole and (find_places(text) or not _SPLIT.search(text)):
        return [whole, *extra], in_region
    parts = [part for part in _SPLIT.split(text) if part]
    found = [
        choose_place(part, regions if part is parts[-1] else (), language=language, country=country)
        for part in parts
    ]
    if len(parts) > 1 and all(place for place, _ in found):
        return [place for place, _ in found if place] + extra, found[-1][1]
    return ([whole, *extra] if whole else []), in_region


def _weigh_without_place(
    text: str, opening: Opening, names: list[Item], date: Item | None, agency: Item | None
) -> Verdict | None:
    """Agency or date alone: "(CNN) —", "Jan. 12 (BusinessDesk) -", "24/09/2020 –"."""
    if names and not (date and len(names) == 1):
        return None
    agency = agency or (names[0] if names else None)
    if opening.separator != "dash" or not _opens_sentence(text, opening.end):
        return None
    if agency and (agency.bracketed or date or agency.text.isupper()):
        return Verdict((), date, agency, ENOUGH, "agency without place, dash")
    if date and date.known and not agency:
        return Verdict((), date, None, ENOUGH, "date without place, dash")
    return None


def is_large(place: Place) -> bool:
    """Whether readers abroad know the town."""
    for known in find_places(place.text):
        if (known.name, known.country) == (place.name, place.country):
            return known.is_town and known.population >= _LARGE
    return False


def _letters(text: str, opening: Opening, name: str, *, strong: bool) -> float:
    """Points for a shouted or caseless place before a sentence in small letters; a fine when no sentence opens."""
    if not _opens_sentence(text, opening.end):
        return _GOES_ON
    if strong or name.upper() != name:
        return 0.0
    return _CAPITALS if not text[opening.end : opening.end + 40].isupper() or name.lower() == name else 0.0


def _opens_sentence(text: str, at: int) -> bool:
    rest = text[at : at + 8].lstrip(_QUOTES)
    return not rest or rest[0].isdecimal() or (rest[0].isalpha() and not rest[0].islower())


def _is_named(text: str, *, known: bool, strong: bool) -> bool:
    """Whether every word could belong to a name."""
    if strong and known:
        return True
    words = text.replace("-", " ").replace("/", " ").split()
    if not known and (len(words) > _UNKNOWN_WORDS or words[0].lower() in _BYLINE or find_agency(text)):
        return False
    return all(not w[0].islower() or _PARTICLE.fullmatch(w) for w in words) and not words[0][0].islower()


def _could_sign(text: str) -> bool:
    """Whether something in brackets could be an agency that no table has."""
    return 1 < len(text) <= 45 and (text.isupper() or text.count(" ") <= 3)


def _unknown_place(text: str) -> Place:
    name = text.title() if text.isupper() else text
    return Place(text=text, name=name, country=None, admin1=None, location=None, confidence=0.3)
