"""A loader in small: the order of calls that the ledger asks of a run, on an engine that is a log file.

Run as a program it loads a corpus from a JSON file, so that a test can kill it anywhere.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from ledger import Ledger, open_ledger
from ledger.raw import RawStore, open_raw
from ledger.records import Seen
from ledger.rejects import Rejects, open_rejects
from ledger.report import Tally
from transforms.records import RawDocument, Reject

#: path → the documents that it yields, each an id and a text; the text "bad" is rejected
Corpus = dict[str, list[tuple[str, str]]]
BATCH = 3


class LogEngine:
    """Holds id → text; what is not committed is lost with the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.held: dict[str, str] = {}
        self.sent = 0
        self._pending: list[tuple[str, str | None]] = []
        if path.exists():
            for line in path.read_text().splitlines():
                self._apply(json.loads(line))

    def load(self, id: str, text: str) -> None:
        self.sent += 1
        self._pending.append((id, text))

    def delete(self, id: str) -> None:
        self._pending.append((id, None))

    def commit(self) -> None:
        if self._pending:
            with self.path.open("ab", buffering=0) as log:
                log.write(json.dumps(self._pending).encode() + b"\n")
        self._apply(self._pending)
        self._pending = []

    def _apply(self, changes: list[tuple[str, str | None]]) -> None:
        for id, text in changes:
            if text is None:
                self.held.pop(id, None)
            else:
                self.held[id] = text


def hexed(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def nothing() -> None:
    pass


class Driver:
    """Loads a corpus. `tick` is called between any two steps, and may raise or kill."""

    def __init__(self, folder: Path, *, tick: Callable[[], None] = nothing, identity: str = "one") -> None:
        self.engine = LogEngine(folder / "engine.log")
        self.tick = tick
        self.total = Tally()
        self.ledger: Ledger = open_ledger(folder, target="file:test", identity=identity)
        self.rejects: Rejects = open_rejects(folder, run_id="r", version="1")
        self.raw: RawStore = open_raw(folder, segment_bytes=2000)

    def run(self, corpus: Corpus, *, prune: bool = True, rescan: bool = False) -> None:
        run_id = f"run-{os.getpid()}-{len(self.ledger.runs(99))}"
        self.ledger.start(run_id, version="1")
        for path in corpus:
            self._file(path, corpus[path], rescan=rescan)
        if prune:
            vanished = [entry.path for entry in self.ledger.files() if entry.path not in corpus]
            for path in vanished:
                self.raw.forget(path)
                self.rejects.begin(path)
            self.raw.flush()
            self.tick()
            self.rejects.flush()
            self.tick()
            self.ledger.prune(vanished)
        self.tick()
        while stale := self.ledger.stale():
            for path in stale:
                self._file(path, corpus[path], rescan=True)
        self._bury()
        self.ledger.end(b"{}")

    def run_at_once(self, corpus: Corpus, order: list[int]) -> None:
        """Load all files at the same time, their batches mixed in `order`, as workers would deliver them."""
        self.ledger.start("at once", version="1")
        work = []
        for path, documents in corpus.items():
            reading = self.ledger.begin(path, size=len(documents), mtime_ns=1)
            self.raw.begin(path)
            starts = iter(range(0, len(documents), BATCH))
            work.append((reading, Tally(), starts, documents))
        while work:
            turn = order.pop() % len(work) if order else 0
            reading, tally, starts, documents = work[turn]
            start = next(starts, None)
            if start is not None:
                self._batch(reading, tally, start, documents[start : start + BATCH])
                continue
            self.raw.finish(reading.path)
            self.raw.flush()
            self.rejects.flush()
            reading.finish(tally.counts)
            del work[turn]
        while stale := self.ledger.stale():
            for path in stale:
                self._file(path, corpus[path], rescan=True)
        self._bury()
        self.ledger.end(b"{}")

    def close(self) -> None:
        self.rejects.close()
        self.raw.close()
        self.ledger.close()

    def _file(self, path: str, documents: list[tuple[str, str]], *, rescan: bool) -> None:
        mtime_ns = int(hexed(repr(documents))[:12], 16)
        entry = self.ledger.unchanged(path, size=len(documents), mtime_ns=mtime_ns)
        if entry is not None and not rescan:
            self.total.add(entry.counts.skipped())
            return
        tally = Tally()
        with self.ledger.begin(path, size=len(documents), mtime_ns=mtime_ns) as reading:
            self.rejects.begin(path)
            self.raw.begin(path)
            for start in range(0, len(documents), BATCH):
                self._batch(reading, tally, start, documents[start : start + BATCH])
            self.raw.finish(path)
            self.raw.flush()
            self.tick()
            self.rejects.flush()
            self.tick()
            reading.finish(tally.counts)
        self.total.add(tally.counts)
        self.tick()

    def _batch(self, reading, tally: Tally, start: int, documents: list[tuple[str, str]]) -> None:  # type: ignore[no-untyped-def]
        seen, texts = [], {}
        for number, (name, text) in enumerate(documents, start + 1):
            origin = f"{reading.path}#{number}"
            tally.read(origin)
            self.raw.add(reading.path, RawDocument(origin=origin, media="text", text=f"{name}\n{text}"))
            if text == "bad":
                tally.reject(origin, "bad")
                self.rejects.add(Reject(origin=origin, stage="shape", reason="bad"), path=reading.path)
            else:
                seen.append(Seen(hexed(name), hexed(text), origin, "en"))
                texts[origin] = text
        fates = reading.fates(seen)
        for document, fate in zip(seen, fates, strict=True):
            tally.settle(document.origin, fate)
            if fate in ("indexed", "updated"):
                self.engine.load(document.id, texts[document.origin])
        self.tick()
        self.engine.commit()
        self.tick()
        reading.record(seen)
        self.tick()

    def _bury(self) -> None:
        while ids := self.ledger.doomed(limit=2):
            for id in ids:
                self.engine.delete(id)
            self.tick()
            self.engine.commit()
            self.tick()
            self.ledger.buried(ids)


def main(folder: str, corpus: str) -> None:
    driver = Driver(Path(folder))
    print("ready", flush=True)
    driver.run(
        {path: [(a, b) for a, b in rows] for path, rows in json.loads(Path(corpus).read_text()).items()}
    )
    driver.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
