"""What a command is doing, told to whoever is about to kill it: a few bytes of a file in shared memory.

A kill takes nothing away from them, so that afterwards they say what was cut off.
"""

from __future__ import annotations

import functools
import mmap
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VARIABLE = "COPYDESK_TEST_PHASES"
OPENING = "opening"
#: What is done in each: a module and a class, or a module alone, and a function.
_PHASES = (
    ("planning", "flows.steps", "Run", "_plan"),
    ("sending", "flows.steps", "Run", "_send"),
    ("commit", "engines.embedded", "EmbeddedEngine", "commit"),
    ("commit", "engines.elastic", "ElasticEngine", "commit"),
    ("verify", "flows.steps", "Run", "_verify"),
    ("books", "flows.books", "Books", "enter"),
    ("deleting", "flows.steps", "Run", "_delete_doomed"),
    ("pruning", "flows.books", "Books", "prune"),
    ("report", "flows.steps", "Run", "report"),
    ("checks", "flows.reindex", "", "audit"),
    ("activation", "engines.embedded", "EmbeddedEngine", "activate"),
    ("activation", "engines.elastic", "ElasticEngine", "activate"),
    ("accounts", "flows.reindex", "", "take_up"),
    ("accounts", "ledger", "", "take_up"),
)
SHAPING = "shaping"
INGEST = (OPENING, SHAPING, "planning", "sending", "commit", "verify", "books", "deleting", "report")
REINDEX = (*INGEST, "checks", "activation", "accounts")
_BYTES = 64


class Watch:
    """The reading end."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(OPENING.encode().ljust(_BYTES))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _BYTES)

    @property
    def now(self) -> tuple[str, int]:
        """What is being done, and for which time."""
        phase, _, number = bytes(self._shared).decode("ascii").partition(" ")
        return phase, int(number.strip() or 1)

    def wait_for(self, phase: str, number: int, still_runs: Callable[[], bool]) -> None:
        """Wait until something is done for the n-th time, or the command has ended."""
        while still_runs():
            for _ in range(20):
                if self.now == (phase, number):
                    return
                time.sleep(0.0002)

    def begin(self) -> None:
        """Get ready for another command."""
        self._shared[:] = OPENING.encode().ljust(_BYTES)


def tell_phases(path: str) -> None:
    """From now on say there what this process is doing."""
    with Path(path).open("r+b") as file:
        shared = mmap.mmap(file.fileno(), _BYTES)
    times: Counter[str] = Counter()
    under_way = [OPENING]

    def tell(phase: str) -> None:
        shared[:] = f"{phase} {times[phase]}".encode().ljust(_BYTES)

    @contextmanager
    def in_phase(phase: str) -> Iterator[None]:
        times[phase] += 1
        under_way.append(phase)
        tell(phase)
        try:
            yield
        finally:
            under_way.pop()
            tell(under_way[-1])

    for phase, module, owner, name in _PHASES:
        _wrap(in_phase, phase, module, owner, name)
    _wrap_shards(in_phase)


def _wrap(in_phase: Callable[[str], Any], phase: str, module: str, owner: str, name: str) -> None:
    import importlib

    holder: Any = importlib.import_module(module)
    if owner:
        holder = getattr(holder, owner)
    real = getattr(holder, name)

    @functools.wraps(real)
    def told(*given: Any, **more: Any) -> Any:
        with in_phase(phase):
            return real(*given, **more)

    setattr(holder, name, told)


def _wrap_shards(in_phase: Callable[[str], Any]) -> None:
    """Between two shards copy is read and shaped."""
    from flows.steps import Run

    real = Run.shards

    def told(self: Run) -> Iterator[Any]:
        shards = real(self)
        while True:
            with in_phase(SHAPING):
                shard = next(shards, None)
            if shard is None:
                return
            yield shard

    Run.shards = told  # type: ignore[method-assign]
