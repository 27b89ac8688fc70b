"""What is answered when the index is away, slow or overrun."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from copydesk.web.app import Limits
from copydesk.web.desk import Desk
from engines.asking import write_cursor
from engines.contract import EngineError, Page, Query
from flows.settings import Settings
from ledger.records import LedgerError
from tests.web.conftest import until
from tests.web.test_gate import Broken

EMPTY = Page(total=0, took_ms=0.0, hits=(), facets={}, cursor=None)
PATHS = [
    "/api/search",
    "/api/facets",
    "/api/search.rss",
    "/api/search.csv",
    "/api/status",
    "/api/suggest?q=x",
    "/",
]


@pytest.mark.parametrize("path", PATHS)
def test_an_engine_that_is_away(serve, path):
    with serve(Broken(EngineError("cannot reach it", hint="start it", passing=True))) as client:
        answer = client.get(path)
    assert answer.status_code == 503
    assert "cannot reach it" in answer.text.lower()
    assert "start it" in answer.text.lower()
    if path.startswith("/api"):
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["hint"] == "start it"


def test_books_that_are_damaged(serve):
    with serve(Broken(LedgerError("the ledger is damaged"))) as client:
        answer = client.get("/api/status")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")


def test_an_index_that_is_not_there_yet(serve, tmp_path):
    with Desk(Settings(), f"file:{tmp_path / 'index'}") as desk, serve(desk) as client:
        answer = client.get("/api/search")
        assert answer.status_code == 503
        assert "copydesk ingest" in answer.json()["hint"]
        assert client.get("/api/status").json()["documents"] == {}
        assert "copydesk_documents" in client.get("/metrics").text
        assert client.get("/healthz").status_code == 200


def test_metrics_of_an_engine_that_is_away(serve):
    with serve(Broken(EngineError("away"))) as client:
        answer = client.get("/metrics")
    assert answer.status_code == 200
    assert "copydesk_index_up 0.0" in answer.text


class Slow:
    """A desk that answers when it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.asked = 0

    def search(self, _: Query) -> Page:
        self.asked += 1
        self.let.wait(20)
        return EMPTY


def test_an_answer_that_takes_too_long(serve):
    slow = Slow()
    with serve(slow, limits=Limits(requests_per_s=0, timeout_s=0.2)) as client:
        answer = client.get("/api/search")
        assert answer.status_code == 504
        assert answer.json()["title"] == "Gateway Timeout"
        assert client.get("/healthz").status_code == 200
        slow.let.set()
        until(lambda: client.get("/api/search").status_code == 200)


def test_more_under_way_than_can_be(serve):
    slow = Slow()
    with (
        serve(slow, limits=Limits(requests_per_s=0, waiting=3)) as client,
        httpx.Client(base_url=client.base_url, timeout=20, trust_env=False) as other,
        ThreadPoolExecutor(3) as pool,
    ):
        waiting = [pool.submit(client.get, "/api/search") for _ in range(3)]
        until(lambda: slow.asked == 3)
        refused = other.get("/api/search")
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "2"
        slow.let.set()
        assert [one.result().status_code for one in waiting] == [200] * 3


def test_a_table_that_breaks_off_is_not_taken_for_whole(serve, desk):
    class Breaking:
        def search(self, query: Query) -> Page:
            if query.cursor:
                raise EngineError("away")
            return desk.search(Query(sort="newest", size=2))

    with serve(Breaking()) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("/api/search.jsonl")


@pytest.mark.parametrize(
    "state",
    [
        {"seen": 3, "after": ["x"], "pit": "x"}, {"skip": 1, "value": "x"}, {"skip": 1, "value": -1},
        {"skip": 1, "value": 1 << 63}, {"skip": 1, "value": None}, {"skip": 1, "moment": []}, {"shown": ["x"]}, {},
    ],
)  # fmt: skip
def test_cursors_that_the_engine_did_not_give(client, state):
    cursor = write_cursor({"sort": "newest", **state})
    answer = client.get("/api/search", params={"sort": "newest", "cursor": cursor})
    assert answer.status_code in (200, 400), answer.text


def test_no_line_in_the_log_has_a_query(serve, capfd):
    with serve(verbose=True) as client:
        client.get("/api/search?q=somebody", headers={"Authorization": "Bearer hush"})
        client.get("/api/%0anothing%1b[31m?q=somebody")
    told = capfd.readouterr().err
    assert "GET /api/search 200" in told
    assert "somebody" not in told
    assert "hush" not in told
    assert "\x1b" not in told
    assert len(told.splitlines()) == 2
