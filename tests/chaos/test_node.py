"""An Elasticsearch that is killed, that has next to no queue, and that takes no large bodies."""

from __future__ import annotations

import contextlib
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.chaos.corpus import as_lines, lay, story
from tests.chaos.holdings import agree, differences, read_holdings
from tests.chaos.nursery import Child, Nursery
from tests.elasticsearch.node import Node
from tests.engines.proxy import proxy_before

pytestmark = [pytest.mark.slow, pytest.mark.elastic]
LOADERS = 8
PATIENCE_S = 90
SETTINGS = {
    "node.processors": "1",
    "thread_pool.write.queue_size": "1",
    "http.max_content_length": "1mb",
}


@pytest.fixture(scope="module")
def node(start_elasticsearch):
    with start_elasticsearch(settings=SETTINGS) as node:
        yield node


def ingest(nursery: Nursery, copy: Path, target: str, state: Path) -> Child:
    return nursery.start("ingest", str(copy), "--to", target, "--workers", "0", COPYDESK_STATE=str(state))


def test_eight_loaders_before_a_queue_of_one(nursery, node, tmp_path):
    """All arrive, and what was sent twice had been refused."""
    copies = [
        lay(
            tmp_path / f"copy-{n}", {"w.jsonl": as_lines(map(story, range(400 * n, 400 * n + 150)))}, second=1
        )
        for n in range(LOADERS)
    ]
    with proxy_before(node.url) as proxy:
        targets = [f"{proxy.url}/crowd-{n}" for n in range(LOADERS)]
        states = [tmp_path / f"state-{n}" for n in range(LOADERS)]
        children = [ingest(nursery, *each) for each in zip(copies, targets, states, strict=True)]
        for child in children:
            assert child.wait() == 0, child.said()
        sent = Counter(id for ids in proxy.ids for id in ids)
        for target, state in zip(targets, states, strict=True):
            held = read_holdings(target, state)
            agree(held)
            assert len(held.index) == 150
        assert len(sent) == LOADERS * 150
        assert {id: times - 1 for id, times in sent.items() if times > 1} == dict(proxy.refused)


def test_documents_of_three_megabytes_and_bodies_of_one(nursery, node, tmp_path):
    """Bodies are split; what alone is too large is rejected by name, and all else arrives."""
    large = [story(n, more=" " + "harbour crane quay " * 160_000) for n in (3, 70)]
    middle = [story(n, more=" " + "harbour crane quay " * 15_000) for n in range(200, 212)]
    files = {"w.jsonl": as_lines([*map(story, range(3)), large[0], *middle, large[1], story(99)])}
    copy, target = lay(tmp_path / "copy", files, second=1), f"{node.url}/large"
    child = ingest(nursery, copy, target, tmp_path / "state")
    assert child.wait() == 1, child.said()
    held = read_holdings(target, tmp_path / "state")
    agree(held)
    assert len(held.index) == 16
    path = copy / "w.jsonl"
    assert held.rejects == {(f"{path}#4", "too-large"): 1, (f"{path}#17", "too-large"): 1}


def test_a_node_that_is_killed_and_comes_back(nursery, node: Node, tmp_path, chance, long_form):
    """Nothing is lost: the run waits for it, or ends with what to do and is begun again."""
    files = {"w.jsonl": as_lines(map(story, range(500)))}
    copy = lay(tmp_path / "copy", files, second=1)
    plain = ingest(nursery, copy, f"{node.url}/plain", tmp_path / "plain")
    assert plain.wait() == 0, plain.said()
    expected = read_holdings(f"{node.url}/plain", tmp_path / "plain")
    for number in range(5 if long_form else 1):
        target, state = f"{node.url}/killed-{number}", tmp_path / f"state-{number}"
        child = ingest(nursery, copy, target, state)
        _wait_for_first(state, child)
        time.sleep(chance.uniform(0, 0.5))
        node.stop(signal.SIGKILL)
        time.sleep(chance.uniform(0, 2))
        node.start()
        code = child.wait()
        assert "Traceback" not in child.said()
        assert code in (0, 2), child.said()
        if code == 2:
            assert "try: " in child.said()
            again = ingest(nursery, copy, target, state)
            assert again.wait() == 0, again.said()
        held = read_holdings(target, state)
        agree(held)
        assert differences(held, expected) == []


def _wait_for_first(state: Path, child: Child) -> None:
    """Wait until the first shard is in the books."""
    from ledger import read_ledger

    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.ExitStack() as stack:
            ledger = read_ledger(state)
            if ledger is not None and stack.enter_context(ledger).totals().documents:
                return
        time.sleep(0.01)
    raise AssertionError(child.said())
