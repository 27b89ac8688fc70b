"""Which of the places that bear a name a dateline means.

In this order: the state or country written beside it; the list of towns that stand alone; the size of the
town, with a bonus for its own name (Islamabad in Pakistan, not the old name of a larger town), for a capital
and for the publisher's country. Source: docs/places.md.
"""

from __future__ import annotations

from functools import lru_cache
from math import log10

from transforms.dateline.words import words
from transforms.places import IS_CAPITAL, IS_COUNTRY, IS_REGION, STANDS_ALONE, Known, find_places, fold_name
from transforms.records import Place

# In powers of ten of inhabitants.
_ALONE, _PUBLISHER, _OWN_NAME, _CAPITAL, _LANGUAGE = 3.0, 2.0, 1.0, 1.0, 0.7
_ELSEWHERE = 0.5  # of the confidence, when a state or country is written that no table has
_CACHED = 4096  # datelines repeat
_NEWSY = {"US": 0.5, "GB": 0.2}  # where more stories are filed per inhabitant


@lru_cache(maxsize=_CACHED)
def choose_place(
    text: str, regions: tuple[str, ...] = (), *, language: str | None = None, country: str | None = None
) -> tuple[Place | None, bool]:
    """The place that `text` means, beside the names in `regions`, and whether one of those agrees with it.

    None when no table has the name. A town that is not known, in a known state, is a place without location.

    >>> choose_place("PARIS")[0].location
    (48.85341, 2.3488)
    >>> choose_place("PARIS", ("Texas",))[0].admin1
    'Texas'
    """
    found = find_places(text)
    for name in regions:
        around = find_places(name)
        inside = _inside(found, around)
        if inside:
            best = max(inside, key=lambda known: _weight(known, text, language, country))
            return _as_place(best, text, 0.98), True
    for name in regions:
        region = _largest_region(find_places(name))
        if region:
            return Place(
                text=text, name=_as_title(text), country=region.country, admin1=region.admin1, location=None,
                confidence=0.6,
            ), True  # fmt: skip
    if not found:
        return None, False
    ranked = sorted(found, key=lambda known: -_weight(known, text, language, country))
    doubt = _ELSEWHERE if regions else 1.0
    return _as_place(ranked[0], text, round(doubt * _confidence(ranked, text, language, country), 2)), False


def is_region(text: str) -> bool:
    """Whether a table has `text` as a state, a province or a country."""
    return any(not known.is_town for known in find_places(text))


def is_town(text: str) -> bool:
    """Whether a table has `text` as a town."""
    return any(known.is_town for known in find_places(text))


def _inside(found: tuple[Known, ...], around: tuple[Known, ...]) -> list[Known]:
    """The towns of `found` that lie in a place of `around`: in the state, in the country, near the town."""
    for region in sorted(around, key=lambda known: known.country != "US"):  # "Pa." is no state of Brazil
        if region.flags & IS_REGION:
            hits = [
                k for k in found if k.is_town and (k.country, k.admin1) == (region.country, region.admin1)
            ]
        elif region.flags & IS_COUNTRY:
            hits = [k for k in found if k.is_town and k.country == region.country]
        else:
            continue
        if hits:
            return hits
    centre = max((k for k in around if k.is_town), key=lambda known: known.population, default=None)
    return [
        k for k in found if centre and k.is_town and (k.country, k.admin1) == (centre.country, centre.admin1)
    ]


def _largest_region(around: tuple[Known, ...]) -> Known | None:
    regions = [known for known in around if not known.is_town]
    return max(regions, key=lambda known: (known.flags & IS_COUNTRY, known.country == "US"), default=None)


def _weight(known: Known, text: str, language: str | None, country: str | None) -> float:
    weight = log10(known.population + 10)
    weight += _ALONE * bool(known.flags & STANDS_ALONE) + _CAPITAL * bool(known.flags & IS_CAPITAL)
    weight += _OWN_NAME * (fold_name(known.name) == fold_name(text))
    weight += _NEWSY.get(known.country, 0.0) if language != "es" else 0.0
    weight += _PUBLISHER * (country is not None and known.country == country.upper())
    weight += _LANGUAGE * (known.country in words().spoken.get(language or "", ()))
    if not known.is_town:
        weight = weight - 9 if known.flags & IS_COUNTRY else 0.5
    return weight


def _confidence(ranked: list[Known], text: str, language: str | None, country: str | None) -> float:
    """How clear the choice was: a runner-up ten times smaller leaves little doubt."""
    if len(ranked) == 1:
        return 0.95
    first, second = (_weight(known, text, language, country) for known in ranked[:2])
    return round(min(0.95, 0.6 + 0.15 * (first - second)), 2)


def _as_place(known: Known, text: str, confidence: float) -> Place:
    return Place(
        text=text, name=known.name, country=known.country, admin1=known.admin1, location=known.location,
        confidence=confidence,
    )  # fmt: skip


def _as_title(text: str) -> str:
    return text.title() if text.isupper() else text
