"""Islands of running text in a page of scraps: a story is mostly one great island."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from transforms.paste.rows import Row

_TEXT = "PQLS"  # last letters of the shapes that make land
_BRIDGE = 2  # rows of something else that an island goes on over


class Island(NamedTuple):
    """How a row lies to the islands of text around it."""

    share: float  # of the greatest island's size, that the row's own or nearest island has
    side: str  # "m" on the greatest island, "b" before it, "a" after it
    distance: int  # rows to the nearest text of the greatest island; 0 on it
    inside: bool  # between two rows of text of one island, or one of them
    mass_before: float  # share of all text that stands before the row
    mass_after: float


def find_islands(rows: Sequence[Row], shapes: Sequence[str]) -> list[Island]:
    """For each row where it lies. `shapes` are `transforms.paste.evidence.shape_of` of the rows."""
    land = [at for at, shape in enumerate(shapes) if shape[-1] in _TEXT]
    groups = _group(land, shapes)
    sizes = [sum(rows[at].size for at in group) for group in groups]
    total = sum(sizes)
    if not total:
        return [Island(0.0, "b", len(rows), False, 0.0, 0.0)] * len(rows)
    great = max(range(len(groups)), key=sizes.__getitem__)
    first, last = groups[great][0], groups[great][-1]
    found = []
    mass = 0
    group = 0
    for at, row in enumerate(rows):
        while group + 1 < len(groups) and at >= groups[group + 1][0]:
            group += 1
        inside = groups[group][0] <= at <= groups[group][-1]
        size = row.size if shapes[at][-1] in _TEXT else 0
        side = "b" if at < first else "a" if at > last else "m"
        distance = first - at if at < first else max(0, at - last)
        found.append(
            Island(
                sizes[group] / sizes[great],
                side,
                distance,
                inside,
                mass / total,
                (total - mass - size) / total,
            )
        )
        mass += size
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
    between = shapes[before + 1 : after]
    return len(between) <= _BRIDGE and not any(shape in ("K", "Y", "C") for shape in between)
