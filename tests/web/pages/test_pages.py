"""The pages as they are sent, over an index of the seeds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.web.desk import Desk
from copydesk.web.pages.names import language_of
from copydesk.web.pages.projection import HEIGHT, WIDTH, project
from copydesk.web.pages.render import error_page
from engines import open_engine
from flows.settings import Settings

PAGES = ("/", "/?q=olympics", "/?q=zzyzx", "/?language=ar&country=EG", "/status", "/articles/none")
FOLDER = Path(__file__).parents[3] / "copydesk" / "web" / "pages"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(client, path: str) -> None:
    page = client.get(path).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r"<script(?![^>]*src=\"/static/)", page)
    assert not re.search(r'(?:src|rel="stylesheet" href)="(?:https?:)?//', page)
    for url in re.findall(r'"(/static/[^"#]+)', page):
        answer = client.get(url)
        assert answer.status_code == 200, url


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique(client, path: str) -> None:
    ids = re.findall(r'\sid="([^"]*)"', client.get(path).text)
    assert len(ids) == len(set(ids))


def test_what_is_asked_comes_back_escaped(client) -> None:
    page = client.get("/", params={"q": '"><script>alert(1)</script>', "place": "<b>Rome</b>"}).text
    assert "<script>alert" not in page
    assert "<b>Rome" not in page
    assert "&lt;b&gt;Rome&lt;/b&gt;" in page


def test_a_second_value_can_be_ticked(client) -> None:
    page = client.get("/?language=ar").text
    counts = re.findall(r'name="language" value="(\w+)"( checked)?.*?class="count">(\d+)', page)
    assert counts[0][:2] == ("ar", " checked")
    assert len(counts) > 3, "languages that are not ticked have no counts"


def test_a_ticked_value_without_articles_stays(client) -> None:
    page = client.get("/?q=zzyzx&country=FR").text
    assert re.search(r'name="country" value="FR" checked.*?>France<.*?class="count">0<', page, re.DOTALL)


def test_places_on_the_map_have_their_count(client) -> None:
    page = client.get("/?q=macron").text
    assert 'aria-label="Paris: 1 article"' in page


def test_rows_of_the_form_that_are_not_fields_are_kept(client) -> None:
    page = client.get("/?q=rain&sort=oldest&size=5&source=seeds&near=48.85,2.35,100").text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert hidden == {"sort": "oldest", "size": "5", "source": "seeds", "near": "48.85,2.35,100"}
    assert "100 km around 48.85, 2.35" in page


def test_an_article_says_what_is_known_of_it(client) -> None:
    found = client.get("/api/search?q=macron").json()["hits"][0]
    page = client.get(f"/articles/{found['id']}").text
    assert "Paris, France" in page
    assert "known to the day" in page
    assert 'datetime="2025-03-17"' in page
    assert "As it was read" in page


def test_an_article_whose_copy_is_not_kept_says_so(serve, tmp_path) -> None:
    target = f"file:{tmp_path / 'index'}"
    ingest = [sys.executable, "-m", "copydesk", "ingest", "seeds/text", "--to", target, "--workers", "0"]
    subprocess.run([*ingest, "--no-keep"], cwd=FOLDER.parents[2], capture_output=True, check=True)
    with Desk(Settings(), target) as desk, serve(desk) as client:
        found = client.get("/api/search?q=macron").json()["hits"][0]
        page = client.get(f"/articles/{found['id']}").text
    assert "is not kept here" in page
    assert "As it was read" not in page


def test_what_has_no_writing_is_spelled_out() -> None:
    answer = error_page(404, "no file caf\udce9.txt")
    assert b"caf\\udce9.txt" in answer.body


@pytest.mark.parametrize("id", ["none", "0" * 32, "A" * 32, "%00", "..%2f..%2f", "é"])
def test_ids_that_are_none(client, id: str) -> None:
    answer = client.get(f"/articles/{id}")
    assert answer.status_code == 404
    assert "text/html" in answer.headers["content-type"]


def test_an_empty_index_says_how_to_fill_it(serve, tmp_path) -> None:
    target = f"file:{tmp_path / 'index'}"
    with Desk(Settings(), target) as desk, serve(desk) as client:
        answer = client.get("/")
        assert answer.status_code == 503
        assert "copydesk ingest PATH" in answer.text
    with open_engine(target) as engine:
        list(engine.load([]))
        engine.commit()
    with Desk(Settings(), target) as desk, serve(desk) as client:
        assert "copydesk ingest FOLDER" in client.get("/").text
        assert client.get("/?q=rain").status_code == 200
        assert "No run has been recorded" in client.get("/status").text


def test_deep_pages_go_on(client) -> None:
    page = client.get("/?size=1&page=2").text
    assert 'rel="prev" href="/?size=1"' in page
    assert 'rel="next" href="/?size=1&amp;page=3"' in page


@pytest.mark.parametrize(
    ("tag", "direction"), [("fa", "rtl"), ("he", "rtl"), ("ur", "rtl"), ("hi", "ltr"), ("und", "auto")]
)
def test_languages_have_a_direction(tag: str, direction: str) -> None:
    assert language_of(tag).direction == direction


@pytest.mark.parametrize("place", [(90, 180), (-90, -180), (0, 180), (83.6, -32.5), (-54.8, -68.3)])
def test_places_are_on_the_map(place: tuple[float, float]) -> None:
    x, y = project(*place)
    assert 0 <= x <= WIDTH
    assert -20 <= y <= HEIGHT + 130


def test_the_outline_is_small() -> None:
    assert (FOLDER / "static" / "world.svg").stat().st_size < 60_000
