"""What a ledger knows besides files and documents: where names are from, and whose articles may be in the index."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from ledger.database import telling, transaction
from ledger.positions import stored_text, told_text
from ledger.shelved import NEXT


class Facts:
    """The facts of one ledger. `Ledger.facts` is it."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self._path = path
        self._is_home: bool | None = None  # None: not asked yet

    @property
    def home(self) -> str | None:
        """The folder that relative names of files are relative to.

        None before the first run, and when the state folder was moved: as a rule with all around it.
        """
        home, state = self._read("home"), self._read("home_of")
        return home if state == self._state() else None

    @home.setter
    def home(self, folder: str) -> None:
        self._write(home=folder, home_of=self._state())
        self._is_home = None

    def means(self, path: str) -> bool:
        """Whether a known file's name means that file also here: it is absolute, or was given from this folder."""
        if self._is_home is None:
            self._is_home = self.home in (None, os.getcwd())  # noqa: PTH109 (names are strings)
        return self._is_home or os.path.isabs(path)  # noqa: PTH117

    @property
    def inherits(self) -> bool:
        """Whether these accounts were begun on an index that held articles already: others may tell of those."""
        return self._read("inherits") == "yes"

    @inherits.setter
    def inherits(self, value: bool) -> None:
        self._write(inherits="yes" if value else "no")

    def _state(self) -> str:
        """The state folder; accounts of a generation that is being made will lie there, too."""
        folder = self._path.parent
        return os.path.realpath(folder.parent if folder.name == NEXT else folder)

    def _read(self, name: str) -> str | None:
        with telling(self._path):
            row = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else told_text(row[0])

    def _write(self, **values: str) -> None:
        rows = [(name, stored_text(value)) for name, value in values.items()]
        with telling(self._path), transaction(self._database):
            self._database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)
