"""One reading of one file: what is to be sent, what was sent, and what the file no longer yields."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import orjson

from ledger.database import select_by_id, telling, transaction
from ledger.flights import Flight, Here, Order
from ledger.gone import remove_rows
from ledger.positions import position_of, position_order, stored_text
from ledger.records import Counts, Fate, Gone, Seen

_Values = tuple[bytes, int, int | str, bytes, str, bool, int, int]

_RECORD = (
    'INSERT INTO documents (id, file, position, digest, "index", held, since, pass)'
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, {since}, ?8)"
    " ON CONFLICT (id, file, position) DO UPDATE SET"
    " held = max(excluded.held, held * (digest = excluded.digest)),"
    ' digest = excluded.digest, "index" = excluded."index", since = excluded.since, pass = excluded.pass'
)
_RECORD_NEW = _RECORD.format(since="?7")
_RECORD_KNOWN = _RECORD.format(
    since="coalesce((SELECT min(since) FROM documents WHERE id = ?1 AND file = ?2 AND digest = ?4), ?7)"
)

#: Ids that have rows and none that is held, once for each row.
UNHELD = (
    "SELECT documents.id FROM documents WHERE held = 0"
    " AND NOT EXISTS (SELECT 1 FROM documents AS holder WHERE holder.id = documents.id AND holder.held = 1)"
)


class _Row(NamedTuple):
    """A document as the ledger has it."""

    file: int
    position: int | str
    digest: bytes
    held: int
    since: int
    seen: int  # the pass that saw it last


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a pass is about."""

    path: str
    size: int
    mtime_ns: int
    format: str | None
    run_id: str
    epoch: int
    replace: bool


