"""Waiting for an engine that is away: a node that restarts, a cluster that catches its breath."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import monotonic, sleep

from engines.contract import EngineError
from flows.shards import Shard
from flows.steps import Run

#: A node restarts in 10 to 60 s; who waits longer should look what is wrong.
_PATIENCE_S = 120.0
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 15.0


def load_patiently(run: Run, shard: Shard, say: Callable[[str], None]) -> int:
    """Load a shard, and again while the engine is away; how many documents were sent.

    An error that waiting cannot mend is raised at once, the others after two minutes; so is any after Ctrl-C.
    """
    pause, end = _FIRST_PAUSE_S, monotonic() + _PATIENCE_S
    while True:
        try:
            return run.load(shard)
        except EngineError as error:
            if not error.passing or run.stopping or monotonic() > end:
                raise
            say(f"{error}; waiting for it")
        sleep(pause * random.uniform(0.5, 1.0))
        pause = min(2 * pause, _LONGEST_PAUSE_S)
