"""The parts under the paste reader: characters, markup, lexicon."""

from __future__ import annotations

from importlib.resources import files

import pytest

from transforms.paste.context import name_context
from transforms.paste.lexicon import find_phrase, key_of
from transforms.paste.lines import label_lines
from transforms.paste.normalise import normalise
from transforms.paste.rows import read_rows
from transforms.paste.split import split_text
from transforms.paste.unwrap import read_lines
from transforms.records import LABELS
from transforms.soup import holds_markup, parse_fragment, remove_elements, strip_markup, text_of

LINES = files("transforms").joinpath("data/lines")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("cafe\u0301", "café"),
        ("a\u00a0b\u2009c\u3000d\te", "a b c d e"),
        ("co\u00adoperate", "cooperate"),
        ("co\u00ad\noperate", "co-\noperate"),
        ("\u200fعربي\u200e \u202bنص\u202c", "عربي نص"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\x00b\x07c\x7f", "abc"),
        ("a\ud800b", "ab"),
        ("\ud83d\ude00", "😀"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("â€œHoÃ«â€\x9d said", "“Hoë” said"),
        ("NÃO É “isso” – ‘não’", "NÃO É “isso” – ‘não’"),
        ("«Да» – “я”", "«Да» – “я”"),
        ("one\nâ€œtwoâ€\x9d\nthree é", "one\n“two”\nthree é"),
    ],
)
def test_characters(text, expected):
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Rain &amp; <b>wind</b></p>", "Rain & wind"),
        ("AT&T and x < y", "AT&T and x < y"),
        ("Rain &amp; wind", "Rain & wind"),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<script>x()</script><p>Rain</p>", "Rain"),
        ("<!-- ad --><p>Rain</p>", "Rain"),
    ],
)
def test_markup(text, expected):
    assert strip_markup(text) == expected


def test_markup_by_class_and_id():
    soup = parse_fragment("<div class='a'><p class='b'>x</p></div><p id='C'>y</p><p>z</p>")
    assert remove_elements(soup, ["a", "b", "c"]) == 2
    assert text_of(soup) == "z"
    assert remove_elements(soup, []) == 0
    assert strip_markup("<p class='x'>a</p><p>b</p>", drop=["x"]) == "b"


def test_a_fragment_too_large_for_a_tree_loses_its_tags():
    assert strip_markup("<b>x</b>" + "y" * 2_000_001).strip().startswith("x")


def test_what_is_no_markup():
    assert not holds_markup("if a <3 and c> d & e")
    assert not holds_markup("<verytag> &nothing")


def test_every_file_of_the_lexicon_is_a_label():
    names = {entry.name.split(".")[0] for entry in LINES.iterdir()} - {"patterns"}
    assert names <= set(LABELS)


def test_the_lexicon_speaks_twenty_languages_in_its_common_classes():
    for name in ("share", "subscribe", "advert", "related", "comment", "navigation"):
        content = LINES.joinpath(f"{name}.txt").read_text("utf-8").splitlines()
        assert (
            len(
                {
                    line
                    for line in content
                    if line.startswith("[") and line.endswith("]") and line[1:-1].islower()
                }
            )
            >= 20
        )


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("Follow", "share"), ("Short Url", "share"), ("https://example.org/x", "share"), ("@town_post", "share"),
        ("Facebook Twitter Copy link", "share"), ("Teilen", "share"), ("شارك", "share"), ("分享到：", "share"),
        ("Подписаться", "share"), ("1 / 3", "widget"), ("5 min read", "widget"), ("3 Minuten Lesezeit", "widget"),
        ("******", "separator"), ("###", "separator"), ("Read more: Why it rains", "related"), ("» Why it rains", "related"),
        ("Lesen Sie auch", "related"), ("Читайте также: почему", "related"), ("関連記事", "related"), ("यह भी पढ़ें", "related"),
        ("Advertisement", "advert"), ("Publicité", "advert"), ("광고", "advert"), ("12 Comments", "comment"),
        ("© 2026 The Town Post", "copyright"), ("Tüm hakları saklıdır", "copyright"), ("#rain #wind", "topics"),
        ("Tags: rain, wind", "topics"), ("Home", "navigation"), ("World > Europe > Italy", "navigation"),
        ("By Ana Ruiz", "byline"), ("AFP", "byline"), ("김철수 기자", "byline"), ("desk@example.org", "byline"),
        ("记者：王小明", "byline"), ("A bridge at dawn. (Ana Ruiz/AFP)", "caption"), ("Photo: Ana Ruiz", "caption"),
        ("Ana Ruiz/Getty Images", "caption"), ("Foto: Ana Ruiz", "caption"), ("Sign up for our newsletter", "subscribe"),
        ("Newsletter abonnieren", "subscribe"), ("اشترك الآن", "subscribe"), ("Exclusive", "kicker"),
    ],
)  # fmt: skip
def test_known_lines(line, label):
    found = find_phrase(line, key_of(line))
    assert found is not None
    assert found[0] == label


