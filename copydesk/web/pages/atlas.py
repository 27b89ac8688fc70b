"""The map: where the stories of an answer were filed from, as dots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from threading import Lock

from copydesk.web.desk import Desk
from copydesk.web.pages.links import search_url, toggled
from copydesk.web.pages.projection import project
from engines.contract import FacetValue, Hit, Query

Location = tuple[float, float]

_SMALLEST, _ONE, _LARGEST = 5.0, 9.0, 26.0  # radius, in units of the map: at least, of one story, at most
_REMEMBERED = 20_000
_ROUNDS = 3  # searches for places that are not known yet, for one answer
_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Dot:
    """A place, as large as its stories are many: its area counts them."""

    name: str
    count: int
    chosen: bool
    url: str
    x: float
    y: float
    radius: float


class Atlas:
    """Where places are, learnt from the articles that name them, as these know which Paris they mean.

    A name that stands for several towns is put where most of the articles that were looked at have it.
    """

    def __init__(self) -> None:
        self._known: dict[str, Location | None] = {}
        self._lock = Lock()

    def dots(self, desk: Desk, query: Query, values: Sequence[FacetValue], hits: Iterable[Hit]) -> list[Dot]:
        """Give the places that have a location, the largest first, so that small ones are drawn upon them."""
        self._learn(hits)
        self._ask(desk, [value.value for value in values])
        chosen = {name.casefold() for name in query.places}
        highest = max((value.count for value in values), default=1)
        largest = min(_LARGEST, _ONE * sqrt(highest))
        dots = []
        for value in values:
            at = self._known.get(value.value)
            if at is None:
                continue
            x, y = project(*at)
            dots.append(
                Dot(
                    name=value.value,
                    count=value.count,
                    chosen=value.value.casefold() in chosen,
                    url=search_url(query, places=toggled(query.places, value.value)),
                    x=round(x, 1),
                    y=round(y, 1),
                    radius=round(max(_SMALLEST, largest * sqrt(value.count / highest)), 1),
                )
            )
        return dots

    def _ask(self, desk: Desk, names: Sequence[str]) -> None:
        """Find articles of the places that are not known yet: many at once, as far as a few searches go."""
        for _ in range(_ROUNDS):
            unknown = tuple(name for name in names if name not in self._known)
            if not unknown:
                return
            hits = desk.search(Query(places=unknown[:50], size=_LOOKED_AT)).hits
            if not self._learn(hits):
                break
        with self._lock:
            self._known.update(dict.fromkeys((name for name in names if name not in self._known), None))

    def _learn(self, hits: Iterable[Hit]) -> bool:
        """Take up the places of these articles; whether any was new."""
        seen: dict[str, Counter[Location | None]] = {}
        for hit in hits:
            for place in hit.article.dateline.places if hit.article.dateline else ():
                seen.setdefault(place.name, Counter())[place.location] += 1
        new = {name: _most_seen(counts) for name, counts in seen.items() if self._known.get(name) is None}
        with self._lock:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            added = not new.keys() <= self._known.keys()
            self._known.update(new)
        return added


def _most_seen(counts: Mapping[Location | None, int]) -> Location | None:
    located = [(count, at) for at, count in counts.items() if at is not None]
    return max(located)[1] if located else None
