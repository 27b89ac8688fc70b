"""Reindex: a new generation of the same copy, checked, swapped in, gone back from; on both engines."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

import flows.pool
from engines.contract import EngineError, Query
from engines.embedded.manifest import analysis_hash
from flows.desk import Desk
from flows.golden import Golden, read_golden
from flows.reindex import Wish, drop_generation, reindex, roll_back
from flows.settings import SettingsError, state_folder
from flows.target import open_target
from flows.verify import audit_target
from ledger import LedgerError
from ledger.rejects import read_rejects
from tests.flows.test_run import story, write
from tests.flows.test_verify import desk, embedded, load  # noqa: F401  # two are fixtures
from transforms.document import to_document

ADDRESS = "https://example.org/{}"


def holds(at: Desk) -> dict[str, str]:
    """Each story's text by its origin, as searches show it."""
    with open_target(at.settings, at.target) as engine:
        page = engine.search(Query(size=1000))
        return {hit.article.origin: hit.article.body for hit in page.hits}


def numbers(at: Desk) -> list[tuple[int, bool, int]]:
    with open_target(at.settings, at.target) as engine:
        return [(one.number, one.is_live, one.documents) for one in engine.generations()]


def folder(at: Desk) -> Path:
    return state_folder(at.settings, at.target)


def improve(monkeypatch) -> None:
    """Another version cleans otherwise."""

    def better(article, stamp):
        return to_document(replace(article, kicker="IMPROVED"), stamp)

    monkeypatch.setattr(flows.pool, "to_document", better)
    monkeypatch.setattr("flows.steps.VERSION", "9.9.9")


def test_all_copy_is_cleaned_again_and_swapped_in(desk, tmp_path, monkeypatch):  # noqa: F811
    path = write(tmp_path / "wire.jsonl", [*map(story, range(6))])
    path.write_bytes(path.read_bytes() + b"{broken\n")
    load(desk, path)
    before = holds(desk)
    gone, time = path.read_bytes(), path.stat().st_mtime_ns
    path.unlink()  # the raw store has it
    improve(monkeypatch)
    done = reindex(desk, Wish())
    assert (done.swapped, done.live, done.new, done.reason) == (True, 2, 2, "")
    assert (done.verified, done.old_documents, done.new_documents) == (6, {"en": 6}, {"en": 6})
    assert (done.counts.read, done.counts.indexed, done.counts.rejected) == (7, 6, {"bad-json": 1})
    assert (done.missing, done.from_disk, done.unknown) == ((), (), 0)
    assert holds(desk) == before
    with open_target(desk.settings, desk.target) as engine:
        assert {hit.article.kicker for hit in engine.search(Query()).hits} == {"IMPROVED"}
    assert numbers(desk) == [(1, False, 6), (2, True, 6)]
    assert audit_target(desk).agrees
    assert [reject.reason for reject in read_rejects(folder(desk))] == ["bad-json"]
    path.write_bytes(gone)
    os.utime(path, ns=(time, time))
    assert load(desk, path).files_skipped == 1
    assert load(desk, path, rescan=True).counts.unchanged == 6


def test_back_again_and_forth(desk, tmp_path):  # noqa: F811
    path = write(tmp_path / "a.jsonl", map(story, range(3)))
    load(desk, path)
    reindex(desk, Wish())
    later = write(tmp_path / "b.jsonl", map(story, range(3, 5)))
    load(desk, later)
    assert numbers(desk) == [(1, False, 3), (2, True, 5)]
    assert roll_back(desk) == 1
    assert numbers(desk) == [(1, True, 3), (2, False, 5)]
    assert audit_target(desk).agrees
    report = load(desk, path, later)
    assert (report.files_skipped, report.counts.indexed) == (1, 2)
    assert roll_back(desk) == 2
    assert audit_target(desk).agrees
    with pytest.raises(EngineError, match="generation 2 is the live one"):
        drop_generation(desk, 2)
    drop_generation(desk, 1)
    assert numbers(desk) == [(2, True, 5)]
    assert not (folder(desk) / "previous").exists()
    with pytest.raises(EngineError, match="no generation before 2"):
        roll_back(desk)
    assert reindex(desk, Wish()).live == 3


def test_of_several_texts_that_of_the_later_run_is_held(embedded, tmp_path):  # noqa: F811
    def told(more: str):
        return [{**story(1, more), "url": ADDRESS.format(1)}]

    late = write(tmp_path / "b.jsonl", told(" First."))
    load(embedded, late)
    early = write(tmp_path / "a.jsonl", told(" Second."))
    load(embedded, early)
    late.write_bytes(write(tmp_path / "x.jsonl", told(" Third.")).read_bytes())
    load(embedded, late)
    before = holds(embedded)
    assert "Third." in "".join(before.values())
    assert reindex(embedded, Wish()).swapped
    assert holds(embedded) == before
    assert audit_target(embedded).agrees


def test_copy_that_is_lost_is_named_and_nothing_happens(embedded, tmp_path):  # noqa: F811
    kept = write(tmp_path / "a.jsonl", map(story, range(3)))
    lost = write(tmp_path / "b.jsonl", map(story, range(3, 5)))
    there = write(tmp_path / "c.jsonl", map(story, range(5, 6)))
    load(embedded, kept, lost, there)
    shutil.rmtree(folder(embedded) / "raw")
    load(embedded, kept, rescan=True)
    lost.unlink()
    done = reindex(embedded, Wish())
    assert not done.swapped
    assert (done.missing, done.from_disk) == ((str(lost),), (str(there),))
    assert numbers(embedded) == [(1, True, 6)]
    done = reindex(embedded, Wish(allow_missing=True))
    assert done.swapped
    assert (done.old_documents, done.new_documents) == ({"en": 6}, {"en": 4})
    assert audit_target(embedded).agrees


