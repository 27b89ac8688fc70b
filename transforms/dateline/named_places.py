"""The places that a dateline names: one, or several joined by a stroke or "and"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from transforms.dateline.place_choice import choose_place, is_region
from transforms.places import IS_COUNTRY, STANDS_ALONE, find_places
from transforms.records import Place

LARGE = 100_000  # inhabitants: known to readers abroad, so a paper may open with its bare name
_JOINT = re.compile(r"\s*(?:/|\bet\b|\band\b|\bund\b|\by\b|&|\s[-–]\s)\s*")
_CACHED = 4096  # datelines repeat: a day's wire names a few hundred places
_SHORTEST = 3  # letters: "OB", "UN" are towns too, but not in datelines


@dataclass(frozen=True, slots=True)
class Found:
    """What the tables know of the places that a dateline names."""

    places: tuple[Place, ...]  # none when unknown
    in_region: bool  # a state or country is written beside the name, and agrees
    known: bool  # a table has the name, or each of those that are joined
    large: bool  # one of them has LARGE inhabitants


@lru_cache(maxsize=_CACHED)
def read_places(text: str, regions: tuple[str, ...], language: str | None, country: str | None) -> Found:
    """The places that `text` and the `regions` beside it name, several when every part of `text` is a place.

    >>> [place.name for place in read_places("BEIRUT/AMMAN", (), None, None).places]
    ['Beirut', 'Amman']
    """
    if regions and find_places(whole := f"{text} {regions[0]}"):  # "Frankfurt (Oder)", "WASHINGTON, D.C."
        found = read_places(whole, regions[1:], language, country)
        return replace(found, places=tuple(replace(place, text=text) for place in found.places))
    regions, others = _split_regions(text, regions)
    more = [
        place for other in others if (place := choose_place(other, language=language, country=country)[0])
    ]
    parts = [part for part in _JOINT.split(text) if part]
    if len(parts) == 2 and "/" in text and _is_country(parts[1]) and _is_inside(parts[0], parts[1]):
        regions, parts, text = (parts[1], *regions), parts[:1], parts[0]  # "BAGHDAD / Iraq"
    if len(parts) > 1 and not find_places(text) and all(find_places(part) for part in parts):
        chosen = [
            choose_place(part, regions if part is parts[-1] else (), language=language, country=country)
            for part in parts
        ]
    else:
        chosen = [choose_place(text, regions, language=language, country=country)]
    places = (*(place for place, _ in chosen if place), *more)
    known = bool(places) and is_known(text)
    return Found(places, chosen[-1][1], known, known and any(is_large(place) for place in places))


def is_known(text: str) -> bool:
    """Whether a table has `text`, or each of the places that it joins, and not by one or two letters."""
    if find_places(text):
        return sum(c.isalpha() for c in text) >= _SHORTEST or not text.isascii()
    parts = [part for part in _JOINT.split(text) if part]
    return len(parts) > 1 and all(find_places(part) for part in parts)


def _is_country(text: str) -> bool:
    return any(
        known.flags & IS_COUNTRY and not known.location for known in find_places(text)
    )  # no city state


def _is_inside(town: str, country: str) -> bool:
    place, agrees = choose_place(town, (country,))
    return agrees and place is not None and place.location is not None


def is_large(place: Place, inhabitants: int = LARGE) -> bool:
    """Whether it is a town of that size."""
    for known in find_places(place.text):
        if (known.name, known.country) == (place.name, place.country):
            return known.is_town and known.population >= inhabitants
    return False


def unknown_place(text: str) -> Place:
    """A place that no table has: as written, without country or location."""
    name = text.title() if text.isupper() else text
    return Place(text=text, name=name, country=None, admin1=None, location=None, confidence=0.3)


def _split_regions(text: str, regions: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """Regions proper, and more places: "KING OF PRUSSIA, Pennsylvania/WASHINGTON", "DUBAI, LONDON"."""
    proper, others = [], []
    for name in regions:
        first, *rest = name.split("/") if "/" in name and is_region(name.split("/")[0]) else [name]
        if not rest and _are_two_towns(text, first):
            others.append(first)
        else:
            proper.append(first)
        others += rest
    return tuple(proper), others


def _are_two_towns(text: str, beside: str) -> bool:
    """Whether `beside` is no region of `text` but another town that needs none."""
    towns = [known for known in find_places(beside) if known.is_town and known.flags & STANDS_ALONE]
    if not towns or is_region(beside) or choose_place(text, (beside,))[1]:
        return False
    return any(known.population >= LARGE and known not in towns for known in find_places(text))
