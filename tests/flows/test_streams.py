"""Standard input: it comes once, so that each run's is accounted for and kept on its own."""

import io
import os
import signal
import sys

import orjson
import pytest

import flows.reading
import flows.shards
from flows.desk import Desk
from flows.opening import open_run
from flows.reindex import Wish, reindex
from flows.settings import Settings, state_folder
from flows.steps import Job
from flows.verify import audit_target, repair
from ledger import read_ledger
from ledger.raw import read_raw_files
from tests.flows.test_run import held, ingest, story


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(settings=Settings(workers=0), target=f"file:{tmp_path / 'index'}")


def pipe(monkeypatch, *numbers: int) -> None:
    lines = b"".join(orjson.dumps(story(number)) + b"\n" for number in numbers)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))


def files(desk: Desk) -> list[tuple[str, int]]:
    with read_ledger(state_folder(desk.settings, desk.target)) as ledger:
        return [(entry.state, entry.counts.read) for entry in ledger.files()]


def test_what_several_runs_read_is_reindexed(desk, monkeypatch):
    pipe(monkeypatch, 1, 2)
    ingest(desk.target, "-")
    pipe(monkeypatch, 2, 3, 4)
    report = ingest(desk.target, "-", prune=True)
    assert (report.counts.indexed, report.counts.duplicate, report.removed) == (2, 1, 0)
    before = held(desk.target)
    assert len(before) <= 4
    assert sorted(files(desk)) == [("done", 2), ("done", 3)]  # both may have begun in one second
    done = reindex(desk, Wish())
    assert (done.swapped, done.missing, done.from_disk, done.new_documents) == (True, (), (), {"en": 4})
    assert held(desk.target) == before
    assert audit_target(desk).agrees
    assert ingest(desk.target).counts.read == 0


def test_what_was_not_kept_is_said_to_be_missing(desk, monkeypatch):
    pipe(monkeypatch, 1)
    ingest(desk.target, "-", settings=Settings(keep_bytes=0))
    done = reindex(desk, Wish())
    assert not done.swapped
    assert [path[:2] for path in done.missing] == ["-@"]


def test_what_a_killed_run_had_read_stays_and_is_kept(desk, monkeypatch):
    monkeypatch.setattr(flows.reading, "_BATCH_DOCUMENTS", 2)
    monkeypatch.setattr(flows.shards, "_SHARD_DOCUMENTS", 2)
    pipe(monkeypatch, *range(9))
    child = os.fork()
    if child == 0:
        try:
            with open_run(Job(paths=["-"], workers=0), desk.settings, desk.target) as run:
                for shard in run.shards():
                    run.load(shard)
                    if shard.number == 3:
                        os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    kept = read_raw_files(state_folder(desk.settings, desk.target))
    assert [(file.documents, file.whole) for file in kept] == [(6, True)]
    assert not ingest(desk.target).notes
    assert [state for state, _ in files(desk)] == ["done"]
    assert audit_target(desk).agrees
    assert reindex(desk, Wish()).new_documents == {"en": 6}


def test_without_its_ledger_a_repair_takes_it_for_no_stray(desk, monkeypatch, tmp_path):
    pipe(monkeypatch, 1, 2)
    ingest(desk.target, "-")
    (state_folder(desk.settings, desk.target) / "ledger.sqlite").unlink()
    wire = tmp_path / "wire.jsonl"
    wire.write_bytes(b"".join(orjson.dumps(story(number)) + b"\n" for number in range(5, 9)))
    ingest(desk.target, wire)
    found = audit_target(desk)
    assert len(found.ids("stray")) == 2
    done = repair(desk, found)
    assert (done.removed, done.after.agrees, done.after.documents) == (0, True, 6)
    assert len(held(desk.target)) == 6
