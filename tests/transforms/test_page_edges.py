"""What stands in a story's own container and is no paragraph of it."""

from __future__ import annotations

import pytest

from transforms.page import MAX_OPTIONS, read_page
from transforms.records import Copy, Given

TOLD = (
    "<p>The bridge was opened on Monday by the mayor, who had waited for the day since the winter before last.</p>",
    "<p>It cost twice what the council had been told at first, and half of what some of its members feared.</p>",
    "<p>People from the villages came by bus, by bicycle and on foot to see it, and stayed until the evening.</p>",
)
DECK = (
    "<p class='{0}'>The mayor cut the ribbon in the rain, and a band of forty from the valley played on.</p>"
)


def read(body: str) -> Copy:
    page = f"<html><head><title>The bridge is open</title></head><body><article><h1>The bridge is open</h1>{body}"
    answer = read_page(page.encode(), Given(), "page.html")
    assert isinstance(answer, list)
    return answer[0]


@pytest.mark.parametrize(
    "over",
    [
        DECK.format("deck"),
        "<p class='autor'>Por Rosario Quiroga</p><p class='compartir'>Compartir en WhatsApp</p>",
        "<time datetime='2025-08-21'>August 21, 2025</time>",
        DECK.format("standfirst") + "<p>By Ana Ruiz</p><p>Updated 17 March 2025</p><p>Share</p>",
    ],
)
def test_what_stands_over_the_story_is_not_in_it(over):
    copy = read(over + "".join(TOLD))
    assert len(copy.paragraphs) == 3
    assert copy.paragraphs[0].startswith("The bridge was opened")


def test_the_deck_goes_to_the_summary():
    assert read(DECK.format("deck") + "".join(TOLD)).summary[0].startswith("The mayor cut")


def test_buttons_under_the_story_are_not_in_it():
    assert len(read("".join(TOLD) + "<p>Share this article</p><p>Related stories</p>").paragraphs) == 3


def test_paragraphs_that_a_site_calls_intro_are_the_story():
    called = "".join(part.replace("<p>", "<p class='intro'>") for part in TOLD)
    assert len(read(called).paragraphs) == 3


def test_a_menu_of_any_length_is_read_past():
    menu = "<select>" + "<option>Rain" * (20 * MAX_OPTIONS) + "</select>"
    assert len(read(menu + "".join(TOLD)).paragraphs) == 3
