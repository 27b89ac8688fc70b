"""Write static/world.svg: the land of the world as one path, in the projection of the map.

Run by hand, with the file land-110m.json of the npm package world-atlas, which is Natural Earth's land at
1:110 million (public domain) as TopoJSON: `npm pack world-atlas`, unpack it, then
`python -m copydesk.web.pages.compile_outline package/land-110m.json`.

Source: https://www.naturalearthdata.com/about/terms-of-use/; https://github.com/topojson/topojson-specification
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from copydesk.web.pages.projection import HEIGHT, SOUTH, WIDTH, project

OUTPUT = Path(__file__).parent / "static" / "world.svg"
#: An island smaller than this is no more than a speck on the map (square units).
SMALLEST = 1.5

Point = tuple[float, float]


def decoded(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs in degrees: TopoJSON has them as whole steps from point to point."""
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            points.append((x * kx + dx, y * ky + dy))
        arcs.append(points)
    return arcs


def rings(topology: dict[str, Any]) -> Iterator[list[Point]]:
    """Every closed line of the land; a negative number is an arc taken backwards."""
    arcs = decoded(topology)
    for geometry in topology["objects"]["land"]["geometries"]:
        for polygon in geometry["arcs"]:
            for ring in polygon:
                points: list[Point] = []
                for number in ring:
                    arc = arcs[number] if number >= 0 else arcs[~number][::-1]
                    points += arc[1:] if points else arc
                yield points


def on_the_map(ring: list[Point]) -> Iterator[list[Point]]:
    """The ring, or its parts on either side of the 180th meridian when it crosses it."""
    line = [ring[0]]
    for longitude, latitude in ring[1:]:
        turns = round((line[-1][0] - longitude) / 360)
        line.append((longitude + 360 * turns, latitude))
    for shift in (-360, 0, 360):
        moved = [(longitude + shift, latitude) for longitude, latitude in line]
        part = east_of(-180, mirrored(east_of(-180, mirrored(moved))))
        if part:
            yield part


def mirrored(ring: list[Point]) -> list[Point]:
    """The ring with east and west exchanged."""
    return [(-longitude, latitude) for longitude, latitude in ring]


def east_of(meridian: float, ring: list[Point]) -> list[Point]:
    """What of the ring lies east of a meridian, closed along it."""
    kept: list[Point] = []
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
        if x0 >= meridian:
            kept.append((x0, y0))
        if (x0 >= meridian) != (x1 >= meridian):
            kept.append((meridian, y0 + (y1 - y0) * (meridian - x0) / (x1 - x0)))
    return kept


def path(points: list[Point]) -> str:
    """The ring as one closed path of whole half units, or "" when it is a speck."""
    placed = [project(latitude, longitude) for longitude, latitude in points]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(placed, placed[1:] + placed[:1], strict=True)) / 2
    if abs(area) < SMALLEST:
        return ""
    snapped = [(round(x * 2) / 2, round(y * 2) / 2) for x, y in placed]
    steps = [f"M{snapped[0][0]:g} {snapped[0][1]:g}l"]
    for (x0, y0), (x1, y1) in pairwise(snapped):
        if (x0, y0) != (x1, y1):
            steps.append(f"{x1 - x0:g} {y1 - y0:g} ")
    return "".join(steps).rstrip().replace(" -", "-") + "z"


def main(source: str) -> None:
    """Write the outline without what lies south of the map."""
    topology = json.loads(Path(source).read_text("utf-8"))
    seen = (ring for ring in rings(topology) if max(latitude for _, latitude in ring) > SOUTH)
    outline = "".join(path(part) for ring in seen for part in on_the_map(ring))
    OUTPUT.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT}">'
        f'<path id="land" d="{outline}"/></svg>\n',
        "utf-8",
    )
    print(f"{OUTPUT}: {OUTPUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
