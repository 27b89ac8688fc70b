"""The main job on real files and the embedded engine."""

import os
import shutil
from pathlib import Path

import orjson
import pytest

from engines import open_engine
from engines.contract import EngineError, Query
from flows.opening import open_run
from flows.settings import Settings
from flows.steps import Job
from ledger import LedgerError, read_ledger
from ledger.rejects import read_rejects
from transforms.records import Reject

SEEDS = Path(__file__).parents[2] / "seeds"


def story(number: int, more: str = "") -> dict:
    return {
        "headline": f"Harbour plan {number} approved",
        "body": f"OSLO: The city council approved harbour plan number {number} on Monday.{more}\n"
        f"Builders said that work on plan {number} would begin in the spring and take two years.",
    }


def write(path: Path, stories) -> Path:
    path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in stories))
    return path


@pytest.fixture
def target(tmp_path):
    return f"file:{tmp_path / 'index'}"


def ingest(target: str, *paths, settings: Settings | None = None, **job):
    with open_run(
        Job(paths=[str(path) for path in paths], workers=0, **job), settings or Settings(), target
    ) as run:
        for shard in run.shards():
            run.load(shard)
        return run.report()


def held(target: str) -> dict[str, str]:
    with open_engine(target) as engine:
        page = engine.search(Query(size=1000, sort="oldest"))
        assert page.total == len(page.hits)
        return {hit.article.origin: hit.article.body for hit in page.hits}


def folder_of(target: str) -> Path:
    return Path(target.removeprefix("file:")) / "state"


def test_every_article_read_has_an_end(target, tmp_path):
    path = write(tmp_path / "wire.jsonl", [story(1), story(2), story(1), {"headline": "no text"}])
    with path.open("ab") as file:
        file.write(b"{broken\n")
    report = ingest(target, path)
    counts = report.counts
    assert (counts.read, counts.indexed, counts.duplicate) == (5, 2, 1)
    assert sum(counts.rejected.values()) == 2
    assert "bad-json" in counts.rejected
    assert report.balances
    assert report.verified == 2
    assert len(held(target)) == 2
    assert {reject.reason for reject in read_rejects(folder_of(target))} == set(counts.rejected)


def test_a_second_run_writes_nothing(target, tmp_path):
    path = write(tmp_path / "wire.jsonl", map(story, range(20)))
    ingest(target, path)
    again = ingest(target, path)
    assert (again.counts.read, again.counts.unchanged, again.files_skipped) == (20, 20, 1)
    read_again = ingest(target, path, rescan=True)
    assert (read_again.counts.unchanged, read_again.files_skipped, read_again.verified) == (20, 0, 0)


def test_a_changed_file_replaces_what_it_yielded(target, tmp_path):
    path = write(tmp_path / "wire.jsonl", map(story, range(3)))
    ingest(target, path)
    write(path, [story(0), story(1, " Late change."), story(7)])
    os.utime(path, ns=(1, 1))
    report = ingest(target, path)
    assert (report.counts.unchanged, report.counts.indexed, report.removed) == (1, 2, 2)
    assert len(held(target)) == 3
    assert any("Late change" in body for body in held(target).values())


def test_a_story_of_two_files_is_one_document_and_outlives_one_of_them(target, tmp_path):
    one = write(tmp_path / "a.jsonl", [story(1)])
    two = write(tmp_path / "b.jsonl", [story(1), story(2)])
    report = ingest(target, one, two)
    assert (report.counts.indexed, report.counts.duplicate) == (2, 1)
    one.unlink()
    assert ingest(target, two).removed == 0
    assert len(held(target)) == 2
    pruned = ingest(target, two, prune=True)
    assert pruned.removed == 0
    two.unlink()
    other = write(tmp_path / "c.jsonl", [story(9)])
    assert ingest(target, other, prune=True).removed == 2
    assert list(held(target)) == [f"{other}#1"]


def test_without_its_ledger_the_index_is_asked(target, tmp_path):
    path = write(tmp_path / "wire.jsonl", map(story, range(5)))
    ingest(target, path)
    shutil.rmtree(folder_of(target))
    report = ingest(target, path)
    assert (report.counts.unchanged, report.counts.indexed) == (5, 0)
    shutil.rmtree(folder_of(target))
    write(path, [story(0), *map(story, range(2, 6))])
    report = ingest(target, path)
    assert (report.counts.unchanged, report.counts.indexed) == (4, 1)


