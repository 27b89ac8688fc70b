"""Live blogs: posts that only JSON-LD tells, posts on the page, articles inside each other."""

from __future__ import annotations

import json
import time

import pytest

from transforms.page import MAX_ELEMENTS, read_page
from transforms.records import Copy, Given, Reject

POSTS = (
    "The bridge is closed from now on, the police say, and buses go by way of the old harbour until the evening.",
    "The water stands at four metres and ten, which is the highest mark since the winter of the great flood.",
    "The school in Mill Lane is opened for those who cannot go home tonight; soup and blankets are there.",
)
LINE = "<p>The bridge was opened on Monday by the mayor, who had waited for the day since the winter before last.</p>"


def read(page: str) -> list[Copy]:
    answer = read_page(page.encode(), Given(url="https://post.example/live"), "page.html")
    assert not isinstance(answer, Reject), answer
    return answer


def blog(posts: tuple[str, ...]) -> str:
    updates = [
        {"@type": "BlogPosting", "headline": f"Post {n}", "articleBody": text, "url": f"#p{n}",
         "datePublished": f"2026-03-17T0{n}:00:00Z"} for n, text in enumerate(posts)
    ]  # fmt: skip
    node = {"@type": "LiveBlogPosting", "headline": "The flood, hour by hour", "liveBlogUpdate": updates}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def test_posts_that_only_jsonld_tells() -> None:
    copies = read(
        f"<html lang=en><head>{blog(POSTS)}</head><body><h1>The flood</h1><div id=root></div></body>"
    )
    assert [copy.paragraphs for copy in copies] == [(text,) for text in POSTS]
    assert [copy.headline for copy in copies] == ["Post 0", "Post 1", "Post 2"]
    assert [copy.url for copy in copies] == [f"https://post.example/live#p{n}" for n in range(3)]
    assert all(copy.stamps and copy.declared_language == "en" for copy in copies)


def test_posts_that_the_page_shows_are_one_story() -> None:
    shown = "".join(f"<div class=entry><h2>Post {n}</h2><p>{text}</p></div>" for n, text in enumerate(POSTS))
    (copy,) = read(f"<html><head>{blog(POSTS)}</head><body><main><h1>The flood</h1>{shown}</main></body>")
    assert set(POSTS) <= set(copy.paragraphs)


@pytest.mark.parametrize("updates", ['"none"', "[3, null]", '{"articleBody": "x"}', '[{"articleBody": 7}]'])
def test_posts_that_are_none(updates: str) -> None:
    node = f'{{"@type": "LiveBlogPosting", "liveBlogUpdate": {updates}}}'
    assert (
        len(read(f'<script type="application/ld+json">{node}</script><body><h1>A</h1>{LINE * 3}</body>')) == 1
    )


def test_an_article_inside_another_is_told_once() -> None:
    inner = f"<article><h2>The library is open</h2>{LINE.replace('bridge', 'library') * 2}</article>"
    copies = read(f"<body><article><h2>The bridge is open</h2>{LINE * 2}{inner}</article></body>")
    assert [copy.headline for copy in copies] == ["The bridge is open", "The library is open"]
    assert not any("library" in text for text in copies[0].paragraphs)


def test_articles_deep_inside_each_other_take_no_time() -> None:
    started = time.process_time()
    read("<body>" + f"<article><h2>The bridge is open</h2>{LINE * 2}" * 200)
    assert time.process_time() - started < 3


def test_too_many_elements() -> None:
    answer = read_page(b"<ul>" + b"<li>x" * (MAX_ELEMENTS + 1), Given(), "page.html")
    assert isinstance(answer, Reject)
    assert answer.reason == "page-too-large"
