"""Where a place stands on the map: the Equal Earth projection, in the units of world.svg."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

#: The map, in its own units: the whole world is this wide, and cut off in the south, where nobody files from.
WIDTH = 1000.0
NORTH, SOUTH = 84.0, -57.0

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Give x from the left and y from the top; areas keep their proportions, so that no continent is swollen.

    >>> project(0, 0)[0], round(project(48.85, 2.35)[0]), round(project(48.85, 2.35)[1])
    (500.0, 505, 71)

    Source: Šavrič, Patterson, Jenny: The Equal Earth map projection, 2019, https://doi.org/10.1080/13658816.2018.1504949
    """
    x, y = _equal_earth(latitude, longitude)
    return _SCALE * x + WIDTH / 2, _SCALE * (_TOP - y)


def _equal_earth(latitude: float, longitude: float) -> tuple[float, float]:
    t = asin(sqrt(3) / 2 * sin(radians(latitude)))
    t2 = t * t
    t6 = t2 * t2 * t2
    x = 2 * sqrt(3) * radians(longitude) * cos(t) / 3
    x /= 9 * _A4 * t6 * t2 + 7 * _A3 * t6 + 3 * _A2 * t2 + _A1
    return x, t * (_A4 * t6 * t2 + _A3 * t6 + _A2 * t2 + _A1)


_SCALE = WIDTH / (2 * _equal_earth(0, 180)[0])
_TOP = _equal_earth(NORTH, 0)[1]
HEIGHT = round(_SCALE * (_TOP - _equal_earth(SOUTH, 0)[1]))
