"""Somebody changes by hand what the alias reads: it is said, nothing is lost, and a rollback puts it right."""

import pytest

from engines.contract import EngineError, Query
from flows.desk import Desk
from flows.reindex import Wish, drop_generation, reindex, roll_back
from flows.settings import Settings
from flows.target import open_target
from flows.verify import audit_target, repair
from ledger import LedgerError
from tests.flows.test_run import ingest, story, write

pytestmark = pytest.mark.elastic


@pytest.fixture
def desk(elasticsearch_index, elasticsearch_options, tmp_path) -> Desk:
    options = elasticsearch_options
    settings = Settings(
        state=str(tmp_path / "state"),
        elastic_api_key=options.get("api_key"),
        elastic_ca=options.get("ca"),
        workers=0,
    )
    return Desk(settings=settings, target=elasticsearch_index)


@pytest.fixture
def wire(desk, tmp_path):
    path = write(tmp_path / "wire.jsonl", [*map(story, range(5)), french(5)])
    load(desk, path)
    return path


def french(number: int) -> dict:
    return {
        "headline": f"Le port numéro {number} rouvre ses quais",
        "body": "MARSEILLE: Le port a rouvert ses quais lundi matin après trois mois de travaux difficiles.\n"
        "Les habitants sont venus nombreux pour voir entrer les premiers bateaux de la saison.",
    }


def load(desk: Desk, *paths, **job):
    return ingest(desk.target, *paths, settings=desk.settings, **job)


def name_of(desk: Desk) -> str:
    return desk.target.rpartition("/")[2]


def change(desk: Desk, *actions: tuple[str, str]) -> None:
    with open_target(desk.settings, desk.target) as engine:
        engine._client.indices.update_aliases(
            actions=[
                {kind: {"index": f"{name_of(desk)}.{index}", "alias": name_of(desk)}}
                for kind, index in actions
            ]
        )


def found(desk: Desk) -> int:
    with open_target(desk.settings, desk.target) as engine:
        return engine.search(Query()).total


@pytest.mark.parametrize(
    "actions",
    [(("remove", "g1.en"), ("remove", "g1.fr")), (("remove", "g1.fr"),)],
    ids=["all of it", "a language"],
)
def test_an_alias_that_was_removed(desk, wire, actions):
    change(desk, *actions)
    for ask in (
        lambda: found(desk),
        lambda: audit_target(desk),
        lambda: load(desk, wire),
        lambda: reindex(desk, Wish()),
    ):
        with pytest.raises(EngineError, match="does not read all of its indexes") as raised:
            ask()
        assert "--rollback" in raised.value.hint
    with open_target(desk.settings, desk.target) as engine:
        assert [finding.level for finding in engine.check(mend=True)] == ["ok", "error"]
    said: list[str] = []
    assert roll_back(Desk(settings=desk.settings, target=desk.target, say=said.append)) == 1
    assert said == []
    assert load(desk, wire).files_skipped == 1
    assert audit_target(desk).agrees
    assert found(desk) == 6


def test_an_alias_that_reads_two_generations(desk, wire):
    assert reindex(desk, Wish()).swapped
    change(desk, ("add", "g1.en"))
    with pytest.raises(EngineError, match="reads more than one generation"):
        load(desk, wire)
    assert roll_back(desk) == 2
    assert audit_target(desk).agrees
    assert roll_back(desk) == 1
    assert audit_target(desk).agrees


def test_the_live_generation_was_deleted_and_an_older_one_is_there(desk, wire):
    assert reindex(desk, Wish()).swapped
    with open_target(desk.settings, desk.target) as engine:
        engine._client.indices.delete(index=f"{name_of(desk)}.g2.en,{name_of(desk)}.g2.fr")
    with pytest.raises(EngineError, match="does not read all"):
        load(desk, wire)
    assert roll_back(desk) == 1
    assert audit_target(desk).agrees
    assert found(desk) == 6


def test_a_language_was_deleted(desk, wire):
    with open_target(desk.settings, desk.target) as engine:
        engine._client.indices.delete(index=f"{name_of(desk)}.g1.fr")
    audit = audit_target(desk)
    assert [one.kind for one in audit.differences] == ["missing"]
    assert repair(desk, audit).after.agrees
    assert found(desk) == 6


def test_everything_was_deleted(desk, wire):
    with open_target(desk.settings, desk.target) as engine:
        engine._client.indices.delete(index=f"{name_of(desk)}.g1.en,{name_of(desk)}.g1.fr")
    assert load(desk, wire).counts.indexed == 6
    assert audit_target(desk).agrees


def test_an_index_that_somebody_else_put_under_the_alias(desk, wire):
    with open_target(desk.settings, desk.target) as engine:
        engine._client.indices.create(index=f"{name_of(desk)}.theirs", aliases={name_of(desk): {}})
    try:
        for ask in (lambda: load(desk, wire), lambda: roll_back(desk), lambda: drop_generation(desk, 1)):
            with pytest.raises((EngineError, LedgerError), match="did not make") as raised:
                ask()
            assert "take it out of the alias" in raised.value.hint
    finally:
        with open_target(desk.settings, desk.target) as engine:
            engine._client.indices.delete(index=f"{name_of(desk)}.theirs")
    assert load(desk, wire).files_skipped == 1
    assert audit_target(desk).agrees
