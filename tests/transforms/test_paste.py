"""Pasted copy taken apart: the seed file, fields, bad input, speed that grows with the input and no faster."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.paste import read_copy
from transforms.paste.evidence import collect_evidence
from transforms.paste.lines import label_lines
from transforms.paste.normalise import normalise
from transforms.paste.prose import opens_story
from transforms.paste.rows import read_rows, repeated_keys
from transforms.paste.split import last_article_start, split_text
from transforms.records import Caption, Given

SEED = Path(__file__).parent.parent.parent / "seeds" / "text" / "000_e10074b49ad8187b.txt"
BODY = (
    "ROME: The council of the old town voted on Monday to close three bridges until engineers have seen every pillar.\n"
    "Drivers will have to take the ring road for at least two months, the mayor said, and buses will run more often.\n"
    "“Nobody likes a detour, but nobody likes a fall either,” she told reporters in front of the town hall.\n"
)


def test_the_seed_holds_two_stories():
    first, second = read_copy(SEED.read_text("utf-8"), Given())
    assert first.headline == (
        "French-British blueprint doesn’t foresee deploying a ‘mass’ of soldiers in Ukraine: Macron"
    )
    assert first.captions == (Caption(text="France's President Emmanuel Macron.", credit="Pool via REUTERS"),)
    assert [line[:23] for line in first.summary] == ["The plan instead envisa", "Their missions could in"]
    (stamp,) = first.stamps
    assert (stamp.value, stamp.precision, stamp.kind) == (date(2025, 3, 17), "day", "updated")
    assert len(first.paragraphs) == 10
    assert first.paragraphs[0].startswith("PARIS: French President Emmanuel Macron has fleshed out")
    assert first.paragraphs[-1].endswith("support Ukraine’s future security.")
    assert second.headline == "ICE agents to help with security at Winter Olympics"
    assert (second.captions, second.summary) == ((), ())
    (stamp,) = second.stamps
    assert (stamp.text, stamp.value) == ("59 min 16 sec ago", None)
    assert len(second.paragraphs) == 12
    assert second.paragraphs[0].startswith("ROME: Agents from the divisive")
    assert second.paragraphs[-1].endswith("sparked outrage.")


def test_no_line_around_the_seeds_stories_is_in_a_body():
    for copy in read_copy(SEED.read_text("utf-8"), Given()):
        for line in copy.paragraphs:
            assert line not in ("Follow", "Short Url", copy.headline)
            assert not line.startswith("Updated")


def test_lines_are_numbered_as_in_the_input():
    lines = SEED.read_text("utf-8").split("\n")
    found = [line for copy in read_copy(SEED.read_text("utf-8"), Given()) for line in copy.lines]
    assert [line.number for line in found] == [n for n, line in enumerate(lines, 1) if line.strip()]
    assert all(lines[line.number - 1].strip() == line.text for line in found)


def test_relative_stamps_count_from_a_known_time():
    given_time = Given(fetched_at=datetime(2026, 1, 27, 12, 0, tzinfo=UTC))
    _, second = read_copy(SEED.read_text("utf-8"), given_time)
    assert second.stamps[0].value == datetime(2026, 1, 27, 11, 0, 44, tzinfo=UTC)


def test_fields_of_a_story():
    text = "Politics\nBridges closed until the winter comes\n\nBy Ana Ruiz\n5 May 2024\nShare\n\n" + BODY
    (copy,) = read_copy(text, Given(language="en", tags=("bridges",), url="https://example.org/1"))
    assert copy.headline == "Bridges closed until the winter comes"
    assert copy.kicker == "Politics"
    assert copy.byline == "By Ana Ruiz"
    assert copy.authors == ("Ana Ruiz",)
    assert copy.stamps[0].value == date(2024, 5, 5)
    assert copy.tags == ("bridges",)
    assert copy.url == "https://example.org/1"
    assert copy.declared_language == "en"


def test_a_deck_is_the_summary_where_there_are_no_bullets():
    text = (
        "Bridges closed until the winter comes\n\nEngineers will look at every pillar\n\n5 May 2024\n\n"
        + BODY
    )
    (copy,) = read_copy(text, Given())
    assert copy.summary == ("Engineers will look at every pillar",)


def test_a_given_headline_is_kept_and_not_body():
    text = "Bridges closed until the winter comes\n" + BODY
    (copy,) = read_copy(
        text, Given(headline="Bridges closed until the winter comes", summary=("Short.",)), single=True
    )
    assert copy.headline == "Bridges closed until the winter comes"
    assert copy.summary == ("Short.",)
    assert len(copy.paragraphs) == 3
    assert ("headline", "field") in copy.sources
    (copy,) = read_copy(BODY, Given(headline="Something else"), single=True)
    assert copy.headline == "Something else"


def test_a_single_story_is_not_split():
    text = SEED.read_text("utf-8")
    assert len(read_copy(text, Given(), single=True)) == 1


@pytest.mark.parametrize("body", ["It rained.", "下雨了。", "Prices up", "A short note of one line."])
def test_a_short_field_is_body(body):
    (copy,) = read_copy(body, Given(headline="Weather"), single=True)
    assert copy.paragraphs == (body,)


@pytest.mark.parametrize(
    "text", ["", " \n ", "\ufeff", "Home\nNews\nContact us\n", "Bridges closed\nBakers win a prize"]
)
def test_a_paste_without_a_story_gives_none(text):
    assert read_copy(text, Given()) == []


def test_markup_on_a_line_is_taken_off():
    text = "<h1>Bridges closed until winter</h1>\n" + "".join(
        f"<p>{line}</p>\n" for line in BODY.splitlines()
    )
    (copy,) = read_copy(text.replace("ROME", "R&amp;D, <b>ROME</b>"), Given())
    assert copy.headline == "Bridges closed until winter"
    assert copy.paragraphs[0].startswith("R&D, ROME: The council")
    assert len(copy.paragraphs) == 3


def test_hard_wrapped_copy_is_joined_and_its_lines_kept():
    text = (
        "Bridges closed until the winter comes\n\n"
        "ROME: The council of the old town voted on Monday evening to close three\n"
        "bridges until the engineers of the province have looked at every pillar\n"
        "that stands in the water under them, as the mayor had proposed in May.\n\n"
        "Drivers will have to take the ring road for at least two months, she\n"
        "said, and the buses will run every ten minutes instead of every twenty.\n"
    )
    (copy,) = read_copy(text, Given())
    assert len(copy.paragraphs) == 2
    assert [line.number for line in copy.lines] == [1, 3, 4, 5, 7, 8]


def test_mail_subjects_become_headlines():
    (copy,) = read_copy("Subject: Bridges closed until winter\n\n" + BODY, Given())
    assert copy.headline == "Bridges closed until winter"


def test_a_dateline_opens_a_story_only_where_one_can_stand():
    rows = read_rows(
        "The mayor spoke.\nROME: Short\n• ROME: The council voted on Monday to close the bridges."
    )
    assert [opens_story(rows, at) for at in range(3)] == [False, False, False]


def test_the_start_of_the_last_story_is_an_offset_in_the_input():
    text = SEED.read_text("utf-8")
    start = last_article_start(text.replace("\n", "\r\n"))
    assert text.replace("\n", "\r\n")[start:].startswith("ICE agents")
    assert last_article_start("One line") == 0


def test_evidence_has_a_row_each_and_none_between_paragraphs():
    rows = read_rows(normalise(SEED.read_text("utf-8")))
    evidence = collect_evidence(rows, repeated_keys(rows))
    assert len(evidence) == len(rows)
    assert None in evidence


PIECES = ("\n", "\n\n", " ", "•", "\t", ".", ":", "。", "ROME: ", "(", ")", "Ã©", "â€œ", "\u00ad", "\ud800", "\x00", "<b>", "&amp;", "|", "1", "Follow\n", "Updated 2 hours ago\n", "\r\n", "word ")  # fmt: skip
ANY_TEXT = st.lists(st.one_of(st.text(max_size=12), st.sampled_from(PIECES)), max_size=40).map("".join)


@settings(max_examples=120, deadline=None)
@given(ANY_TEXT)
def test_law_normalise_is_idempotent_and_keeps_lines(text):
    once = normalise(text)
    assert normalise(once) == once
    once.encode("utf-8")


@settings(max_examples=120, deadline=None)
@given(ANY_TEXT, st.booleans())
def test_law_no_string_raises_and_labels_cover_every_line(text, single):
    read_copy(text, Given(), single=single)
    last_article_start(text)
    clean = normalise(text)
    rows = read_rows(clean)
    numbers = [line.number for line in label_lines(rows)]
    assert numbers == sorted(set(numbers))
    if "<" not in clean and "&" not in clean:
        assert numbers == [n for n, line in enumerate(clean.split("\n"), 1) if line.strip()]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*BODY.splitlines(), "Follow", "", "", "Town closes bridges", "AFP", "• Point one of it"]
        ),
        max_size=40,
    )
)
def test_law_split_loses_no_word(lines):
    text = "\n".join(lines)
    blocks = split_text(text)
    assert " ".join(" ".join(block.text.split()) for block in blocks).split() == text.split()


@pytest.mark.parametrize("piece", [" ", "(", "• ", "•", "-", "A", "a ", "1:", "A, ", "<a ", "&amp", "[", "\n• x", "\n(x)", "By A", "ab-\n", "#a ", "A/", "“", "Â", " | "])  # fmt: skip
def test_hostile_input_takes_linear_time(piece):
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        started = time.process_time()
        read_copy(text, Given())
        return time.process_time() - started

    seconds(2_000)
    size = 100_000 if "\n" not in piece else 25_000  # a row costs more than a character
    small, large = seconds(size // 8), seconds(size)
    assert large < 40 * max(small, 0.02)


def test_a_cut_story_that_a_dateline_opens_is_a_story():
    text = (
        "Bridges closed until the winter comes\n\n" + BODY + "\n\nBakers of the valley win a prize\n\n"
        "Bakers of the valley win a prize\nUpdated 8 sec ago\nAFP\nLYON: The bakers of the valley won"
    )
    _, second = read_copy(text, Given())
    assert second.headline == "Bakers of the valley win a prize"
    assert second.paragraphs == ("LYON: The bakers of the valley won",)


def test_text_over_the_last_copy_of_the_headline_is_another_storys():
    teaser = "The harbour has a new crane that can lift forty tonnes, as our reporters saw on a visit last week.\n\n"
    title = "Bridges closed until the winter comes\n\n"
    (copy,) = read_copy(title + teaser + title + BODY * 2, Given())
    assert not any("crane" in part for part in copy.paragraphs)


def test_a_caption_over_its_credit():
    text = (
        "Bridges closed until the winter comes\n\n"
        + BODY
        + "\nThe mayor in front of the old town hall\nPhoto: Ana Ruiz\n\n"
        + BODY
    )
    (copy,) = read_copy(text, Given())
    labels = {line.text: line.label for line in copy.lines}
    assert labels["The mayor in front of the old town hall"] == "caption"
    assert labels["Photo: Ana Ruiz"] == "caption"


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        (
            "عبارة ترسو على الضفة الشرقية. (رويترز)",
            Caption(text="عبارة ترسو على الضفة الشرقية.", credit="رويترز"),
        ),
        (
            "列车驶入车辆段，工人们在等。（图片：资料图）",
            Caption(text="列车驶入车辆段，工人们在等。", credit="资料图"),
        ),
        ("The mayor at her desk. (Town Post)", Caption(text="The mayor at her desk.", credit="Town Post")),
    ],
)
def test_credits_in_brackets_of_any_script(line, caption):
    text = f"Bridges closed until the winter comes\n\n{line}\n\nShare\n\n{BODY}"
    (copy,) = read_copy(text, Given())
    assert copy.captions == (caption,)
