"""The main job into a genuine Elasticsearch: the same numbers, the same answers as the embedded index."""

from pathlib import Path

import pytest

from engines import open_engine
from engines.contract import EngineError, Query
from flows.opening import open_run
from flows.settings import Settings
from flows.steps import Job
from tests.flows.test_run import story, write

pytestmark = pytest.mark.elastic
SEEDS = str(Path(__file__).parents[2] / "seeds")


@pytest.fixture
def settings(tmp_path, elasticsearch_options):
    return Settings(
        state=str(tmp_path / "state"),
        elastic_api_key=elasticsearch_options.get("api_key"),
        elastic_ca=elasticsearch_options.get("ca"),
    )


def ingest(target, settings, *paths, **job):
    with open_run(Job(paths=[str(path) for path in paths], workers=0, **job), settings, target) as run:
        for shard in run.shards():
            run.load(shard)
        return run.report()


def test_both_engines_hold_the_same_seeds(elasticsearch_index, settings, tmp_path):
    embedded = f"file:{tmp_path / 'index'}"
    reports = [ingest(elasticsearch_index, settings, SEEDS), ingest(embedded, Settings(), SEEDS)]
    assert reports[0].counts == reports[1].counts
    assert reports[0].verified == reports[1].verified == reports[0].counts.indexed
    answers = []
    for target in (elasticsearch_index, embedded):
        with open_engine(target) as engine:
            page = engine.search(Query(text="olympics security", size=50, facets=("country", "language")))
            answers.append(({hit.id for hit in page.hits}, page.total, page.facets))
    assert answers[0] == answers[1]


def test_a_second_run_writes_nothing_and_a_change_is_an_update(elasticsearch_index, settings, tmp_path):
    path = write(
        tmp_path / "wire.jsonl", [{**story(n), "url": f"https://example.com/{n}"} for n in range(20)]
    )
    assert ingest(elasticsearch_index, settings, path).counts.indexed == 20
    again = ingest(elasticsearch_index, settings, path, rescan=True)
    assert (again.counts.unchanged, again.verified) == (20, 0)
    changed = [{**story(n, " Late." * (n == 3)), "url": f"https://example.com/{n}"} for n in range(1, 20)]
    report = ingest(elasticsearch_index, settings, write(path, changed), rescan=True)
    assert (report.counts.updated, report.counts.unchanged, report.removed) == (1, 18, 1)


def test_without_its_ledger_the_index_is_asked(elasticsearch_index, settings, tmp_path):
    path = write(tmp_path / "wire.jsonl", map(story, range(5)))
    ingest(elasticsearch_index, settings, path)
    elsewhere = Settings(state=str(tmp_path / "other"))
    report = ingest(elasticsearch_index, elsewhere, path)
    assert (report.counts.unchanged, report.counts.indexed) == (5, 0)


def test_an_engine_that_is_away_is_an_error_with_a_hint(tmp_path):
    settings = Settings(state=str(tmp_path / "state"))
    with pytest.raises(EngineError) as error:
        ingest("http://127.0.0.1:9/news", settings, write(tmp_path / "a.jsonl", [story(1)]))
    assert "127.0.0.1:9" in str(error.value)
    assert error.value.hint
