"""The whole recipe: the seed file exactly, and what each part adds to an article."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import transforms
from transforms import articles_from_html, articles_from_text
from transforms.recipe import to_articles
from transforms.records import Article, Caption, Given, RawDocument, Reject

SEED = Path(__file__).parents[2] / "seeds/text/000_e10074b49ad8187b.txt"


@pytest.fixture(scope="module")
def seed():
    return articles_from_text(SEED.read_text("utf-8"), origin="seed.txt")


def test_the_first_article_of_the_seed(seed):
    first = seed[0]
    assert first.headline == (
        "French-British blueprint doesn’t foresee deploying a ‘mass’ of soldiers in Ukraine: Macron"
    )
    assert first.captions == (Caption(text="France's President Emmanuel Macron.", credit="Pool via REUTERS"),)
    assert [bullet[:30] for bullet in first.summary] == [
        "The plan instead envisages sta",
        "Their missions could include p",
    ]
    assert (first.updated_at, first.updated_at_precision) == (date(2025, 3, 17), "day")
    place = first.dateline.places[0]
    assert (first.dateline.text, place.name, place.country) == ("PARIS:", "Paris", "FR")
    assert tuple(round(degrees, 2) for degrees in place.location) == (48.85, 2.35)
    assert first.language == "en"
    paragraphs = first.body.split("\n\n")
    assert len(paragraphs) == 10
    assert paragraphs[0].startswith("French President Emmanuel Macron has fleshed out")
    assert paragraphs[-1].endswith("support Ukraine’s future security.")


def test_the_second_article_of_the_seed(seed):
    second = seed[1]
    assert second.headline == "ICE agents to help with security at Winter Olympics"
    assert (second.captions, second.summary) == ((), ())
    assert (second.updated_at, second.updated_at_text) == (None, "59 min 16 sec ago")
    place = second.dateline.places[0]
    assert (second.dateline.text, place.name, place.country) == ("ROME:", "Rome", "IT")
    assert tuple(round(degrees, 2) for degrees in place.location) == (41.89, 12.48)
    assert second.language == "en"
    paragraphs = second.body.split("\n\n")
    assert len(paragraphs) == 12
    assert paragraphs[0].startswith("Agents from the divisive")
    assert paragraphs[-1].endswith("sparked outrage.")


def test_no_widget_is_in_a_body_of_the_seed(seed):
    assert [article.origin for article in seed] == ["seed.txt#1", "seed.txt#25"]
    for article in seed:
        lines = {line.strip() for line in article.body.splitlines()}
        assert not lines & {"Follow", "Short Url", article.headline}
        assert "Updated" not in article.body


def record(**given) -> RawDocument:
    text = (
        "PARIS, March 3 (AFP) - The council approved the plan on Monday.\n\nWork is to begin in the spring."
    )
    return RawDocument(origin="wire.jsonl#4", media="text", text=text, single=True, given=Given(**given))


def one(raw: RawDocument) -> Article:
    (article,) = to_articles(raw)
    assert isinstance(article, Article)
    return article


def test_what_the_input_says_is_kept():
    article = one(
        record(
            url="https://example.com/a?utm_source=x",
            headline="Plan approved",
            publisher="The Valley",
            published_at="2025-03-04T10:00:00Z",
            updated_at="2025-03-05",
            language="fr",
            section="World",
            authors=("A. Writer",),
            tags=("plans",),
        )
    )
    assert (article.headline, article.publisher, article.section) == ("Plan approved", "The Valley", "World")
    assert (article.authors, article.tags) == (("A. Writer",), ("plans",))
    assert (article.published_at, article.published_at_source) == (
        datetime(2025, 3, 4, 10, tzinfo=UTC),
        "field",
    )
    assert (article.updated_at, article.updated_at_precision) == (date(2025, 3, 5), "day")
    assert (article.language, article.language_declared) == ("en", "fr")
    assert article.dateline.date == date(2025, 3, 3)
    assert (article.origin, article.source) == ("wire.jsonl#4", "wire.jsonl")


def test_a_dateline_without_the_storys_date_has_no_year():
    assert one(record()).dateline.date is None
    assert one(record(published_at="March 2025")).dateline.date is None


def test_what_is_no_web_address_is_no_url():
    assert one(record(url="javascript:alert(1)")).url is None


def test_relative_stamps_are_dated_only_by_a_known_fetch_time():
    text = SEED.read_text("utf-8")
    raw = RawDocument(
        origin="seed.txt",
        media="text",
        text=text,
        given=Given(fetched_at=datetime(2026, 1, 27, 12, tzinfo=UTC)),
    )
    second = to_articles(raw)[1]
    assert second.updated_at == datetime(2026, 1, 27, 11, 0, 44, tzinfo=UTC)


def test_lines_are_numbered_in_the_file_not_in_the_block():
    text = SEED.read_text("utf-8")
    raw = RawDocument(origin="dump.txt#101", media="text", text=text, line=101)
    articles = to_articles(raw)
    assert [article.origin for article in articles] == ["dump.txt#101", "dump.txt#125"]
    assert articles[0].lines[0].number == 101


def test_without_a_body_there_is_no_article():
    for raw in (
        RawDocument(origin="a.txt", media="text", text="Follow\nShare\n", offset=9),
        RawDocument(origin="a.html", media="html", page=b"<html><nav>Home</nav></html>", offset=9),
    ):
        (reject,) = to_articles(raw)
        assert isinstance(reject, Reject)
        assert (reject.stage, reject.reason, reject.origin) == ("shape", "no-article", raw.origin)


def test_a_page_for_a_notebook():
    page = (
        b"<html lang=en><head><title>Rain in Rome</title></head><body><article><h1>Rain in Rome</h1>"
        + b"<p>ROME (AP) - It rained on Monday in the capital, forecasters said, and it would rain again.</p>"
        * 2
        + b"<p>Umbrellas were sold out in most of the shops along the river by noon, sellers told reporters.</p>"
        + b"</article></body></html>"
    )
    (article,) = articles_from_html(page, url="https://example.com/rain")
    assert (article.headline, article.url) == ("Rain in Rome", "https://example.com/rain")
    assert article.dateline.agency == "AP"


def test_the_package_gives_what_it_promises():
    for name in transforms.__all__:
        assert callable(getattr(transforms, name))
    with pytest.raises(AttributeError):
        _ = transforms.nonsense


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_no_text_raises(text):
    for item in to_articles(RawDocument(origin="a.txt", media="text", text=text)):
        assert isinstance(item, Article | Reject)
