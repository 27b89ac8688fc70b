"""A file that the disk or the system does not give, whole or in part: what it yielded before is not given up."""

import os

import pytest

import sources.opened
from flows.desk import Desk
from flows.opening import open_run
from flows.reindex import Wish, reindex
from flows.settings import Settings
from flows.steps import Job
from flows.verify import audit_target
from tests.flows.test_run import held, ingest, story, write

STORIES = 600  # more than one read from the disk


@pytest.fixture
def target(tmp_path):
    return f"file:{tmp_path / 'index'}"


@pytest.fixture
def wire(target, tmp_path):
    path = write(tmp_path / "wire.jsonl", map(story, range(STORIES)))
    ingest(target, path)
    return path


@pytest.fixture
def failing(monkeypatch):
    """Disks that fail after so many bytes."""
    whole = sources.opened.Opened._read_file
    after = [0]

    def read(self, file):
        given = 0
        for chunk in whole(self, file):
            if given >= after[0]:
                raise OSError(5, "Input/output error")
            given += len(chunk)
            yield chunk

    def fail(bytes_read: int) -> None:
        after[0] = bytes_read
        monkeypatch.setattr(sources.opened.Opened, "_read_file", read)

    yield fail
    monkeypatch.undo()


def grow(path):
    path.write_bytes(path.read_bytes() + b"\n")


def test_one_that_vanishes_between_its_finding_and_its_reading(target, wire, tmp_path):
    """As with one that vanished before, only --prune removes what it held."""
    grow(wire)
    with open_run(Job(paths=[str(wire)], workers=0), Settings(), target) as run:
        wire.rename(tmp_path / "away")
        for shard in run.shards():
            run.load(shard)
        report = run.report()
    assert (report.counts.read, dict(report.counts.rejected)) == (1, {"unreadable": 1})
    assert (report.removed, report.balances, len(held(target))) == (0, True, STORIES)
    (tmp_path / "away").rename(wire)
    assert ingest(target, wire).counts.unchanged == STORIES
    wire.unlink()
    assert ingest(target, prune=True).removed == STORIES


@pytest.mark.parametrize("after", [0, 65536])
def test_a_disk_that_fails(target, wire, failing, monkeypatch, after):
    assert wire.stat().st_size > 65536 * 1.2
    grow(wire)
    failing(after)
    report = ingest(target, wire)
    assert dict(report.counts.rejected)["unreadable"] == 1
    assert (report.removed, report.balances, len(held(target))) == (0, True, STORIES)
    assert "not read to their end" in report.notes[-1]
    desk = Desk(settings=Settings(workers=0), target=target)
    assert audit_target(desk).unfinished == (str(wire),)
    monkeypatch.undo()
    report = ingest(target, wire)
    assert (report.counts.unchanged, report.notes) == (STORIES, ())
    assert audit_target(desk).agrees


def test_a_new_file_on_a_disk_that_fails(target, tmp_path, failing, monkeypatch):
    path = write(tmp_path / "new.jsonl", map(story, range(STORIES)))
    failing(65536)
    report = ingest(target, path)
    assert report.balances
    assert 0 < report.counts.indexed < STORIES
    monkeypatch.undo()
    report = ingest(target, path)
    assert report.counts.indexed + report.counts.unchanged == STORIES
    assert len(held(target)) == STORIES


def test_the_raw_copy_of_the_last_whole_reading_stays(target, wire, failing, monkeypatch):
    grow(wire)
    failing(0)
    ingest(target, wire)
    wire.unlink()
    desk = Desk(settings=Settings(workers=0), target=target)
    assert reindex(desk, Wish()).missing == ()
    assert len(held(target)) == STORIES


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_one_that_may_not_be_read_any_more(target, wire):
    grow(wire)
    wire.chmod(0)
    report = ingest(target, wire)
    assert (dict(report.counts.rejected), report.removed) == ({"unreadable": 1}, 0)
    assert len(held(target)) == STORIES
