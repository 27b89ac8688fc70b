"""Whatever files come, change and go, and wherever a run is cut off: the engine holds what the files yield."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.raw import read_raw, read_raw_files
from ledger.rejects import read_rejects
from tests.ledger.driver import Corpus, Driver, hexed

NAMES = st.sampled_from("abcdefgh")
TEXTS = st.sampled_from(["one", "two", "three", "bad"])
FILES = st.lists(st.tuples(NAMES, TEXTS), max_size=7)
CORPORA = st.dictionaries(st.sampled_from(["p", "q", "r"]), FILES, max_size=3)


class CutOffError(Exception):
    """The run ends here."""


class Fuse:
    def __init__(self, ticks: int) -> None:
        self.ticks = ticks

    def __call__(self) -> None:
        self.ticks -= 1
        if self.ticks < 0:
            raise CutOffError


def holds(folder: Path, corpus: Corpus) -> None:
    driver = Driver(folder)
    yielded: dict[str, set[str]] = {}
    for documents in corpus.values():
        for name, text in documents:
            if text != "bad":
                yielded.setdefault(hexed(name), set()).add(text)
    held = driver.engine.held
    assert held.keys() == yielded.keys()
    assert all(held[id] in yielded[id] for id in held)
    assert {id: entry.digest for id, entry in driver.ledger.everything()} == {
        id: hexed(text) for id, text in held.items()
    }
    assert driver.ledger.lookup(list(yielded)) == dict(driver.ledger.everything())
    totals = driver.ledger.totals()
    assert (totals.documents, totals.to_delete, totals.unfinished) == (len(held), 0, 0)
    assert totals.files == len(corpus)
    assert totals.origins == sum(text != "bad" for rows in corpus.values() for _, text in rows)
    for id in held:
        origins = driver.ledger.origins(id)
        assert [origin.held for origin in origins] == [True] + [False] * (len(origins) - 1)
    rejected = [f"{p}#{n}" for p in corpus for n, (_, text) in enumerate(corpus[p], 1) if text == "bad"]
    assert sorted(reject.origin for reject in read_rejects(folder)) == sorted(rejected)
    raws = {file.path: [] for file in read_raw_files(folder)}  # type: ignore[var-annotated]
    for file, document in read_raw(read_raw_files(folder)):
        assert file.whole
        raws[file.path].append(tuple(document.text.split("\n")))
    assert raws == {path: documents for path, documents in corpus.items() if documents}
    driver.close()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(CORPORA, st.booleans()), min_size=1, max_size=4))
def test_the_engine_holds_what_the_files_yield(versions: list[tuple[Corpus, bool]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for corpus, rescan in versions:
            driver = Driver(Path(name))
            driver.run(corpus, rescan=rescan)
            assert driver.total.counts.balances
            driver.close()
            holds(Path(name), corpus)


@settings(deadline=None, max_examples=25)
@given(st.lists(CORPORA, min_size=1, max_size=3))
def test_a_second_run_sends_nothing_even_when_it_reads(versions: list[Corpus]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for corpus in versions:
            first = Driver(Path(name))
            first.run(corpus)
            first.close()
        for rescan in (False, True):
            second = Driver(Path(name))
            second.run(corpus, rescan=rescan)
            second.close()
            assert second.engine.sent == 0
            counts = second.total.counts
            assert (counts.indexed, counts.updated) == (0, 0)
            assert counts.read == sum(map(len, corpus.values()))


@settings(deadline=None, max_examples=25)
@given(CORPORA, CORPORA, st.lists(st.integers(0, 40), min_size=1, max_size=3))
def test_a_run_that_was_cut_off_and_begun_again_ends_the_same(
    before: Corpus, after: Corpus, cuts: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as other:
        for folder in (name, other):
            driver = Driver(Path(folder))
            driver.run(before)
            driver.close()
        undisturbed = Driver(Path(other))
        undisturbed.run(after)
        undisturbed.close()
        for cut in [*cuts, None]:
            driver = Driver(Path(name), tick=Fuse(10**9 if cut is None else cut))
            try:
                driver.run(after)
            except CutOffError:
                driver.raw = driver.rejects = driver.ledger  # their buffers are lost, as in a kill
            driver.close()
        holds(Path(name), after)
        assert Driver(Path(name)).engine.held == undisturbed.engine.held


@settings(deadline=None, max_examples=25)
@given(CORPORA, st.lists(st.integers(0, 5), max_size=12))
def test_the_order_in_which_workers_deliver_does_not_matter(corpus: Corpus, order: list[int]) -> None:
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as other:
        mixed, straight = Driver(Path(name)), Driver(Path(other))
        mixed.run_at_once(corpus, order)
        straight.run(corpus)
        mixed.close()
        straight.close()
        assert mixed.engine.held == straight.engine.held
        holds(Path(name), corpus)
