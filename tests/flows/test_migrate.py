"""Migrate: everything that one index holds into another, with its accounts."""

from dataclasses import replace

import pytest

from engines.contract import EngineError
from flows.desk import Desk
from flows.migrate import migrate
from flows.reindex import Wish, reindex
from flows.settings import Settings, state_folder
from flows.target import open_target
from flows.verify import audit_target
from ledger.rejects import read_rejects
from tests.engines.test_contract import article
from tests.flows.test_run import story, write
from tests.flows.test_verify import desk, load  # noqa: F401  # one is a fixture
from transforms.records import Document


@pytest.fixture
def other(tmp_path) -> Desk:
    """Another, embedded index, with accounts of its own."""
    return Desk(
        settings=Settings(state=str(tmp_path / "other-state")), target=f"file:{tmp_path / 'other-index'}"
    )


def stored(at: Desk) -> list[Document]:
    with open_target(at.settings, at.target) as engine:
        return sorted(engine.documents(), key=lambda document: document.id)


def test_there_and_back(desk, other, tmp_path):  # noqa: F811
    path = write(tmp_path / "wire.jsonl", map(story, range(7)))
    path.write_bytes(path.read_bytes() + b"{broken\n")
    load(other, path)
    done = migrate(other, desk)
    assert (done.read, done.sent, done.unchanged, done.rejected) == (7, 7, 0, ())
    assert (done.balances, done.accounts, done.documents) == (True, True, {"en": 7})
    assert stored(desk) == stored(other)
    assert audit_target(desk).agrees
    assert load(desk, path).files_skipped == 1
    assert len(list(read_rejects(state_folder(desk.settings, desk.target)))) == 1
    assert reindex(desk, Wish()).swapped  # of the raw copy that went along
    again = migrate(desk, other)
    assert (again.read, again.sent, again.unchanged) == (7, 0, 7)
    assert (again.balances, again.accounts) == (True, False)
    assert audit_target(other).agrees


def test_what_was_interrupted_goes_on_and_what_else_is_there_stays(other, tmp_path, monkeypatch):
    target = Desk(settings=Settings(state=str(tmp_path / "state")), target=f"file:{tmp_path / 'index'}")
    load(other, write(tmp_path / "wire.jsonl", map(story, range(10))))
    monkeypatch.setattr("flows.migrate._AT_ONCE", 3)
    with open_target(target.settings, target.target) as engine:
        list(engine.load([article(1), *stored(other)[:4]]))
        engine.commit()
    done = migrate(other, target)
    assert (done.read, done.sent, done.unchanged, done.documents) == (10, 6, 4, {"en": 11})


def test_with_one_state_folder_the_accounts_stay(other, tmp_path):
    load(other, write(tmp_path / "wire.jsonl", map(story, range(3))))
    target = replace(other, target=f"file:{tmp_path / 'index'}")
    done = migrate(other, target)
    assert (done.balances, done.accounts) == (True, False)
    assert audit_target(other).agrees


def test_onto_itself(other):
    with pytest.raises(EngineError, match="onto itself"):
        migrate(other, other)
