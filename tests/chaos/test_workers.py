"""Runs with worker processes: killed as a whole, without their main process, or one worker at a time."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger import read_ledger
from tests.chaos.corpus import as_lines, lay, story
from tests.chaos.holdings import Holdings, agree, differences, read_holdings
from tests.chaos.nursery import ROOT

pytestmark = pytest.mark.slow
STORIES = 600
#: Seconds that a worker may outlive its main process, on a busy machine.
ORPHAN_S = 10


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return lay(tmp_path / "copy", {"wire.jsonl": as_lines(map(story, range(STORIES)))}, second=1)


@pytest.fixture
def undisturbed(nursery, copy, tmp_path) -> Holdings:
    target = f"file:{tmp_path / 'undisturbed'}"
    assert nursery.run("ingest", str(copy), "--to", target, "--workers", "0").code == 0
    return read_holdings(target, tmp_path / "undisturbed" / "state")


@contextmanager
def run_under_way(copy: Path, index: Path) -> Iterator[subprocess.Popen[str]]:
    """Start an ingest with two workers, and wait until the first shard is in the books."""
    command = [sys.executable, "-m", "tests.chaos.nursery", "ingest", str(copy), "--to", f"file:{index}"]
    with subprocess.Popen(
        [*command, "--workers", "2"],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        try:
            until(lambda: run.poll() is not None or known(index))
            yield run
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)


def known(index: Path) -> int:
    """How many documents the ledger tells of."""
    ledger = read_ledger(index / "state")
    if ledger is None:
        return 0
    with ledger:
        return ledger.totals().documents


def until(holds: Callable[[], object], patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def family(session: int) -> dict[int, int]:
    """The processes of a session that run, each with its parent."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent, _, its_session = stat.read_text().rpartition(")")[2].split()[:4]
            if int(its_session) == session and state != "Z":
                found[int(stat.parent.name)] = int(parent)
    return found


def workers(main: int) -> list[int]:
    """The processes that shape: children of the server that the main process has started."""
    parents = family(main)
    return [pid for pid, parent in parents.items() if parents.get(parent) == main]


def ends_like(copy: Path, index: Path, undisturbed: Holdings, nursery) -> None:
    """Run again, and compare everything."""
    again = nursery.run("ingest", str(copy), "--to", f"file:{index}", "--workers", "0")
    assert again.code == 0, again.said()
    held = read_holdings(f"file:{index}", index / "state")
    agree(held)
    assert differences(held, undisturbed) == []


@pytest.mark.parametrize("whole_group", [True, False], ids=["all-processes", "main-process-alone"])
def test_a_killed_run_leaves_no_process_behind(
    nursery, copy, tmp_path, undisturbed, chance, long_form, whole_group
):
    for number in range(8 if long_form else 1):
        index = tmp_path / f"index-{number}"
        with run_under_way(copy, index) as run:
            time.sleep(chance.uniform(0, 0.3))
            kill = os.killpg if whole_group else os.kill
            kill(run.pid, signal.SIGKILL)
            run.wait()
            ends_like(copy, index, undisturbed, nursery)  # at once, while orphans may still run
            until(lambda: not family(run.pid), ORPHAN_S)


@pytest.mark.parametrize("whom", ["one", "all", "their-server"])
def test_killed_workers_cost_nothing(nursery, copy, tmp_path, undisturbed, chance, long_form, whom):
    for number in range(8 if long_form else 1):
        index = tmp_path / f"index-{number}"
        with run_under_way(copy, index) as run:
            until(lambda: len(workers(run.pid)) == 2)
            victims = workers(run.pid)
            if whom == "their-server":
                victims = [family(run.pid)[victims[0]]]
            time.sleep(chance.uniform(0, 0.3))
            for victim in victims[:1] if whom == "one" else victims:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
            said, _ = run.communicate(timeout=120)
            assert run.returncode == 0, said
            until(lambda: not family(run.pid), ORPHAN_S)
        held = read_holdings(f"file:{index}", index / "state")
        agree(held)
        assert differences(held, undisturbed) == []
        ends_like(copy, index, undisturbed, nursery)