class Pass:
    """One reading of a file. Made by `Ledger.begin`; leaving it without `finish` gives it up.

    `fates` says which documents are to be sent; after `engine.commit()` give all of them to `record`,
    sent or not, or to `refuse` what the engine refused. `finish` closes the accounts of the file.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        ledger_path: Path,
        under_way: tuple[dict[bytes, Flight], Here],  # of all passes
        reading: Reading,
    ) -> None:
        self._database = database
        self._ledger_path = ledger_path
        self._flights, self._here = under_way
        self._reading = reading
        self._path = stored_text(reading.path)  # as the ledger has it
        self._leans = False  # something was not sent, as it is held already
        self._again = False  # a text of this file is to be held, and could not be sent in this pass
        self._file: int | None = None
        self._number = 1
        with telling(ledger_path):
            self._enter()

    @property
    def path(self) -> str:
        """The file."""
        return self._reading.path

    def _enter(self) -> None:
        row = self._database.execute("SELECT id, pass FROM files WHERE path = ?", (self._path,)).fetchone()
        if row is None:
            return
        self._file, self._number = row
        if self._reading.replace:
            self._number += 1
            self._database.execute(
                "UPDATE files SET state = 'reading', pass = ? WHERE id = ?", (self._number, self._file)
            )

    def fates(self, documents: Sequence[Seen]) -> list[Fate]:
        """What becomes of each document: "indexed" and "updated" are to be sent, the others not.

        Two different texts under one id: the later run's is held; of one run, the first by path and position.
        """
        ids = [bytes.fromhex(document.id) for document in documents]
        known = self._known(ids)
        return [
            self._fate(id, document, known.get(id, [])) for id, document in zip(ids, documents, strict=True)
        ]

    def record(self, documents: Iterable[Seen]) -> None:
        """The engine has committed these, or had them before."""
        with telling(self._ledger_path), transaction(self._database):
            new, known = self._rows(self._insert_file(), documents)
            arrived = [row[:1] for row in known if row[5]]
            self._database.executemany("UPDATE documents SET held = 0 WHERE id = ? AND held = 1", arrived)
            self._database.executemany(_RECORD_NEW, new)
            self._database.executemany(_RECORD_KNOWN, known)
            if self._database.execute("SELECT EXISTS (SELECT 1 FROM doomed)").fetchone()[0]:
                again = [row[:1] for row in new + known]
                self._database.executemany("DELETE FROM doomed WHERE id = ?", again)
        for id, *_, held, _, _ in new + known:
            if held:
                del self._flights[id]
        self._forget(row[0] for row in known)

    def _rows(self, file: int, documents: Iterable[Seen]) -> tuple[list[_Values], list[_Values]]:
        """What is to be written, in order of id as that is where it goes: of ids that were new, and the others."""
        new: list[_Values] = []
        known: list[_Values] = []
        epoch, number = self._reading.epoch, self._number
        for document in documents:
            id, position = bytes.fromhex(document.id), position_of(document.origin, self.path)
            flight = self._flights.get(id)
            held = flight is not None and flight.by is self and flight.position == position
            rows = new if held and flight is not None and flight.is_new else known
            digest = bytes.fromhex(document.digest)
            rows.append((id, file, position, digest, document.index, held, epoch, number))
        return sorted(new, key=itemgetter(0)), sorted(known, key=itemgetter(0))

    def refuse(self, ids: Iterable[str]) -> None:
        """The engine refused these: they are not held, and their duplicates in other files are to be read again."""
        keys = [bytes.fromhex(id) for id in ids]
        self._drop([id for id in keys if id in self._flights and self._flights[id].by is self])

    def finish(self, counts: Counts, *, content_hash: str | None = None) -> Gone:
        """The file was read to its end. Only when `counts` balance will the next run skip it."""
        with telling(self._ledger_path), transaction(self._database):
            file = self._insert_file()
            gone = Gone()
            if self._reading.replace and self._number > 1:
                gone = remove_rows(self._database, file, before=self._number)
            again = self._again or (self._leans and self._leans_on_nothing(file))
            state = "stale" if again else "done" if counts.balances else "reading"
            self._write_file(file, counts, content_hash, state)
        self._drop([id for id, flight in self._flights.items() if flight.by is self])
        return gone

    def leave(self) -> None:
        """It could not be read to its end: what it had stays, also what was not seen now, and it counts as unread."""
        with telling(self._ledger_path), transaction(self._database):
            self._insert_file()
        self.__exit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give up what was not recorded; the file stays marked as being read."""
        self._drop([id for id, flight in self._flights.items() if flight.by is self])
        self._forget([id for id, found in self._here.items() if self._path in found])

    # Deciding

    def _known(self, ids: Sequence[bytes]) -> dict[bytes, list[_Row]]:
        found: dict[bytes, list[_Row]] = {}
        sql = "SELECT id, file, position, digest, held, since, pass FROM documents WHERE id IN"
        with telling(self._ledger_path):
            for id, *row in select_by_id(self._database, sql, set(ids)):
                found.setdefault(id, []).append(_Row(*row))
        return found

    def _fate(self, id: bytes, document: Seen, rows: list[_Row]) -> Fate:
        digest, position = bytes.fromhex(document.digest), position_of(document.origin, self.path)
        flight = self._flights.get(id)
        if flight is not None:
            return self._follow(flight, position, digest)
        holder = next((row for row in rows if row.held), None)
        if holder is not None and holder.digest == digest:
            return self._compare(id, holder, rows, position)
        if holder is not None and not self._beats(id, holder, rows, position, digest):
            self._leans = True
            return "duplicate"
        first = (self._path, position_order(position))
        self._flights[id] = Flight(self, position, digest, is_new=not rows, first=first)
        return "updated" if rows else "indexed"

    def _follow(self, flight: Flight, position: int | str, digest: bytes) -> Fate:
        flight.followers.add(self._path)
        self._leans = True
        ours = (self._path, position_order(position))
        if digest == flight.digest:
            flight.first = min(flight.first, ours)
        else:
            # The same id is never sent twice at once, as the sender keeps no order: the next reading sends it.
            self._again |= ours < flight.first
        return "duplicate"

    def _compare(self, id: bytes, holder: _Row, rows: list[_Row], position: int | str) -> Fate:
        """The text is the one that is held: from here, or from elsewhere."""
        here = self._here.setdefault(id, {})
        seen = self._path in here or (holder.seen == self._number and holder.position != position)
        here.setdefault(self._path, (self._since(rows, holder.digest), position))
        self._leans = True
        return "duplicate" if holder.file != self._file or seen else "unchanged"

    def _beats(self, id: bytes, holder: _Row, rows: list[_Row], position: int | str, digest: bytes) -> bool:
        """Whether this text is to be held instead: new in this run, and of this run's the first."""
        epoch, ours = self._reading.epoch, position_order(position)
        if holder.file == self._file and position_order(holder.position) == ours:
            return True  # what is held was here, and is here no more
        if self._since(rows, digest) < epoch:
            return False  # this was decided when the text was new
        for path, (since, here) in self._here.get(id, {}).items():
            if since == epoch and (path, position_order(here)) < (self._path, ours):
                return False
        rivals = [row for row in rows if row.digest == holder.digest and row.since == epoch]
        return all((self._path, ours) < self._place(row) for row in rivals)

    def _since(self, rows: list[_Row], digest: bytes) -> int:
        own = (row.since for row in rows if row.file == self._file and row.digest == digest)
        return min(own, default=self._reading.epoch)

    def _place(self, row: _Row) -> tuple[str, Order]:
        with telling(self._ledger_path):
            (path,) = self._database.execute("SELECT path FROM files WHERE id = ?", (row.file,)).fetchone()
        return path, position_order(row.position)

    # Writing

    def _drop(self, ids: list[bytes]) -> None:
        followers = {path for id in ids for path in self._flights.pop(id).followers}
        if followers:
            with telling(self._ledger_path):
                self._database.executemany(
                    "UPDATE files SET state = 'stale' WHERE path = ? AND state = 'done'",
                    [(path,) for path in followers],
                )

    def _forget(self, ids: Iterable[bytes]) -> None:
        """These are recorded, or given up."""
        for id in ids:
            found = self._here.get(id, {})
            if found.pop(self._path, None) and not found:
                del self._here[id]

    def _leans_on_nothing(self, file: int) -> bool:
        """Whether a story was not sent because another stood for it, and that one is not there after all."""
        rows = self._database.execute(UNHELD + " AND file = ?", (file,))
        lost = False
        for (id,) in rows:
            flight = self._flights.get(id)
            if flight is None:
                lost = True
            else:
                flight.followers.add(self._path)
        return lost

    def _insert_file(self) -> int:
        if self._file is None:
            reading = self._reading
            (self._file,) = self._database.execute(
                "INSERT INTO files VALUES (NULL, ?, ?, ?, NULL, ?, ?, ?, 'reading', 0, 0, 0, 0, 0, '{}')"
                " ON CONFLICT (path) DO UPDATE SET pass = pass RETURNING id",
                (self._path, reading.size, reading.mtime_ns, reading.format, reading.run_id, self._number),
            ).fetchone()
        assert self._file is not None
        return self._file

    def _write_file(self, file: int, counts: Counts, content_hash: str | None, state: str) -> None:
        reading = self._reading
        self._database.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, content_hash = ?, format = ?, run_id = ?,"
            " state = CASE state WHEN 'stale' THEN state ELSE ? END, read = ?, indexed = ?, updated = ?,"
            " unchanged = ?, duplicate = ?, rejected = ? WHERE id = ?",
            (
                reading.size, reading.mtime_ns, content_hash, reading.format, reading.run_id, state, counts.read,
                counts.indexed, counts.updated, counts.unchanged, counts.duplicate,
                orjson.dumps(dict(counts.rejected)).decode(), file,
            ),
        )  # fmt: skip
