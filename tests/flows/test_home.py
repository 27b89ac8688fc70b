"""Relative names, and the folders that commands are run from: one name in two folders is two files."""

import shutil
from pathlib import Path

import pytest

from flows.desk import Desk
from flows.reindex import Wish, reindex
from flows.retry import Choice, retry_rejects
from flows.settings import Settings, state_folder
from flows.verify import audit_target, repair
from ledger import read_ledger
from tests.flows.test_run import held, ingest, story, write


@pytest.fixture
def folders(tmp_path):
    """Two folders with a file of the same name."""
    for name, numbers in (("one", range(3)), ("two", range(3, 5))):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "wire.jsonl", map(story, numbers))
    return tmp_path / "one", tmp_path / "two"


@pytest.fixture
def desk(tmp_path):
    settings = Settings(state=str(tmp_path / "state"), workers=0)
    return Desk(settings=settings, target=f"file:{tmp_path / 'index'}")


@pytest.fixture
def load(desk, monkeypatch):
    def load(folder, *paths, **job):
        monkeypatch.chdir(folder)
        return ingest(desk.target, *paths, settings=desk.settings, **job)

    return load


def names(desk):
    with read_ledger(state_folder(desk.settings, desk.target)) as ledger:
        return [entry.path for entry in ledger.files()]


def test_a_file_of_the_same_name_elsewhere_is_another_one(desk, folders, load):
    one, two = folders
    load(one, "wire.jsonl")
    report = load(two, "wire.jsonl")
    assert (report.counts.indexed, report.removed, len(held(desk.target))) == (2, 0, 5)
    assert names(desk) == [str(two / "wire.jsonl"), "wire.jsonl"]
    assert load(two, "wire.jsonl").files_skipped == 1
    assert load(one, "wire.jsonl").files_skipped == 1
    assert audit_target(desk).agrees


def test_pruning_from_elsewhere_leaves_what_was_named_from_here(desk, folders, load):
    one, two = folders
    load(one, "wire.jsonl")
    (two / "wire.jsonl").rename(two / "other.jsonl")
    report = load(two, "other.jsonl", prune=True)
    assert (report.removed, len(held(desk.target))) == (0, 5)
    assert any(f"1 files were named from {one}" in note for note in report.notes)
    (one / "wire.jsonl").unlink()
    assert load(one, prune=True).removed == 3


def test_repair_and_retry_from_elsewhere_take_no_other_file(desk, folders, load, monkeypatch):
    from flows.target import open_target

    one, two = folders
    (one / "wire.jsonl").write_bytes((one / "wire.jsonl").read_bytes() + b"{broken\n")
    load(one, "wire.jsonl")
    with open_target(desk.settings, desk.target) as engine:
        lost = min(id for id, _ in engine.ids())
        engine.delete([lost])
        engine.commit()
    monkeypatch.chdir(two)
    done = repair(desk, audit_target(desk))
    assert (done.files, done.sent) == ((), 0)
    assert done.after.ids("missing") == [lost]
    tried = retry_rejects(desk, Choice())
    assert (tried.files, tried.succeeded, len(tried.gone)) == ((), 0, 1)
    assert names(desk) == ["wire.jsonl"]
    monkeypatch.chdir(one)
    assert repair(desk, audit_target(desk)).after.agrees


def test_a_reindex_from_elsewhere_reads_no_other_file_and_keeps_where_home_is(
    desk, folders, load, monkeypatch
):
    one, two = folders
    load(one, "wire.jsonl")
    shutil.rmtree(f"{desk.settings.state}/raw")
    monkeypatch.chdir(two)
    assert reindex(desk, Wish()).missing == ("wire.jsonl",)
    monkeypatch.chdir(one)
    assert reindex(desk, Wish()).swapped
    assert load(two, "wire.jsonl").counts.indexed == 2
    assert load(one, "wire.jsonl").files_skipped == 1
    monkeypatch.chdir(two)
    assert reindex(desk, Wish(allow_missing=True)).new_documents == {"en": 2}


def test_a_project_that_was_moved_takes_its_names_along(tmp_path, folders, load, monkeypatch):
    one, _ = folders
    monkeypatch.chdir(one)
    ingest("file:var/index", "wire.jsonl")
    moved = one.rename(tmp_path / "moved")
    monkeypatch.chdir(moved)
    assert ingest("file:var/index", "wire.jsonl").files_skipped == 1
    Path("wire.jsonl").unlink()
    assert ingest("file:var/index", prune=True).removed == 3
