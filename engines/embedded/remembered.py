"""Pages that were answered since something was last written. Asked again, as visitors of one page do, they cost nothing."""

from __future__ import annotations

import threading
from collections import OrderedDict

from engines.contract import Page, Query

Stamps = tuple[tuple[int, ...], ...]  # of the commits that were searched

_PAGES = 256
_HITS = 20  # of a page; with articles of 4 kB that is 20 MB at most


class Remembered:
    """The last pages, as long as the index stays as it was. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stamps: Stamps = ()
        self._pages: OrderedDict[Query, Page] = OrderedDict()

    def find(self, stamps: Stamps, query: Query) -> Page | None:
        """Give the page that was answered from these commits; None when there is none."""
        with self._lock:
            if stamps != self._stamps or query not in self._pages:
                return None
            self._pages.move_to_end(query)
            return self._pages[query]

    def keep(self, stamps: Stamps, query: Query, page: Page) -> None:
        """Keep a page; those of other commits are forgotten."""
        if query.size > _HITS:
            return
        with self._lock:
            if stamps != self._stamps:
                self._pages.clear()
                self._stamps = stamps
            self._pages[query] = page
            if len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
