"""Rejects found, tried again and dropped."""

import io
import sys

import orjson
import pytest

from flows.desk import Desk
from flows.retry import Choice, drop_rejects, find_rejects, read_record, retry_rejects
from flows.settings import Settings
from tests.flows.test_run import held, ingest, story, write
from transforms.records import Reject


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(settings=Settings(workers=0), target=f"file:{tmp_path / 'index'}")


def wire(path, *good: int, broken: int = 1):
    write(path, map(story, good))
    with path.open("ab") as file:
        file.write(b"{broken\n" * broken)
    return path


def keys(desk, **choice) -> list[str]:
    return [reject.key for reject in find_rejects(desk, Choice(**choice))]


@pytest.fixture
def refusing(monkeypatch):
    """An embedded engine that refuses every second story, until told not to."""
    from engines.embedded import EmbeddedEngine

    whole = EmbeddedEngine.load
    refuses = [True]

    def load(self, documents):
        documents = list(documents)
        bad = [d for d in documents if refuses[0] and d.origin.endswith(("#2", "#4"))]
        for document in bad:
            yield Reject(origin=document.origin, stage="load", reason="bad-date", detail="year 9999")
        yield from whole(self, [d for d in documents if d not in bad])

    monkeypatch.setattr(EmbeddedEngine, "load", load)
    return refuses


def test_rejects_are_found_by_what_is_given(desk, tmp_path):
    (tmp_path / "in").mkdir()
    one = wire(tmp_path / "in/a.jsonl", 1)
    two = write(tmp_path / "b.jsonl", [{"headline": "no text"}])
    ingest(desk.target, one, two)
    assert len(keys(desk)) == 2
    assert (
        keys(desk, reason="bad-json")
        == keys(desk, origin=str(tmp_path / "in"))
        == keys(desk, stage="read")[:1]
    )
    assert keys(desk, keys=frozenset(keys(desk)[1:])) == keys(desk)[1:]
    assert keys(desk, reason="bad-json", origin=str(two)) == []


def test_the_record_of_a_reject_is_read_from_its_file(desk, tmp_path):
    import gzip

    path = tmp_path / "a.jsonl.gz"
    lines = wire(tmp_path / "a.jsonl", 1, 2).read_bytes()
    path.write_bytes(gzip.compress(lines + b"{also broken}\n"))
    ingest(desk.target, path)
    assert [read_record(reject) for reject in find_rejects(desk, Choice())] == [b"{broken", b"{also broken}"]
    path.unlink()
    assert [read_record(reject) for reject in find_rejects(desk, Choice())] == [None, None]


def test_what_was_mended_leaves_the_list_and_the_rest_stays(desk, tmp_path):
    one, two = wire(tmp_path / "a.jsonl", 1, 2), wire(tmp_path / "b.jsonl", 3, broken=2)
    ingest(desk.target, one, two)
    wire(one, 1, 2, 5, broken=0)
    tried = retry_rejects(desk, Choice(reason="bad-json"))
    assert (tried.tried, tried.succeeded, len(tried.wrong), tried.gone) == (3, 1, 2, ())
    assert tried.files == (str(one), str(two))
    assert sorted(keys(desk)) == sorted(tried.wrong)
    assert len(held(desk.target)) == 4
    assert retry_rejects(desk, Choice(origin=str(one))).tried == 0


def test_only_the_files_of_those_chosen_are_read(desk, tmp_path):
    one, two = wire(tmp_path / "a.jsonl", 1), wire(tmp_path / "b.jsonl", 3)
    ingest(desk.target, one, two)
    wire(one, 1, 8, broken=0)
    wire(two, 3, 9, broken=0)
    tried = retry_rejects(desk, Choice(keys=frozenset(keys(desk, origin=str(one)))))
    assert (tried.succeeded, tried.files) == (1, (str(one),))
    assert len(keys(desk)) == 1
    assert len(held(desk.target)) == 3


