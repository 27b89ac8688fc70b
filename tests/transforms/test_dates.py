import json
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.dates import complete_date, parse_date, parse_stamp, parse_stamps
from transforms.dates.values import iso_date, mail_date, read_ago
from transforms.dates.words import fold, tokens, vocabulary

CASES = Path(__file__).parents[1] / "cases"
FETCHED = datetime(2025, 3, 20, 12, tzinfo=UTC)
LINEAR = (
    "9" * 1_000_000,
    "Updated " * 200_000,
    "1:" * 500_000,
    "Mar " * 250_000,
    "(" * 1_000_000,
    "月" * 1_000_000,
    "Updated " * 12,
    "mar " * 24,
    "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.21.22.23.24.25.26.27.28.29.30.31.32.33.34.35.36",
    "12:34 " * 16,
)


def cases(name: str) -> list[Any]:
    """The rows of a table; those that are known to fail must go on failing, or be moved."""
    rows = [json.loads(line) for line in (CASES / name).read_text("utf-8").splitlines()]
    return [
        pytest.param(
            row,
            id=f"{row.get('language')}-{row.get('line') or row.get('text')}",
            marks=[pytest.mark.xfail(reason=row["comment"])] if row["expect"] == "fail" else [],
        )
        for row in rows
    ]


def moment(text: str | None) -> date | datetime | None:
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


@pytest.mark.parametrize("row", cases("stamps.jsonl"))
@pytest.mark.parametrize("told", [False, True], ids=["unknown", "told"])
def test_stamp(row: dict[str, Any], told: bool) -> None:
    fetched = datetime.fromisoformat(row["fetched_at"]) if "fetched_at" in row else None
    if told and row["expect"] == "pass" and row["label"] == "absolute" and row["value"] is None:
        return  # the language may decide what is open without it
    stamp = parse_stamp(row["line"], row["language"] if told else None, fetched)
    if row["kind"] is None:
        assert stamp is None
        return
    assert stamp is not None
    found = (stamp.text, stamp.kind, stamp.value, stamp.precision)
    assert found == (row["text"], row["kind"], moment(row["value"]), row["precision"])


@pytest.mark.parametrize("row", cases("dates.jsonl"))
def test_date(row: dict[str, Any]) -> None:
    if row["asks"] == "complete":
        around = moment(row["around"])
        assert complete_date(row["text"], row["language"], around) == moment(row["value"])
    else:
        want = (moment(row["value"]), row["precision"]) if row["value"] else None
        assert parse_date(row["text"]) == want


def test_relative_stamps_have_no_value_without_a_fetch_time() -> None:
    rows = [json.loads(line) for line in (CASES / "stamps.jsonl").read_text("utf-8").splitlines()]
    for row in rows:
        if row["label"] == "relative":
            stamp = parse_stamp(row["line"])
            assert stamp is not None
            assert stamp.value is None, row["line"]


def test_a_line_of_two_stamps_gives_both() -> None:
    line = "Published April 6, 2023 8:15pm Updated April 7, 2023 2:40pm"
    assert [(stamp.kind, stamp.value) for stamp in parse_stamps(line)] == [
        ("published", datetime(2023, 4, 6, 20, 15)),
        ("updated", datetime(2023, 4, 7, 14, 40)),
    ]
    assert parse_stamps("Published 3 May 2024, updated by hand") == ()


def test_language_decides_the_order_of_numbers() -> None:
    assert parse_stamp("03/04/2025") == parse_stamp("03/04/2025", "en")
    assert _value("03/04/2025", "fr") == date(2025, 4, 3)
    assert _value("03/04/2025", "und") is None
    assert _value("03/04/2025", "fr-CA") == date(2025, 4, 3)
    assert complete_date("03/04", "und", date(2025, 4, 5)) is None
    assert _value("25.03.17", "ko") == date(2025, 3, 17)
    assert _value("25.03.17") is None
    assert _value("Updated 3/17", "ja", FETCHED) == date(2025, 3, 17)
    assert _value("Monday, 03/03/2025") == date(2025, 3, 3)
    assert _value("Thursday 03/04/2025") == date(2025, 4, 3)
    assert _value("Thu 03/07/2024") == _value("Thu 03/07/2024", "en") == date(2024, 3, 7)


