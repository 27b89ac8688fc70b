"""One key's index as a commit left it: what a search sees from its first question to its last."""

from __future__ import annotations

import functools
from bisect import bisect_left, bisect_right
from typing import Any

from engines.analysis import KeyAnalysis
from engines.contract import Near
from engines.embedded.document import field_name
from engines.near import distance_km, latitudes

LOCATION = "dateline.places.location"


class Moment:
    """A searcher of tantivy's, with what is worth keeping as long as nothing is written. Any thread may ask."""

    def __init__(self, key: KeyAnalysis, searcher: Any, stamp: tuple[int, ...]) -> None:
        self.key = key
        self.searcher = searcher
        self.stamp = stamp  # of the commit

    def points_near(self, near: Near) -> list[str]:
        """Give the terms of all places on the map that are near, as measured, not as a box has it."""
        low, high = latitudes(near)
        points = self._points
        first = bisect_left(points, low, key=lambda point: point[0])
        last = bisect_right(points, high, key=lambda point: point[0])
        centre = near.latitude, near.longitude
        return [
            term
            for latitude, longitude, term in points[first:last]
            if distance_km(centre, (latitude, longitude)) <= near.km
        ]

    @functools.cached_property
    def _points(self) -> list[tuple[float, float, str]]:
        """Give each place that any document names, once, from south to north."""
        points = []
        for term, _ in self.searcher.terms_with_prefix(field_name(LOCATION), ""):
            latitude, _, longitude = term.partition(",")
            points.append((float(latitude), float(longitude), term))
        return sorted(points)