def test_a_raw_copy_older_than_the_last_reading_is_not_used(embedded, tmp_path, monkeypatch):  # noqa: F811
    path = write(tmp_path / "a.jsonl", map(story, range(2)))
    load(embedded, path)
    raw = folder(embedded) / "raw"
    shutil.copytree(raw, tmp_path / "raw")
    monkeypatch.setattr("flows.opening.new_run_id", lambda: "29990101T000000-0000")
    write(path, map(story, range(2, 6)))
    load(embedded, path)
    shutil.rmtree(raw)
    shutil.copytree(tmp_path / "raw", raw)  # as if that run had kept nothing
    done = reindex(embedded, Wish())
    assert done.from_disk == (str(path),)
    assert done.new_documents == {"en": 4}


def test_golden_queries_decide(embedded, tmp_path, monkeypatch):  # noqa: F811
    load(embedded, write(tmp_path / "a.jsonl", [{**story(n), "url": ADDRESS.format(n)} for n in range(4)]))
    with open_target(embedded.settings, embedded.target) as engine:
        ids = [hit.id for hit in engine.search(Query(text="harbour")).hits]
    good = Golden(query="harbour", ids=tuple(ids))
    never = Golden(query="nothing", min_total=5)  # found as little before
    assert reindex(embedded, Wish(golden=(good, never))).swapped
    improve(monkeypatch)
    with monkeypatch.context() as worse:
        worse.setattr(
            flows.pool,
            "to_document",
            lambda article, stamp: to_document(replace(article, headline="x", body="y"), stamp),
        )
        done = reindex(embedded, Wish(golden=(good, never)))
    assert not done.swapped
    assert "1 golden queries find less, the first is harbour" in done.reason
    assert [(one.old, one.new, one.is_good) for one in done.golden] == [(4, 0, False), (0, 0, True)]
    assert [number for number, _, _ in numbers(embedded)] == [1, 2]
    assert not (folder(embedded) / "next").exists()
    assert audit_target(embedded).agrees


@pytest.mark.parametrize(
    "line", ["[]", "{}", '{"query": 1, "min_total": 1}', '{"query": "x"}', "no", '{"query": "x", "ids": 3}']
)
def test_a_golden_query_that_is_none(tmp_path, line):
    path = tmp_path / "golden.jsonl"
    path.write_text(f'{{"query": "x", "min_total": 1}}\n{line}\n')
    with pytest.raises(SettingsError, match="golden.jsonl:2") as raised:
        read_golden(path)
    assert "query" in raised.value.hint


def test_an_index_with_other_rules_is_replaced(embedded, tmp_path):  # noqa: F811
    path = write(tmp_path / "a.jsonl", map(story, range(3)))
    load(embedded, path)
    manifest = tmp_path / "index" / "manifest.json"
    manifest.write_bytes(orjson.dumps({**orjson.loads(manifest.read_bytes()), "analysis": "old"}))
    with pytest.raises(EngineError, match="other rules") as raised:
        load(embedded, path)
    assert "reindex" in raised.value.hint
    assert reindex(embedded, Wish(golden=(Golden(query="harbour", min_total=3),))).swapped
    assert orjson.loads(manifest.read_bytes())["analysis"] == analysis_hash()
    assert audit_target(embedded).agrees
    with pytest.raises(EngineError, match="other rules"):
        roll_back(embedded)
    assert audit_target(embedded).agrees


def test_an_ingest_says_that_another_version_cleaned_some(embedded, tmp_path, monkeypatch):  # noqa: F811
    path = write(tmp_path / "a.jsonl", map(story, range(3)))
    assert load(embedded, path).notes == ()
    improve(monkeypatch)
    (note,) = load(embedded, path).notes
    assert "1 files were last read by copydesk 0" in note
    assert "copydesk reindex" in note


def test_without_accounts_there_is_nothing_to_go_by(embedded, tmp_path):  # noqa: F811
    with pytest.raises(LedgerError, match="no accounts"):
        reindex(embedded, Wish())
    load(embedded, write(tmp_path / "a.jsonl", map(story, range(3))))
    shutil.rmtree(tmp_path / "state")
    with pytest.raises(LedgerError, match="no accounts") as raised:
        reindex(embedded, Wish())
    assert raised.value.hint


def test_what_the_accounts_do_not_know_is_not_left_out_in_silence(embedded, tmp_path):  # noqa: F811
    from tests.engines.test_contract import article

    load(embedded, write(tmp_path / "a.jsonl", map(story, range(3))))
    with open_target(embedded.settings, embedded.target) as engine:
        list(engine.load([article(1)]))
        engine.commit()
    done = reindex(embedded, Wish())
    assert (done.swapped, done.unknown) == (False, 1)
    assert "verify" in done.reason


def test_a_run_under_way_keeps_it_out(embedded, tmp_path):  # noqa: F811
    from ledger import hold_accounts

    path = write(tmp_path / "a.jsonl", map(story, range(3)))
    load(embedded, path)
    with (
        hold_accounts(folder(embedded), target=embedded.target, wait=False, say=print),
        pytest.raises(LedgerError, match="another run"),
    ):
        reindex(embedded, Wish())
