"""The parts of reading a page: encodings, JSON-LD, captions, names, stamps and fallbacks."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.page import MAX_ATTRIBUTES, read_page, slow_reader
from transforms.page.captions import split_credit
from transforms.page.encoding import decode_page
from transforms.page.head import web_address
from transforms.page.jsonld import find_article, read_jsonld
from transforms.records import Copy, Given, Reject

LINES = (
    "The river rose two metres overnight and the lower town was evacuated before dawn, the mayor said on Tuesday.",
    "“We had an hour,” said Mia Holt, who runs the bakery by the bridge. “We took the dog and the flour.”",
    "Engineers expect the water to fall by Thursday, when the bridge is to be inspected for the second time.",
    "The council will meet on Friday to decide whether the school in Mill Lane can open again next week.",
)
STORY = "".join(f"<p>{line}</p>" for line in LINES)


def read(body: str, head: str = "", **given_fields: str) -> Copy:
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    answer = read_page(page.encode("utf-8"), Given(**given_fields), "page.html")
    assert isinstance(answer, list), answer
    return answer[0]


def source(copy: Copy, name: str) -> str | None:
    return dict(copy.sources).get(name)


@pytest.mark.parametrize(
    ("page", "text", "name"),
    [
        ("\ufeff<p>Größe".encode(), "<p>Größe", "utf-8"),
        ("<p>Größe".encode("utf-16"), "<p>Größe", "utf-16"),
        ('<meta charset="ISO-8859-1"><p>“café”'.encode("cp1252"), '<meta charset="ISO-8859-1"><p>“café”', "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gb2312">新闻'.encode("gb18030"),
         '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">新闻', "gb18030"),
        ('<?xml version="1.0" encoding="shift_jis"?>新聞'.encode("cp932"), '<?xml version="1.0" encoding="shift_jis"?>新聞', "cp932"),
        ('<meta charset="utf-16"><p>Größe'.encode(), '<meta charset="utf-16"><p>Größe', "utf-8"),
        ('<meta charset="no-such-thing"><p>Größe'.encode(), '<meta charset="no-such-thing"><p>Größe', "utf-8"),
        ('<meta charset="iso-2022-jp">新聞'.encode("iso-2022-jp"), '<meta charset="iso-2022-jp">新聞', "iso2022_jp"),
        (b'<meta charset="utf-8"><p>' + "Größe und Ähnliches ".encode() * 20 + b"\xe9", None, "utf-8"),
        (b"", "", "utf-8"),
    ],
)  # fmt: skip
def test_encodings(page: bytes, text: str | None, name: str) -> None:
    decoded, read_as = decode_page(page)
    assert read_as == name
    assert text is None or decoded == text


def test_undeclared_encoding_is_detected() -> None:
    russian = "Мэр сообщил, что вода в реке поднялась на два метра и нижний город был эвакуирован. " * 5
    assert decode_page(russian.encode("cp1251"))[0] == russian


@given(st.binary(max_size=500))
@settings(max_examples=50, deadline=None)
def test_no_bytes_break_decoding(page: bytes) -> None:
    assert isinstance(decode_page(page)[0], str)


@pytest.mark.parametrize(
    "block",
    [
        '{"@type": "NewsArticle", "headline": "Flood"}',
        '[{"@type": "WebPage"}, {"@type": "NewsArticle", "headline": "Flood"}]',
        '{"@graph": [{"@type": "NewsArticle", "headline": "Flood",},],}',
        '<!-- {"@type": "NewsArticle", "headline": "Flood"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Flood"}\n//]]>',
        '{"@type": "NewsArticle", /* the title */ "headline": "Flood" // so\n}',
        '{"@type": "NewsArticle", "headline": "Flood"};',
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;Flood&quot;}",
        '{"@type": "NewsArticle", "headline": "Flood", "body": "line\nbreak\tand tab"}',
        '{"@type": "http://schema.org/NewsArticle", "headline": "Flood"}',
        '{"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "Flood"}}',
        '{"@type": "NewsArticle", "headline": "Flood", "url": "https://a.example/b",}',
    ],
)
def test_bad_jsonld_is_read(block: str) -> None:
    assert find_article(read_jsonld(["{broken", block]))["headline"] == "Flood"


@pytest.mark.parametrize(
    "block",
    ["", "null", "3", "{", "[" * 100_000, '"' + "\\" * 100_001, "/*" * 50_000, '{"a":1,' + "," * 50_000],
)
def test_hopeless_jsonld_is_left_out(block: str) -> None:
    assert read_jsonld([block]) == []


def test_many_nodes_are_cut() -> None:
    assert len(read_jsonld(["[" + '{"@type":"X"},' * 1_500 + "]"] * 3)) == 2_000


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("The bridge at dawn. (AP Photo/Ana Ruiz)", "The bridge at dawn.", "AP Photo/Ana Ruiz"),
        ("Die Brücke am Morgen. Foto: Lena Falk/dpa", "Die Brücke am Morgen.", "Lena Falk/dpa"),
        ("The bridge © Ana Ruiz", "The bridge", "Ana Ruiz"),
        ("The bridge [Image: Reuters]", "The bridge", "Reuters"),
        ("The mayor (right) and her deputy (left)", "The mayor (right) and her deputy (left)", None),
        ("Photo: Ana Ruiz", "Photo: Ana Ruiz", None),
    ],
)
def test_credits(text: str, caption: str, credit: str | None) -> None:
    found = split_credit(text)
    assert (found.text, found.credit) == (caption, credit)


@pytest.mark.parametrize(
    "address", ["", "mailto:a@b.example", "http://[", "/only/path", "x" * 3_000, None, 3, "https://"]
)
def test_no_address(address: object) -> None:
    assert web_address(address) is None


def test_metadata_without_jsonld() -> None:
    head = (
        '<title>Flood in the valley | The Post</title><meta property="og:site_name" content="The Post">'
        '<meta name="author" content="Ana Ruiz"><meta property="article:published_time" content="2026-03-17">'
        '<meta property="article:modified_time" content="2026-03-18T10:00Z"><meta property="article:section" content="News">'
        '<meta property="article:tag" content="flood"><meta http-equiv="content-language" content="en_GB"><meta content="x">'
    )
    copy = read(STORY, head, url="https://post.example/a")
    assert copy.headline == "Flood in the valley"
    assert (copy.authors, copy.publisher, copy.section, copy.tags) == (
        ("Ana Ruiz",),
        "The Post",
        "News",
        ("flood",),
    )
    assert (copy.url, copy.declared_language) == ("https://post.example/a", "en-GB")
    assert copy.stamps[0].value == date(2026, 3, 17)
    assert source(copy, "url") == "given"


def test_jsonld_in_unusual_shapes() -> None:
    head = """<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Flood in the valley",
      "creator": ["Ana Ruiz"], "inLanguage": {"name": "German", "alternateName": "de"}, "articleSection": ["News", "Local"],
      "image": [{"@type": "ImageObject", "url": ["https://post.example/i.jpg"], "caption": "The bridge"}],
      "articleBody": ["<p>One</p>", "two"], "publisher": [{"name": ["The Post"]}], "keywords": ["a, b", 3, "c"],
      "mainEntityOfPage": {"@id": "https://post.example/flood"}, "datePublished": ["soon", "2026-03-17"]}</script>"""
    copy = read(STORY, head)
    assert (copy.authors, copy.declared_language, copy.section) == (("Ana Ruiz",), "de", "News")
    assert (copy.image, copy.publisher, copy.tags) == (
        "https://post.example/i.jpg",
        "The Post",
        ("a", "b", "c"),
    )
    assert copy.url == "https://post.example/flood"
    assert copy.stamps[0].value == date(2026, 3, 17)


def test_language_in_a_list_and_nonsense() -> None:
    head = '<script type="application/ld+json">{"@type": "Article", "inLanguage": ["sv"]}</script>'
    assert read(STORY, head).declared_language == "sv"
    assert read(STORY, head.replace('["sv"]', "[]")).declared_language is None


def test_story_shared_by_sister_papers_keeps_its_own_address() -> None:
    head = '<link rel="canonical" href="https://big.example/a"><meta property="og:url" content="https://{}">'
    assert read(STORY, head.format("small.example/a")).url == "https://small.example/a"
    assert read(STORY, head.format("small.example/")).url == "https://big.example/a"


def test_date_in_the_address_and_on_the_page() -> None:
    copy = read(STORY, '<link rel="canonical" href="https://post.example/2026/03/17/flood">')
    assert (copy.stamps[0].value, source(copy, "published_at")) == (date(2026, 3, 17), "url")
    copy = read(f"<h1>River rises</h1><div>17 March 2026 | Ana Ruiz</div>{STORY}")
    assert (copy.stamps[0].value, source(copy, "published_at")) == (date(2026, 3, 17), "page:stamp")
    assert (copy.authors, copy.byline) == (("Ana Ruiz",), "17 March 2026 | Ana Ruiz")


def test_boilerplate_rule_that_would_take_the_story_is_taken_back() -> None:
    copy = read(
        f"<div class='promo'><div class='promo-inner'>{STORY}</div></div><p class='ad'>Buy this boat, it floats well.</p>"
    )
    assert copy.paragraphs == LINES


def test_hidden_by_width_is_shown() -> None:
    assert read(f"<div class='hidden md:block'>{STORY}</div>").paragraphs == LINES
    twice = f"<div>{STORY}</div><div style='display: none'>{STORY}</div><div role=complementary><p>{LINES[0]}</p></div>"
    assert read(twice).paragraphs == LINES


def test_quotation_in_a_social_box_is_kept_the_box_is_not() -> None:
    tweet = "<div class=social><a href=x>Share</a><blockquote>It is all under water, all of it.</blockquote></div>"
    copy = read(f"<div>{STORY[: STORY.index('<p>Eng')]}{tweet}{STORY[STORY.index('<p>Eng') :]}</div>")
    assert copy.paragraphs == (*LINES[:2], "It is all under water, all of it.", *LINES[2:])


def test_first_paragraph_before_a_paywall_box() -> None:
    copy = read(
        f"<article><h1>River</h1><p>{LINES[0]}</p><div class=locked>{STORY[STORY.index('<p>“') :] * 3}</div></article>"
    )
    assert copy.paragraphs[0] == LINES[0]


def test_teasers_around_a_short_story_are_left_out() -> None:
    teaser = "<div class=box><a href=/x><h4>The market moves to another square</h4></a><p>{}</p></div>"
    boxes = "".join(
        teaser.format(
            f"From May on the stalls will stand in place number {n}, says the council, in rain and sun."
        )
        for n in range(4)
    )
    assert read(f"<div><div>{STORY}</div>{boxes}</div>").paragraphs == LINES


def test_caption_in_a_span_and_in_a_gallery() -> None:
    picture = "<div class=frame><img src=a.jpg><span class=newsCaption>The bridge at dawn</span></div>"
    gallery = (
        "<div class=gallery><figure><img src=b.jpg><figcaption>The school gate</figcaption></figure></div>"
    )
    foreign = "<div class=related><figure><figcaption>Another story</figcaption></figure></div>"
    copy = read(f"<article><h1>River rises</h1>{picture}{STORY}{gallery}{foreign}</article>")
    assert [caption.text for caption in copy.captions] == ["The bridge at dawn", "The school gate"]
    assert copy.paragraphs == LINES


def test_marked_credit_is_taken_from_the_caption() -> None:
    copy = read(
        f"<article><h1>River rises</h1><figure><figcaption>The gate <cite>Ana Ruiz</cite></figcaption></figure>{STORY}</article>"
    )
    assert [(caption.text, caption.credit) for caption in copy.captions] == [("The gate", "Ana Ruiz")]


def test_deck_without_a_name() -> None:
    deck = "The lower town was evacuated before dawn and the bridge stays closed until engineers have seen it all."
    page = f"<article><h1>River rises</h1><div><div><p>{deck}</p></div></div><div><p>By Ana Ruiz</p></div><div>{STORY * 3}</div></article>"
    assert read(page).summary == (deck,)


def test_untagged_text_and_lists_fall_back() -> None:
    assert read(" ".join(LINES)).paragraphs == (" ".join(LINES),)
    rows = "".join(f"<tr><td>{n}</td><td>Rider {n}</td></tr>" for n in range(30))
    copy = read(
        f"<div><h1>Standings</h1><p>These are the standings after the last race of the season, with all the points.</p><table>{rows}</table></div>"
    )
    assert copy.paragraphs


def test_slow_readers_survive(monkeypatch: pytest.MonkeyPatch) -> None:
    assert slow_reader.read_slowly("x" * (slow_reader.MAX_CHARACTERS + 1)) == []
    assert slow_reader.find_date("x" * (slow_reader.MAX_CHARACTERS + 1)) is None

    def breaks(*args: object, **kwargs: object) -> None:
        raise RecursionError

    monkeypatch.setattr("trafilatura.extract", breaks)
    monkeypatch.setattr("htmldate.find_date", breaks)
    assert slow_reader.read_slowly("<p>x") == []
    assert slow_reader.find_date("<p>x") is None


def test_too_many_attributes() -> None:
    page = "<div " + " ".join(f"a{n}=1" for n in range(MAX_ATTRIBUTES + 1)) + ">" + STORY
    answer = read_page(page.encode(), Given(), "page.html")
    assert isinstance(answer, Reject)
    assert answer.reason == "page-too-large"


def test_story_that_only_the_whole_page_holds_is_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = "".join(f"<div class=x{n}><p>{line}</p></div>" for n, line in enumerate(LINES))
    monkeypatch.setattr("transforms.page.read_slowly", lambda _page: list(LINES[:3]))
    assert read(boxes).paragraphs == LINES[:3]
    monkeypatch.setattr("transforms.page.read_slowly", lambda _page: [LINES[0][:70]])
    assert read(boxes).paragraphs == LINES
    assert read(f"<div>{STORY}</div>").paragraphs == LINES