def test_a_deleted_index_is_filled_again(target, tmp_path):
    settings = Settings(state=str(tmp_path / "state"))
    path = write(tmp_path / "wire.jsonl", map(story, range(5)))
    ingest(target, path, settings=settings)
    shutil.rmtree(target.removeprefix("file:"))
    report = ingest(target, path, settings=settings)
    assert report.counts.indexed == 5
    assert len(held(target)) == 5


def test_a_second_run_at_once_is_told_so(target, tmp_path):
    path = write(tmp_path / "wire.jsonl", [story(1)])
    with (
        open_run(Job(paths=[str(path)]), Settings(), target),
        pytest.raises((LedgerError, EngineError)),
        open_run(Job(paths=[str(path)]), Settings(), target),
    ):
        pass


def test_an_interrupted_run_goes_on_where_it_was(target, tmp_path, monkeypatch):
    monkeypatch.setattr("flows.shards._SHARD_DOCUMENTS", 10)
    monkeypatch.setattr("flows.reading._BATCH_DOCUMENTS", 10)
    path = write(tmp_path / "wire.jsonl", map(story, range(50)))
    with open_run(Job(paths=[str(path)], workers=0), Settings(), target) as run:
        for shard in run.shards():
            run.load(shard)
            run.stopping = True
        report = run.report()
    assert 0 < report.counts.read < 50
    assert report.balances
    assert "stopped" in report.notes[-1]
    report = ingest(target, path)
    assert (report.counts.read, len(held(target))) == (50, 50)
    assert ingest(target, path).files_skipped == 1


def test_what_the_engine_refuses_is_rejected_by_name(target, tmp_path, monkeypatch):
    from engines.embedded import EmbeddedEngine

    whole = EmbeddedEngine.load

    def refusing(self, documents):
        documents = list(documents)
        for document in documents:
            if document.origin.endswith("#2"):
                yield Reject(origin=document.origin, stage="load", reason="bad-date", detail="year 9999")
        yield from whole(self, [d for d in documents if not d.origin.endswith("#2")])

    monkeypatch.setattr(EmbeddedEngine, "load", refusing)
    path = write(tmp_path / "wire.jsonl", map(story, range(4)))
    report = ingest(target, path)
    assert (report.counts.indexed, dict(report.counts.rejected)) == (3, {"bad-date": 1})
    assert [reject.origin for reject in read_rejects(folder_of(target))] == [f"{path}#2"]


def test_what_the_index_lost_is_sent_once_more_then_the_run_ends(target, tmp_path, monkeypatch):
    from engines.embedded import EmbeddedEngine

    path = write(tmp_path / "wire.jsonl", map(story, range(4)))
    whole, calls = EmbeddedEngine.stored, []

    def forgetful(self, ids):
        calls.append(len(ids))
        found = dict(whole(self, ids))
        return found if len(calls) > 1 else dict(list(found.items())[:-1])

    monkeypatch.setattr(EmbeddedEngine, "stored", forgetful)
    assert ingest(target, path).verified == 4
    assert calls == [4, 1]
    monkeypatch.setattr(EmbeddedEngine, "stored", lambda _self, _ids: {})
    write(path, map(story, range(5, 9)))
    os.utime(path, ns=(5, 5))
    with pytest.raises(EngineError, match="4 documents are not in"):
        ingest(target, path)


def test_files_that_cannot_be_read_are_rejected_and_the_others_loaded(target, tmp_path):
    good = write(tmp_path / "good.jsonl", [story(1)])
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    report = ingest(target, tmp_path / "empty.txt", tmp_path / "loop.txt", tmp_path / "picture.txt", good)
    assert report.counts.indexed == 1
    assert dict(report.counts.rejected) == {"empty": 1, "unreadable": 1, "binary": 1}
    assert report.balances


def test_the_raw_copy_is_kept_unless_told_not_to(target, tmp_path):
    from ledger.raw import read_raw_files

    path = write(tmp_path / "wire.jsonl", [story(1)])
    ingest(target, path)
    assert [file.path for file in read_raw_files(folder_of(target))] == [str(path)]
    other = f"file:{tmp_path / 'other'}"
    ingest(other, path, settings=Settings(keep_bytes=0))
    assert read_raw_files(folder_of(other)) == []


def test_the_seeds_are_read_whole(target):
    report = ingest(target, SEEDS)
    assert report.balances
    assert not sum(report.counts.rejected.values())
    languages = {"ar", "zh", "fr", "de", "hi", "ru", "es", "en"}
    with open_engine(target) as engine:
        page = engine.search(Query(facets=("language",), facet_size=50))
    assert languages <= {value.value for value in page.facets["language"]}
    with read_ledger(folder_of(target)) as ledger:
        assert ledger.totals().unfinished == 0
