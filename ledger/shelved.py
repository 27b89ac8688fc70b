"""Accounts put by: each generation of an index has its own, and the ones in use are those of the live one.

In the state folder itself lie the accounts in use, in `next/` those of a generation that is being loaded, in
`previous/` those of the one before. The swap of the index decides: `take_up` brings in whichever accounts
belong to what is live now, and a kill at any point of it is put right by the next call.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from ledger.records import LedgerError

LEDGER = "ledger.sqlite"
NEXT, PREVIOUS = "next", "previous"
_COMING, _GOING = "coming", "going"
_FILES = (LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm", "rejects.jsonl.zst")


def take_up(folder: Path, identity: str) -> bool:
    """Make the accounts of the index of this identity those in use; False when there are none put by.

    Needs the run lock, and no ledger of the folder open. Those that were in use are put by as the previous ones.
    """
    try:
        _finish(folder)
        if not identity or identity_of(folder) == identity:
            return False
        for name in (NEXT, PREVIOUS):
            if identity_of(folder / name) == identity:
                (folder / _GOING).mkdir(exist_ok=True)
                (folder / name).rename(folder / _COMING)  # from here on it is decided
                _finish(folder)
                return True
    except OSError as err:
        raise LedgerError(
            f"cannot change the accounts in {folder}: {err.strerror}",
            hint="free some space, see who may write there, and run it again",
        ) from err
    return False


def identity_of(folder: Path) -> str | None:
    """Which index the accounts in this folder belong to; None when there are none that can be read."""
    path = folder / LEDGER
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT value FROM facts WHERE name = 'identity'").fetchone()
    except sqlite3.DatabaseError:
        return None
    return str(row[0]) if row else None


def copy_accounts(source: Path, target: Path, *, identity: str) -> None:
    """Copy ledger, rejects and raw copy for another index with the same documents; the ledger last."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        if (source / "raw").is_dir():
            shutil.copytree(source / "raw", target / "raw", dirs_exist_ok=True)
        if (source / _FILES[-1]).is_file():
            shutil.copy2(source / _FILES[-1], target / _FILES[-1])
        draft = target / f"{LEDGER}.new"
        draft.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(source / LEDGER)) as old,
            closing(sqlite3.connect(draft, isolation_level=None)) as new,
        ):
            old.backup(new)
            new.execute("INSERT OR REPLACE INTO facts VALUES ('identity', ?)", (identity,))
            new.execute("PRAGMA journal_mode = DELETE")
        draft.replace(target / LEDGER)
    except (OSError, sqlite3.DatabaseError) as err:
        raise LedgerError(
            f"cannot copy the accounts from {source} to {target}: {err}",
            hint="free some space and run it again: what was sent is not sent twice",
        ) from err


def discard(folder: Path) -> None:
    """Remove accounts that are put by, what they belong to first; nothing when there are none."""
    (folder / LEDGER).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _finish(folder: Path) -> None:
    """Do what is left of a change that was decided."""
    coming, going = folder / _COMING, folder / _GOING
    if not coming.exists():
        return
    if going.exists():  # those in use are not all put by yet
        _move(folder, going)
        discard(folder / PREVIOUS)
        going.rename(folder / PREVIOUS)
    _move(coming, folder)
    shutil.rmtree(coming)


def _move(source: Path, target: Path) -> None:
    for name in _FILES:
        if (source / name).exists():
            (source / name).replace(target / name)