def test_another_reason_at_the_same_place_is_still_wrong(desk, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{broken\n")
    ingest(desk.target, path)
    path.write_bytes(b'"not an object"\n')
    tried = retry_rejects(desk, Choice())
    assert (tried.succeeded, len(tried.wrong)) == (0, 1)


def test_what_the_engine_refused_is_sent_again(desk, tmp_path, refusing):
    path = write(tmp_path / "wire.jsonl", map(story, range(4)))
    ingest(desk.target, path)
    assert len(keys(desk, stage="load")) == 2
    assert len(retry_rejects(desk, Choice()).wrong) == 2
    refusing[0] = False
    assert retry_rejects(desk, Choice(reason="bad-date")).succeeded == 2
    assert keys(desk) == []
    assert len(held(desk.target)) == 4
    assert ingest(desk.target, path).files_skipped == 1


def test_a_file_that_is_gone_cannot_be_tried(desk, tmp_path):
    path = wire(tmp_path / "a.jsonl", 1)
    ingest(desk.target, path)
    path.unlink()
    tried = retry_rejects(desk, Choice())
    assert (tried.succeeded, tried.wrong, list(tried.gone)) == (0, (), keys(desk))


def test_drop_removes_those_chosen(desk, tmp_path):
    ingest(desk.target, wire(tmp_path / "a.jsonl", 1), wire(tmp_path / "b.jsonl", 3, broken=2))
    assert drop_rejects(desk, Choice(origin=str(tmp_path / "b.jsonl"))) == 2
    assert len(keys(desk)) == 1
    assert drop_rejects(desk, Choice(reason="nothing-like-it")) == 0


def test_an_input_that_stays_unreadable_is_listed_once(desk, tmp_path):
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    for _ in range(2):
        ingest(desk.target, tmp_path / "loop.txt")
    assert len(keys(desk)) == 1


def pipe(monkeypatch, lines) -> None:
    """Have these stories, and a broken line, on standard input."""
    copy = b"".join(orjson.dumps(one) + b"\n" for one in lines) + b"{broken\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(copy)))


def reasons(desk, keys) -> list[str]:
    return [found.reason for found in find_rejects(desk, Choice(keys=frozenset(keys)))]


def test_standard_input_is_tried_again_from_its_copy(desk, monkeypatch, refusing):
    pipe(monkeypatch, [*map(story, range(4)), {"headline": "x", "body": "x"}])
    ingest(desk.target, "-")
    assert len(keys(desk, stage="load")) == 2
    assert len(retry_rejects(desk, Choice(stage="load")).wrong) == 2
    refusing[0] = False
    tried = retry_rejects(desk, Choice())
    assert tried.succeeded == 2
    assert reasons(desk, tried.wrong) == ["no-article"]
    assert reasons(desk, tried.gone) == ["bad-json"]
    assert len(held(desk.target)) == 4


def test_what_was_refused_of_standard_input_is_sent_again_without_a_copy(desk, monkeypatch, refusing):
    pipe(monkeypatch, [*map(story, range(4)), {"headline": "x", "body": "x"}])
    ingest(desk.target, "-", settings=Settings(keep_bytes=0))
    assert len(retry_rejects(desk, Choice(stage="load")).wrong) == 2
    refusing[0] = False
    tried = retry_rejects(desk, Choice())
    assert tried.succeeded == 2
    assert reasons(desk, tried.gone) == ["no-article", "bad-json"]
    assert len(held(desk.target)) == 4


@pytest.mark.parametrize("mended", ["in its place", "a line more"])
def test_what_moved_in_its_file_is_wrong_still(desk, tmp_path, mended):
    """Mending one line moves those after it: they have not succeeded for that."""
    path = tmp_path / "wire.jsonl"
    path.write_bytes(b"{broken\n[]\n")
    ingest(desk.target, path)
    good = orjson.dumps(story(1)) + b"\n"
    path.write_bytes(good + b"[]\n" if mended == "in its place" else good + b"\n" + good + b"[]\n")
    done = retry_rejects(desk, Choice())
    assert (done.tried, done.succeeded, done.gone) == (2, 1, ())
    assert list(done.wrong) == keys(desk)
