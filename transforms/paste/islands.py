"""Islands of running text in a page of scraps: a story is mostly one great island."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from transforms.paste.rows import Row

_TEXT = frozenset("PQLS")  # last letters of the shapes that make land
_BRIDGE = 2  # rows of something else that an island goes on over


class Island(NamedTuple):
    """How a row lies to the islands of text around it."""

    share: float  # of the greatest island's size, that the row's own or nearest island has
    side: str  # "m" on the greatest island, "b" before it, "a" after it
    distance: int  # rows to the nearest text of the greatest island; 0 on it
    inside: bool  # between two rows of text of one island, or one of them
    mass_before: float  # share of all text that stands before the row
    mass_after: float


def find_islands(rows: Sequence[Row], shapes: Sequence[str], wanted: Sequence[bool]) -> list[Island | None]:
    """For each of the wanted rows where it lies; None for the others. `shapes` are those of the rows."""
    is_land = [shape[-1] in _TEXT for shape in shapes]
    groups = _group([at for at, land in enumerate(is_land) if land], shapes)
    masses = [0, *accumulate(row.size if land else 0 for row, land in zip(rows, is_land, strict=True))]
    total = masses[-1]
    if not total:
        return [Island(0.0, "b", len(rows), False, 0.0, 0.0)] * len(rows)
    sizes = [sum([rows[at].size for at in group]) for group in groups]
    greatest = max(sizes)
    great = groups[sizes.index(greatest)]
    first, last = great[0], great[-1]
    found: list[Island | None] = []
    group, (start, end), share = 0, (groups[0][0], groups[0][-1]), sizes[0] / greatest
    for at, is_wanted in enumerate(wanted):
        while group + 1 < len(groups) and at >= groups[group + 1][0]:
            group += 1
            start, end, share = groups[group][0], groups[group][-1], sizes[group] / greatest
        if not is_wanted:
            found.append(None)
            continue
        side, distance = ("b", first - at) if at < first else ("a", at - last) if at > last else ("m", 0)
        before, after = masses[at] / total, (total - masses[at + 1]) / total
        found.append(Island(share, side, distance, start <= at <= end, before, after))
    return found


def _group(land: Sequence[int], shapes: Sequence[str]) -> list[list[int]]:
    groups: list[list[int]] = []
    for at in land:
        if groups and _is_joined(groups[-1][-1], at, shapes):
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


def _is_joined(before: int, after: int, shapes: Sequence[str]) -> bool:
    if after == before + 1:
        return True
    between = shapes[before + 1 : after]
    return len(between) <= _BRIDGE and not any(shape in ("K", "Y", "C") for shape in between)
