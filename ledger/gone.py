"""What becomes of documents whose file no longer yields them."""

from __future__ import annotations

import sqlite3

from ledger.positions import told_text
from ledger.records import Gone


def remove_rows(database: sqlite3.Connection, file: int, *, before: int | None) -> Gone:
    """Forget a file's rows that its pass `before` did not see; None: all of them. Inside a transaction.

    A story that only moved within its file stays held: an added line at the top of a file of a million
    sends nothing. One that another file yields too is not deleted; if the text that stood for it is gone,
    the file whose text comes next is marked stale, and reading it again sends that text.
    """
    ask = database.execute
    ask("CREATE TEMP TABLE IF NOT EXISTS gone (id BLOB PRIMARY KEY, digest BLOB, held INTEGER) WITHOUT ROWID")
    ask("DELETE FROM gone")
    ask(
        "INSERT INTO gone SELECT id, digest, held FROM documents WHERE file = ?1 AND pass IS NOT ?2"
        " ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, held = 1 WHERE excluded.held = 1",
        (file, before),
    )
    ask("DELETE FROM documents WHERE file = ?1 AND pass IS NOT ?2", (file, before))
    ask(
        "UPDATE documents SET held = 1 FROM gone WHERE gone.held = 1 AND documents.id = gone.id AND file = ?1"
        " AND position = (SELECT position FROM documents AS moved WHERE moved.id = gone.id AND file = ?1"
        " AND moved.digest = gone.digest ORDER BY position LIMIT 1)",
        (file,),
    )
    doomed = ask(
        "INSERT OR IGNORE INTO doomed SELECT id FROM gone"
        " WHERE NOT EXISTS (SELECT 1 FROM documents WHERE documents.id = gone.id)"
    ).rowcount
    return Gone(documents=doomed, stale=_mark_stale(database))


def _mark_stale(database: sqlite3.Connection) -> tuple[str, ...]:
    heirs = database.execute(
        "SELECT DISTINCT (SELECT file FROM documents JOIN files ON files.id = file"
        " WHERE documents.id = gone.id ORDER BY since DESC, path, position LIMIT 1)"
        " FROM gone WHERE gone.held = 1"
        " AND EXISTS (SELECT 1 FROM documents WHERE documents.id = gone.id)"
        " AND NOT EXISTS (SELECT 1 FROM documents WHERE documents.id = gone.id AND held = 1)"
    ).fetchall()
    database.executemany("UPDATE files SET state = 'stale' WHERE id = ?", heirs)
    paths = [database.execute("SELECT path FROM files WHERE id = ?", heir).fetchone()[0] for heir in heirs]
    return tuple(sorted(map(told_text, paths)))
