import pytest

from engines.contract import EngineError
from flows import patience
from flows.patience import load_patiently
from flows.shards import Shard


class Away:
    """A run whose engine is away for some calls."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.stopping = False

    def load(self, _shard):
        if self.errors:
            raise self.errors.pop(0)
        return 7


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(patience, "sleep", lambda _: None)


def test_what_may_pass_is_waited_for():
    told = []
    run = Away(EngineError("away", passing=True), EngineError("still away", passing=True))
    assert load_patiently(run, Shard(1), told.append) == 7
    assert told == ["away; waiting for it", "still away; waiting for it"]


def test_what_will_not_pass_is_raised_at_once():
    with pytest.raises(EngineError, match="wrong password"):
        load_patiently(Away(EngineError("wrong password")), Shard(1), print)


def test_patience_ends(monkeypatch):
    monkeypatch.setattr(patience, "_PATIENCE_S", -1)
    with pytest.raises(EngineError, match="away"):
        load_patiently(Away(EngineError("away", passing=True)), Shard(1), print)


def test_who_wants_to_stop_is_not_kept_waiting():
    run = Away(EngineError("away", passing=True))
    run.stopping = True
    with pytest.raises(EngineError, match="away"):
        load_patiently(run, Shard(1), print)
