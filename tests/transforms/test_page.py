"""A page becomes copy: what is kept, what is left out, and what no page may do."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.page import MAX_BYTES, MAX_DEPTH, nesting_depth, read_page
from transforms.records import Copy, Given, Reject

STORY = """<p>The river rose two metres overnight and the lower town was evacuated before dawn, the mayor said.</p>
<p>“We had an hour,” said Ana Ruiz, who runs the bakery by the bridge. “We took the dog and the flour.”</p>
<p>Engineers expect the water to fall by Thursday, when the bridge is to be inspected for the second time.</p>"""


def read(page: bytes | str, **fields: str) -> Copy:
    answer = read_page(page if isinstance(page, bytes) else page.encode(), Given(**fields), "page.html")
    assert isinstance(answer, list), answer
    return answer[0]


def rejected(page: bytes | str) -> str:
    answer = read_page(page if isinstance(page, bytes) else page.encode(), Given(), "page.html")
    assert isinstance(answer, Reject)
    assert answer.stage == "shape"
    assert answer.origin == "page.html"
    return answer.reason


def wrap(body: str, head: str = "") -> str:
    return f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>"


def test_story_between_boxes() -> None:
    page = wrap(
        f"<nav><a href=/>Home</a></nav><article><h1>River rises</h1>{STORY}"
        "<div class='related-links'><p>Ten more floods that you will not believe, with pictures of every one of them.</p></div>"
        "</article><footer><p>Copyright The Daily Post and its licensors, all rights of every kind reserved.</p></footer>"
    )
    paragraphs = read(page).paragraphs
    assert len(paragraphs) == 3
    assert paragraphs[0].startswith("The river rose")
    assert paragraphs[2].endswith("second time.")


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("", "no-article"),
        ("<p>Short.</p>", "no-article"),
        (
            wrap("<ul>" + "<li><a href=/x>A headline that leads somewhere else</a></li>" * 40 + "</ul>"),
            "no-article",
        ),
        ("<div>" * 100_000, "page-too-deep"),
        ("<b><i>" * 50_000, "page-too-deep"),
        ("<\0div>" * 50_000, "page-too-deep"),
        ("<dd><li>" * 50_000, "page-too-deep"),
        ("<noscript><li>" * 50_000, "page-too-deep"),
        ("<rt>" * 50_000, "page-too-deep"),
        ("x" * (MAX_BYTES + 1), "page-too-large"),
        ("<!-- " * 10_000, "no-article"),
        ("\x00" * 10_000, "no-article"),
    ],
)
def test_rejected(page: str, reason: str) -> None:
    started = time.process_time()
    assert rejected(page) == reason
    assert time.process_time() - started < 5


def test_depth_is_a_bound() -> None:
    assert nesting_depth("<div>" * MAX_DEPTH + "</div>" * MAX_DEPTH) == MAX_DEPTH
    assert nesting_depth("</div>" * 9 + "<p>" * MAX_DEPTH + "<br>" * 9 + "<div>" * 3) == 3


@given(st.binary(max_size=2_000))
@settings(max_examples=40, deadline=None)
def test_no_bytes_raise(page: bytes) -> None:
    read_page(page, Given(), "x")


@given(st.lists(st.sampled_from(["<p>", "</p>", "<div class=ad>", "</div>", "<a href=x>", "<h1>", "<table>", "<li>", "<br>", "\ud800",
                                 "<script type='application/ld+json'>{", "}</script>", "<figure>", "<figcaption>", "word " * 30, "é", "&amp;", "<meta name=date content=2025>"]), max_size=40))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_no_tags_raise(parts: list[str]) -> None:
    read_page("".join(parts).encode("utf-8", "surrogatepass"), Given(), "x")
