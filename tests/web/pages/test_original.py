"""The copy beside its article: which line it came from, and what became of it."""

from __future__ import annotations

from copydesk.web.pages.original import original_of
from transforms.recipe import to_articles
from transforms.records import Article, Given, RawDocument

PASTE = """Ferry returns to the fjord

Follow

BERGEN: The old ferry was back on the fjord on Monday, and hundreds of people came to see it leave.
The crew said that it would cross four times a day until the end of September this year.

Short Url
"""
PAGE = b"""<html><head><title>Ferry returns | Fjord Post</title></head><body><nav><a>Sign in</a></nav>
<article><h1>Ferry returns to the fjord</h1><p>The old ferry was back on the fjord on Monday,
and hundreds of people came to see it leave the quay.</p><p>The crew said that it would cross four
times a day until the end of September this year.</p></article></body></html>"""


def first(raw: RawDocument) -> Article:
    return next(item for item in to_articles(raw) if isinstance(item, Article))


def test_lines_of_a_paste_have_their_labels() -> None:
    raw = RawDocument(origin="a.txt", media="text", text=PASTE)
    original = original_of(first(raw), raw)
    assert original.kind == "paste"
    told = {line.text: (line.label, line.kept) for line in original.lines}
    assert told["Ferry returns to the fjord"] == ("title", True)
    assert told["Follow"][1] is False
    assert [line.number for line in original.lines][:2] == [1, 3]


def test_the_second_story_of_a_paste_is_its_own() -> None:
    second = PASTE.replace("ferry", "steamer").replace("Ferry", "Steamer").replace("BERGEN", "OSLO")
    raw = RawDocument(origin="a.txt", media="text", text=PASTE + "\n" * 3 + second)
    articles = [item for item in to_articles(raw) if isinstance(item, Article)]
    for article in articles:
        original = original_of(article, raw)
        assert original.lines[0].text == article.headline
        assert f"a.txt#{original.lines[0].number}" == article.origin


def test_a_page_shows_its_words_and_what_was_kept() -> None:
    raw = RawDocument(origin="a.html", media="html", page=PAGE)
    original = original_of(first(raw), raw)
    kept = [line.text for line in original.lines if line.kept]
    assert original.kind == "page"
    assert kept[0] == "Ferry returns to the fjord"
    assert kept[1].startswith("The old ferry was back on the fjord on Monday, and hundreds")
    assert "Sign in" in [line.text for line in original.lines if not line.kept]


def test_a_record_tells_what_it_was_given() -> None:
    given = Given(headline="Ferry returns", authors=("A. Berg", "B. Dahl"))
    raw = RawDocument(origin="a.jsonl#4", media="text", text=PASTE, single=True, given=given)
    original = original_of(first(raw), raw)
    assert original.kind == "record"
    assert original.given == (("headline", "Ferry returns"), ("authors", "A. Berg; B. Dahl"))


def test_very_long_copy_is_not_labelled_and_is_cut() -> None:
    raw = RawDocument(origin="a.txt", media="text", text="It rained again.\n" * 300_000)
    original = original_of(Article(id="0" * 32, origin="a.txt", source="a.txt"), raw)
    assert len(original.lines) == 1_500
    assert original.more == 298_500
    assert {line.label for line in original.lines} == {""}
