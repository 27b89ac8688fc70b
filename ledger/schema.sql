-- The ledger's tables. Ids and digests are 16 bytes each; a document takes about 130 bytes with its indexes.
-- `PRAGMA user_version` counts changes of this file.
PRAGMA user_version = 1;

CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  run_id TEXT PRIMARY KEY,
  number INTEGER NOT NULL,     -- in order of starting
  epoch INTEGER NOT NULL,      -- the same as the run's before when that one did not end: this one resumes it
  version TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  report BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  content_hash TEXT,
  format TEXT,
  run_id TEXT NOT NULL,
  pass INTEGER NOT NULL,       -- how often a reading was begun
  state TEXT NOT NULL,         -- records.State
  read INTEGER NOT NULL,
  indexed INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  duplicate INTEGER NOT NULL,
  rejected TEXT NOT NULL       -- JSON: counts by reason
) STRICT;
CREATE INDEX files_to_read ON files (state) WHERE state <> 'done';

-- A row for each place where a story was found. The engine holds the text of the one whose `held` is 1.
-- Of several texts the newest (`since`) is held, of equally new ones the first by path and position.
CREATE TABLE documents (
  id BLOB NOT NULL,
  file INTEGER NOT NULL,
  position ANY NOT NULL,       -- 0: the whole file; n: "#n"; else what follows the path in the origin
  digest BLOB NOT NULL,
  "index" TEXT NOT NULL,
  held INTEGER NOT NULL,       -- 1: its text is the one that the engine holds, else 0
  since INTEGER NOT NULL,      -- the epoch in which the file first had this text of the story
  pass INTEGER NOT NULL,       -- files.pass when it was last seen
  PRIMARY KEY (id, file, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_of_file ON documents (file);

-- Ids that no file yields any more and that the engine may still hold.
CREATE TABLE doomed (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