def test_zones_and_hours() -> None:
    assert _value("17 March 2025 10:05 GMT+3") == datetime.fromisoformat("2025-03-17T10:05+03:00")
    assert _value("17 March 2025 10:05 UTC+5:30") == datetime.fromisoformat("2025-03-17T10:05+05:30")
    assert _value("17 March 2025 10:05 GMT-03") == datetime.fromisoformat("2025-03-17T10:05-03:00")
    assert _value("17 March 2025 24:00") == datetime(2025, 3, 17)
    assert parse_stamp("17 March 2025 25:61") is None
    assert parse_stamp("17 March 2025 10:05 GMT+99") is not None


def test_ago_counts_back_no_further_than_is_sensible() -> None:
    assert _value("900 years ago", fetched=FETCHED) is None
    assert _value("300 years ago", fetched=FETCHED) == date(1800, 1, 20)
    assert _value("2 weeks ago", fetched=FETCHED) == date(2025, 3, 6)
    assert read_ago([], None) is None


@pytest.mark.parametrize(
    "text", ["2025-03-17T10:00:00+99:99", "2025-03-17T24:61", "17 Mar 2025 99:99:99 +0000"]
)
def test_fields_that_only_look_like_dates(text: str) -> None:
    assert iso_date(text) is None
    assert mail_date(text) is None


def test_dateparser_reads_what_the_tables_do_not() -> None:
    assert complete_date("on the 3rd day of March", "en", date(2025, 3, 4)) in (None, date(2025, 3, 3))
    assert complete_date("3 Märzen 2025", "de", date(2025, 3, 4)) in (None, date(2025, 3, 3))
    assert complete_date("3 mrz. x", "xx", date(2025, 3, 4)) is None
    assert complete_date("9" * 200, "en", date(2025, 3, 4)) is None


def test_a_datetime_to_complete_around_counts_as_its_day() -> None:
    assert complete_date("March 3", "en", datetime(2025, 3, 4, 10)) == date(2025, 3, 3)


def test_a_day_that_no_year_near_has() -> None:
    assert complete_date("Feb 29", "en", date(2022, 6, 1)) is None
    assert complete_date("Saturday", None, None) is None
    assert complete_date("yesterday", "en", None) is None


def test_words_are_folded_alike() -> None:
    assert fold("Ağustos") == fold("AGUSTOS")
    assert [token.text for token in tokens("5 P.M., ३ बजे")] == ["5", "pm", ",", "3", "बजे"]
    assert len(vocabulary().words) > 4000


@settings(deadline=None)
@given(st.text(max_size=120), st.sampled_from([None, "en", "ar", "zh", "xx"]))
def test_no_string_raises(text: str, language: str | None) -> None:
    parse_stamps(text, language, FETCHED)
    complete_date(text, language, date(2025, 3, 20))
    parse_date(text, language)


WORDS = st.sampled_from(
    [
        "Updated",
        "17",
        "3",
        "03",
        "2025",
        "25",
        "March",
        "mar",
        "Mon",
        ":",
        "/",
        ".",
        "-",
        "10:05",
        "pm",
        "ago",
        "hours",
    ]
    + [
        "年",
        "月",
        "日",
        "昨天",
        "منذ",
        "vor",
        "Std.",
        "GMT",
        "+5",
        "T",
        "at",
        "de",
        "\u0661",
        "\u00b2",
        "\ud800",
        "\0",
    ]
)


@given(st.lists(WORDS, max_size=12), st.sampled_from([" ", ""]))
@settings(max_examples=300, deadline=None)
def test_no_heap_of_date_words_raises(words: list[str], between: str) -> None:
    for stamp in parse_stamps(between.join(words), None, FETCHED):
        day = stamp.value.date() if isinstance(stamp.value, datetime) else stamp.value
        assert day is None or (day - FETCHED.date()).days <= 2
        assert stamp.text in between.join(words)


@pytest.mark.parametrize("text", LINEAR, ids=range(len(LINEAR)))
def test_long_lines_take_no_time(text: str) -> None:
    vocabulary()
    started = time.process_time()
    parse_stamp(text)
    complete_date(text, None, date(2025, 3, 20))
    parse_date(text)
    assert time.process_time() - started < 0.5


def _value(line: str, language: str | None = None, fetched: datetime | None = None) -> date | datetime | None:
    stamp = parse_stamp(line, language, fetched)
    assert stamp is not None, line
    return stamp.value
