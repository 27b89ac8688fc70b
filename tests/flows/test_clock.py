"""The clock goes back between two runs, as it may on a machine without a battery."""

import os
from datetime import UTC, datetime, timedelta

import pytest

import flows.steps
import ledger.raw
from flows.desk import Desk
from flows.reindex import Wish, reindex
from flows.settings import Settings
from flows.verify import audit_target
from tests.flows.test_run import held, ingest, story, write


@pytest.fixture
def back(monkeypatch):
    """Give a function that turns the clock back by a day."""

    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz or UTC) - timedelta(days=1)

    now = ledger.raw.time.time_ns

    def turn() -> None:
        monkeypatch.setattr(flows.steps, "datetime", Earlier)
        monkeypatch.setattr(ledger.raw.time, "time_ns", lambda: now() - 86_400 * 10**9)

    return turn


def test_the_later_reading_is_kept_and_reindexed(tmp_path, back):
    target = f"file:{tmp_path / 'index'}"
    addressed = [{**story(n), "url": f"https://example.com/{n}"} for n in range(3)]
    path = write(tmp_path / "wire.jsonl", addressed)
    other = write(tmp_path / "other.jsonl", [{**addressed[0], "body": story(0, " Other.")["body"]}])
    ingest(target, path, other)
    back()
    write(path, [{**one, "body": one["body"] + " A late change."} for one in addressed])
    os.utime(path, ns=(1, 1))
    assert ingest(target, path, other).counts.updated == 3
    before = held(target)
    assert sum("late change" in body for body in before.values()) == 3
    desk = Desk(settings=Settings(workers=0), target=target)
    assert reindex(desk, Wish()).swapped
    assert held(target) == before
    assert audit_target(desk).agrees
    assert ingest(target, path, other).files_skipped == 2
