"""The open ledger: which files and documents are known, and what is still to be done in the engine."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from ledger.database import select_by_id, telling, transaction
from ledger.entries import SELECT_FILE, file_entry
from ledger.facts import Facts
from ledger.flights import Flight, Here
from ledger.gone import remove_rows
from ledger.lock import RunLock
from ledger.passes import UNHELD, Pass, Reading
from ledger.positions import origin_of, stored_text, told_text
from ledger.records import STREAM, Entry, FileEntry, Gone, LedgerError, Origin, Run, Totals

_BATCH = 500  # files at a time
_KEPT_RUNS = 100


class Ledger:
    """The accounts of one target. Made by `open_ledger` (writing) or `read_ledger`; close it.

    The order of a run's steps is what makes it survive a kill at any point:
    load → `engine.commit()` → `pass.record(…)` → `pass.finish(…)` → delete what `doomed()` names →
    `engine.commit()` → `buried(…)`. The ledger never says that the engine holds what it may not hold.
    """

    def __init__(self, database: sqlite3.Connection, path: Path, lock: RunLock | None) -> None:
        self._database = database
        self._lock = lock
        self._under_way: tuple[dict[bytes, Flight], Here] = {}, {}
        self._run: tuple[str, int] | None = None  # run id, epoch
        self.path = path
        self.facts = Facts(database, path)
        self.notes: list[str] = []  # what the opening found, in words
        self.fresh = False  # True: nothing was known at opening, so the engine may hold more than this tells
        self.new = False  # True: no run was ever begun with it

    # Runs

    def start(self, run_id: str, *, version: str) -> None:
        """Begin a run. One that follows an unended run resumes it, so that it ends as that one would have."""
        with self.batch():
            last = self._database.execute(
                "SELECT number, epoch, ended_at FROM runs ORDER BY number DESC LIMIT 1"
            ).fetchone()
            number, epoch = (1, 1) if last is None else (last[0] + 1, last[1] + (last[2] is not None))
            self._database.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?, ?, NULL, NULL)",
                (run_id, number, epoch, version, _now()),
            )
            self._database.execute("DELETE FROM runs WHERE number <= ?", (number - _KEPT_RUNS,))
            if last is not None and last[2] is None:
                # What a killed run had of standard input is all that there will ever be of it.
                self._database.execute(
                    "UPDATE files SET state = 'done' WHERE state = 'reading' AND path GLOB ?", (f"{STREAM}*",)
                )
                # A duplicate may have relied on a document that was on its way when the run was killed.
                self._database.execute(
                    "UPDATE files SET state = 'stale' WHERE state = 'done' AND id IN"
                    f" (SELECT file FROM documents WHERE id IN ({UNHELD}))"
                )
            if self.facts.home is None:
                self.facts.home = os.getcwd()  # noqa: PTH109 (names are strings)
        self._run = (run_id, epoch)

    def end(self, report: bytes) -> None:
        """The run came to its end; `report` is RunReport.to_json()."""
        run_id, _ = self._running()
        with self.batch():
            self._database.execute(
                "UPDATE runs SET ended_at = ?, report = ? WHERE run_id = ?", (_now(), report, run_id)
            )
        self._run = None

    def runs(self, limit: int = 10) -> list[Run]:
        """The last runs, newest first."""
        with telling(self.path):
            rows = self._database.execute(
                "SELECT run_id, version, started_at, ended_at, report FROM runs ORDER BY number DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [
            Run(run_id=run_id, version=version, started_at=started, ended_at=ended, report=report)
            for run_id, version, started, ended, report in rows
        ]

    def versions(self) -> Mapping[str, int]:
        """How many files were last read by each version of copydesk; "" for runs long past."""
        with telling(self.path):
            return dict(
                self._database.execute(
                    "SELECT coalesce(version, ''), count(*) FROM files LEFT JOIN runs USING (run_id) GROUP BY 1"
                )
            )

    def adopt(self, identity: str) -> None:
        """Tie the ledger to the engine's index: call it after each commit, at least the first.

        An index that was made anew meanwhile by someone else raises: the accounts no longer hold.
        """
        with telling(self.path):
            known = self._database.execute("SELECT value FROM facts WHERE name = 'identity'").fetchone()
            if known is not None and known[0] not in ("", identity):
                raise LedgerError(
                    "the index was made anew by someone else while this run loaded it",
                    hint="run it again: all input will be read once more",
                )
            if known is None or known[0] != identity:
                self._database.execute("INSERT OR REPLACE INTO facts VALUES ('identity', ?)", (identity,))

    # Files

    def known(self, path: str) -> FileEntry | None:
        """What is known of a file; None when it was never read."""
        with telling(self.path):
            row = self._database.execute(f"{SELECT_FILE} WHERE path = ?", (stored_text(path),)).fetchone()
        return None if row is None else file_entry(row)

    def unchanged(self, path: str, *, size: int, mtime_ns: int) -> FileEntry | None:
        """The entry of a file that need not be read: read to its end before, and not touched since."""
        entry = self.known(path)
        if entry is None or entry.state != "done" or (entry.size, entry.mtime_ns) != (size, mtime_ns):
            return None
        return entry

    def touch(self, path: str, *, size: int, mtime_ns: int) -> None:
        """A file was found to hold the bytes that it had when it was last read, whatever its time says."""
        with self.batch():
            self._database.execute(
                "UPDATE files SET size = ?, mtime_ns = ? WHERE path = ?", (size, mtime_ns, stored_text(path))
            )

    def files(self) -> Iterator[FileEntry]:
        """Every known file, by path."""
        last = ""
        while True:
            with telling(self.path):
                rows = self._database.execute(
                    f"{SELECT_FILE} WHERE path > ? ORDER BY path LIMIT {_BATCH}", (last,)
                ).fetchall()
            if not rows:
                return
            yield from map(file_entry, rows)
            last = rows[-1][0]

    def stale(self) -> list[str]:
        """Files to be read again: begun and not ended, or a story of theirs is no longer held from elsewhere."""
        with telling(self.path):
            rows = self._database.execute("SELECT path FROM files WHERE state <> 'done' ORDER BY path")
            return [told_text(path) for (path,) in rows]

    def begin(
        self, path: str, *, size: int, mtime_ns: int, format: str | None = None, replace: bool = True
    ) -> Pass:
        """Begin to read a file. Until its `finish`, the file counts as unread.

        With `replace` what this reading does not yield again is given up at the end; without, it is kept
        (for single documents that are tried again).
        """
        run_id, epoch = self._running()
        reading = Reading(
            path=path,
            size=size,
            mtime_ns=mtime_ns,
            format=format,
            run_id=run_id,
            epoch=epoch,
            replace=replace,
        )
        return Pass(self._database, self.path, self._under_way, reading)

    def prune(self, paths: Iterable[str]) -> Gone:
        """Forget these files; the ids that no other file yields become doomed.

        First let the raw store and the rejects forget them, and flush: what the ledger has forgotten, it will
        not name again.
        """
        files, documents, stale = [], 0, set[str]()
        for path in paths:
            with self.batch():
                named = (stored_text(path),)
                row = self._database.execute("SELECT id FROM files WHERE path = ?", named).fetchone()
                if row is None:
                    continue
                gone = remove_rows(self._database, row[0], before=None)
                self._database.execute("DELETE FROM files WHERE id = ?", row)
            files.append(path)
            documents += gone.documents
            stale.update(gone.stale)
        return Gone(files=tuple(files), documents=documents, stale=tuple(sorted(stale - set(files))))

    # Documents

    def lookup(self, ids: Sequence[str]) -> dict[str, Entry]:
        """What the engine should hold for these ids; those that it should not hold are left out."""
        sql = 'SELECT id, digest, "index" FROM documents WHERE held = 1 AND id IN'
        with telling(self.path):
            rows = select_by_id(self._database, sql, map(bytes.fromhex, ids))
            return {id.hex(): Entry(digest=digest.hex(), index=index) for id, digest, index in rows}

    def knows(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that some file yields: what the engine holds beyond them is a stray."""
        sql = "SELECT id FROM documents WHERE id IN"
        with telling(self.path):
            return {id.hex() for (id,) in select_by_id(self._database, sql, map(bytes.fromhex, ids))}

    def origins(self, id: str) -> list[Origin]:
        """Every place where a story was found, the one that the engine holds first."""
        with telling(self.path):
            rows = self._database.execute(
                "SELECT path, position, digest, held AS is_held FROM documents"
                " JOIN files ON files.id = file WHERE documents.id = ? ORDER BY is_held DESC, path, position",
                (bytes.fromhex(id),),
            ).fetchall()
        return [
            Origin(origin=origin_of(path, position), path=path, digest=digest.hex(), held=bool(held))
            for path, position, digest, held in ((told_text(path), *row) for path, *row in rows)
        ]

    def everything(self) -> Iterator[tuple[str, Entry]]:
        """Every id that the engine should hold, in order of id. The ledger may be written meanwhile."""
        last = b""
        while True:
            with telling(self.path):
                rows = self._database.execute(
                    'SELECT id, digest, "index" FROM documents'
                    " WHERE id > ? AND held = 1 ORDER BY id LIMIT 5000",
                    (last,),
                ).fetchall()
            if not rows:
                return
            for id, digest, index in rows:
                yield id.hex(), Entry(digest=digest.hex(), index=index)
            last = rows[-1][0]

    def distrust(self, ids: Sequence[str]) -> list[str]:
        """The engine does not hold these after all: the files that yield them, which it gives, are to be read again."""
        with self.batch():
            keys = [(bytes.fromhex(id),) for id in ids]
            self._database.executemany("UPDATE documents SET held = 0 WHERE id = ?", keys)
            self._database.executemany(
                "UPDATE files SET state = 'stale' WHERE id IN (SELECT file FROM documents WHERE id = ?)", keys
            )
        return self.stale()

    def doomed(self, limit: int = 10_000) -> list[str]:
        """Ids that the engine is to delete now: no file yields them, and none is on its way."""
        with telling(self.path):
            flights, _ = self._under_way
            rows = self._database.execute("SELECT id FROM doomed LIMIT ?", (limit + len(flights),))
            return [id.hex() for (id,) in rows if id not in flights][:limit]

    def buried(self, ids: Sequence[str]) -> None:
        """The engine deleted these and committed."""
        keys = [(bytes.fromhex(id),) for id in ids]
        with self.batch():
            self._database.executemany("DELETE FROM doomed WHERE id = ?", keys)

    def totals(self) -> Totals:
        """How much is known altogether."""
        with telling(self.path):
            ask = self._database.execute
            by_index = dict(
                ask('SELECT "index", count(*) FROM documents WHERE held = 1 GROUP BY 1 ORDER BY 1')
            )
            one = "SELECT count(*) FROM"
            return Totals(
                files=ask(f"{one} files").fetchone()[0],
                documents=sum(by_index.values()),
                origins=ask(f"{one} documents").fetchone()[0],
                by_index=by_index,
                to_delete=ask(f"{one} doomed").fetchone()[0],
                unfinished=ask(f"{one} files WHERE state <> 'done'").fetchone()[0],
            )

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make everything inside one transaction: for many small files recorded and finished together."""
        with telling(self.path), transaction(self._database):
            yield

    def close(self) -> None:
        """Release the file and the run lock."""
        self._database.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> tuple[str, int]:
        if self._run is None:
            raise ValueError("Ledger.start was not called")
        return self._run


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
