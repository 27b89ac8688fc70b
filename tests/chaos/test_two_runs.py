"""Two commands at once on one target, each a process of its own: one writes, the other stops or waits, or looks on."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engines import open_engine
from engines.elastic import ElasticEngine
from ledger import look_for_run
from tests.chaos.corpus import as_lines, lay, story
from tests.chaos.holdings import agree, read_holdings
from tests.chaos.nursery import Child, Nursery

pytestmark = pytest.mark.slow
STORIES = 200
ENGINES = ["embedded", pytest.param("elastic", marks=pytest.mark.elastic)]


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "embedded":
        return f"file:{tmp_path / 'index [' / 'b]'}"  # rich would take it for an end of bold
    new_index: Callable[[], str] = request.getfixturevalue("new_index")
    return new_index()


@pytest.fixture
def state(tmp_path: Path) -> dict[str, str]:
    return {"COPYDESK_STATE": str(tmp_path / "state")}


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return lay(tmp_path / "copy", {"first.jsonl": as_lines(map(story, range(STORIES)))}, second=1)


@pytest.fixture
def second(tmp_path: Path) -> Path:
    stories = map(story, range(STORIES, STORIES + 10))
    return lay(tmp_path / "more", {"second.jsonl": as_lines(stories)}, second=1)


@contextmanager
def halted(nursery: Nursery, state: dict[str, str], *arguments: str) -> Iterator[Child]:
    """Begin a run and halt it in the middle; it goes on at the end."""
    child = nursery.start(*arguments, "--workers", "0", **state)
    wal = Path(state["COPYDESK_STATE"]) / "ledger.sqlite-wal"
    deadline = time.monotonic() + 60
    while not wal.exists() or wal.stat().st_size < 100_000:
        assert child.poll() is None, child.said()
        assert time.monotonic() < deadline, child.said()
        time.sleep(0.005)
    child.kill(signal.SIGSTOP)
    try:
        yield child
    finally:
        child.kill(signal.SIGCONT)


def until(said: str, child: Child) -> None:
    deadline = time.monotonic() + 60
    while said not in child.said():
        assert time.monotonic() < deadline, child.said()
        time.sleep(0.01)


def plain(child: Child) -> str:
    return " ".join(child.said().split())


def test_the_second_stops_and_says_who_has_the_first(nursery, state, target, first, second):
    with halted(nursery, state, "ingest", str(first), "--to", target) as running:
        for command in (
            ("ingest", str(second)),
            ("rejects", "drop", "--all"),
            ("reindex",),
            ("generations", "drop", "1"),
        ):
            child = nursery.run(*command, "--to", target, **state)
            if command[0] != "rejects":  # nothing is on the list
                assert child.wait() == 2, child.said()
                assert f"copydesk: another run is writing to {target} (process {running.pid} on " in plain(
                    child
                )
                assert "try: let it end, or say --wait to start after it" in child.said()
            assert "Traceback" not in child.said()
    assert running.wait() == 0, running.said()
    holdings = read_holdings(target, Path(state["COPYDESK_STATE"]))
    agree(holdings)
    assert len(holdings.index) == STORIES


def test_the_second_waits_and_both_are_whole(nursery, state, target, first, second):
    """The first makes the index while the second waits: that is no other index than the one that it began with."""
    with halted(nursery, state, "ingest", str(first), "--to", target) as running:
        waiting = nursery.start("ingest", str(second), "--to", target, "--workers", "0", "--wait", **state)
        until("waiting for it to end", waiting)
    assert running.wait() == 0, running.said()
    assert waiting.wait() == 0, waiting.said()
    assert "read again" not in plain(waiting)
    holdings = read_holdings(target, Path(state["COPYDESK_STATE"]))
    agree(holdings)
    assert len(holdings.index) == STORIES + 10
    assert nursery.run("verify", "--to", target, **state).wait() == 0


def test_one_that_waited_for_a_reindex_goes_on_in_the_new_generation(nursery, state, target, first, second):
    assert nursery.run("ingest", str(first), "--to", target, "--workers", "0", **state).wait() == 0
    folder = Path(state["COPYDESK_STATE"])
    reindex = nursery.start("reindex", "--to", target, **state)
    while not (folder / "next").exists():
        time.sleep(0.001)
    waiting = nursery.start("ingest", str(second), "--to", target, "--workers", "0", "--wait", **state)
    assert reindex.wait() == 0, reindex.said()
    assert waiting.wait() == 0, waiting.said()
    holdings = read_holdings(target, folder)
    agree(holdings)
    assert len(holdings.index) == STORIES + 10
    with open_engine(target) as engine:
        assert engine.status().generation == 2


def test_ctrl_c_while_waiting(nursery, state, target, first, second):
    with halted(nursery, state, "ingest", str(first), "--to", target) as running:
        waiting = nursery.start("ingest", str(second), "--to", target, "--wait", **state)
        until("waiting for it to end", waiting)
        waiting.kill(signal.SIGINT)
        assert waiting.wait() == 2, waiting.said()
        assert "copydesk: stopped; run it again to go on from here" in plain(waiting)
        assert "Traceback" not in waiting.said()
        assert look_for_run(Path(state["COPYDESK_STATE"])).holder
    assert running.wait() == 0, running.said()
    agree(read_holdings(target, Path(state["COPYDESK_STATE"])))


@pytest.mark.elastic
def test_who_looks_on_does_not_end_the_first_load(nursery, state, new_index, first):
    """Nor does a doctor that cannot see who is loading; one after a kill does."""
    target = new_index()
    with halted(nursery, state, "ingest", str(first), "--to", target) as running:
        for command in (("status",), ("search", "harbour"), ("verify",), ("doctor",), ("doctor", "--json")):
            child = nursery.run(*command, "--to", target, **state)
            assert "Traceback" not in child.said()
            assert refresh_of(target) == {"-1"}, command
        told = json.loads(child.said())["findings"]
        assert any(f"(process {running.pid} on " in one["what"] for one in told)
        assert any("first load is under way" in one["what"] for one in told)
        assert not any("; repaired" in one["what"] or "were not read" in one["what"] for one in told)
        elsewhere = nursery.run("doctor", "--to", target, COPYDESK_STATE=state["COPYDESK_STATE"] + "-other")
        assert "first load is under way, or was killed" in plain(elsewhere)
        assert refresh_of(target) == {"-1"}
        running.kill(signal.SIGKILL)
    running.wait()
    assert refresh_of(target) == {"-1"}
    child = nursery.run("doctor", "--to", target, **state)
    assert "a load was killed" in plain(child)
    assert refresh_of(target) == {None}


@pytest.mark.elastic
def test_a_run_with_nothing_to_do_ends_the_load_that_was_killed_last_of_all(nursery, state, new_index, first):
    target = new_index()
    with halted(nursery, state, "ingest", str(first), "--to", target):
        pass
    assert nursery.run("ingest", str(first), "--to", target, "--workers", "0", "--wait", **state).wait() == 0
    with ElasticEngine(target) as engine:
        engine._client.indices.put_settings(
            index=target.rpartition("/")[2], settings={"index.refresh_interval": "-1"}
        )
    assert nursery.run("ingest", str(first), "--to", target, "--workers", "0", **state).wait() == 0
    assert refresh_of(target) == {None}


def refresh_of(target: str) -> set[str | None]:
    with ElasticEngine(target) as engine:
        found = engine._client.indices.get_settings(index=target.rpartition("/")[2], flat_settings=True)
        return {about["settings"].get("index.refresh_interval") for about in found.body.values()}
