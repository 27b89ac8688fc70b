"""The same API over a genuine Elasticsearch."""

import csv
import io
from xml.etree import ElementTree

import pytest

from copydesk.web.desk import Desk
from engines import open_engine
from flows.settings import Settings
from tests.engines.corpus import make_corpus
from tests.web.conftest import serving

pytestmark = pytest.mark.elastic


@pytest.fixture
def elastic(elasticsearch_index, elasticsearch_options):
    with open_engine(elasticsearch_index, **elasticsearch_options) as engine:
        for _ in engine.load(make_corpus()):
            pass
        engine.commit()
    settings = Settings(
        elastic_api_key=elasticsearch_options.get("api_key"), elastic_ca=elasticsearch_options.get("ca")
    )
    with Desk(settings, elasticsearch_index) as desk, serving(desk) as client:
        yield client


def test_everything_that_is_asked(elastic):
    page = elastic.get("/api/search?size=5&facets=language,month&histogram=month&highlight=true&q=*:*").json()
    assert page["total"] > 100
    assert page["cursor"]
    assert page["facets"]["language"]
    assert page["histogram"]
    following = elastic.get("/api/search", params={"q": "*:*", "size": 5, "cursor": page["cursor"]}).json()
    assert "hits" in following, following
    assert not {hit["id"] for hit in page["hits"]} & {hit["id"] for hit in following["hits"]}
    id = page["hits"][0]["id"]
    assert elastic.get(f"/api/articles/{id}").json()["article"]["id"] == id
    assert elastic.get(f"/api/articles/{id}/similar").status_code == 200
    assert elastic.get(f"/api/articles/{'0' * 32}").status_code == 404
    assert elastic.get("/api/suggest?q=olimpics").status_code == 200
    assert sum(elastic.get("/api/status").json()["documents"].values()) == page["total"]
    rows = list(csv.DictReader(io.StringIO(elastic.get("/api/search.csv").text)))
    assert len({row["id"] for row in rows}) == len(rows) == page["total"]
    assert (
        len(ElementTree.fromstring(elastic.get("/api/search.rss?size=7").content).findall("channel/item"))
        == 7
    )
    assert "copydesk_index_up 1.0" in elastic.get("/metrics").text
    assert (
        elastic.get("/").status_code
        == elastic.get(f"/articles/{id}").status_code
        == elastic.get("/status").status_code
        == 200
    )


def test_a_cursor_of_the_embedded_engine(elastic):
    from engines.asking import write_cursor

    cursor = write_cursor({"sort": "newest", "value": 5, "skip": 1})
    assert elastic.get("/api/search", params={"sort": "newest", "cursor": cursor}).status_code == 400


def test_a_node_that_is_away():
    with Desk(Settings(), "http://127.0.0.1:9/news") as desk, serving(desk) as client:
        answer = client.get("/api/search")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert "127.0.0.1:9" in answer.json()["detail"]
        assert client.get("/").status_code == 503
        assert "copydesk_index_up 0.0" in client.get("/metrics").text
