"""Thousands of bad records among good ones: every good one arrives, every bad one is rejected with a reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ledger.rejects import read_rejects
from tests.chaos.bad_copy import bad_records, odd_records
from tests.chaos.corpus import lay
from tests.chaos.holdings import agree, read_holdings

pytestmark = pytest.mark.slow
A_FILE = 500


def write(folder: Path, chance, count: int) -> dict[str, frozenset[str]]:
    """Write as many good records as bad ones, mixed; origin → reasons, none for the good."""
    records = [
        *bad_records(count, chance),
        *((line, frozenset[str]()) for line in odd_records(count, chance)),
    ]
    chance.shuffle(records)
    files, expected = {}, {}
    for start in range(0, len(records), A_FILE):
        # A line that begins an object on its first line, so that the file is taken for what it is.
        batch = sorted(records[start : start + A_FILE], key=lambda record: bool(record[1]))
        name = f"wire-{start:06}.jsonl"
        files[name] = b"".join(line + b"\n" for line, _ in batch)
        expected |= {f"{folder / name}#{n}": reasons for n, (_, reasons) in enumerate(batch, 1)}
    lay(folder, files, second=1)
    return expected


def check(nursery, copy: Path, target: str, state: Path, expected: dict[str, frozenset[str]]) -> None:
    child = nursery.run("ingest", str(copy), "--to", target, "--workers", "0", COPYDESK_STATE=str(state))
    assert child.code == 1, child.said()[-2000:]
    rejects = {reject.origin: reject for reject in read_rejects(state)}
    bad = {origin for origin, reasons in expected.items() if reasons}
    assert rejects.keys() - bad == set(), [rejects[origin] for origin in sorted(rejects.keys() - bad)[:3]]
    assert bad - rejects.keys() == set()
    wrong = [r for r in rejects.values() if r.reason not in expected[r.origin] or not r.detail]
    assert wrong == []
    held = read_holdings(target, state)
    agree(held)
    assert Counter(origin for origin, _ in held.texts.values()) == Counter(expected.keys() - bad)


def test_the_embedded_index(nursery, tmp_path, chance, long_form):
    expected = write(tmp_path / "copy", chance, 10_000 if long_form else 300)
    check(nursery, tmp_path / "copy", f"file:{tmp_path / 'index'}", tmp_path / "state", expected)


@pytest.mark.elastic
def test_elasticsearch(nursery, tmp_path, chance, long_form, new_index):
    expected = write(tmp_path / "copy", chance, 10_000 if long_form else 300)
    check(nursery, tmp_path / "copy", new_index(), tmp_path / "state", expected)
