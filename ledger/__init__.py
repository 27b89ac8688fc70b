"""KEEP: what came in and what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from ledger.database import open_database, read_database, telling, transaction
from ledger.lock import LockState, RunLock, look_at_lock, take_lock
from ledger.records import LedgerError
from ledger.shelved import LEDGER, take_up
from ledger.store import Ledger

_LOCK = "run.lock"
_CONTENTS = ("documents", "files", "doomed", "facts", "runs")


def state_folder(root: Path, target: str) -> Path:
    """Where the accounts of `target` are kept, below `root`: one folder for each target.

    >>> state_folder(Path("var"), "http://localhost:9200/news").as_posix()
    'var/localhost-9200-news-803d7c24'
    """
    words = "-".join(re.findall(r"[A-Za-z0-9]+", target.partition(":")[2])) or "target"
    return root / f"{words[-60:]}-{blake2b(target.encode(), digest_size=4).hexdigest()}"


def open_ledger(
    folder: Path,
    *,
    target: str,
    identity: str | Callable[[], str],
    wait: bool = False,
    say: Callable[[str], None] | None = None,
) -> Ledger:
    """Open the accounts in the state folder for writing, and keep every other run out until closed.

    `identity` is `Engine.identity`: accounts of another index than this one are discarded, as they would
    tell of documents that are not there. It is asked once no other run can change it: the one that was waited
    for may have made the index. `say` is told at once what `Ledger.notes` keeps.
    """
    notes: list[str] = []

    def note(text: str) -> None:
        notes.append(text)
        if say is not None:
            say(text)

    lock = _lock(folder, target, wait, note)
    try:
        identity = identity if isinstance(identity, str) else identity()
        take_up(folder, identity)
        path = folder / LEDGER
        database = open_database(path, say=note)
        with telling(path), transaction(database):
            facts = dict(database.execute("SELECT name, value FROM facts"))
            fresh = not identity or facts.get("identity") != identity
            if fresh and facts.get("identity"):  # else nothing of it was ever in an index
                for table in _CONTENTS:
                    database.execute(f"DELETE FROM {table}")
                note("the index was made anew or is not there: all input will be read again")
            database.execute("INSERT OR REPLACE INTO facts VALUES ('identity', ?)", (identity,))
    except BaseException:
        lock.release()
        raise
    ledger = Ledger(database, path, lock)
    ledger.notes, ledger.fresh, ledger.new = notes, fresh, fresh and not ledger.runs(1)
    return ledger


@contextmanager
def hold_accounts(folder: Path, *, target: str, wait: bool, say: Callable[[str], None]) -> Iterator[None]:
    """Keep every run out of the state folder, without opening the ledger."""
    lock = _lock(folder, target, wait, say)
    try:
        yield
    finally:
        lock.release()


def look_for_run(folder: Path) -> LockState:
    """See whether a run is writing these accounts; it is not disturbed."""
    return look_at_lock(folder / _LOCK)


def _lock(folder: Path, target: str, wait: bool, say: Callable[[str], None]) -> RunLock:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise LedgerError(
            f"cannot make the state folder {folder}: {err.strerror}",
            hint="give a folder that you can write to",
        ) from err
    return take_lock(folder / _LOCK, target, wait=wait, say=say)


def read_ledger(folder: Path) -> Ledger | None:
    """Open the accounts for reading only, also while a run writes them; None when there are none."""
    path = folder / LEDGER
    database = read_database(path)
    return None if database is None else Ledger(database, path, None)


__all__ = [
    "Ledger",
    "LedgerError",
    "hold_accounts",
    "look_for_run",
    "open_ledger",
    "read_ledger",
    "state_folder",
]
