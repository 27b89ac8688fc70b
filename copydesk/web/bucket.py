"""How many requests a client may make: a bucket of tokens each, filled at a steady rate."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_CLIENTS = 10_000


class Buckets:
    """The buckets of all clients seen lately. For one thread."""

    def __init__(self, rate: float, burst: int, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, as of when; oldest first

    def take(self, client: str, tokens: float = 1.0) -> float:
        """Take tokens of a client; 0.0, else for how many seconds there are too few.

        >>> buckets = Buckets(1.0, 2, now=lambda: 0.0)
        >>> [buckets.take("192.0.2.1") for _ in range(3)], buckets.take("192.0.2.2")
        ([0.0, 0.0, 1.0], 0.0)
        """
        if not self._rate:
            return 0.0
        now, key = self._now(), _network(client)
        left, then = self._left.pop(key, (float(self._burst), now))
        left = min(float(self._burst), left + (now - then) * self._rate)
        wait = 0.0 if left >= tokens else (tokens - left) / self._rate
        self._left[key] = (left if wait else left - tokens, now)
        while len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)
        return wait

    def fine(self, client: str, tokens: float) -> None:
        """Take tokens also where there are none, down to an empty bucket."""
        if self._rate:
            self.take(client, 0.0)
            left, then = self._left[key := _network(client)]
            self._left[key] = (max(0.0, left - tokens), then)


def _network(client: str) -> str:
    """The client, or its network where one client has as many addresses as it likes.

    >>> _network("2001:db8::17"), _network("192.0.2.1")
    ('2001:db8::/64', '192.0.2.1')
    """
    if ":" not in client:
        return client
    try:
        return str(ipaddress.ip_network(f"{client.partition('%')[0]}/64", strict=False))
    except ValueError:
        return client
