"""A run killed with SIGKILL between any two of its steps, then begun again, ends as an undisturbed one."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.raw import read_raw_files
from ledger.rejects import read_rejects
from tests.ledger.driver import Corpus, Driver
from tests.ledger.test_laws import holds

BEFORE: Corpus = {
    "p": [("a", "one"), ("b", "one"), ("c", "bad"), ("d", "one")],
    "q": [("b", "two"), ("e", "one"), ("a", "one")],
    "s": [("f", "one"), ("a", "one"), ("g", "one")],
}
AFTER: Corpus = {
    "p": [("h", "one"), ("a", "one"), ("b", "two"), ("c", "one")],
    "q": [("b", "three"), ("e", "bad"), ("f", "one")],
    "r": [("d", "two"), ("a", "two"), ("g", "one"), ("i", "bad")],
}
STEPS = 44  # that a run over AFTER takes


def run(folder: Path, corpus: Corpus, tick: Callable[[], None] = lambda: None) -> Driver:
    driver = Driver(folder, tick=tick)
    driver.run(corpus)
    driver.close()
    return driver


def killed(folder: Path, corpus: Corpus, step: int) -> None:
    left = step

    def tick() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    run(folder, corpus, tick)


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("before")
    run(folder, BEFORE)
    return folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("undisturbed")
    run(folder, BEFORE)
    return run(folder, AFTER).engine.held


@pytest.mark.parametrize("step", range(STEPS))
def test_killed_at_a_step(tmp_path: Path, before: Path, undisturbed: dict[str, str], step: int):
    shutil.copytree(before, tmp_path, dirs_exist_ok=True)
    for _ in range(2):  # the second is killed as it resumes
        victim = multiprocessing.get_context("fork").Process(target=killed, args=(tmp_path, AFTER, step))
        victim.start()
        victim.join()
    again = run(tmp_path, AFTER)
    assert again.total.counts.balances
    assert again.engine.held == undisturbed
    holds(tmp_path, AFTER)


def test_the_steps_are_all_of_them(tmp_path: Path):
    run(tmp_path, BEFORE)
    steps = 0

    def tick() -> None:
        nonlocal steps
        steps += 1

    run(tmp_path, AFTER, tick)
    assert steps == STEPS


def test_killed_at_any_moment(tmp_path: Path):
    corpus: Corpus = {
        f"f{n:03}": [(f"{n}-{i}" if i % 5 else f"shared-{i}", f"text {n} {i}" * 20) for i in range(30)]
        for n in range(60)
    }
    given = tmp_path / "corpus.json"
    given.write_text(json.dumps(corpus))
    state = tmp_path / "state"
    state.mkdir()
    chance = random.Random(7)
    for _ in range(4):
        command = [sys.executable, "-m", "tests.ledger.driver", str(state), str(given)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        ) as victim:
            assert victim.stdout is not None
            victim.stdout.readline()
            time.sleep(chance.uniform(0.005, 0.2))
            victim.kill()
    run(state, corpus)
    holds(state, corpus)
    assert list(read_rejects(state)) == []
    assert all(file.whole for file in read_raw_files(state))
