"""A reindex killed at any point leaves the old or the new generation whole, and the next one finishes."""

import os
import shutil
import signal

import pytest

import flows.reindex
import ledger.shelved
from engines.embedded import EmbeddedEngine
from flows.desk import Desk
from flows.reindex import Wish, reindex, roll_back
from flows.settings import Settings, state_folder
from flows.steps import Run
from flows.verify import audit_target
from tests.flows.test_reindex import numbers
from tests.flows.test_run import story, write
from tests.flows.test_verify import load

REINDEX, ROLLBACK = "reindex", "rollback"
#: What is about to happen when the kill comes: module or class, name, which of its calls.
LOADING = [
    (flows.reindex, "open_ledger", 1), (flows.reindex, "_keep_rejects", 1), (EmbeddedEngine, "commit", 1),
    (Run, "load", 1), (Run, "load", 2), (Run, "report", 2), (flows.reindex, "audit", 1),
    (EmbeddedEngine, "activate", 1),
]  # fmt: skip
SWAPPING = [
    (flows.reindex, "take_up", 2), (ledger.shelved, "_move", 1), (ledger.shelved, "_move", 2),
    (os, "rename", 1), (os, "rename", 2), *((os, "replace", number) for number in range(1, 7)),
    (shutil, "rmtree", 1), (shutil, "rmtree", 2),
]  # fmt: skip
POINTS = [
    *((REINDEX, *point) for point in LOADING + SWAPPING),
    *((ROLLBACK, *point) for point in SWAPPING[::2]),
]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """An index that was reindexed once, so that there are previous accounts; to be copied."""
    folder = tmp_path_factory.mktemp("loaded")
    first = write(folder / "a.jsonl", map(story, range(5)))
    second = write(folder / "b.jsonl", map(story, range(3, 9)))
    second.write_bytes(second.read_bytes() + b"{broken\n")
    home = Desk(settings=Settings(workers=0), target=f"file:{folder / 'index'}")
    load(home, first)
    reindex(home, Wish())
    load(home, second)
    return folder


def kill_before(module, name: str, number: int) -> None:
    """End this process without any warning at so many calls of a function."""
    real, calls = getattr(module, name), 0

    def counting(*given, **more):
        nonlocal calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **more)

    setattr(module, name, counting)


def in_child(act, *, killed_at=None) -> int:
    """Do it in a process of its own; the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            if killed_at:
                kill_before(*killed_at)
            act()
            os._exit(0)
        finally:
            os._exit(1)
    return -os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize(
    ("act", "module", "name", "number"),
    POINTS,
    ids=lambda value: value.__name__ if hasattr(value, "__name__") else str(value),
)
def test_killed(loaded, tmp_path, act, module, name, number):
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    home = Desk(settings=Settings(workers=0), target=f"file:{tmp_path / 'index'}")
    todo = (lambda: reindex(home, Wish())) if act == REINDEX else (lambda: roll_back(home))
    assert in_child(todo, killed_at=(module, name, number)) == signal.SIGKILL
    live = next(one for one in numbers(home) if one[1])
    assert live[2] == (5 if live[0] == 1 else 9)
    done = reindex(home, Wish())
    assert done.swapped
    assert done.counts.balances
    assert done.new_documents == {"en": 9}  # the raw store has all
    assert audit_target(home).agrees
    assert {path.name for path in state_folder(home.settings, home.target).iterdir() if path.is_dir()} == {
        "previous",
        "raw",
    }
    assert sum(live for _, live, _ in numbers(home)) == 1
    roll_back(home)
    assert audit_target(home).agrees


@pytest.mark.elastic
@pytest.mark.parametrize(
    ("act", "module", "name", "number"),
    [
        (REINDEX, flows.reindex, "audit", 1),
        (REINDEX, flows.reindex, "take_up", 2),
        (ROLLBACK, flows.reindex, "take_up", 2),
    ],
    ids=str,
)
def test_killed_with_elasticsearch(
    elasticsearch_index, elasticsearch_options, tmp_path, act, module, name, number
):
    settings = Settings(
        workers=0,
        state=str(tmp_path / "state"),
        elastic_api_key=elasticsearch_options.get("api_key"),
        elastic_ca=elasticsearch_options.get("ca"),
    )
    home = Desk(settings=settings, target=elasticsearch_index)
    load(home, write(tmp_path / "a.jsonl", map(story, range(5))))
    reindex(home, Wish())
    todo = (lambda: reindex(home, Wish())) if act == REINDEX else (lambda: roll_back(home))
    assert in_child(todo, killed_at=(module, name, number)) == signal.SIGKILL
    assert [count for _, live, count in numbers(home) if live] == [5]
    done = reindex(home, Wish())
    assert done.swapped
    assert audit_target(home).agrees
    assert len(numbers(home)) == (4 if name == "take_up" and act == REINDEX else 3)
    roll_back(home)
    assert audit_target(home).agrees
