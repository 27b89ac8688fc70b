"""Ctrl-C: once ends what is under way and reports, twice stops at once; either can be gone on from."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.chaos.corpus import as_lines, lay, story
from tests.chaos.holdings import Holdings, agree, differences, read_holdings
from tests.chaos.nursery import Child, Nursery

pytestmark = pytest.mark.slow
STORIES = 400


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return lay(tmp_path / "copy", {"wire.jsonl": as_lines(map(story, range(STORIES)))}, second=1)


@pytest.fixture
def undisturbed(nursery, copy, tmp_path) -> Holdings:
    child = ingest(nursery, copy, tmp_path / "undisturbed")
    assert child.wait() == 0, child.said()
    return read_holdings(f"file:{tmp_path / 'undisturbed'}", tmp_path / "undisturbed" / "state")


def ingest(nursery: Nursery, copy: Path, index: Path) -> Child:
    return nursery.start("ingest", str(copy), "--to", f"file:{index}", "--workers", "0")


def interrupt(child: Child, index: Path, after_s: float) -> None:
    """Press Ctrl-C when the run has begun to load, some time later."""
    deadline = time.monotonic() + 60
    while not list((index / "state").glob("ledger.sqlite-wal")):
        assert time.monotonic() < deadline, child.said()
        time.sleep(0.005)
    time.sleep(after_s)
    child.kill(signal.SIGINT)


def goes_on(nursery: Nursery, copy: Path, index: Path, undisturbed: Holdings) -> None:
    child = ingest(nursery, copy, index)
    assert child.wait() == 0, child.said()
    held = read_holdings(f"file:{index}", index / "state")
    agree(held)
    assert differences(held, undisturbed) == []


def test_once(nursery, copy, tmp_path, undisturbed, chance, long_form):
    for number in range(20 if long_form else 2):
        index = tmp_path / f"index-{number}"
        child = ingest(nursery, copy, index)
        interrupt(child, index, chance.uniform(0.1, 0.6))
        assert child.wait() == 1, child.said()
        said = child.said()
        assert "stopping after what is under way" in said
        assert "stopped before the end: run it again to go on from here" in " ".join(said.split())
        assert "Traceback" not in said
        goes_on(nursery, copy, index, undisturbed)


def test_twice(nursery, copy, tmp_path, undisturbed, chance, long_form):
    at_once = 0
    for number in range(20 if long_form else 3):
        index = tmp_path / f"index-{number}"
        child = ingest(nursery, copy, index)
        interrupt(child, index, chance.uniform(0.1, 0.6))
        while "stopping after" not in child.said() and child.poll() is None:
            time.sleep(0.001)
        child.kill(signal.SIGINT)
        code = child.wait()
        assert "Traceback" not in child.said()
        if code == -signal.SIGINT:  # all was done, and Python itself was on its way out
            assert "stopped before the end" in " ".join(child.said().split())
            code = 1
        assert code in (1, 2), child.said()  # 1: the batch had just ended
        if code == 2:
            at_once += 1
            assert "stopped; run it again to go on from here" in child.said()
        goes_on(nursery, copy, index, undisturbed)
    assert at_once
