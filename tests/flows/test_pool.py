import os
import signal
import time
from datetime import UTC, datetime

import pytest

from flows import pool as pools
from flows.pool import ShapingPool, usable_cores
from transforms.document import RunStamp
from transforms.records import Document, Given, RawDocument, Reject

STAMP = RunStamp(run_id="r", ingested_at=datetime(2025, 3, 1, tzinfo=UTC), version="0")


def raw(number: int, text: str = "") -> RawDocument:
    body = (
        text
        or f"PARIS: The minister told reporters on Monday that plan number {number} would go ahead at once."
    )
    return RawDocument(
        origin=f"wire.jsonl#{number}",
        media="text",
        text=body,
        single=True,
        given=Given(headline=f"Plan {number}"),
    )


def shape(pool: ShapingPool, batches):
    try:
        return [
            (thing, [outcome for outcomes in shaped.outcomes for outcome in outcomes])
            for thing, shaped in pool.shape(batches)
        ]
    finally:
        pool.close()


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_come_back_in_order_and_whole(workers):
    batches = [(name, [raw(10 * name + n) for n in range(5)]) for name in range(6)]
    done = shape(ShapingPool(workers, STAMP, "py3langid"), batches)
    assert [thing for thing, _ in done] == list(range(6))
    assert [d.origin for _, found in done for d in found] == [r.origin for _, raws in batches for r in raws]
    assert all(isinstance(document, Document) for _, found in done for document in found)


@pytest.mark.slow
def test_a_killed_worker_costs_nothing():
    pool = ShapingPool(2, STAMP, "py3langid")
    batches = [(name, [raw(10 * name + n) for n in range(5)]) for name in range(60)]
    origins = []
    for thing, shaped in pool.shape(batches):
        if thing == 3:
            os.kill(next(iter(pool._executor._processes)), signal.SIGKILL)
        origins += [item.origin for found in shaped.outcomes for item in found]
    pool.close()
    assert origins == [r.origin for _, raws in batches for r in raws]


def test_what_kills_its_worker_twice_is_rejected_alone(monkeypatch):
    """A document that ends its process, as a broken C library would."""
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    class Executor:
        def submit(self, work, raws, *how):
            future = Future()
            if any(r.origin.endswith("#3") for r in raws):
                future.set_exception(BrokenProcessPool())
            else:
                future.set_result(work(raws, *how))
            return future

        def shutdown(self, **_):
            pass

    monkeypatch.setattr(pools, "_executor", lambda _workers: Executor())
    ((_, found), (_, after)) = shape(
        ShapingPool(1, STAMP, "py3langid"), [("a", [raw(n) for n in range(1, 6)]), ("b", [raw(6)])]
    )
    assert [type(item) for item in found] == [Document, Document, Reject, Document, Document]
    assert (found[2].origin, found[2].reason) == ("wire.jsonl#3", "worker-died")
    assert len(after) == 1


def test_a_page_that_takes_too_long_is_rejected(monkeypatch):
    def hang(_raw, **_):
        while True:
            time.process_time()

    monkeypatch.setattr(pools, "_PAGE_LIMIT_S", 0.2)
    monkeypatch.setattr("transforms.recipe.to_articles", hang)
    page = RawDocument(origin="page.html", media="html", page=b"<p>x</p>", offset=7)
    ((_, [reject]),) = shape(ShapingPool(0, STAMP, "py3langid"), [("a", [page])])
    assert (reject.origin, reject.reason, reject.offset) == ("page.html", "too-slow", 7)


def test_there_is_a_core_to_work_on():
    assert usable_cores() >= 1
