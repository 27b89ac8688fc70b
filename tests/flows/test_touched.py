"""A file with another time and the same bytes: seen by its hash, and not cleaned again."""

import gzip
import os
import sqlite3
from contextlib import closing

import pytest

import flows.books
import flows.reading
from flows.desk import Desk
from flows.opening import open_run
from flows.reindex import Wish, reindex
from flows.settings import Settings, state_folder
from flows.steps import Job
from flows.verify import audit_target
from ledger import read_ledger
from sources.survey import fingerprint
from tests.flows.test_run import held, ingest, story, write


@pytest.fixture
def target(tmp_path):
    return f"file:{tmp_path / 'index'}"


@pytest.fixture
def wire(tmp_path):
    return write(tmp_path / "wire.jsonl", map(story, range(6)))


def entry(target, path):
    with read_ledger(state_folder(Settings(), target)) as ledger:
        return ledger.known(str(path))


def touch(path, ns=5):
    os.utime(path, ns=(ns, ns))


@pytest.fixture
def readings(monkeypatch):
    """The paths of files that are read and cleaned."""
    paths = []
    whole = flows.reading.read

    def read(path, **more):
        paths.append(path)
        return whole(path, **more)

    monkeypatch.setattr(flows.reading, "read", read)
    return paths


def test_it_is_counted_as_unchanged_and_its_time_entered(target, wire, readings):
    first = ingest(target, wire)
    touch(wire)
    report = ingest(target, wire)
    assert readings == [str(wire)]
    assert (report.files_skipped, report.counts.unchanged, report.removed) == (1, 6, 0)
    assert (first.counts.read, report.counts.read, report.balances) == (6, 6, True)
    assert entry(target, wire).mtime_ns == 5
    assert entry(target, wire).content_hash == fingerprint(str(wire)).digest
    assert audit_target(Desk(settings=Settings(), target=target)).agrees


def test_the_next_run_need_not_hash_it(target, wire, monkeypatch):
    ingest(target, wire)
    touch(wire)
    ingest(target, wire)
    monkeypatch.setattr(flows.books, "fingerprint", None)
    assert ingest(target, wire).files_skipped == 1


def test_other_bytes_of_the_same_size_are_read(target, wire):
    ingest(target, wire)
    before = held(target)
    content = wire.read_bytes().replace(b"plan 3", b"plan 9")
    wire.write_bytes(content)
    touch(wire)
    report = ingest(target, wire)
    assert (report.files_skipped, report.counts.unchanged, report.counts.read) == (0, 5, 6)
    assert len(held(target)) == len(before) == 6
    assert held(target) != before


def test_rescan_reads_it(target, wire, readings):
    ingest(target, wire)
    touch(wire)
    assert ingest(target, wire, rescan=True).counts.unchanged == 6
    assert len(readings) == 2


def test_a_ledger_that_has_no_hash_costs_one_reading(target, wire, readings):
    ingest(target, wire)
    with closing(sqlite3.connect(state_folder(Settings(), target) / "ledger.sqlite")) as database, database:
        database.execute("UPDATE files SET content_hash = NULL")
    touch(wire)
    assert ingest(target, wire).counts.unchanged == 6
    touch(wire, 6)
    assert ingest(target, wire).files_skipped == 1
    assert len(readings) == 2


def test_its_rejects_stay_listed(target, tmp_path):
    path = tmp_path / "wire.jsonl"
    path.write_bytes(b'{"headline": "A", "body":\n')
    first = ingest(target, path)
    touch(path)
    report = ingest(target, path)
    assert report.files_skipped == 1
    assert dict(report.counts.rejected) == dict(first.counts.rejected) == {"bad-json": 1}


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(200_000), gzip.compress(b"x" * 999)[:-9]]
)
def test_what_holds_no_article(target, tmp_path, content):
    path = tmp_path / "odd.txt"
    path.write_bytes(content)
    first = ingest(target, path)
    touch(path)
    report = ingest(target, path)
    assert report.balances
    assert report.counts == first.counts.skipped()


def test_the_hash_is_of_the_bytes_that_were_read(target, tmp_path, monkeypatch):
    """The file changes between its finding and its reading, and back: what is held is what was read then."""
    one, two = (write(tmp_path / f"{n}.jsonl", [story(n)]).read_bytes() for n in (1, 2))
    path = tmp_path / "wire.jsonl"
    path.write_bytes(one)
    with open_run(Job(paths=[str(path)], workers=0), Settings(), target) as run:
        path.write_bytes(two)
        for shard in run.shards():
            run.load(shard)
        run.report()
    path.write_bytes(one)
    touch(path)
    report = ingest(target, path)
    assert (report.counts.indexed, report.removed) == (1, 1)


def test_a_reindex_keeps_the_hash(target, wire, readings):
    ingest(target, wire)
    assert reindex(Desk(settings=Settings(workers=0), target=target), Wish()).swapped
    touch(wire)
    assert ingest(target, wire).files_skipped == 1
    assert len(readings) == 1


def test_pruning_and_stale_files(target, tmp_path, readings):
    """A text that was the one held goes with its file: the other one is read, however its hash."""
    one = write(tmp_path / "a.jsonl", [{**story(1), "url": "https://example.com/1"}])
    two = write(tmp_path / "b.jsonl", [{**story(1, " Late."), "url": "https://example.com/1"}])
    ingest(target, one, two)
    one.unlink()
    touch(two)
    report = ingest(target, two, prune=True)
    assert report.balances
    assert readings.count(str(two)) == 2
    assert entry(target, one) is None
    assert audit_target(Desk(settings=Settings(), target=target)).agrees
    assert len(held(target)) == 1


def test_a_file_that_cannot_be_hashed_is_read_and_rejected(target, wire, tmp_path, monkeypatch):
    from transforms.records import Reject

    ingest(target, wire)
    touch(wire)
    gone = Reject(origin=str(wire), stage="read", reason="unreadable", detail="Input/output error")
    monkeypatch.setattr(flows.books, "fingerprint", lambda _path: gone)
    assert ingest(target, wire).counts.unchanged == 6


def test_stopping_while_files_are_looked_at(target, tmp_path):
    paths = [write(tmp_path / f"{n}.jsonl", [story(n)]) for n in range(5)]
    ingest(target, *paths)
    for path in paths:
        touch(path)
    with open_run(Job(paths=list(map(str, paths)), workers=0), Settings(), target) as run:
        run.stopping = True
        assert list(run.shards()) == []
        report = run.report()
    assert report.files_skipped == 0
    assert "stopped before the end" in report.notes[-1]
    assert ingest(target, *paths).files_skipped == 5
