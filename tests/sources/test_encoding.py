"""Encodings that say nothing about themselves: found by what they make of the bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sources import read
from sources.encoding import detect_encoding, legacies
from transforms.records import RawDocument

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases" / "encodings.jsonl").read_text("utf-8").splitlines()
]
WIDE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
CASES = [
    pytest.param(row["text"], encoding, id=f"{row['label']}-{encoding}")
    for row in ROWS
    if "text" in row
    for encoding in (*row["encodings"], *WIDE)
]


def texts_of(path: Path) -> list[str]:
    items = list(read(str(path), last_article_start=lambda text: 0))
    assert all(isinstance(item, RawDocument) for item in items), items
    return [item.text for item in items]


@pytest.mark.parametrize(("text", "encoding"), CASES)
def test_text(tmp_path, text, encoding):
    content = (text + "\n").encode(encoding, "ignore")
    (tmp_path / "a.txt").write_bytes(content)
    assert texts_of(tmp_path / "a.txt") == [content.decode(encoding)]


@pytest.mark.parametrize(("text", "encoding"), CASES)
def test_json_line(tmp_path, text, encoding):
    expected = text.encode(encoding, "ignore").decode(encoding)
    line = json.dumps({"title": "Bridge", "body": expected}, ensure_ascii=False) + "\n"
    (tmp_path / "a.jsonl").write_bytes(line.encode(encoding))
    assert texts_of(tmp_path / "a.jsonl") == [expected]


@pytest.mark.parametrize("row", [row for row in ROWS if "bytes" in row], ids=lambda row: row["label"])
def test_bytes_that_are_no_text(row):
    assert detect_encoding(bytes.fromhex(row["bytes"])) is None


def test_every_encoding_of_the_table_has_a_case():
    asked = {encoding for row in ROWS for encoding in row["encodings"]}
    same = {"cp932": "shift_jis", "cp949": "euc-kr"}
    assert {same.get(legacy.encoding, legacy.encoding) for legacy in legacies()} <= asked


def test_a_sample_may_end_inside_a_character():
    assert detect_encoding("Été à Orléans".encode()[:-8] + b"\xc3") == "utf-8"
    assert detect_encoding("市は３日、橋を来年４月から通行止めにする".encode("shift_jis")[:-1]) == "cp932"


def test_ascii_for_a_megabyte_then_latin(tmp_path):
    text = "# Plain words\n" + "and more of them\n" * 100_000 + "et un café animé à Orléans\n"
    (tmp_path / "a.txt").write_bytes(text.encode("cp1252"))
    assert "".join(texts_of(tmp_path / "a.txt")) == text
