"""A row of the files table as a FileEntry."""

from __future__ import annotations

from typing import Any

import orjson

from ledger.positions import told_text
from ledger.records import Counts, FileEntry

SELECT_FILE = (
    "SELECT path, size, mtime_ns, content_hash, format, run_id, state,"
    " read, indexed, updated, unchanged, duplicate, rejected FROM files"
)


def file_entry(row: tuple[Any, ...]) -> FileEntry:
    """The entry that a row of SELECT_FILE tells."""
    path, size, mtime_ns, content_hash, format, run_id, state, *counts, rejected = row
    read, indexed, updated, unchanged, duplicate = counts
    return FileEntry(
        path=told_text(path),
        size=size,
        mtime_ns=mtime_ns,
        content_hash=content_hash,
        format=format,
        run_id=run_id,
        state=state,
        counts=Counts(
            read=read,
            indexed=indexed,
            updated=updated,
            unchanged=unchanged,
            duplicate=duplicate,
            rejected=orjson.loads(rejected),
        ),
    )
