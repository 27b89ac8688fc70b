"""A run killed at any moment, then begun again, ends as one that nobody disturbed: none lost, none doubled."""

from __future__ import annotations

import random
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest

from engines import open_engine
from ledger import read_ledger
from tests.chaos.corpus import after, before, lay
from tests.chaos.holdings import Holdings, agree, differences, look_up, read_holdings
from tests.chaos.nursery import Nursery

pytestmark = pytest.mark.slow
#: Of a chain of runs, how many are killed before one is let through to its end.
KILLS_IN_A_ROW = 4
#: The last moment, as a part of a whole run: what comes after is reached by those that resume.
LATEST = 0.7


@dataclass(slots=True)
class Loader:
    """Loads a folder into one target again and again."""

    nursery: Nursery
    copy: Path
    target: str
    state: Path
    usual_s: float = 60.0  # of a run that was let through: the shortest

    @property
    def command(self) -> list[str]:
        return ["ingest", str(self.copy), "--to", self.target, "--prune", "--workers", "0"]

    def run(self) -> None:
        start = time.monotonic()
        child = self.nursery.run(*self.command, COPYDESK_STATE=str(self.state))
        self.usual_s = min(self.usual_s, time.monotonic() - start)
        assert child.code == 1, child.said()  # there are rejects in the copy
        assert "Traceback" not in child.said()

    def killed(self, delay_s: float) -> bool:
        """Begin and kill; False when it was through before."""
        child = self.nursery.start(*self.command, COPYDESK_STATE=str(self.state))
        time.sleep(delay_s)
        child.kill()
        code = child.wait()
        assert code in (-9, 1), child.said()
        assert "Traceback" not in child.said()
        return code == -9

    def claims_no_more_than_there_is(self) -> None:
        """Check what holds after every kill: what the ledger tells of is in the index."""
        ledger = read_ledger(self.state)
        if ledger is not None:
            with ledger, open_engine(self.target) as engine:
                known = [id for id, _ in ledger.everything()]
                assert set(look_up(engine, known)) == set(known)


def load_twice(loader: Loader, chance: random.Random | None, limit_s: float) -> tuple[list[Holdings], int]:
    """Load the copy, and its later state; what was held after each, and how often it was killed meanwhile."""
    held, kills = [], 0
    for second, files in enumerate((before(), after()), 1):
        lay(loader.copy, files, second=second)
        for _ in range(KILLS_IN_A_ROW if chance else 0):
            delay_s = chance.uniform(0, limit_s) if chance else 0
            print(f"{loader.target}: killed after {delay_s:.4f} s")
            if not loader.killed(delay_s):
                break
            kills += 1
            loader.claims_no_more_than_there_is()
        loader.run()
        held.append(read_holdings(loader.target, loader.state))
        agree(held[-1])
    return held, kills


def kill_often(make_loader, chance: random.Random, points: int) -> None:
    undisturbed = make_loader()
    expected, _ = load_twice(undisturbed, None, 0)
    kills = chains = 0
    while kills < points:
        assert chains < points, "the runs end before they are killed"
        held, more = load_twice(make_loader(), chance, undisturbed.usual_s * LATEST)
        for ours, theirs in zip(held, expected, strict=True):
            assert differences(ours, theirs) == []
        kills, chains = kills + more, chains + 1


def test_the_embedded_index(nursery, tmp_path, chance, long_form):
    def make_loader() -> Loader:
        folder = tmp_path / uuid.uuid4().hex
        return Loader(nursery, tmp_path / "copy", f"file:{folder}", folder / "state")

    kill_often(make_loader, chance, 200 if long_form else 8)


@pytest.mark.elastic
def test_elasticsearch(nursery, tmp_path, chance, long_form, new_index):
    def make_loader() -> Loader:
        return Loader(nursery, tmp_path / "copy", new_index(), tmp_path / uuid.uuid4().hex)

    kill_often(make_loader, chance, 200 if long_form else 6)
