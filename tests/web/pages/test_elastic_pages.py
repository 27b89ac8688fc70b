"""The pages over Elasticsearch: the same as over the embedded index."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from copydesk.web.desk import Desk
from engines import open_engine
from flows.settings import Settings
from tests.engines.corpus import document_of, make_articles

pytestmark = pytest.mark.elastic
#: How long it took is the engine's own.
_DIFFERS = re.compile(r'<span class="took">.*?</span>')
PATHS = (
    "/?sort=oldest",
    "/?q=bridge&sort=oldest&language=en",
    "/?since=2025-01-01&until=2025-01-31",
    "/?q=zzyzx",
)


@pytest.fixture
def both(
    elasticsearch_index: str, elasticsearch_options: dict, tmp_path, serve
) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """A server over each engine, with the same articles."""
    documents = [document_of(article) for article in make_articles()]
    embedded = f"file:{tmp_path / 'index'}"
    for url, options in ((embedded, {}), (elasticsearch_index, elasticsearch_options)):
        with open_engine(url, **options) as engine:
            list(engine.load(documents))
            engine.commit()
    settings = Settings(
        state=str(tmp_path / "state"),
        elastic_api_key=elasticsearch_options.get("api_key"),
        elastic_ca=elasticsearch_options.get("ca"),
    )
    with (
        Desk(Settings(), embedded) as one,
        Desk(settings, elasticsearch_index) as other,
        serve(one) as first,
        serve(other) as second,
    ):
        yield first, second


def test_the_same_pages(both: tuple[httpx.Client, httpx.Client]) -> None:
    for path in PATHS:
        first, second = (_DIFFERS.sub("", client.get(path).text) for client in both)
        assert first == second, path
    id = make_articles()[0].id
    for client in both:
        assert "More like this" in client.get(f"/articles/{id}").text
        assert "By language" in client.get("/status").text
