"""The sender against a genuine node with faults in between: every document has one end, and it is the true one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engines.contract import EngineError, Loaded
from engines.elastic import ElasticEngine
from engines.elastic.pace import Pace
from tests.engines.proxy import Fault, Proxy, proxy_before
from tests.engines.stories import documents
from transforms.records import Document, Reject

pytestmark = pytest.mark.elastic


@pytest.fixture
def proxy(elasticsearch_index: str, elasticsearch_options: dict[str, str]) -> Iterator[Proxy]:
    if elasticsearch_options:
        pytest.skip("the proxy speaks to a node without security")
    host, _, name = elasticsearch_index.rpartition("/")
    with proxy_before(host) as proxy:
        proxy.url = f"{proxy.url}/{name}"
        yield proxy


@pytest.fixture
def engine(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[ElasticEngine]:
    monkeypatch.setattr("engines.elastic.bulk.FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("engines.elastic.bulk.LONGEST_PAUSE_S", 0.05)
    with ElasticEngine(proxy.url, patience_s=20) as engine:
        engine._sender.pace = Pace(max_count=10)
        yield engine


def load(engine: ElasticEngine, sent: list[Document]) -> list[Loaded | Reject]:
    outcomes = list(engine.load(sent))
    engine.commit()
    return outcomes


def held(engine: ElasticEngine) -> int:
    return sum(engine.status().documents.values())


def _reversed(items: list[Any]) -> list[Any]:
    return items[::-1]


FAULTS: dict[str, Callable[[int], Fault | None]] = {
    "none": lambda number: None,
    "slow": lambda number: Fault(delay_s=0.05),
    "request lost": lambda number: Fault(lose_request=True) if number in {0, 2, 3} else None,
    "answer lost": lambda number: Fault(lose_answer=True) if number in {0, 2, 3} else None,
    "429": lambda number: Fault(status=429) if number < 4 else None,
    "503": lambda number: Fault(status=503) if number % 2 else None,
    "500": lambda number: Fault(status=500) if number % 3 == 0 else None,
    "413": lambda number: Fault(status=413) if number in {0, 1} else None,
    "short answer": lambda number: Fault(shorten_answer=True) if number == 1 else None,
    "items in reverse": lambda number: Fault(change_items=_reversed) if number < 3 else None,
    "one item twice": lambda number: (
        Fault(change_items=lambda items: [*items[:-1], items[0]]) if number < 3 else None
    ),
    "more items": lambda number: Fault(change_items=lambda items: items + items) if number == 1 else None,
    "no items": lambda number: Fault(change_items=lambda _items: []) if number == 1 else None,
    "items of something else": lambda number: (
        Fault(change_items=lambda items: [{"delete": item["index"]} for item in items])
        if number < 3
        else None
    ),
    "items without a word": lambda number: (
        Fault(change_items=lambda items: [{} for _ in items]) if number < 3 else None
    ),
    "the answer to another request": lambda number: Fault(swap_with_next=True) if number < 4 else None,
    "half an answer": lambda number: Fault(say_instead=b'{"errors":fal') if number < 2 else None,
    "an answer that is none": lambda number: Fault(say_instead=b"[1]") if number < 2 else None,
    "an empty answer": lambda number: Fault(say_instead=b"") if number < 2 else None,
    "429 by item": lambda number: (
        Fault(items=lambda position, id: 429 if position % 2 else None) if number < 6 else None
    ),
    "503 by item": lambda number: (
        Fault(items=lambda position, id: 503 if position == 0 else None) if number % 2 else None
    ),
    "500 by item": lambda number: (
        Fault(items=lambda position, id: 500 if position == 3 else None) if number < 3 else None
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_all_arrive(proxy: Proxy, engine: ElasticEngine, name: str) -> None:
    proxy.plan = FAULTS[name]
    outcomes = load(engine, documents(45))
    assert Counter(outcomes) == Counter(Loaded(id=document.id) for document in documents(45))
    assert held(engine) == 45


def test_only_refused_items_are_sent_again(proxy: Proxy, engine: ElasticEngine) -> None:
    refused = {f"{number:032x}" for number in (3, 7)}
    once = set(refused)

    def refuse(_position: int, id: str) -> int | None:
        if id in once:
            once.discard(id)
            return 429
        return None

    proxy.plan = lambda number: Fault(items=refuse)
    assert len(load(engine, documents(20))) == 20
    sent = Counter(id for ids in proxy.ids for id in ids)
    assert {id for id, times in sent.items() if times > 1} == refused
    assert engine._sender.pace.resent == 2


def test_a_refused_document_harms_no_other(proxy: Proxy, engine: ElasticEngine) -> None:
    bad = f"{5:032x}"
    proxy.plan = lambda number: Fault(items=lambda position, id: 400 if id == bad else None)
    outcomes = load(engine, documents(20))
    rejects = [outcome for outcome in outcomes if isinstance(outcome, Reject)]
    assert [(reject.origin, reject.stage, reject.reason) for reject in rejects] == [
        ("wire/5.txt", "load", "made-up-400")
    ]
    assert held(engine) == 19


def test_what_elasticsearch_stumbles_over_is_given_up(proxy: Proxy, engine: ElasticEngine) -> None:
    bad = f"{5:032x}"
    proxy.plan = _fails_with(proxy, bad, 500)
    outcomes = load(engine, documents(20))
    assert [outcome.reason for outcome in outcomes if isinstance(outcome, Reject)] == ["made-up-500"]
    assert held(engine) == 19


@pytest.mark.parametrize("status", [401, 403, 404, 409])
@pytest.mark.parametrize("by", ["request", "item"])
def test_some_errors_stop_the_run(proxy: Proxy, engine: ElasticEngine, status: int, by: str) -> None:
    def fault(number: int) -> Fault | None:
        if number < 2:
            return None
        return Fault(status=status) if by == "request" else Fault(items=lambda position, id: status)

    proxy.plan = fault
    outcomes: list[Loaded | Reject] = []
    with pytest.raises(EngineError) as raised:
        outcomes.extend(engine.load(documents(200)))
    assert str(status) in str(raised.value)
    assert raised.value.hint
    assert len(outcomes) == 20, "what is known is told before the run stops"
    assert proxy.bulks < 10


def test_patience_ends(proxy: Proxy, elasticsearch_index: str) -> None:
    proxy.plan = lambda number: Fault(items=lambda position, id: 429)
    with ElasticEngine(proxy.url, patience_s=0.5) as engine, pytest.raises(EngineError, match="too busy"):
        list(engine.load(documents(3)))


def test_a_reject_in_the_wrong_place_rejects_nobody_else(proxy: Proxy, engine: ElasticEngine) -> None:
    bad = f"{5:032x}"

    def fault(number: int) -> Fault:
        turned = _reversed if number == 0 else None
        return Fault(items=lambda position, id: 400 if id == bad else None, change_items=turned)

    proxy.plan = fault
    rejects = [outcome for outcome in load(engine, documents(20)) if isinstance(outcome, Reject)]
    assert [reject.origin for reject in rejects] == ["wire/5.txt"]
    assert held(engine) == 19
    assert engine.resent == {"wrong answer": 10}


def test_answers_of_others_for_ever_end_the_run(proxy: Proxy) -> None:
    proxy.plan = lambda number: Fault(change_items=_reversed)
    with ElasticEngine(proxy.url, patience_s=0.5) as engine, pytest.raises(EngineError, match="not those to"):
        list(engine.load(documents(3)))
    assert proxy.bulks < 20


def test_unreachable_in_the_middle(proxy: Proxy) -> None:
    proxy.plan = lambda number: Fault(lose_request=True)
    with ElasticEngine(proxy.url, patience_s=0.5) as engine, pytest.raises(EngineError, match="cannot reach"):
        list(engine.load(documents(3)))


def test_documents_are_pulled_lazily(engine: ElasticEngine) -> None:
    pulled = 0

    def pull() -> Iterator[Document]:
        nonlocal pulled
        for document in documents(500):
            pulled += 1
            yield document

    outcomes = engine.load(pull())
    next(outcomes)
    assert pulled <= 10 * (Pace().most_in_flight + 2)
    outcomes.close()
    assert pulled < 500


def test_the_last_version_of_a_document_wins(proxy: Proxy, engine: ElasticEngine) -> None:
    proxy.plan = lambda number: Fault(delay_s=0.2) if number == 0 else None
    versions = [documents(1, headline=f"Version {number}")[0] for number in range(5)]
    assert len(load(engine, versions)) == 5
    found = engine.get(versions[0].id)
    assert found is not None
    assert found.headline == "Version 4"


def test_pace_halves_and_recovers() -> None:
    pace = Pace(most_bytes=1_000_000)
    for _ in range(20):
        pace.answered(0.1)
    assert pace.in_flight == 4
    pace.slow_down(300_000)
    assert (pace.in_flight, pace.max_bytes) == (2, 300_000)
    pace.answered(99)
    assert (pace.in_flight, pace.max_bytes) == (2, 150_000)
    for _ in range(60):
        pace.answered(0.1)
    assert (pace.in_flight, pace.max_bytes) == (4, 1_000_000)
    pace.limit_bytes(500_000)
    pace.answered(0.1)
    assert pace.max_bytes == 500_000


def test_random_faults_lose_nothing(proxy: Proxy, engine: ElasticEngine) -> None:
    chance = random.Random(20250317)
    faults = [fault for name, plan in FAULTS.items() for number in range(4) if (fault := plan(number))]
    proxy.plan = lambda number: chance.choice(faults) if chance.random() < 0.4 else None
    outcomes = load(engine, documents(300))
    assert Counter(outcomes) == Counter(Loaded(id=document.id) for document in documents(300))
    assert len(engine.stored([document.id for document in documents(300)])) == 300


def _fails_with(proxy: Proxy, bad: str, status: int) -> Callable[[int], Fault | None]:
    """Refuse each request that holds the bad document."""

    def plan(_number: int) -> Fault | None:
        return Fault(status=status) if bad in proxy.ids[-1] else None

    return plan
