"""Generations: one is loaded beside the live one, swapped in, gone back from, dropped. On both engines."""

from __future__ import annotations

import pytest

from engines.contract import Engine, EngineError, Query
from tests.engines.test_contract import article


def fill(engine: Engine, *documents) -> None:
    list(engine.load(documents))
    engine.commit()


def numbers(engine: Engine) -> list[tuple[int, bool, int]]:
    return [(one.number, one.is_live, one.documents) for one in engine.generations()]


def test_a_generation_is_loaded_beside_the_live_one_and_swapped_in(engine: Engine) -> None:
    assert engine.generations() == []
    fill(engine, article(1), article(2, language="fr"))
    before = engine.identity()
    with engine.generation(2) as coming:
        assert coming.identity() == ""
        fill(coming, article(1, headline="Changed"), article(3), article(4, language="de"))
        assert coming.status().generation == 2
        assert coming.status().documents == {"en": 2, "de": 1}
        assert set(coming.stored([article(n).id for n in (1, 2, 3)])) == {article(1).id, article(3).id}
        assert len(list(coming.ids())) == 3
        assert coming.search(Query(text="changed")).total == 1
        assert coming.get(article(2).id) is None
        identity = coming.identity()
    assert identity not in ("", before)
    assert engine.identity() == before
    assert numbers(engine) == [(1, True, 2), (2, False, 3)]
    assert engine.search(Query()).total == 2
    assert engine.get(article(3).id) is None
    engine.activate(2)
    assert engine.identity() == identity
    assert numbers(engine) == [(1, False, 2), (2, True, 3)]
    assert engine.search(Query()).total == 3
    fill(engine, article(5, language="fr"))
    assert engine.status().documents == {"en": 2, "de": 1, "fr": 1}
    engine.activate(1)
    assert engine.identity() == before
    assert engine.search(Query()).total == 2
    assert [one.version for one in engine.generations()] == ["0.1.0", "0.1.0"]


def test_who_has_it_open_sees_the_new_one_at_once(engine: Engine) -> None:
    fill(engine, article(1), article(2, language="und"))
    with engine.generation(1) as reader:
        assert reader.search(Query(text="stor*")).total == 2
        with engine.generation(2) as coming:
            fill(coming, article(1), article(3), article(4, language="und"))
        engine.activate(2)
        assert reader.search(Query(text="stor*")).total == 3
        assert reader.search(Query(text="story")).total == 3
        assert reader.get(article(3).id) is not None


def test_the_live_generation_is_not_dropped(engine: Engine) -> None:
    fill(engine, article(1))
    with engine.generation(2) as coming:
        fill(coming, article(2))
        first = coming.identity()
    with pytest.raises(EngineError, match="generation 1 is the live one"):
        engine.drop(1)
    for wrong in (engine.activate, engine.drop):
        with pytest.raises(EngineError, match="no generation 3"):
            wrong(3)
    engine.drop(2)
    assert numbers(engine) == [(1, True, 1)]
    with engine.generation(2) as again:
        assert again.status().documents == {}
        fill(again, article(3))
        assert again.identity() != first
        assert [id for id, _ in again.ids()] == [article(3).id]


def test_the_live_generation_is_opened_by_its_number_too(engine: Engine) -> None:
    fill(engine, article(1))
    with engine.generation(1) as live:
        assert live.identity() == engine.identity()
        assert live.search(Query()).total == 1


def test_documents_come_back_as_they_were_sent(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engines.elastic.SOURCES_A_SEARCH", 2)
    assert list(engine.documents()) == []
    sent = [article(1), article(2, language="fr"), article(3), article(4), article(5)]
    fill(engine, *sent)
    engine.delete([article(4).id])
    engine.commit()
    assert sorted(engine.documents(), key=lambda one: one.id) == [*sent[:3], sent[4]]
