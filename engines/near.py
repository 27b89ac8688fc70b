"""What `near:"Rome, IT"~200km` means: a place by its name or its coordinates, how far around it, and distances."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import asin, cos, degrees, radians, sin, sqrt

from engines.contract import Near
from transforms.dateline.place_choice import choose_place
from transforms.places import IS_CAPITAL, IS_COUNTRY, find_places
from transforms.records import Place

EARTH_M = 6_371_008.7714  # mean radius, as in Lucene's SloppyMath
KM = 50.0  # where nothing is said
MOST_KM = 20_020.0  # half around the Earth
LEAST_KM = 0.001
_DOUBT = 0.75  # of a place's confidence: below, the note says which one was taken
_LARGE = 100_000  # inhabitants: smaller than that, a town is not what is meant by the name of a country

_UNITS = {"km": 1.0, "m": 0.001, "mi": 1.609344}
_RADIUS = re.compile(r"\s*~\s*(?P<number>\d{1,6}(?:\.\d{1,6})?)?\s*(?P<unit>km|mi|m)?\s*", re.IGNORECASE)
_POINT = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,15})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,15})?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where it is, None when nothing is known of it, and what should be said about that."""

    near: Near | None
    note: str = ""


def read_near(text: str) -> Found:
    """Read a place and a radius in kilometres; `mi` and `m` are understood too.

    >>> read_near("41.89,12.48~200km").near
    Near(latitude=41.89, longitude=12.48, km=200.0)
    >>> read_near("Rome, IT").near
    Near(latitude=41.8933, longitude=12.4829, km=50.0)
    >>> read_near("Nosuchtown~10mi").note
    "no place is known by the name of 'Nosuchtown'"

    Source: tests/cases/near.jsonl
    """
    where, sign, radius = text.partition("~")
    where = where.strip()
    written = _RADIUS.fullmatch(sign + radius) if sign else None
    if sign and not written:
        return Found(near=None, note=f"{radius.strip()!r} is not a distance (50km, 30mi)")
    km = _kilometres(written)
    if point := _POINT.fullmatch(where):
        latitude, longitude = float(point[1]), float(point[2])
        if abs(latitude) > 90 or abs(longitude) > 180:
            return Found(near=None, note=f"{where!r} is no place on the map (latitude,longitude)")
        return Found(near=Near(latitude=latitude, longitude=longitude, km=km))
    return _find(where, km)


def _kilometres(written: re.Match[str] | None) -> float:
    if not written or not written["number"]:
        return KM
    km = float(written["number"]) * _UNITS[(written["unit"] or "km").lower()]
    return min(max(km, LEAST_KM), MOST_KM)


def _find(text: str, km: float) -> Found:
    name, *beside = (part.strip() for part in text.split(","))
    place = _choose(name, tuple(filter(None, beside)))
    region = _region_meant(name, place) if place and not beside else None
    if region:
        return Found(near=None, note=f"{text!r} is not a town; ask {region} instead")
    if place is None or not place.location:
        return Found(near=None, note=f"no place is known by the name of {text!r}")
    near = Near(latitude=place.location[0], longitude=place.location[1], km=km)
    whole = ", ".join(filter(None, (place.name, place.admin1, place.country)))
    return Found(near=near, note=f"{text!r} was taken for {whole}" if place.confidence < _DOUBT else "")


def _choose(name: str, beside: tuple[str, ...]) -> Place | None:
    """Choose as datelines do; what is written beside the name, a state, a country or its code, must agree."""
    if not beside:
        return choose_place(name)[0]
    place, agrees = choose_place(name, beside)
    if agrees and place and place.location:
        return place
    for code in beside:
        place = choose_place(name, country=code)[0] if len(code) == 2 else None
        if place and place.country == code.upper():
            return place
    return None


def _region_meant(name: str, place: Place) -> str | None:
    """Give the filter for a country or a state of that name, when the town of that name is a small one."""
    found = find_places(name)
    towns = [known for known in found if known.is_town and known.location == place.location]
    if any(known.population >= _LARGE or known.flags & IS_CAPITAL for known in towns):
        return None
    region = next((known for known in found if not known.is_town), None)
    if region is None:
        return None
    return f"country:{region.country}" if region.flags & IS_COUNTRY else f'region:"{region.admin1}"'


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Measure along the sphere between two places, latitude and longitude in degrees.

    >>> round(distance_km((48.8534, 2.3488), (41.8919, 12.5113)))
    1107

    Source: https://en.wikipedia.org/wiki/Haversine_formula
    """
    low, high = radians(one[0]), radians(other[0])
    half = sin((high - low) / 2) ** 2
    half += cos(low) * cos(high) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_M / 1000 * asin(min(1.0, sqrt(half)))


def latitudes(near: Near) -> tuple[float, float]:
    """Give the parallels between which everything near is."""
    reach = degrees(near.km * 1000 / EARTH_M)
    return near.latitude - reach, near.latitude + reach
