"""Names of authors in fields and bylines, and which of them a page's are."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from transforms.authors import people_in, split_authors, starts_byline
from transforms.page import read_page
from transforms.records import Given

STORY = (
    "<p>The river rose two metres overnight and the lower town was evacuated before dawn, the mayor said on Tuesday.</p>"
    "<p>Engineers expect the water to fall by Thursday, when the bridge is to be inspected for the second time.</p>"
)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["By Ana Ruiz and Tom O'Neill"], ("Ana Ruiz", "Tom O'Neill")),
        (["Von Jana Vogel und Max Ernst"], ("Jana Vogel", "Max Ernst")),
        (["Ana Ruiz", "ana ruiz", "The Post"], ("Ana Ruiz",)),
        (["The Post"], ("The Post",)),
        (["Ana Ruiz (London)", "tom@post.example", "admin", "12"], ("Ana Ruiz",)),
        (["松岡大地"], ("松岡大地",)),
        (["Ana Ruiz 30. Juni 2025"], ("Ana Ruiz",)),
        (["By Ana Ruiz on Tuesday, March 12, 2025"], ("Ana Ruiz",)),
        (["Mar 12, 2025Ana Ruiz", "03/12/2025"], ("Ana Ruiz",)),
        (["Ana Ruiz ⋅ Review Editor"], ("Ana Ruiz", "Review Editor")),
        (["a" * 100, "one two three four five six seven"], ()),
    ],
)
def test_author_fields(values: list[str], names: tuple[str, ...]) -> None:
    assert split_authors(values, {"thepost"}) == names


def test_people_in_bylines() -> None:
    assert people_in("By Ana Ruiz, London") == ("Ana Ruiz",)
    assert people_in("Follow us on every channel") == ()
    assert people_in("松岡大地") == ("松岡大地",)
    assert starts_byline("Von Jana Vogel")
    assert not starts_byline("Vonnegut wrote")


@pytest.mark.parametrize(
    ("author", "byline", "names"),
    [
        ('{"@type": "Person", "givenName": "Ana", "familyName": "Ruiz"}', "", ("Ana Ruiz",)),
        ('["Ana Ruiz", [{"@type": "Person", "name": "Tom Frey"}]]', "", ("Ana Ruiz", "Tom Frey")),
        ('{"@type": "Organization", "name": "The Wire"}', "By Ana Ruiz", ("Ana Ruiz",)),
        ('{"@type": "Person", "name": "Desk"}', "By Ana Ruiz", ("Ana Ruiz",)),
        ('{"@type": "Person", "name": "Tom Frey"}', "By Ana Ruiz", ("Tom Frey",)),
        ('{"@type": "Organization", "name": "The Wire"}', "Audio 03:07 min | 25.04.2026 | Ana Ruiz", ("The Wire",)),
        ('{"@type": "Organization", "name": "The Wire"}', "25.04.2026 | Ana Ruiz | 3 min", ("Ana Ruiz",)),
    ],
)  # fmt: skip
def test_authors_of_the_head_and_of_the_page(author: str, byline: str, names: tuple[str, ...]) -> None:
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "author": {author}}}</script>'
    page = f"<html><head>{head}</head><body><h1>River rises</h1><div>{byline}</div>{STORY}</body></html>"
    answer = read_page(page.encode(), Given(), "page.html")
    assert isinstance(answer, list)
    assert answer[0].authors == names


def test_words_of_bylines() -> None:
    words = tomllib.loads(files("transforms").joinpath("data/bylines.toml").read_text("utf-8"))
    for kind, listed in words.items():
        assert len(set(listed)) == len(listed), kind
        assert all(word == word.lower().strip() for word in listed), kind
