"""From which folder the files were named that have relative names: from another one they mean other files."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from ledger.database import telling
from ledger.positions import stored_text, told_text
from ledger.shelved import NEXT

_NAMES = ("home", "home_of")  # the folder, and the state folder as it was then


def read_home(database: sqlite3.Connection, ledger: Path) -> str | None:
    """The folder; None when nothing was named yet, or the state folder was moved, as a rule with all around it."""
    with telling(ledger):
        facts = dict(database.execute("SELECT name, value FROM facts WHERE name IN (?, ?)", _NAMES))
    if "home" not in facts or told_text(facts["home_of"]) != _state_of(ledger):
        return None
    return told_text(facts["home"])


def write_home(database: sqlite3.Connection, ledger: Path, home: str) -> None:
    """Enter the folder that names are relative to from now on."""
    values = (home, _state_of(ledger))
    rows = [(name, stored_text(value)) for name, value in zip(_NAMES, values, strict=True)]
    database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)


def _state_of(ledger: Path) -> str:
    """The state folder; accounts of a generation that is being made will lie there, too."""
    folder = ledger.parent
    return os.path.realpath(folder.parent if folder.name == NEXT else folder)
