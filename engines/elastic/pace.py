"""How much is sent at a time: more while Elasticsearch keeps up, half when it does not.

Source: additive increase, multiplicative decrease: Chiu and Jain, 1989
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

MB = 1_000_000
MIN_BYTES = 100_000


@dataclass(slots=True)
class Pace:
    """Shared by the sending threads."""

    max_bytes: int = 1 * MB  # to begin with: a small load is spread over all senders
    most_bytes: int = 5 * MB  # measured: 20 MB are no quicker
    max_count: int = 5000
    most_in_flight: int = 4
    fast_s: float = 2.0  # an answer that comes sooner asks for more
    slow_s: float = 8.0  # one that takes longer asks for smaller bodies
    causes: Counter[str] = field(default_factory=Counter)  # of sending documents once more, over all
    _window: float = 2.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def in_flight(self) -> int:
        """How many requests may be on their way."""
        return int(self._window)

    def answered(self, seconds: float) -> None:
        """Note a request that was taken."""
        with self._lock:
            if seconds > self.slow_s:
                self.max_bytes = max(MIN_BYTES, self.max_bytes // 2)
            elif seconds < self.fast_s:
                self._window = min(self.most_in_flight, self._window + 0.25)
                self.max_bytes = min(self.most_bytes, self.max_bytes * 5 // 4)

    def slow_down(self, size: int | None = None) -> None:
        """Note a request that was refused for now; `size`: bytes to begin again with."""
        with self._lock:
            self._window = max(1.0, self._window / 2)
            if size is not None:
                self.max_bytes = max(MIN_BYTES, min(self.max_bytes, size))

    def limit_bytes(self, size: int) -> None:
        """Note that a body of twice this size is more than is ever taken."""
        with self._lock:
            self.most_bytes = self.max_bytes = max(MIN_BYTES, min(self.max_bytes, size))

    @property
    def resent(self) -> int:
        """How many documents were sent once more."""
        return self.causes.total()

    def count_resent(self, documents: int, cause: str) -> None:
        """Note what is sent once more."""
        with self._lock:
            self.causes[cause] += documents
