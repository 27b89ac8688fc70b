"""Verify and repair: on the embedded engine and on a genuine Elasticsearch."""

import os
from dataclasses import replace

import pytest

from engines import open_engine
from flows.desk import Desk
from flows.settings import Settings, state_folder
from flows.verify import Audit, audit_target, repair
from ledger import LedgerError, read_ledger
from tests.engines.test_contract import article
from tests.flows.test_run import ingest, story, write

ENGINES = ["embedded", pytest.param("elastic", marks=pytest.mark.elastic)]


@pytest.fixture(params=ENGINES)
def desk(request, tmp_path) -> Desk:
    """An empty index, its books outside of it."""
    if request.param == "embedded":
        return Desk(settings=Settings(state=str(tmp_path / "state")), target=f"file:{tmp_path / 'index'}")
    target = request.getfixturevalue("elasticsearch_index")
    options = request.getfixturevalue("elasticsearch_options")
    settings = Settings(
        state=str(tmp_path / "state"), elastic_api_key=options.get("api_key"), elastic_ca=options.get("ca")
    )
    return Desk(settings=settings, target=target)


@pytest.fixture
def embedded(tmp_path) -> Desk:
    return Desk(settings=Settings(state=str(tmp_path / "state")), target=f"file:{tmp_path / 'index'}")


def load(desk: Desk, *paths, **job):
    return ingest(desk.target, *paths, settings=desk.settings, **job)


def engine_of(desk: Desk):
    from flows.target import open_target

    return open_target(desk.settings, desk.target)


def ids_of(desk: Desk) -> list[str]:
    """In order of origin."""
    with read_ledger(state_folder(desk.settings, desk.target)) as ledger:
        return sorted((id for id, _ in ledger.everything()), key=lambda id: ledger.origins(id)[0].origin)


def kinds(audit: Audit) -> dict[str, str]:
    return {found.id: found.kind for found in audit.differences}


def spoil(desk: Desk, *, delete=(), send=()) -> None:
    with engine_of(desk) as engine:
        engine.delete(delete)
        engine.commit()
        list(engine.load(send))
        engine.commit()


def double(desk: Desk, id: str) -> None:
    """Put another language's copy of it beside the one that is there, as no engine of ours would."""
    french = article(1, language="fr")
    spoil(desk, send=[french])  # so that there is such an index
    with engine_of(desk) as engine:
        engine.delete([french.id])
        engine.commit()
        copy = french.json.replace(french.id.encode(), id.encode())
        if desk.target.startswith("file:"):
            from engines.embedded.document import to_tantivy

            engine._shelves.open()
            shelf = engine._shelves.get("fr")
            shelf.writer().add_document(to_tantivy(copy, shelf.key))
            engine.commit()
        else:
            name = desk.target.rpartition("/")[2]
            engine._client.index(index=f"{name}.g1.fr.load", id=id, document=copy, refresh=True)


def test_what_was_loaded_agrees(desk, tmp_path):
    load(desk, write(tmp_path / "wire.jsonl", map(story, range(7))))
    found = audit_target(desk)
    assert (found.documents, found.asked, found.differences, found.unfinished) == (7, 7, (), ())
    assert found.agrees
    assert audit_target(desk, sample=3).asked == 3
    assert audit_target(desk, sample=100).asked == 7


def test_every_kind_is_found_named_and_repaired(desk, tmp_path):
    one = write(tmp_path / "a.jsonl", map(story, range(4)))
    two = write(tmp_path / "b.jsonl", map(story, range(4, 6)))
    load(desk, one, two)
    missing, different, doubled, *_ = ids_of(desk)
    other = article(2, headline="Not what was sent")
    other = type(other)(
        id=different, digest="0" * 32, language="en", origin="x#1",
        json=other.json.replace(other.id.encode(), different.encode()).replace(
            other.digest.encode(), b"0" * 32
        ),
    )  # fmt: skip
    stray = article(3)
    spoil(desk, delete=[missing], send=[other, stray])
    double(desk, doubled)
    found = audit_target(desk)
    assert kinds(found) == {missing: "missing", different: "different", doubled: "doubled", stray.id: "stray"}
    assert not found.agrees
    origins = {one.id: one.origin for one in found.differences}
    assert origins == {
        missing: f"{one}#1", different: f"{one}#2", doubled: f"{one}#3", stray.id: None,
    }  # fmt: skip
    repaired = repair(desk, found)
    assert (repaired.files, repaired.sent, repaired.removed) == ((str(one),), 3, 1)
    assert repaired.after.agrees
    assert audit_target(desk).agrees
    with engine_of(desk) as engine:
        assert len(list(engine.ids())) == 6
        assert engine.get(different).headline.startswith("Harbour")
    assert load(desk, one, two).files_skipped == 2


def test_an_index_that_lost_everything_is_filled_again(desk, tmp_path):
    path = write(tmp_path / "wire.jsonl", map(story, range(5)))
    load(desk, path)
    with engine_of(desk) as engine:
        engine.delete(ids_of(desk))
        engine.commit()
    found = audit_target(desk)
    assert set(kinds(found).values()) == {"missing"}
    assert repair(desk, found).after.agrees
    assert len(ids_of(desk)) == 5


def test_an_index_that_was_removed_is_made_again(embedded, tmp_path):
    import shutil

    path = write(tmp_path / "wire.jsonl", map(story, range(5)))
    load(embedded, path)
    shutil.rmtree(tmp_path / "index")
    found = audit_target(embedded)
    assert len(found.differences) == 5
    assert repair(embedded, found).after.agrees
    assert audit_target(embedded).documents == 5


