import json
import time
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.dateline import find_late_dateline, parse_dateline
from transforms.dateline.agencies import agencies, find_agency, is_call_letters
from transforms.records import Dateline

CASES = Path(__file__).parents[1] / "cases"
ROWS = [json.loads(line) for line in (CASES / "dateline.jsonl").read_text("utf-8").splitlines()]
#: As papers and agencies of some sixty languages print them, and what looks like a dateline and is none.
WORLD = [json.loads(line) for line in (CASES / "datelines_world.jsonl").read_text("utf-8").splitlines()]
LINEAR = (
    "PARIS, " * 200_000,
    "(" * 1_000_000,
    "A" * 1_000_000,
    "a. " * 300_000,
    "— " * 300_000,
    "新华社" * 300_000,
    "9" * 1_000_000,
)


def mark(row: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(reason=row.get("comment", ""))] if row["expect"] == "fail" else []
    return pytest.param(row, id=row["label"], marks=marks)


def read(row: dict[str, Any]) -> Dateline | None:
    find = find_late_dateline if row["late"] else parse_dateline
    around = date.fromisoformat(row["around"]) if "around" in row else None
    return find(row["text"], row.get("language"), around=around)


@pytest.mark.parametrize(
    "row", [mark(row) for row in (*ROWS, *WORLD) if row in ROWS or row["expect"] == "fail"]
)
def test_case(row: dict[str, Any]) -> None:
    check(row)


def test_the_papers_of_the_world() -> None:
    wrong = []
    for row in WORLD:  # nine hundred tests would take as many times pytest's own ten milliseconds
        if row["expect"] == "pass":
            try:
                check(row)
            except (AssertionError, ValueError) as problem:
                wrong.append((row["label"], row["text"], str(problem)))
    assert not wrong


def check(row: dict[str, Any]) -> None:
    found = read(row)
    if row["dateline"] is None:
        assert found is None
        return
    assert found is not None
    assert found.text == row["dateline"]
    start = row["text"].index(row["dateline"])
    assert row["text"][found.end :] == row["text"][start + len(row["dateline"]) :].lstrip()
    places = ["/".join([p.name, p.country or "", p.admin1 or ""]) for p in found.places]
    assert [place[: len(wanted)] for place, wanted in zip(places, row["places"], strict=True)] == row[
        "places"
    ]
    assert (found.date and found.date.isoformat(), found.agency) == (row["date"], row["agency"])


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["dateline"] is None], ids=lambda row: row["label"]
)
def test_negative_has_no_late_dateline_either(row: dict[str, Any]) -> None:
    assert find_late_dateline(row["text"], row.get("language")) is None


def test_labels_are_unique() -> None:
    rows = (*ROWS, *WORLD)
    assert len({row["label"] for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("text", "where"), [("PARIS: x", None), ("PARIS:", (48.85, 2.35)), ("ROME:", (41.89, 12.48))]
)
def test_location(text: str, where: tuple[float, float] | None) -> None:
    found = parse_dateline(text)
    location = found.places[0].location if found else None
    assert (location and tuple(round(degrees, 2) for degrees in location)) == where


def test_text_and_end_count_leading_space() -> None:
    found = parse_dateline("\n  PARIS (AFP) -  Rain.")
    assert found is not None
    assert (found.text, "\n  PARIS (AFP) -  Rain."[found.end :]) == ("PARIS (AFP) -", "Rain.")


def test_day_is_not_ahead_of_the_story() -> None:
    found = parse_dateline("PARIS, Dec 31 (AFP) - Rain.", "en", around=date(2026, 1, 2))
    assert found is not None
    assert found.date == date(2025, 12, 31)


@given(st.text(st.characters()))
def test_any_text(text: str) -> None:
    for find in (parse_dateline, find_late_dateline):
        found = find(text)
        assert found is None or 0 < found.end <= len(text)


@given(st.lists(st.sampled_from([*"PARIS, March 3 (Reuters) - / : . ،()—–新华社北京电【】\n"]), max_size=60))
@settings(max_examples=200)
def test_any_jumble_of_dateline_signs(signs: list[str]) -> None:
    text = "".join(signs)
    for find in (parse_dateline, find_late_dateline):
        found = find(text)
        assert found is None or 0 < found.end <= len(text)


@pytest.mark.parametrize("text", LINEAR, ids=lambda text: text[:8])
def test_long_texts_take_no_longer(text: str) -> None:
    start = time.process_time()
    parse_dateline(text)
    find_late_dateline(text)
    assert time.process_time() - start < 1


def test_agencies_are_many_and_each_is_listed_once() -> None:
    lines = (files("transforms") / "data" / "agencies.toml").read_text("utf-8").splitlines()
    names = [line.split(" = ")[0] for line in lines if not line.startswith("#")]
    assert len(names) == len(set(names)) >= 150
    assert set(agencies().values()) == {name.strip('"') for name in names}


@pytest.mark.parametrize(
    ("text", "name"),
    [("Agence France-Presse", "AFP"), ("أ ف ب", "AFP"), ("REUTER", "Reuters"), ("新华社", "Xinhua"), ("(dpa)", "dpa"),
     ("Reuters/AP", "Reuters"), ("Elpaís.cr", "Elpaís.cr"), ("kosmos.info", "kosmos.info"), ("Barnim", None), ("x" * 99, None)],
)  # fmt: skip
def test_find_agency(text: str, name: str | None) -> None:
    assert find_agency(text) == name


def test_call_letters() -> None:
    assert [is_call_letters(text) for text in ("KTRK", "(WHDH)", "WPLG-TV", "KOBENHAVN", "AP")] == [
        True,
        True,
        True,
        False,
        False,
    ]
