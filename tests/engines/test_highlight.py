"""Which words are marked, and where fragments are cut."""

from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.analysis import key_of, read_analysis
from engines.highlight import FRAGMENT_CHARACTERS, FRAGMENTS, highlight, within_edits
from engines.lucene import parse
from tests.engines.corpus import read_cases
from transforms.records import Article, Caption, Dateline


def marked(text: str, query: str, language: str = "en", **more: object) -> dict:
    key = read_analysis().keys[key_of(language)]
    article = Article(id="0", origin="a", source="a", body=text, language=language, **more)  # type: ignore[arg-type]
    return dict(highlight(parse(query).node, article, key))


@pytest.mark.parametrize("case", read_cases("highlight"), ids=lambda case: case["label"])
def test_marks(case: dict) -> None:
    found = marked(case["text"], case["query"], case.get("language", "en"))
    assert found.get("body", []) == case["body"]


def test_every_field_that_is_shown() -> None:
    found = marked(
        "Rain in Rome.",
        'rain author:"jane doe" credit:pool dateline:rome',
        headline="Rain <again>",
        kicker="Rain",
        summary=("Sun", "More rain"),
        captions=(Caption(text="Rain.", credit="Pool photo"), Caption(text="Sun.")),
        authors=("Jane Doe",),
        byline="By Jane Doe",
        dateline=Dateline(text="ROME:"),
    )
    assert found == {
        "headline": ["<mark>Rain</mark> &lt;again&gt;"],
        "kicker": ["<mark>Rain</mark>"],
        "summary": ["More <mark>rain</mark>"],
        "body": ["<mark>Rain</mark> in Rome."],
        "captions.text": ["<mark>Rain</mark>."],
        "captions.credit": ["<mark>Pool</mark> photo"],
        "authors": ["<mark>Jane</mark> <mark>Doe</mark>"],
        "byline": ["By <mark>Jane</mark> <mark>Doe</mark>"],
        "dateline.text": ["<mark>ROME</mark>:"],
    }


def test_a_long_body_is_cut_into_the_best_fragments() -> None:
    filler = "word " * 60
    body = "\n\n".join(f"{filler}storm number {at} {filler}" for at in range(6)) + "\n\nA storm on the coast."
    (first, second, last) = marked(body, "storm coast")["body"]
    assert last == "A <mark>storm</mark> on the <mark>coast</mark>."
    for fragment in (first, second):
        plain = html.unescape(fragment.replace("<mark>", "").replace("</mark>", ""))
        assert plain in body
        assert len(plain) <= FRAGMENT_CHARACTERS
        assert "\n\n" not in plain
        assert "<mark>storm</mark>" in fragment


def test_a_word_without_spaces_around_is_cut() -> None:
    body = "长" * 500 + "北京" + "短" * 500
    (fragment,) = marked(body, "北京", "zh")["body"]
    assert "<mark>北京</mark>" in fragment
    assert len(fragment) < 200


def test_nothing_to_mark() -> None:
    assert marked("Rain.", "") == {}
    assert marked("Rain.", "date:2025") == {}
    assert marked("Rain.", "-rain sun") == {}
    assert marked("", "rain") == {}


@pytest.mark.parametrize(
    ("one", "other", "most", "expected"),
    [
        ("a", "a", 0, True),
        ("ab", "ba", 1, True),
        ("abc", "cab", 1, False),
        ("", "ab", 2, True),
        ("abcd", "a", 2, False),
    ],
)
def test_within_edits(one: str, other: str, most: int, expected: bool) -> None:
    assert within_edits(one, other, most) is expected


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400), st.sampled_from(["en", "zh", "ar", "tr", "hi"]))
def test_fragments_are_of_the_text_and_safe(text: str, language: str) -> None:
    for fragment in marked(text, "a* OR e OR 北 OR ب* OR (1 2)", language).get("body", ()):
        bare = fragment.replace("<mark>", "").replace("</mark>", "")
        assert "<" not in bare
        assert html.unescape(bare) in text or "&" in text
        assert fragment.count("<mark>") == fragment.count("</mark>") > 0


def test_many_fragments_are_too_many() -> None:
    body = "\n\n".join(f"{'x ' * 100} storm {at} {'y ' * 100}" for at in range(20))
    assert len(marked(body, "storm")["body"]) == FRAGMENTS
