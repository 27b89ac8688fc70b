"""Labels where a story begins: what is a deck, a kicker, or already the story."""

from __future__ import annotations

import pytest

from transforms.paste import read_copy
from transforms.paste.lines import label_rows
from transforms.paste.rows import read_rows
from transforms.records import Caption, Given

STORY = (
    "The council of the old town voted on Monday to close three bridges until engineers have looked at them.\n"
    "Drivers will have to take the ring road for at least two months, the mayor said in front of the hall.\n"
)


def label_of(line: str, *, over: str = "", under: str = "") -> str:
    """The label of a row between headline and story that the weights do not take for body."""
    text = f"{over}Town closes three bridges\n{line}\n{under}{STORY}"
    rows = read_rows(text)
    chances = [0.9 if row.is_prose and row.text in STORY else 0.1 for row in rows]
    labelled = label_rows(rows, chances)
    return next(each.label for each in labelled if each.row.text == line)


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("ROME: Three bridges of the old town are to be closed, and nobody knows for how long.", "body"),
        ("Three bridges are closed. Nobody knows how long it will be before they are open again.", "body"),
        (
            "桥梁本周起全部关闭，市民只能绕行。目前还没有人知道什么时候能够重新开放通行，市政府表示将尽快公布。",
            "body",
        ),
        ("Three bridges of the old town are closed, and nobody knows for how long it will be.", "deck"),
        ("Engineers are to look at every pillar of the bridges", "deck"),
        ("Verfügbar bis zum Abend um 20:15 Uhr in der Mediathek", "widget"),
    ],
)
def test_what_stands_between_headline_and_story(line, label):
    assert label_of(line) == label


def test_several_sentences_over_buttons_are_a_deck():
    deck = "Three bridges are closed. Nobody knows how long it will be before they are open again."
    assert label_of(deck, under="Share\nFollow\n") == "deck"


def test_a_kicker_stands_on_the_headline():
    for text, kicker in (
        (f"The north\nBridges\nTown closes three bridges for two months\n{STORY}", "Bridges"),
        (f"Ends at 20:15 today\nTown closes three bridges for two months\n{STORY}", None),
        (
            f"Town closes three bridges for two months\nBridges\nTown closes three bridges for two months\n{STORY}",
            "Bridges",
        ),
    ):
        (copy,) = read_copy(text, Given())
        assert copy.kicker == kicker


def test_a_credit_on_a_line_of_its_own_belongs_to_its_caption():
    text = f"Town closes three bridges for two months\nThe old bridge seen at dawn\nPhoto: Ana Ruiz / AP\n\n{STORY}"
    (copy,) = read_copy(text, Given())
    assert copy.captions == (Caption(text="The old bridge seen at dawn", credit="Ana Ruiz / AP"),)
