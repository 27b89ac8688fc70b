"""Pages of several stories, and pages that only look so."""

from __future__ import annotations

from transforms.page import read_page
from transforms.recipe import to_articles
from transforms.records import Article, Copy, Given, RawDocument, Reject

TOLD = (
    "<p>The {0} was opened on Monday by the mayor, who had waited for the day since the winter before last.</p>"
    "<p>It cost twice what the council had been told at first, and half of what some of its members feared.</p>"
    "<p>People from the villages came by bus, by bicycle and on foot to see it, and stayed until the evening.</p>"
)
TEASER = "<article><h3><a href='/{0}'>The {0} is late</a></h3><p>The {0} will not be ready before the end of the year, the builders say.</p></article>"


def post(name: str, *, tag: str = "h2", link: str = "", time: str = "") -> str:
    title = f"The {name} is open at last"
    title = f"<a href='{link}'>{title}</a>" if link else title
    clock = f"<time datetime='{time}'>then</time>" if time else ""
    return f"<article><{tag}>{title}</{tag}>{clock}{TOLD.format(name)}</article>"


def page(body: str, title: str = "What happened today") -> bytes:
    head = f"<title>{title}</title><meta property='og:site_name' content='The Valley'>"
    return f"<html lang='en'><head>{head}</head><body><main>{body}</main></body></html>".encode()


def read(body: str, title: str = "What happened today", url: str | None = None) -> list[Copy]:
    answer = read_page(page(body, title), Given(url=url), "page.html")
    assert not isinstance(answer, Reject)
    return answer


def test_each_post_of_a_live_blog_is_a_story():
    posts = post("bridge", time="2025-05-12T09:30:00Z") + post("library", link="/b") + post("school")
    copies = read("<h1>What happened today</h1>" + posts, url="https://valley.example/live")
    assert [copy.headline for copy in copies] == [
        f"The {name} is open at last" for name in ("bridge", "library", "school")
    ]
    assert [len(copy.paragraphs) for copy in copies] == [3, 3, 3]
    assert [copy.url for copy in copies] == [None, "https://valley.example/b", None]
    assert [bool(copy.stamps) for copy in copies] == [True, False, False]
    assert {(copy.publisher, copy.declared_language) for copy in copies} == {("The Valley", "en")}


def test_posts_inside_the_article_of_the_live_blog():
    assert (
        len(read("<article><h1>What happened today</h1>" + post("bridge") + post("library") + "</article>"))
        == 2
    )


def test_a_story_with_teasers_is_one():
    teasers = TEASER.format("road") + TEASER.format("harbour") + TEASER.format("tram")
    for body in (
        post("bridge", tag="h1") + teasers,
        "<article><h1>The bridge is open at last</h1>" + TOLD.format("bridge") + teasers + "</article>",
        teasers + post("bridge", tag="h1"),
    ):
        (copy,) = read(body, "The bridge is open at last")
        assert len(copy.paragraphs) == 3


def test_comments_are_no_stories():
    comments = "".join(
        f"<article class='comment'><h3>{name}</h3>{TOLD.format(name)}</article>" for name in ("Ann", "Bob")
    )
    (copy,) = read(post("bridge", tag="h1") + comments, "The bridge is open at last")
    assert copy.headline == "The bridge is open at last"


def test_a_box_of_two_paragraphs_beside_a_long_story_is_no_story():
    box = "<article><h2>About the builders</h2>" + "".join(TOLD.partition("</p><p>It cost")[0:1]) + "</p><p>"
    box += "The firm was founded by two brothers in a shed, and it has built four bridges over this river.</p></article>"
    story = f"<article><h1>The bridge is open at last</h1>{TOLD.format('bridge') * 3}</article>"
    assert len(read(story + box, "The bridge is open at last")) == 1


def test_stories_in_a_story_that_is_mostly_its_own_are_not_cut_out():
    assert (
        len(read("<h1>What happened today</h1>" + TOLD.format("tram") * 4 + post("bridge") + post("road")))
        == 1
    )


def test_stories_of_a_page_have_origins_of_their_own():
    raw = RawDocument(
        origin="crawl.warc.gz#7",
        media="html",
        page=page(post("bridge") + post("library")),
        given=Given(url="https://valley.example/today", publisher="The Valley"),
    )
    articles = to_articles(raw)
    assert all(isinstance(article, Article) for article in articles)
    assert [article.origin for article in articles] == ["crawl.warc.gz#7", "crawl.warc.gz#7#2"]
    assert {article.source for article in articles} == {"crawl.warc.gz"}
    assert len({article.id for article in articles}) == 2
