"""Reports that add up, as JSON and as text."""

from __future__ import annotations

import json

import pytest

from ledger.records import Counts
from ledger.report import Problem, RunReport, Tally, render_report

FIRST_KEYS = [
    "run_id", "target", "files", "read", "indexed", "updated", "unchanged", "duplicate", "rejected", "verified",
    "seconds", "documents_per_second",
]  # fmt: skip

FULL = RunReport(
    run_id="20250317T120000-ab12",
    target="file:var/index",
    files=12,
    files_skipped=2,
    counts=Counts(
        read=1234, indexed=1000, updated=3, unchanged=27, duplicate=200, rejected={"no-article": 3, "bad-json": 1}
    ),
    verified=1003,
    removed=5,
    seconds={"read": 1.21, "shape": 9.84, "send": 62.0, "total": 73.3},
    bytes_read=2_345_678,
    peak_memory_bytes=412_345_678,
    retries={"429": 12, "timeout": 0},
    versions={"copydesk": "0.1.0"},
    problems=(Problem(path="in/wire.jsonl", reason="bad-json", detail="line 3"), Problem(path="in/a", reason="no-article", count=3)),
    notes=("the ledger was made anew",),
)  # fmt: skip

TEXT = """\
read            1,234  articles in 12 files, 2 unchanged and not read
  indexed       1,000
  updated           3
  unchanged        27
  duplicate       200
  rejected          4
    no-article      3
    bad-json        1
removed             5  no longer in their files
verified        1,003  asked for by id and found

1 min 13 s, 17 articles/s, 2.3 MB read, 412.3 MB of memory at most
read 1.2 s · shape 9.8 s · send 1 min 2 s
sent again: 12 × 429

in/wire.jsonl  bad-json: line 3
in/a           no-article × 3

the ledger was made anew"""


def test_json_has_the_promised_keys_first():
    told = json.loads(FULL.to_json())
    assert list(told)[: len(FIRST_KEYS)] == FIRST_KEYS
    assert told["rejected"] == {"total": 4, "by_reason": {"no-article": 3, "bad-json": 1}}
    assert told["documents_per_second"] == 16.8
    assert told["balances"] is True
    assert told["bytes"] == 2_345_678
    assert told["problems"][0] == {
        "path": "in/wire.jsonl",
        "reason": "bad-json",
        "count": 1,
        "detail": "line 3",
    }


def test_text_is_aligned():
    assert render_report(FULL) == TEXT


def test_a_report_of_nothing():
    text = render_report(RunReport(run_id="r", target="file:x", files=1, counts=Counts(read=1, indexed=1)))
    assert text.splitlines()[0] == "read         1  article in 1 file"


def test_a_report_that_does_not_add_up_says_so_and_names_what_is_missing():
    report = RunReport(
        run_id="r", target="t", files=1, counts=Counts(read=2, indexed=1), unaccounted=("wire.jsonl#2",)
    )
    assert not report.balances
    text = render_report(report)
    assert "THIS DOES NOT ADD UP: 1 articles were read and have no end\n  wire.jsonl#2" in text
    whole = RunReport(run_id="r", target="t", files=1, counts=Counts(), unaccounted=("a",))
    assert not whole.balances


def test_many_problems_are_cut_and_counted():
    problems = tuple(Problem(path=f"f{n}", reason="bad-json") for n in range(25))
    report = RunReport(run_id="r", target="t", files=25, counts=Counts(), problems=problems)
    assert render_report(report).endswith("… and 5 more: copydesk rejects list")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (61, "1 min 1 s"), (7300, "2 h 1 min")]
)
def test_durations(seconds: float, shown: str):
    report = RunReport(run_id="r", target="t", files=0, counts=Counts(), seconds={"total": seconds})
    assert f"\n\n{shown}, 0 articles/s" in render_report(report)


@pytest.mark.parametrize(
    ("size", "shown"), [(999, "999 bytes"), (1000, "1 kB"), (1_500_000, "1.5 MB"), (2 * 10**15, "2000.0 TB")]
)
def test_sizes(size: int, shown: str):
    report = RunReport(run_id="r", target="t", files=0, counts=Counts(), bytes_read=size)
    assert f"{shown} read" in render_report(report)


def test_a_tally_adds_files_to_a_run_and_refuses_what_does_not_balance():
    run = Tally()
    run.add(Counts(read=3, indexed=2, rejected={"bad-json": 1}))
    run.add(Counts(read=2, unchanged=2))
    assert run.counts == Counts(read=5, indexed=2, unchanged=2, rejected={"bad-json": 1})
    with pytest.raises(ValueError, match="do not balance"):
        run.add(Counts(read=1))


def test_a_tally_takes_no_end_for_what_was_not_read():
    tally = Tally()
    with pytest.raises(ValueError, match="wire#1"):
        tally.settle("wire#1", "indexed")
    with pytest.raises(ValueError, match="wire#1"):
        tally.reject("wire#1", "bad-json")
    with pytest.raises(ValueError, match="nothing ended as indexed"):
        tally.reopen("wire#1", "indexed")


def test_a_tally_keeps_two_articles_of_one_origin_apart():
    tally = Tally()
    tally.read("a.txt")
    tally.read("a.txt")
    tally.settle("a.txt", "indexed")
    assert tally.open == ("a.txt",)
    tally.settle("a.txt", "duplicate")
    assert tally.open == ()


def test_verification_can_take_back_an_end():
    tally = Tally()
    tally.read("a")
    tally.settle("a", "indexed")
    tally.reopen("a", "indexed")
    assert tally.open == ("a",)
    tally.reject("a", "not-found")
    assert tally.counts == Counts(read=1, rejected={"not-found": 1})
