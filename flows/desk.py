"""Opens the books of a target without a run: to look something up in them, or to put something right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from engines.contract import Engine
from flows.settings import Settings, state_folder
from flows.target import open_target
from ledger import Ledger, LedgerError, open_ledger, read_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An index, the books that belong to it, and what to do when a run has them."""

    settings: Settings
    target: str
    wait: bool = False  # for that run to end; else LedgerError
    say: Callable[[str], None] = lambda _: None


@contextmanager
def read_books(desk: Desk) -> Iterator[Ledger]:
    """Open the ledger for reading only, also while a run writes; LedgerError when there is none."""
    folder = state_folder(desk.settings, desk.target)
    ledger = read_ledger(folder)
    if ledger is None:
        raise LedgerError(
            f"there are no accounts of {desk.target} in {folder}",
            hint="ingest its input: what the index holds already is not sent again",
        )
    with ledger:
        yield ledger


@contextmanager
def open_books(desk: Desk) -> Iterator[tuple[Engine, Ledger]]:
    """Open the index and the ledger for writing, and keep every run out until closed.

    The index is closed before the ledger, which lets the next run in: that one is to find it free.
    """
    folder = state_folder(desk.settings, desk.target)
    with ExitStack() as outside:
        engine = outside.enter_context(open_target(desk.settings, desk.target))
        ledger = open_ledger(
            folder, target=desk.target, identity=engine.identity, wait=desk.wait, say=desk.say
        )
        with ledger, outside.pop_all():
            yield engine, ledger
