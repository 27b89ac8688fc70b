"""The places that a dateline names: one, or several joined by a stroke or "and"."""

from __future__ import annotations

import re

from transforms.place_choice import choose_place, is_region
from transforms.places import find_places
from transforms.records import Place

LARGE = 100_000  # inhabitants: known to readers abroad, so a paper may open with its bare name
_JOINT = re.compile(r"\s*(?:/|\bet\b|\band\b|\bund\b|\by\b|&|\s[-–]\s)\s*")
_SHORTEST = 3  # letters: "OB", "UN" are towns too, but not in datelines


def read_places(
    text: str, regions: tuple[str, ...], language: str | None, country: str | None
) -> tuple[list[Place], bool]:
    """The places that `text` and the `regions` beside it name, none when unknown; and whether a region agrees.

    >>> places, _ = read_places("BEIRUT/AMMAN", (), None, None)
    >>> [place.name for place in places]
    ['Beirut', 'Amman']
    """
    regions, others = _split_regions(regions)
    more = [
        place for other in others if (place := choose_place(other, language=language, country=country)[0])
    ]
    parts = [part for part in _JOINT.split(text) if part]
    if len(parts) > 1 and not find_places(text) and all(find_places(part) for part in parts):
        chosen = [
            choose_place(part, regions if part is parts[-1] else (), language=language, country=country)
            for part in parts
        ]
        return [place for place, _ in chosen if place] + more, chosen[-1][1]
    whole, in_region = choose_place(text, regions, language=language, country=country)
    return ([whole] if whole else []) + more, in_region


def is_known(text: str) -> bool:
    """Whether a table has `text`, or each of the places that it joins, and not by one or two letters."""
    if find_places(text):
        return sum(c.isalpha() for c in text) >= _SHORTEST or not text.isascii()
    parts = [part for part in _JOINT.split(text) if part]
    return len(parts) > 1 and all(find_places(part) for part in parts)


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


def _split_regions(regions: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """Regions proper, and the places joined to one: "KING OF PRUSSIA, Pennsylvania/WASHINGTON"."""
    proper, others = [], []
    for name in regions:
        first, *rest = name.split("/") if "/" in name and is_region(name.split("/")[0]) else [name]
        proper.append(first)
        others += rest
    return tuple(proper), others
