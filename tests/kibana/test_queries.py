"""Every chart, control and list asks the genuine Elasticsearch what Kibana would ask, and gets its numbers."""

from datetime import UTC, datetime

import pytest

from engines import open_engine
from engines.contract import Loaded
from tests.engines.stories import FULL, STAMP
from tests.engines.stories import article as story
from tests.kibana.asking import ask_chart, ask_control, ask_list, ask_map
from tests.kibana.saved_objects import charts, of_kind
from transforms.document import RunStamp, to_document

pytestmark = pytest.mark.elastic
SECOND = RunStamp(run_id="run-2", ingested_at=datetime(2025, 3, 19, 6, tzinfo=UTC), version="0.2.0")
#: Three stories: a whole one in English; an undated one; an undated one whose language nobody could tell.
NUMBERS = {
    "newsroom/articles": {"measure0": 1},
    "newsroom/publishers-count": {"measure0": 1},
    "newsroom/languages-count": {"measure0": 1},
    "newsroom/dated": {"measure0": 1 / 3},
    "newsroom/with-dateline": {"measure0": 1},
    "pipeline-health/ingested": {"measure0": 3},
    "pipeline-health/runs-count": {"measure0": 2},
    "pipeline-health/undated": {"measure0": 2 / 3},
    "pipeline-health/undetermined": {"measure0": 1 / 3},
}
ROWS = {
    "newsroom/over-time": ["en"],
    "newsroom/places": ["Paris"],
    "newsroom/countries": ["FR"],
    "newsroom/publishers": ["Harbour Times"],
    "newsroom/agencies": ["AFP"],
    "newsroom/sections": ["Trade"],
    "pipeline-health/by-run": ["run-2", "run-1"],
    "pipeline-health/versions": ["0.2.0", "0.1.0"],
    "pipeline-health/runs": ["run-2", "run-1"],
    "pipeline-health/behind": ["Harbour Times"],
    "pipeline-health/date-sources": ["json-ld"],
}


@pytest.fixture
def ask(elasticsearch_index, elasticsearch_options):
    """A function that sends a search to an index of three stories."""
    from elasticsearch import Elasticsearch

    with open_engine(elasticsearch_index, **elasticsearch_options) as engine:
        stories = [
            to_document(FULL, STAMP),
            to_document(story(1), SECOND),
            to_document(story(2, language="und"), SECOND),
        ]
        assert all(isinstance(outcome, Loaded) for outcome in engine.load(stories))
        engine.commit()
    host, _, name = elasticsearch_index.rpartition("/")
    options = {"ca_certs" if key == "ca" else key: value for key, value in elasticsearch_options.items()}
    with Elasticsearch(host, **options) as client:
        yield lambda body: client.search(index=name, **body).body


def test_every_chart_is_answered(ask):
    assert {chart.name for chart in charts()} == NUMBERS.keys() | ROWS.keys()
    for chart in charts():
        found = ask_chart(ask, chart)
        if chart.name in NUMBERS:
            assert found == NUMBERS[chart.name], chart.name
        else:
            assert [row["value"] for row in found] == ROWS[chart.name], chart.name


def test_the_table_of_runs_tells_how_far_behind_the_news_is(ask):
    (chart,) = (chart for chart in charts() if chart.name == "pipeline-health/runs")
    labels = {name: column["label"] for name, column in chart.layer["columns"].items()}
    rows = [{labels.get(name, name): value for name, value in row.items()} for row in ask_chart(ask, chart)]
    assert rows == [
        {
            "run": "run-2", "ingested": "2025-03-19T06:00:00.000Z", "newest story": None, "articles": 2,
            "publishers": 0, "without a date": 1, "language und": 0.5, "with a dateline": 0,
        },
        {
            "run": "run-1", "ingested": "2025-03-18T06:00:00.000Z", "newest story": "2025-03-17T10:00:00.000Z",
            "articles": 1, "publishers": 1, "without a date": 0, "language und": 0, "with a dateline": 1,
        },
    ]  # fmt: skip


def test_controls_the_list_and_the_map_are_answered(ask):
    listed = {
        control["fieldName"]: found
        for dashboard in of_kind("dashboard")
        for control, found in ask_control(ask, dashboard)
    }
    assert listed == {
        "language": ["en", "und"],
        "publisher": ["Harbour Times"],
        "dateline.places.country": ["FR"],
        "copydesk_version": ["0.2.0", "0.1.0"],
    }
    (row,) = ask_list(ask)
    assert row == {
        "date": ["2025-03-17T10:00:00.000Z"], "headline": ["Harbour opens again"],
        "publisher": ["Harbour Times"], "language": ["en"], "dateline.places.name": ["Paris"],
    }  # fmt: skip
    (tile,) = ask_map(ask)
    assert tile["doc_count"] == 1
    assert tile["centre"]["location"]["lat"] == pytest.approx(48.85, abs=0.01)
