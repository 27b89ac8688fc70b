"""Opening the ledger: alone, of the right index and version, and also when the file is damaged."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ledger import LedgerError, open_ledger, read_ledger
from ledger.records import Counts, Seen
from tests.ledger.driver import hexed

HOLD = """
import sys, time
from pathlib import Path
from ledger import open_ledger
with open_ledger(Path(sys.argv[1]), target="file:test", identity="one"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def open_one(folder: Path, identity: str = "one", **more):
    return open_ledger(folder, target="file:test", identity=identity, **more)


def hold(folder: Path, seconds: float) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def fill(folder: Path, files: int = 1, each: int = 1) -> None:
    with open_one(folder) as ledger:
        ledger.start("r1", version="1.0")
        for file in range(files):
            path = f"folder/wire-{file:04}.jsonl"
            with ledger.begin(path, size=1, mtime_ns=1) as reading:
                rows = [
                    Seen(hexed(f"{path}{n}"), hexed(f"text {path}{n}"), f"{path}#{n}", "en")
                    for n in range(1, each + 1)
                ]
                reading.fates(rows)
                reading.record(rows)
                reading.finish(Counts(read=each, indexed=each))
        ledger.end(b'{"read": 1}')


def test_a_second_run_is_told_who_has_the_first(tmp_path: Path):
    with hold(tmp_path, 30) as holder:
        with pytest.raises(LedgerError) as caught:
            open_one(tmp_path)
        holder.kill()
    message = str(caught.value)
    assert "another run is writing to file:test" in message
    assert f"process {holder.pid} on " in message
    assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", message)
    assert "--wait" in caught.value.hint


def test_a_second_run_in_the_same_process_is_kept_out_too(tmp_path: Path):
    with open_one(tmp_path), pytest.raises(LedgerError, match=f"process {os.getpid()} "):
        open_one(tmp_path)
    open_one(tmp_path).close()


def test_a_second_run_waits_when_asked_to(tmp_path: Path):
    told: list[str] = []
    with hold(tmp_path, 0.3), open_one(tmp_path, wait=True, say=told.append) as ledger:
        assert told[0].endswith("waiting for it to end")
        assert ledger.notes == told


def test_a_killed_run_leaves_no_lock(tmp_path: Path):
    with hold(tmp_path, 30) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    open_one(tmp_path).close()


def sleep_on(seconds: float) -> None:
    time.sleep(seconds)


def test_a_forked_worker_that_outlives_its_run_does_not_keep_the_lock(tmp_path: Path):
    ledger = open_one(tmp_path)
    worker = multiprocessing.get_context("fork").Process(target=sleep_on, args=(30,))
    worker.start()
    ledger._lock.release()
    try:
        deadline = time.monotonic() + 5
        while True:
            try:
                open_one(tmp_path).close()
                break
            except LedgerError:  # the worker has not run its first line yet
                assert time.monotonic() < deadline
                time.sleep(0.01)
    finally:
        worker.kill()
        worker.join()
        ledger.close()


def test_a_holder_that_has_not_signed_yet_is_still_a_holder(tmp_path: Path):
    with open_one(tmp_path):
        (tmp_path / "run.lock").write_bytes(b"")
        with pytest.raises(LedgerError, match="another run is writing to file:test$"):
            open_one(tmp_path)


def test_accounts_of_another_index_are_discarded(tmp_path: Path):
    fill(tmp_path)
    with open_one(tmp_path) as same:
        assert not same.fresh
        assert same.totals().documents == 1
    with open_one(tmp_path, identity="two") as other:
        assert other.fresh
        assert other.totals().files == other.totals().documents == 0
        assert other.runs() == []
        assert "made anew" in other.notes[0]


def test_accounts_of_no_index_are_never_trusted(tmp_path: Path):
    for _ in range(2):
        with open_one(tmp_path, identity="") as ledger:
            assert ledger.fresh


def test_accounts_begun_before_there_was_an_index_are_tied_to_it(tmp_path: Path):
    with open_one(tmp_path, identity="") as ledger:
        ledger.adopt("one")
        ledger.adopt("one")
        with pytest.raises(LedgerError, match="made anew by someone else"):
            ledger.adopt("two")
    with open_one(tmp_path) as again:
        assert not again.fresh


def test_a_ledger_of_another_version_says_so(tmp_path: Path):
    fill(tmp_path)
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(LedgerError, match="another version of copydesk") as caught:
        open_one(tmp_path)
    assert "delete the file" in caught.value.hint
    assert read_ledger(tmp_path) is None


def damage_start(path: Path) -> None:
    path.write_bytes(b"this is no database, although it is long enough" * 500)


def damage_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(5 * 4096 + 8)
        file.write(os.urandom(3 * 4096))


@pytest.mark.parametrize("damage", [damage_start, damage_page])
def test_a_damaged_ledger_is_moved_aside_and_made_anew(tmp_path: Path, damage):
    fill(tmp_path, each=500)
    for number in (1, 2):
        damage(tmp_path / "ledger.sqlite")
        with open_one(tmp_path) as ledger:
            assert ledger.fresh
            assert ledger.totals().documents == 0
            assert f"moved to ledger.sqlite.damaged-{number}" in ledger.notes[0]
        assert (tmp_path / f"ledger.sqlite.damaged-{number}").exists()
        fill(tmp_path, each=500)


def test_damage_that_shows_during_a_run_is_told(tmp_path: Path):
    fill(tmp_path, each=2000)
    with open_one(tmp_path) as ledger:
        ledger._database.execute("PRAGMA cache_size = 1")
        ledger._database.execute("PRAGMA shrink_memory")
        with (tmp_path / "ledger.sqlite").open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 60 * 4096)
        with pytest.raises(LedgerError, match="is damaged") as caught:
            list(ledger.everything())
    assert "run it again" in caught.value.hint


