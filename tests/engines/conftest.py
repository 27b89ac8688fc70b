"""Engines for the contract: the same tests run on each; Elasticsearch's skip where there is none."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from engines import open_engine
from engines.contract import Engine, Loaded
from tests.engines.corpus import make_corpus
from transforms.records import Document

NAMES = ["embedded", pytest.param("elastic", marks=pytest.mark.elastic)]


@pytest.fixture(scope="session")
def corpus() -> list[Document]:
    return make_corpus()


@pytest.fixture(params=NAMES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An empty engine."""
    if request.param == "embedded":
        url, options = f"file:{tmp_path_factory.mktemp('index')}/index", {}
    else:
        url = request.getfixturevalue("elasticsearch_index")
        options = request.getfixturevalue("elasticsearch_options")
    with open_engine(url, **options) as opened:
        yield opened


@pytest.fixture(scope="session")
def embedded(corpus: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The embedded engine, with the corpus in it."""
    with open_engine(f"file:{tmp_path_factory.mktemp('corpus')}/index") as opened:
        _fill(opened, corpus)
        yield opened


@pytest.fixture(scope="session")
def elastic(
    corpus: list[Document], elasticsearch_url: str, elasticsearch_options: dict[str, str]
) -> Iterator[Engine]:
    """Elasticsearch, with the corpus in it."""
    from elasticsearch import Elasticsearch

    name = f"copydesk-test-{uuid.uuid4().hex[:12]}"
    with open_engine(f"{elasticsearch_url}/{name}", **elasticsearch_options) as opened:
        _fill(opened, corpus)
        yield opened
    options = {"ca_certs" if key == "ca" else key: value for key, value in elasticsearch_options.items()}
    with Elasticsearch(elasticsearch_url, **options) as client:
        if found := list(client.indices.get(index=f"{name}.*", filter_path="*.aliases").body):
            client.indices.delete(index=",".join(found))


@pytest.fixture(params=NAMES)
def loaded(request: pytest.FixtureRequest) -> Engine:
    """An engine with the corpus in it; not to be written to."""
    engine: Engine = request.getfixturevalue(request.param)
    return engine


def _fill(engine: Engine, corpus: list[Document]) -> None:
    assert all(isinstance(outcome, Loaded) for outcome in engine.load(corpus))
    engine.commit()
