"""The API as a program meets it."""

import csv
import io
import subprocess
import sys
from xml.etree import ElementTree

import orjson
import pytest

from copydesk.web.desk import Desk
from copydesk.web.parameters import read_document
from flows.settings import Settings
from tests.web.conftest import ROOT

ATOM = "{http://www.w3.org/2005/Atom}"


def test_a_search(client):
    answer = client.get(
        "/api/search", params={"q": "lighthouse", "highlight": "true", "facets": "language,country"}
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    page = answer.json()
    assert page["total"] == len(page["hits"]) >= 1
    assert "<mark>" in str(page["hits"][0]["highlights"])
    assert page["facets"]["language"][0]["value"] == "en"
    assert page["histogram"] == []
    assert "authorization" not in answer.text


def test_pages_go_on_with_the_cursor(client):
    found, cursor = [], None
    while True:
        asked = {"sort": "newest", "size": 4} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/search", params=asked).json()
        found += [hit["id"] for hit in page["hits"]]
        if (cursor := page["cursor"]) is None:
            break
    assert len(found) == len(set(found)) == page["total"] > 4


def test_filters_are_those_of_the_query(client):
    page = client.get("/api/search?language=ar&language=fr&facets=language").json()
    assert {hit["article"]["language"] for hit in page["hits"]} == {"ar", "fr"}
    page = client.get("/api/search?during=2025-11&size=100&histogram=month").json()
    assert page["total"]
    assert all(hit["article"]["date"].startswith("2025-11") for hit in page["hits"])


def test_facets(client):
    answer = client.get("/api/facets?q=*:*").json()
    assert set(answer["facets"]) == {
        "language",
        "country",
        "place",
        "publisher",
        "section",
        "agency",
        "month",
    }
    assert sum(one["count"] for one in answer["facets"]["language"]) == answer["total"]
    assert set(client.get("/api/facets?facets=place&facet_size=1").json()["facets"]) == {"place"}


def test_an_article_and_its_origins(client):
    hit = client.get("/api/search?q=lighthouse&size=1").json()["hits"][0]
    found = client.get(f"/api/articles/{hit['id']}").json()
    assert found["article"] == hit["article"]
    assert found["article"]["origin"] in found["origins"]
    answer = client.get(f"/api/articles/{hit['id']}/similar?count=3")
    assert answer.status_code == 200
    assert hit["id"] not in [one["id"] for one in answer.json()["hits"]]


@pytest.mark.parametrize("id", ["0" * 32, "x", "%2e%2e", "A" * 32, "\u0660" * 32])
@pytest.mark.parametrize("rest", ["", "/similar"])
def test_no_such_article(client, id, rest):
    answer = client.get(f"/api/articles/{id}{rest}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "there is no article" in answer.json()["detail"]


def test_suggestions(client):
    assert client.get("/api/suggest?q=lighthuose").json()["suggestions"]


def test_the_status_is_that_of_the_command_line_and_more(client):
    status = client.get("/api/status").json()
    assert sum(status["documents"].values()) == client.get("/api/search?size=0").json()["total"]
    assert status["runs"][0]["report"]["balances"] is True
    assert status["last_run"] == status["runs"][0]["started_at"]
    assert status["rejects"] == {}


def test_rejects_are_counted_again_when_a_run_changed_them(tmp_path):
    target, copy = f"file:{tmp_path / 'index'}", tmp_path / "copy.jsonl"
    with Desk(Settings(), target) as desk:
        assert desk.rejects() == {}
        for broken in (1, 3):
            copy.write_text(
                '{"headline": "Rain", "text": "It rained on Monday, and how it did."}\n' + "{\n" * broken
            )
            command = [
                sys.executable,
                "-m",
                "copydesk",
                "ingest",
                str(copy),
                "--to",
                target,
                "--workers",
                "0",
            ]
            assert subprocess.run(command, capture_output=True, cwd=ROOT, check=False).returncode == 1
            assert list(desk.rejects().values()) == [broken]
            assert desk.rejects() is desk.rejects()


def test_what_is_wrong_is_told(client):
    answer = client.get("/api/search?siez=3&sort=best")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["title"] == "Bad Request"
    assert {one["name"] for one in problem["parameters"]} == {"siez", "sort"}
    assert "perhaps size" in problem["detail"]
    assert client.get("/api/nothing").json()["status"] == 404
    assert client.get("/api/status?q=1").status_code == 400


# Other forms


def test_csv(client):
    answer = client.get("/api/search.csv?q=lighthouse")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="search.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    hits = client.get("/api/search?q=lighthouse&sort=newest").json()["hits"]
    assert [row["id"] for row in rows] == [hit["id"] for hit in hits]
    assert rows[0]["body"] == hits[0]["article"]["body"]


def test_json_lines_are_all_of_a_search(client):
    total = client.get("/api/search?size=0").json()["total"]
    lines = client.get("/api/search.jsonl").text.splitlines()
    assert len({orjson.loads(line)["id"] for line in lines}) == len(lines) == total
    assert len(client.get("/api/search.jsonl?limit=3").text.splitlines()) == 3


def test_a_feed_is_the_same_until_something_changes(client):
    answer = client.get("/api/search.atom?q=lighthouse")
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = ElementTree.fromstring(answer.content)
    entry = feed.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id").startswith("urn:uuid:")
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == str(answer.url)
    assert feed.find(f"{ATOM}link[@rel='alternate']").get("href") == str(answer.url).replace(
        "api/search.atom", ""
    )
    again = client.get("/api/search.atom?q=lighthouse", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert not again.content
    other = client.get("/api/search.atom?q=harbour&size=3")
    assert ElementTree.fromstring(other.content).findtext(f"{ATOM}id") != feed.findtext(f"{ATOM}id")
    smaller = client.get("/api/search.atom?q=lighthouse&size=1")
    assert ElementTree.fromstring(smaller.content).findtext(f"{ATOM}id") == feed.findtext(f"{ATOM}id")


def test_rss(client):
    channel = ElementTree.fromstring(client.get("/api/search.rss?language=en&size=5").content).find("channel")
    items = channel.findall("item")
    assert len(items) == 5
    assert all(item.find("guid").get("isPermaLink") == "false" for item in items)
    assert channel.findtext("title").startswith("en ·")


# What the document says


def test_every_route_is_in_the_document(client):
    from copydesk.web.app import create_app

    app = create_app(None)
    while not hasattr(app, "openapi"):
        app = app.app
    app.openapi_url = "/x"
    told = client.get("/api/openapi.json").json()
    assert told == read_document()
    routes = set(app.openapi()["paths"])
    assert routes == set(told["paths"])


def test_head_says_how_long_the_answer_is(client):
    answer = client.head("/api/openapi.json")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(client.get("/api/openapi.json").content)
    assert not answer.content


# For machines that watch


def test_health_and_metrics(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    client.get("/api/search?q=rain")
    client.get("/api/articles/1")
    text = client.get("/metrics").text
    assert 'copydesk_http_requests_total{method="GET",route="/api/search",status="200"}' in text
    assert 'copydesk_http_requests_total{method="GET",route="/api/articles/{id}",status="404"}' in text
    assert 'copydesk_documents{index="en"}' in text
    assert 'copydesk_last_run_articles{end="indexed"}' in text
    assert "copydesk_last_run_balances 1.0" in text
    assert 'copydesk_http_request_seconds_bucket{le="0.05",route="/api/search"}' in text
