"""The rejects file: what is wrong now, readable by any zstd, and whole after a kill."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zstandard

from ledger import LedgerError
from ledger.frames import append_frame
from ledger.rejects import Rejects, count_rejects, open_rejects, read_rejects
from transforms.records import Reject


def open_one(folder: Path, run_id: str = "r1") -> Rejects:
    return open_rejects(folder, run_id=run_id, version="0.1")


def reject(origin: str, reason: str = "bad-json", stage="read", **more) -> Reject:
    return Reject(origin=origin, stage=stage, reason=reason, **more)


def origins(folder: Path, **filters) -> list[str]:
    return [kept.origin for kept in read_rejects(folder, **filters)]


def test_a_reject_comes_back_as_it_was(tmp_path: Path):
    with open_one(tmp_path) as rejects:
        key = rejects.add(
            reject("in/w.jsonl#2", detail="unexpected end", offset=17),
            path="in/w.jsonl",
            record=b'{"a":',
            answer="400",
        )
    (kept,) = read_rejects(tmp_path)
    assert (kept.key, kept.origin, kept.path) == (key, "in/w.jsonl#2", "in/w.jsonl")
    assert (kept.stage, kept.reason, kept.detail, kept.answer) == (
        "read",
        "bad-json",
        "unexpected end",
        "400",
    )
    assert (kept.offset, kept.record, kept.run_id, kept.version) == (17, b'{"a":', "r1", "0.1")
    assert kept.at.endswith("+00:00")


def test_any_zstd_prints_the_lines(tmp_path: Path):
    with open_one(tmp_path) as rejects:
        for number in range(3):
            rejects.add(reject(f"w#{number}"), path="w")
            rejects.flush()
    with (tmp_path / "rejects.jsonl.zst").open("rb") as file:
        text = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True).read()
    assert [json.loads(line)["origin"] for line in text.splitlines()] == ["w#0", "w#1", "w#2"]


@pytest.mark.parametrize(
    ("record", "back"),
    [
        (b"\xff\x00", b"\xff\x00"),
        (None, None),
        (b"x" * (1 << 20), b"x" * (1 << 20)),
        (b"x" * ((1 << 20) + 1), None),
    ],
)
def test_records_are_kept_unless_they_are_huge(tmp_path: Path, record, back):
    with open_one(tmp_path) as rejects:
        rejects.add(reject("w#1"), path="w", record=record)
    (kept,) = read_rejects(tmp_path)
    assert kept.record == back


def test_strings_with_lone_surrogates_and_nul_are_kept_readable(tmp_path: Path):
    with open_one(tmp_path) as rejects:
        rejects.add(reject("caf\udce9#1", detail="\ud800\0"), path="caf\udce9")
        rejects.begin("caf\udce9")
        rejects.add(reject("caf\udce9#2"), path="caf\udce9")
    assert origins(tmp_path) == ["caf\\udce9#2"]
    assert origins(tmp_path, origin="caf\udce9") == ["caf\\udce9#2"]


def test_filters(tmp_path: Path):
    with open_one(tmp_path) as rejects:
        rejects.add(reject("in/a#1"), path="in/a")
        rejects.add(reject("in/a#2", reason="no-article", stage="shape"), path="in/a")
        rejects.add(reject("into#1"), path="into")
    assert origins(tmp_path, reason="bad-json") == ["in/a#1", "into#1"]
    assert origins(tmp_path, stage="shape") == ["in/a#2"]
    assert origins(tmp_path, origin="in/a#2") == ["in/a#2"]
    assert origins(tmp_path, origin="in/a") == ["in/a#1", "in/a#2"]
    assert origins(tmp_path, origin="in/") == ["in/a#1", "in/a#2"]
    assert origins(tmp_path, reason="bad-json", stage="shape") == []
    assert count_rejects(tmp_path) == {"bad-json": 2, "no-article": 1}


def test_a_file_read_again_takes_back_its_rejects_at_once(tmp_path: Path):
    with open_one(tmp_path) as rejects:
        rejects.add(reject("a#1"), path="a")
        rejects.add(reject("b#1"), path="b")
    rejects = open_one(tmp_path, "r2")
    rejects.begin("a")
    rejects.begin("never seen")
    rejects.add(reject("a#9"), path="a")
    rejects.flush()
    assert origins(tmp_path) == ["b#1", "a#9"]  # and had it been killed here, still
    rejects.close()
    assert origins(tmp_path) == ["b#1", "a#9"]
    raw = (tmp_path / "rejects.jsonl.zst").read_bytes()
    assert b'"clears":["a"]' not in raw


def test_beginning_twice_in_one_run_takes_back_what_is_not_written_yet(tmp_path: Path):
    with open_one(tmp_path) as rejects:
        rejects.add(reject("a#1"), path="a")
        rejects.begin("a")
        rejects.add(reject("a#2"), path="a")
    assert origins(tmp_path) == ["a#2"]


def test_a_run_killed_before_closing_leaves_its_clearing_to_the_next(tmp_path: Path):
    with open_one(tmp_path) as rejects:
        rejects.add(reject("a#1"), path="a")
    killed = open_one(tmp_path)
    killed.begin("a")
    killed.flush()
    with open_one(tmp_path):
        pass
    assert origins(tmp_path) == []
    assert (tmp_path / "rejects.jsonl.zst").stat().st_size == 0


def test_drop_and_forget(tmp_path: Path):
    with open_one(tmp_path) as rejects:
        keys = [rejects.add(reject(f"a#{n}"), path="a") for n in range(5)]
        assert rejects.forget(keys[:2]) == 2
        assert rejects.forget([]) == 0
        assert rejects.drop(lambda kept: kept.origin == "a#4") == 1
        assert rejects.drop(lambda kept: kept.origin == "a#4") == 0
        rejects.add(reject("a#5"), path="a")
    assert origins(tmp_path) == ["a#2", "a#3", "a#5"]


def test_a_key_is_the_same_when_it_is_rejected_again(tmp_path: Path):
    with open_one(tmp_path) as rejects:
        first = rejects.add(reject("a#1", detail="one", offset=3), path="a")
        rejects.begin("a")
        assert rejects.add(reject("a#1", detail="two", offset=3), path="a") == first
        assert rejects.add(reject("a#1", offset=4), path="a") != first


def test_rewriting_keeps_everything_of_the_others(tmp_path: Path):
    with open_one(tmp_path) as rejects:
        rejects.add(reject("a#1", offset=5, detail="d"), path="a", record=b"\xfe", answer="no")
        rejects.flush()
        (before,) = read_rejects(tmp_path)
        rejects.add(reject("b#1"), path="b")
        rejects.drop(lambda kept: kept.path == "b")
    assert list(read_rejects(tmp_path)) == [before]


def test_many_rejects_go_in_several_frames_and_are_rewritten_so(tmp_path: Path):
    with open_one(tmp_path) as rejects:
        for number in range(30):
            rejects.add(reject(f"a#{number}"), path="a", record=b"x" * 100_000)
        assert count_rejects(tmp_path)["bad-json"] >= 20  # flushed by itself
        assert rejects.drop(lambda kept: kept.origin == "a#0") == 1
    assert len(origins(tmp_path)) == 29


@pytest.mark.parametrize("kept_bytes", [1, 3, 20, 60, -1])
def test_a_torn_tail_is_cut_at_the_next_start(tmp_path: Path, kept_bytes: int):
    with open_one(tmp_path) as rejects:
        rejects.add(reject("a#1"), path="a")
    path = tmp_path / "rejects.jsonl.zst"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept_bytes])
    assert origins(tmp_path) == ["a#1"]  # reading passes it over
    with open_one(tmp_path) as rejects:
        assert path.read_bytes() == whole
        rejects.add(reject("a#2"), path="a")
    assert origins(tmp_path) == ["a#1", "a#2"]


def test_damage_in_the_middle_costs_only_what_is_damaged(tmp_path: Path):
    path = tmp_path / "rejects.jsonl.zst"
    with open_one(tmp_path) as rejects:
        for number in range(3):
            rejects.add(reject(f"a#{number}"), path="a")
            rejects.flush()
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(whole)
    with open_one(tmp_path):
        assert origins(tmp_path) == ["a#0", "a#2"]


def test_no_rejects(tmp_path: Path):
    assert origins(tmp_path) == []
    with open_one(tmp_path):
        pass
    assert not (tmp_path / "rejects.jsonl.zst").exists()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "rejects.jsonl.zst.new").mkdir()
    rejects = open_one(tmp_path)
    rejects.add(reject("a#1"), path="a")
    with pytest.raises(LedgerError, match="cannot write"):
        rejects.drop(lambda _: True)
    with pytest.raises(LedgerError, match="cannot write"):
        append_frame(tmp_path, {}, b"")