@pytest.mark.parametrize("index_too", [False, True])
def test_what_no_file_yields_any_more_is_told_again(embedded, tmp_path, index_too):
    import shutil

    one = write(tmp_path / "a.jsonl", map(story, range(3)))
    two = write(tmp_path / "b.jsonl", map(story, range(3, 5)))
    load(embedded, one, two)
    lost, *_, kept = ids_of(embedded)
    if index_too:
        shutil.rmtree(tmp_path / "index")
    else:
        spoil(embedded, delete=[lost, kept])
    one.unlink()
    repaired = repair(embedded, audit_target(embedded))
    assert kinds(repaired.after)[lost] == "missing"
    assert kept not in kinds(repaired.after)
    assert not repaired.after.agrees
    if not index_too:
        assert kinds(audit_target(embedded)) == {lost: "missing"}


def test_a_file_that_was_not_read_to_its_end_is(embedded, tmp_path, monkeypatch):
    """What a killed run had sent and not written down is no stray once its file has been read."""
    from ledger.passes import Pass

    path = write(tmp_path / "wire.jsonl", map(story, range(5)))
    load(embedded, write(tmp_path / "first.jsonl", map(story, range(7, 9))))
    with monkeypatch.context() as killed:
        killed.setattr(Pass, "record", interrupt)
        with pytest.raises(KeyboardInterrupt):
            load(embedded, path)
    found = audit_target(embedded)
    assert set(kinds(found).values()) == {"stray"}
    os.utime(path, ns=(3, 3))
    repair(embedded, found)
    assert load(embedded, path).balances
    assert audit_target(embedded).agrees


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_strays_stay_when_it_is_the_books_that_are_lost(embedded, tmp_path):
    import shutil

    load(embedded, write(tmp_path / "a.jsonl", map(story, range(5))))
    shutil.rmtree(tmp_path / "state")
    load(embedded, write(tmp_path / "b.jsonl", map(story, range(5, 7))))
    found = audit_target(embedded)
    assert list(kinds(found).values()) == ["stray"] * 5
    assert len(repair(embedded, found).after.differences) == 5
    with open_engine(embedded.target) as engine:
        assert len(list(engine.ids())) == 7


def test_strays_stay_when_the_index_is_another_one(embedded, tmp_path):
    import shutil

    path = write(tmp_path / "a.jsonl", map(story, range(5)))
    load(embedded, path)
    shutil.rmtree(tmp_path / "index")
    elsewhere = Desk(settings=Settings(state=str(tmp_path / "other")), target=embedded.target)
    load(elsewhere, write(tmp_path / "b.jsonl", map(story, range(5, 7))))
    repaired = repair(embedded, audit_target(embedded))
    assert (repaired.files, repaired.removed) == ((str(path),), 0)
    assert list(kinds(repaired.after).values()) == ["stray"] * 2


def test_without_books_there_is_nothing_to_compare(embedded, tmp_path):
    with pytest.raises(LedgerError, match="no accounts") as raised:
        audit_target(embedded)
    assert "ingest" in raised.value.hint


def test_strays_stay_when_the_books_were_begun_on_a_filled_index(desk, tmp_path):
    """Those of another machine, or of a state folder that was deleted, may know them."""
    load(desk, write(tmp_path / "a.jsonl", map(story, range(3))))
    elsewhere = Desk(settings=replace(desk.settings, state=str(tmp_path / "other")), target=desk.target)
    load(elsewhere, write(tmp_path / "b.jsonl", map(story, range(3, 20))))
    found = audit_target(elsewhere)
    assert list(kinds(found).values()) == ["stray"] * 3
    kept = repair(elsewhere, found)
    assert (kept.removed, kept.after.agrees) == (0, False)
    assert not audit_target(desk).ids("missing")
    dropped = repair(elsewhere, audit_target(elsewhere), drop_strays=True)
    assert (dropped.removed, dropped.after.agrees) == (3, True)
    spoil(elsewhere, send=[article(3)])
    assert repair(elsewhere, audit_target(elsewhere)).removed == 1, "from now on it knows all that there is"


def test_the_first_run_that_was_killed_does_not_make_its_own_strays_another_ones(
    embedded, tmp_path, monkeypatch
):
    from ledger.passes import Pass

    path = write(tmp_path / "wire.jsonl", map(story, range(5)))
    with monkeypatch.context() as killed:
        killed.setattr(Pass, "record", interrupt)
        with pytest.raises(KeyboardInterrupt):
            load(embedded, path)
    write(path, map(story, range(3)))
    load(embedded, path)
    found = audit_target(embedded)
    assert list(kinds(found).values()) == ["stray"] * 2
    assert repair(embedded, found).after.agrees


def test_a_text_that_was_changed_in_the_index_is_found_by_reading_it(desk, tmp_path):
    """Its digest is still that of what was sent."""
    path = write(tmp_path / "wire.jsonl", map(story, range(5)))
    load(desk, path)
    assert audit_target(desk, texts=True).agrees
    with engine_of(desk) as engine:
        one = min(engine.documents(), key=lambda document: document.id)
    spoil(desk, send=[replace(one, json=one.json.replace(b"Builders", b"Wreckers"))])
    assert audit_target(desk).agrees
    found = audit_target(desk, texts=True)
    assert kinds(found) == {one.id: "different"}
    done = repair(desk, found, texts=True)
    assert (done.files, done.sent, done.after.agrees) == ((str(path),), 1, True)
    with engine_of(desk) as engine:
        assert "Builders" in engine.get(one.id).body
