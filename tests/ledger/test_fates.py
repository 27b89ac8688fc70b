"""Which documents a run is to send, one situation at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import Ledger, open_ledger
from ledger.passes import Pass
from ledger.records import Counts, Entry, Seen
from tests.ledger.driver import hexed


@pytest.fixture
def ledger(tmp_path: Path):
    with open_ledger(tmp_path, target="file:test", identity="one") as ledger:
        ledger.start("r1", version="1")
        yield ledger


def seen(path: str, rows: list[tuple[int, str, str]]) -> list[Seen]:
    return [Seen(hexed(name), hexed(text), f"{path}#{number}", "en") for number, name, text in rows]


def begin(ledger: Ledger, path: str, **more) -> Pass:
    return ledger.begin(path, size=1, mtime_ns=1, **more)


def read(ledger: Ledger, path: str, *rows: tuple[int, str, str]) -> list[str]:
    documents = seen(path, list(rows))
    with begin(ledger, path) as reading:
        fates = reading.fates(documents)
        reading.record(documents)
        reading.finish(Counts(read=len(rows), indexed=len(rows)))
    return fates


def next_run(ledger: Ledger) -> None:
    ledger.end(b"{}")
    ledger.start(f"r{len(ledger.runs(99)) + 1}", version="1")


def held(ledger: Ledger, name: str) -> str | None:
    origins = [origin.origin for origin in ledger.origins(hexed(name)) if origin.held]
    return origins[0] if origins else None


def test_new_then_unchanged_then_updated(ledger: Ledger):
    assert read(ledger, "f", (1, "a", "x"), (2, "b", "x")) == ["indexed", "indexed"]
    assert read(ledger, "f", (1, "a", "x"), (2, "b", "x")) == ["unchanged", "unchanged"]
    next_run(ledger)
    assert read(ledger, "f", (1, "a", "y"), (2, "b", "x")) == ["updated", "unchanged"]
    assert ledger.lookup([hexed("a"), hexed("z")]) == {hexed("a"): Entry(digest=hexed("y"), index="en")}


def test_the_same_story_in_two_files_is_one_document_with_two_origins(ledger: Ledger):
    read(ledger, "f", (1, "a", "x"))
    assert read(ledger, "g", (3, "a", "x")) == ["duplicate"]
    assert [origin.origin for origin in ledger.origins(hexed("a"))] == ["f#1", "g#3"]
    assert ledger.totals().documents == 1
    assert ledger.totals().origins == 2


def test_the_same_story_twice_in_a_file_is_one_document_with_two_origins(ledger: Ledger):
    assert read(ledger, "f", (1, "a", "x"), (2, "a", "x")) == ["indexed", "duplicate"]
    assert read(ledger, "f", (1, "a", "x"), (2, "a", "x")) == ["unchanged", "duplicate"]
    assert [origin.origin for origin in ledger.origins(hexed("a"))] == ["f#1", "f#2"]


def test_two_texts_under_one_id_do_not_take_turns(ledger: Ledger):
    assert read(ledger, "f", (1, "a", "x")) == ["indexed"]
    assert read(ledger, "g", (1, "a", "y")) == ["duplicate"]
    for _ in range(2):
        next_run(ledger)
        assert read(ledger, "f", (1, "a", "x")) == ["unchanged"]
        assert read(ledger, "g", (1, "a", "y")) == ["duplicate"]
    assert held(ledger, "a") == "f#1"


def test_of_one_run_the_first_path_wins_whatever_comes_first(ledger: Ledger):
    assert read(ledger, "g", (1, "a", "y")) == ["indexed"]
    assert read(ledger, "f", (1, "a", "x")) == ["updated"]
    assert held(ledger, "a") == "f#1"


def test_the_text_of_a_later_run_wins_and_stays(ledger: Ledger):
    read(ledger, "f", (1, "a", "x"))
    next_run(ledger)
    assert read(ledger, "g", (1, "a", "y")) == ["updated"]
    next_run(ledger)
    assert read(ledger, "f", (1, "a", "x")) == ["duplicate"]
    assert held(ledger, "a") == "g#1"


@pytest.mark.parametrize("at_once", [True, False])
def test_a_text_that_moved_up_wins_also_when_both_files_are_asked_for_at_once(ledger: Ledger, at_once: bool):
    read(ledger, "g", (1, "a", "x"))
    next_run(ledger)
    one, two = seen("f", [(1, "a", "x")]), seen("g", [(2, "a", "y")])
    with begin(ledger, "f") as first, begin(ledger, "g") as second:
        fates = first.fates(one)
        if not at_once:
            first.record(one)
        fates += second.fates(two)
        for reading, documents in ((first, one), (second, two)):
            reading.record(documents)
            reading.finish(Counts(read=1, duplicate=1))
    assert fates == ["duplicate", "duplicate"]
    assert "f" in ledger.stale()  # it is read again, and sends the text


def test_a_run_that_did_not_end_is_resumed_so_the_first_path_still_wins(ledger: Ledger):
    read(ledger, "g", (1, "a", "y"))
    ledger.start("again", version="1")  # without end
    assert read(ledger, "f", (1, "a", "x")) == ["updated"]


def test_stories_that_only_move_are_not_sent(ledger: Ledger):
    read(ledger, "f", (1, "a", "x"), (2, "b", "x"))
    next_run(ledger)
    assert read(ledger, "f", (1, "new", "x"), (2, "a", "x"), (3, "b", "x")) == [
        "indexed",
        "unchanged",
        "unchanged",
    ]
    assert [held(ledger, "a"), held(ledger, "b")] == ["f#2", "f#3"]
    assert ledger.doomed() == []


def test_what_a_file_no_longer_yields_is_doomed_unless_another_does(ledger: Ledger):
    read(ledger, "f", (1, "a", "x"), (2, "b", "x"))
    read(ledger, "g", (1, "b", "x"))
    next_run(ledger)
    read(ledger, "f", (1, "c", "x"))
    assert ledger.doomed() == [hexed("a")]
    assert ledger.stale() == ["g"]  # its b was a duplicate, and is to be sent from here
    assert read(ledger, "g", (1, "b", "x")) == ["updated"]
    assert ledger.stale() == []
    ledger.buried(ledger.doomed())
    assert ledger.doomed() == []


def test_what_comes_back_is_not_deleted(ledger: Ledger):
    read(ledger, "f", (1, "a", "x"))
    next_run(ledger)
    read(ledger, "f")
    assert ledger.doomed() == [hexed("a")]
    with begin(ledger, "g") as reading:
        documents = seen("g", [(1, "a", "x")])
        assert reading.fates(documents) == ["indexed"]
        assert ledger.doomed() == []  # on its way
        reading.record(documents)
        reading.finish(Counts(read=1, indexed=1))
    assert ledger.doomed() == []


def test_two_open_files_do_not_send_one_id_at_once(ledger: Ledger):
    with begin(ledger, "f") as first, begin(ledger, "g") as second:
        late, early = seen("g", [(1, "a", "x"), (2, "b", "y")]), seen("f", [(1, "a", "x"), (2, "b", "z")])
        assert second.fates(late) == ["indexed", "indexed"]
        assert first.fates(early) == ["duplicate", "duplicate"]
        first.record(early)
        first.finish(Counts(read=2, duplicate=2))
        second.record(late)
        second.finish(Counts(read=2, indexed=2))
    assert ledger.stale() == ["f"]  # its text of b comes before that of g
    assert read(ledger, "f", (1, "a", "x"), (2, "b", "z")) == ["duplicate", "updated"]
    assert ledger.stale() == []


@pytest.mark.parametrize("refused", [True, False])
def test_a_duplicate_of_what_never_arrives_is_read_again(ledger: Ledger, refused: bool):
    with begin(ledger, "f") as first:
        first.fates(seen("f", [(1, "a", "x")]))
        read(ledger, "g", (1, "a", "x"))
        assert ledger.stale() == []
        if refused:
            first.refuse([hexed("a")])
            first.finish(Counts(read=1, rejected={"too-large": 1}))
    assert ledger.stale() == ["g"]
    assert read(ledger, "g", (1, "a", "x")) == ["updated"]


def test_a_killed_run_leaves_no_duplicate_without_its_document(ledger: Ledger):
    first = begin(ledger, "f")
    first.fates(seen("f", [(1, "a", "x")]))
    read(ledger, "g", (1, "a", "x"))
    with open_again(ledger) as again:
        again.start("r2", version="1")
        assert again.stale() == ["g"]


def open_again(ledger: Ledger) -> Ledger:
    folder = ledger.path.parent
    ledger.close()
    return open_ledger(folder, target="file:test", identity="one")


def test_a_file_is_skipped_only_when_read_to_its_end_and_untouched(ledger: Ledger):
    assert ledger.unchanged("f", size=1, mtime_ns=1) is None
    with begin(ledger, "f") as reading:
        reading.record([])
    assert ledger.unchanged("f", size=1, mtime_ns=1) is None
    with begin(ledger, "f", format="jsonl") as reading:
        reading.finish(Counts(read=2, updated=1, rejected={"bad-json": 1}), content_hash="ab")
    entry = ledger.unchanged("f", size=1, mtime_ns=1)
    assert entry is not None
    assert (entry.format, entry.content_hash, entry.run_id, entry.state) == ("jsonl", "ab", "r1", "done")
    assert entry.counts.skipped() == Counts(read=2, unchanged=1, rejected={"bad-json": 1})
    assert ledger.unchanged("f", size=2, mtime_ns=1) is None
    assert ledger.unchanged("f", size=1, mtime_ns=2) is None
    begin(ledger, "f")
    assert ledger.unchanged("f", size=1, mtime_ns=1) is None


def test_a_file_whose_counts_do_not_balance_is_read_again(ledger: Ledger):
    with begin(ledger, "f") as reading:
        reading.finish(Counts(read=2, indexed=1))
    assert ledger.stale() == ["f"]


def test_a_single_document_is_tried_again_without_harm_to_its_file(ledger: Ledger):
    read(ledger, "f", (1, "a", "x"), (2, "b", "x"))
    more = seen("f", [(3, "c", "x")])
    with begin(ledger, "f", replace=False) as reading:
        assert reading.fates(more) == ["indexed"]
        reading.record(more)
        reading.finish(Counts(read=3, indexed=3))
    assert ledger.totals().documents == 3
    assert ledger.doomed() == []
    assert ledger.unchanged("f", size=1, mtime_ns=1) is not None


def test_prune_forgets_files_and_dooms_what_only_they_yield(ledger: Ledger):
    read(ledger, "f", (1, "a", "x"), (2, "b", "x"))
    read(ledger, "g", (1, "b", "x"))
    gone = ledger.prune(["f", "unknown"])
    assert (gone.files, gone.documents, gone.stale) == (("f",), 1, ("g",))
    assert ledger.doomed() == [hexed("a")]
    assert [entry.path for entry in ledger.files()] == ["g"]
    assert ledger.knows([hexed("a"), hexed("b")]) == {hexed("b")}


def test_what_the_engine_lost_is_to_be_sent_again(ledger: Ledger):
    read(ledger, "f", (1, "a", "x"), (2, "b", "x"))
    read(ledger, "g", (1, "c", "x"))
    assert ledger.distrust([hexed("a")]) == ["f"]
    assert hexed("a") not in dict(ledger.everything())
    assert read(ledger, "f", (1, "a", "x"), (2, "b", "x")) == ["updated", "unchanged"]


def test_many_small_files_go_in_one_transaction(ledger: Ledger):
    with pytest.raises(KeyboardInterrupt), ledger.batch():
        interrupted(ledger)
    assert ledger.known("f") is None
    with ledger.batch():
        read(ledger, "g", (1, "b", "x"))
    assert ledger.totals().documents == 1


def interrupted(ledger: Ledger) -> None:
    read(ledger, "f", (1, "a", "x"))
    raise KeyboardInterrupt


def test_file_names_that_are_not_utf8_are_kept_as_they_are(ledger: Ledger):
    path = b"folder/caf\xe9.txt".decode("utf-8", "surrogateescape")
    assert read(ledger, path, (1, "a", "x")) == ["indexed"]
    assert read(ledger, "other", (1, "a", "x")) == ["duplicate"]
    entry = ledger.unchanged(path, size=1, mtime_ns=1)
    assert entry is not None
    assert entry.path == path
    assert [entry.path for entry in ledger.files()] == [path, "other"]
    assert ledger.origins(hexed("a"))[0].origin == f"{path}#1"
    assert ledger.distrust([hexed("a")]) == [path, "other"]
    assert ledger.prune([path]).files == (path,)
