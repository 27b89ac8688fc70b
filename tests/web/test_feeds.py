"""Feeds and tables of stories as they are written: without dates, without headlines, with any characters."""

import csv
import io
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.web.feeds import Feed, lead_of, moment_of, render_atom, render_rss, story_url, title_of
from copydesk.web.tables import COLUMNS, csv_lines, guarded, json_lines, read_all
from engines.contract import Hit, Page, Query
from transforms.records import Article, Dateline, Place

ATOM = "{http://www.w3.org/2005/Atom}"
DUBLIN = Place(text="DUBLIN", name="Dublin", country="IE", admin1=None, location=None, confidence=1.0)


def article(number: int = 1, **fields: object) -> Article:
    return Article(
        **{
            "id": f"{number:032x}",
            "origin": f"a.txt#{number}",
            "source": "a.txt",
            "body": "It rained.",
            **fields,
        }
    )


def page_of(*articles: Article, cursor: str | None = None) -> Page:
    hits = tuple(Hit(id=one.id, score=None, article=one) for one in articles)
    return Page(total=len(hits), took_ms=0.0, hits=hits, facets={}, cursor=cursor)


def feed_of(*articles: Article, query: Query | None = None) -> Feed:
    return Feed(
        query=query or Query(sort="newest"),
        page=page_of(*articles),
        root="http://127.0.0.1:8484",
        form="atom",
    )


FULL = article(
    7, headline="Rain", authors=("Ann Lee", "Bo Li"), publisher="Harbour Gazette", section="Weather", tags=("rain",),
    language="en", url="https://example.org/rain", published_at=date(2025, 3, 1),
    updated_at=datetime(2025, 3, 2, 10, 0, tzinfo=UTC), summary=("Much of it.",), dateline=Dateline(text="DUBLIN:", places=(DUBLIN,), agency="AFP"),
)  # fmt: skip


def test_an_atom_entry():
    entry = ElementTree.fromstring(render_atom(feed_of(FULL))).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == "urn:uuid:00000000-0000-0000-0000-000000000007"
    assert entry.findtext(f"{ATOM}updated") == "2025-03-02T10:00:00Z"
    assert entry.findtext(f"{ATOM}published") == "2025-03-01T00:00:00Z"
    assert entry.findtext(f"{ATOM}summary") == "Much of it."
    assert entry.find(f"{ATOM}summary").get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert entry.find(f"{ATOM}link[@rel='alternate']").get("href") == "https://example.org/rain"
    assert entry.find(f"{ATOM}link[@rel='related']").get("href").endswith(f"/articles/{FULL.id}")
    assert [name.text for name in entry.iter(f"{ATOM}name")] == ["Ann Lee", "Bo Li"]
    assert [term.get("term") for term in entry.iter(f"{ATOM}category")] == ["Weather", "Dublin", "rain"]


def test_an_rss_item():
    item = ElementTree.fromstring(render_rss(feed_of(FULL))).find("channel/item")
    assert item.findtext("pubDate") == "Sun, 02 Mar 2025 10:00:00 +0000"
    assert item.findtext("link") == "https://example.org/rain"
    assert [name.text for name in item.findall("{http://purl.org/dc/elements/1.1/}creator")] == [
        "Ann Lee",
        "Bo Li",
    ]


def test_a_story_of_which_little_is_known():
    bare = article(url="javascript:alert(1)", body="")
    assert (title_of(bare), story_url(bare)) == ("(without a headline)", None)
    entry = ElementTree.fromstring(render_atom(feed_of(bare))).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert entry.find(f"{ATOM}link").get("href") == f"http://127.0.0.1:8484/articles/{bare.id}"
    item = ElementTree.fromstring(render_rss(feed_of(bare))).find("channel/item")
    assert item.find("pubDate") is None


def test_a_feed_of_nothing():
    feed = ElementTree.fromstring(render_atom(feed_of()))
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert feed.findtext(f"{ATOM}title") == "everything · copydesk"


def test_a_long_lead_is_cut():
    assert len(lead_of(article(body="x" * 10_000))) == 500


def test_moments_without_a_zone_are_utc():
    assert moment_of(article(published_at=datetime(2025, 1, 1, 3))) == datetime(2025, 1, 1, 3, tzinfo=UTC)


ANY = st.text(st.characters(categories=None) | st.sampled_from("\0\x0b\ud800\udfff￾￿<&\"'\r]"), max_size=60)


@given(ANY, ANY, ANY)
def test_any_text_makes_a_valid_feed(headline, body, asked):
    strange = article(
        headline=headline, body=body, authors=(headline,), publisher=body, section=asked, tags=(body,)
    )
    feed = feed_of(strange, query=Query(text=asked.encode("utf-8", "replace").decode(), places=("a",)))
    for written in (render_atom(feed), render_rss(feed)):
        ElementTree.fromstring(written)


@given(st.lists(ANY, min_size=3, max_size=3))
def test_any_text_makes_a_table_that_reads_back(texts):
    strange = article(headline=texts[0], body=texts[1], publisher=texts[2])
    rows = list(csv.reader(io.StringIO(b"".join(csv_lines(iter([(strange,)]))).decode("utf-8"), newline="")))
    assert rows[0] == list(COLUMNS)
    assert len(rows) == 2
    assert len(rows[1]) == len(COLUMNS)
    assert not [cell for cell in rows[1] if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "－1"])
def test_cells_that_a_spreadsheet_would_calculate(cell):
    assert guarded(cell) == f"'{cell}"


def test_a_row_has_what_is_known():
    table = b"".join(csv_lines(iter([(FULL,)]))).decode()
    row = next(csv.DictReader(io.StringIO(table)))
    assert row["place"], row["country"] == ("Dublin", "IE")
    assert row["authors"] == "Ann Lee; Bo Li"
    assert row["date"] == "2025-03-01"


def test_all_pages_are_read_once_each_and_no_further_than_asked():
    stories = [article(number) for number in range(250)]
    asked = []

    def search(query: Query) -> Page:
        asked.append(query)
        start = int(query.cursor or 0)
        start = max(0, start - 3)  # stories that came in meanwhile push others down
        shown = stories[start : start + query.size]
        following = start + len(shown)
        return page_of(*shown, cursor=str(following) if following < len(stories) else None)

    found = [one.id for some in read_all(search, Query(), 10_000) for one in some]
    assert found == [one.id for one in stories]
    assert len([one for some in read_all(search, Query(), 120) for one in some]) == 120
    lines = b"".join(json_lines(read_all(search, Query(), 5))).splitlines()
    assert [orjson.loads(line)["id"] for line in lines] == found[:5]
    assert list(read_all(lambda _: page_of(), Query(), 5)) == [()]
