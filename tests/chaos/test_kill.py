"""A run killed at any moment, then begun again, ends as one that nobody disturbed: none lost, none doubled."""

from __future__ import annotations

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engines import open_engine
from ledger import read_ledger
from tests.chaos.conftest import Told
from tests.chaos.corpus import after, before, lay
from tests.chaos.holdings import Holdings, agree, differences, look_up, read_holdings
from tests.chaos.nursery import Child, Nursery
from tests.chaos.phases import INGEST, REINDEX, VARIABLE, Watch

pytestmark = pytest.mark.slow
#: Of a chain of runs, how many are killed before one is let through to its end.
KILLS_IN_A_ROW = 4
#: What is aimed at is hit so long after its beginning, at most.
SOON_S = 0.01
SOMETHING_REJECTED = 1  # there are rejects in the copy


@dataclass(frozen=True, slots=True)
class Moment:
    """When to kill: so long after the beginning of the run, or of what it does for the n-th time."""

    after_s: float
    phase: str = ""
    number: int = 1


@dataclass(slots=True)
class Loader:
    """Loads a folder into one target again and again."""

    nursery: Nursery
    copy: Path
    target: str
    state: Path
    watch: Watch
    phases: Path
    usual_s: dict[str, float] = field(default_factory=dict)  # of a command that was let through: the shortest

    def command(self, name: str) -> list[str]:
        paths = [str(self.copy), "--prune", "--workers", "0"] if name == "ingest" else []
        return [name, *paths, "--to", self.target]

    def start(self, name: str) -> Child:
        self.watch.begin()
        told = {"COPYDESK_STATE": str(self.state), "COPYDESK_WORKERS": "0", VARIABLE: str(self.phases)}
        return self.nursery.start(*self.command(name), **told)

    def run(self, name: str = "ingest") -> None:
        start = time.monotonic()
        child = self.start(name)
        child.wait()
        self.usual_s[name] = min(self.usual_s.get(name, 60.0), time.monotonic() - start)
        assert child.code == (SOMETHING_REJECTED if name == "ingest" else 0), child.said()
        assert "Traceback" not in child.said()

    def killed(self, name: str, moment: Moment) -> str:
        """Begin and kill; what was cut off, "" when it was through before."""
        child = self.start(name)
        if moment.phase:
            self.watch.wait_for(moment.phase, moment.number, lambda: child.poll() is None)
        time.sleep(moment.after_s)
        child.kill()
        code = child.wait()
        assert code in (-9, 0, SOMETHING_REJECTED), child.said()
        assert "Traceback" not in child.said()
        return self.watch.now[0] if code == -9 else ""

    def claims_no_more_than_there_is(self) -> None:
        """Check what holds after every kill of an ingest: what the ledger tells of is in the index."""
        ledger = read_ledger(self.state)
        if ledger is not None:
            with ledger, open_engine(self.target) as engine:
                known = [id for id, _ in ledger.everything()]
                assert set(look_up(engine, known)) == set(known)

    def holdings(self) -> Holdings:
        held = read_holdings(self.target, self.state)
        agree(held)
        return held


def moments(chance: random.Random, usual_s: float, phases: Sequence[str]) -> Iterator[Moment]:
    """Draw moments without end: any of the whole run, and in turns soon after something begins."""
    while True:
        for phase in phases:
            yield Moment(chance.uniform(0, usual_s))
            yield Moment(chance.uniform(0, SOON_S), phase, chance.choice([1, 1, 2, 3]))


def load_twice(loader: Loader, points: Iterator[Moment]) -> tuple[list[Holdings], Counter[str]]:
    """Load the copy, and its later state; what was held after each, and what was cut off meanwhile."""
    held, cut = [], Counter[str]()
    for second, files in enumerate((before(), after()), 1):
        lay(loader.copy, files, second=second)
        for moment, _ in zip(points, range(KILLS_IN_A_ROW), strict=False):
            print(f"{loader.target}: {moment}")
            if not (phase := loader.killed("ingest", moment)):
                break
            cut[phase] += 1
            loader.claims_no_more_than_there_is()
        loader.run()
        held.append(loader.holdings())
    return held, cut


def kill_ingests(make_loader: Callable[[], Loader], chance: random.Random, points: int) -> Counter[str]:
    """Kill ingests so often; what was cut off."""
    undisturbed = make_loader()
    expected, _ = load_twice(undisturbed, iter(()))
    drawn = moments(chance, undisturbed.usual_s["ingest"], INGEST)
    cut, chains = Counter[str](), 0
    while cut.total() < points:
        assert chains < points, "the runs end before they are killed"
        held, more = load_twice(make_loader(), drawn)
        for ours, theirs in zip(held, expected, strict=True):
            assert differences(ours, theirs) == []
        cut, chains = cut + more, chains + 1
    return cut


def kill_reindexes(make_loader: Callable[[], Loader], chance: random.Random, points: int) -> Counter[str]:
    """Kill reindexes so often; after each the next ingest finds all as it was. What was cut off."""
    loader = make_loader()
    lay(loader.copy, before(), second=1)
    loader.run()
    expected = loader.holdings()
    loader.run("reindex")
    assert differences(loader.holdings(), expected) == []
    drawn = moments(chance, loader.usual_s["reindex"], REINDEX)
    cut, tries = Counter[str](), 0
    while cut.total() < points:
        assert tries < 4 * points, "the commands end before they are killed"
        moment = next(drawn)
        print(f"{loader.target}: reindex, {moment}")
        if phase := loader.killed("reindex", moment):
            cut[phase] += 1
            loader.run()  # takes up what the reindex left, and sends nothing
            assert differences(loader.holdings(), expected) == []
        tries += 1
        if tries % KILLS_IN_A_ROW == 0:
            loader.run("reindex")
            assert differences(loader.holdings(), expected) == []
            drop_old_generations(loader.target)
    return cut


def drop_old_generations(target: str) -> None:
    with open_engine(target) as engine:
        for one in engine.generations():
            if not one.is_live:
                engine.drop(one.number)


@pytest.fixture
def make_embedded(nursery, tmp_path) -> Callable[[], Loader]:
    def make() -> Loader:
        folder = tmp_path / uuid.uuid4().hex
        return make_loader(nursery, tmp_path, f"file:{folder}", folder / "state")

    return make


@pytest.fixture
def make_elastic(nursery, tmp_path, new_index) -> Callable[[], Loader]:
    return lambda: make_loader(nursery, tmp_path, new_index(), tmp_path / uuid.uuid4().hex)


def make_loader(nursery: Nursery, folder: Path, target: str, state: Path) -> Loader:
    phases = folder / "phases"
    return Loader(nursery, folder / "copy", target, state, Watch(phases), phases)


def test_the_embedded_index(make_embedded, chance, long_form, told: Told):
    told("ingest into the embedded index", kill_ingests(make_embedded, chance, 200 if long_form else 8))


def test_reindex_of_the_embedded_index(make_embedded, chance, long_form, told: Told):
    told("reindex of the embedded index", kill_reindexes(make_embedded, chance, 60 if long_form else 4))


@pytest.mark.elastic
def test_elasticsearch(make_elastic, chance, long_form, told: Told):
    told("ingest into Elasticsearch", kill_ingests(make_elastic, chance, 200 if long_form else 6))


@pytest.mark.elastic
def test_reindex_of_elasticsearch(make_elastic, chance, long_form, told: Told):
    told("reindex of Elasticsearch", kill_reindexes(make_elastic, chance, 40 if long_form else 2))