def test_reading_needs_no_lock_and_sees_what_is_committed(tmp_path: Path):
    assert read_ledger(tmp_path) is None
    fill(tmp_path)
    with open_one(tmp_path), read_ledger(tmp_path) as reader:
        assert reader.totals().documents == 1
        assert reader.versions() == {"1.0": 1}
        (run,) = reader.runs()
        assert (run.run_id, run.version, run.report) == ("r1", "1.0", b'{"read": 1}')
        assert run.ended_at is not None
        with pytest.raises(LedgerError, match="cannot write"):
            reader.buried([hexed("a")])


def test_many_runs_leave_only_the_last_hundred(tmp_path: Path):
    with open_one(tmp_path) as ledger:
        for number in range(103):
            ledger.start(f"r{number}", version="1")
            ledger.end(b"")
        assert len(ledger.runs(1000)) == 100
        with pytest.raises(ValueError, match=r"Ledger\.start"):
            ledger.begin("f", size=1, mtime_ns=1)


def test_a_state_folder_that_cannot_be_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="cannot make the state folder"):
        open_one(tmp_path / "file" / "state")
    (tmp_path / "state" / "run.lock").mkdir(parents=True)
    with pytest.raises(LedgerError, match="cannot write to the state folder"):
        open_one(tmp_path / "state")
    (tmp_path / "third" / "ledger.sqlite").mkdir(parents=True)
    with pytest.raises(LedgerError, match="cannot write the ledger"):
        open_one(tmp_path / "third")


def test_a_document_takes_less_than_200_bytes(tmp_path: Path):
    fill(tmp_path, files=10, each=2000)
    assert (tmp_path / "ledger.sqlite").stat().st_size / 20_000 < 150


def test_paging_gives_every_file_and_document_once(tmp_path: Path):
    fill(tmp_path, files=600, each=10)
    with open_one(tmp_path) as ledger:
        assert len({entry.path for entry in ledger.files()}) == 600
        known = dict(ledger.everything())
        assert len(known) == 6000
        assert ledger.lookup(list(known)) == known
        assert ledger.knows([*known, hexed("other")]) == set(known)
