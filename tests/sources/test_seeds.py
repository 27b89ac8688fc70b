"""The samples are what their README says: clean, decodable, and many-voiced."""

from __future__ import annotations

from pathlib import Path

from sources import read
from sources.survey import find_files
from transforms.records import RawDocument

SEEDS = Path(__file__).parents[2] / "seeds"


def test_every_sample_is_read_without_a_reject():
    files = list(find_files([str(SEEDS)]))
    items = [item for path in files for item in read(str(path))]
    assert all(isinstance(item, RawDocument) for item in items)
    assert {Path(str(path)).parent.name for path in files} == {"text", "html", "jsonl", "packed"}
    assert len(items) >= 18


def test_the_paste_is_kept_byte_for_byte():
    sample = SEEDS / "text" / "000_e10074b49ad8187b.txt"
    (document,) = read(str(sample))
    assert isinstance(document, RawDocument)
    assert document.text.encode() == sample.read_bytes()