@pytest.mark.parametrize(
    "line",
    [
        "Follow the money, said the minister", "Share prices fell on Monday", "The home of the mayor", "Rain stops the final",
        "“We will share it,” she said.", "Comments by the mayor drew anger", "Twitter shares fell after Facebook sued",
        "“Not now.”", "„Weiterlesen!“", "「フォロー」",
    ],
)  # fmt: skip
def test_unknown_lines(line):
    assert find_phrase(line, key_of(line)) is None


def context_of(text, chances):
    rows = read_rows(text)
    return list(name_context(rows, chances, [True] * len(rows)))


def test_context_of_a_page_without_text():
    assert len(set(context_of("Home\nNews", [0.0, 0.0]))) == 1


def test_only_wanted_rows_have_a_context():
    found = list(name_context(read_rows("Home\nNews"), [0.0, 0.0], [False, True]))
    assert [names is None for names in found] == [True, False]


def test_the_points_of_a_list_say_the_same_of_it():
    found = context_of("It rained.\n• Ferries stay\n• Trains run\nIt went on.", [0.9, 0.1, 0.8, 0.9])
    lists = [next(name for name in names if name[0] == "L") for names in found]
    assert lists[1] == lists[2] != lists[0] == lists[3]


def test_what_ends_a_story_is_told_below_it():
    text = "It rained all of Monday, and the final was put off.\nRelated articles\nIt snowed on Tuesday, they said."
    ended = [next(name for name in names if name[0] == "E") for names in context_of(text, [0.99, 0.0, 0.5])]
    assert [name[-2] for name in ended] == ["0", "0", "1"]


def test_speech_dashes_are_no_bullets():
    rows = read_rows("– Vi väntar, säger hon.\n- A point of a list\n• Another\n1. A third\n* A fourth")
    assert [row.bullet for row in rows] == ["", "bullet", "bullet", "number", "bullet"]
    assert rows[0].text.startswith("– Vi")


def test_a_caption_ends_in_brackets_and_a_kicker_stands_between_two_headlines():
    text = (
        "Bridges closed until the winter comes\n\nThe mayor at her desk (Town Post)\nTown news\n\n"
        "Bridges closed until the winter comes\n\nShare\n\nROME: The council of the old town voted on Monday to close "
        "three bridges until engineers have seen every pillar under them.\n"
    )
    labels = [line.label for line in label_lines(read_rows(text))]
    assert labels == ["title", "caption", "kicker", "repeated-title", "share", "body"]


def test_a_kicker_over_the_second_storys_headline_goes_with_it():
    story = (
        "{0}\n\nUpdated 2 hours ago\nFollow\n\n{0}\n\nOSLO: The lighthouse was lit again on Monday, and the people of the "
        "town were glad of it, as they told reporters.\nThe mayor said that she had waited for this day for a long time "
        "and that more was to come before the year ends."
    )
    text = story.format("Old lighthouse shines again after ten years") + "\n\n\nExclusive\n\n\n"
    blocks = split_text(text + story.format("Bakers of the valley win a prize for their bread"))
    assert [block.rows[0].text[:9] for block in blocks] == ["Old light", "Exclusive"]


def test_wrapped_lines_beside_lines_that_are_not():
    wrapped = (
        "The council of the old town voted on Monday evening to close three old\n"
        "bridges until the engineers of the province have looked at each pillar\n"
        "that stands in the water under them, and to ask the province for money\n"
        "to repair those that cannot wait, as the mayor had proposed in May and\n"
        "again in June, when the first of the pillars was found to have moved a\n"
        "little.\nA new line of its own\n"
    )
    long = "This paragraph is longer than any column of mail and was never broken, as its length of far more than that tells."
    lines = [line.text for line in read_lines(f"{wrapped}\n{long}\n{long}\n\n{wrapped}")]
    assert lines[1] == "A new line of its own"
    assert lines[2:4] == [long, long]
