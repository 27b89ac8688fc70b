"""How much is sent at a time: more while Elasticsearch keeps up, half when it does not.

Source: additive increase, multiplicative decrease: Chiu and Jain, 1989
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

MB = 1_000_000
MIN_BYTES = 100_000


@dataclass(slots=True)
class Pace:
    """Shared by the sending threads."""

    max_bytes: int = 5 * MB  # measured: 2 MB and 20 MB are no quicker
    max_count: int = 5000
    most_in_flight: int = 4
    fast_s: float = 2.0  # an answer that comes sooner asks for more
    slow_s: float = 15.0
    resent: int = 0  # documents, over all
    _most_bytes: int = field(init=False)
    _window: float = 2.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._most_bytes = self.max_bytes

    @property
    def in_flight(self) -> int:
        """How many requests may be on their way."""
        return int(self._window)

    def answered(self, seconds: float) -> None:
        """Note a request that was taken."""
        if seconds > self.slow_s:
            self.slow_down()
        elif seconds < self.fast_s:
            with self._lock:
                self._window = min(self.most_in_flight, self._window + 0.25)
                self.max_bytes = min(self._most_bytes, self.max_bytes + self._most_bytes // 50)

    def slow_down(self, size: int | None = None) -> None:
        """Note a request that was refused for now, or took too long; `size`: bytes to begin again with."""
        with self._lock:
            self._window = max(1.0, self._window / 2)
            if size is not None:
                self.max_bytes = max(MIN_BYTES, min(self.max_bytes, size))

    def limit_bytes(self, size: int) -> None:
        """Note that a body of twice this size is more than is ever taken."""
        with self._lock:
            self._most_bytes = self.max_bytes = max(MIN_BYTES, min(self.max_bytes, size))

    def count_resent(self, documents: int) -> None:
        """Note what is sent once more."""
        with self._lock:
            self.resent += documents
