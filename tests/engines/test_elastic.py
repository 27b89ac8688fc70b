"""What Elasticsearch alone has: its mapping, its errors, load mode, security. The rest is in test_contract.py."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import orjson
import pytest
from elastic_transport import ConnectionTimeout, TlsError
from elasticsearch import Elasticsearch

from engines import open_engine
from engines.contract import Engine, EngineError, Loaded, Query
from engines.elastic import ElasticEngine
from engines.elastic.client import Access, Address, parse_address, to_engine_error
from engines.elastic.index import index_body
from engines.fields import read_fields
from tests.elasticsearch.node import Node
from tests.engines.proxy import proxy_before
from tests.engines.stories import FULL, STAMP, article, documents
from transforms.document import to_document
from transforms.records import Document, Reject

elastic = pytest.mark.elastic

Start = Callable[..., AbstractContextManager[Node]]


@pytest.fixture
def engine(elasticsearch_index: str, elasticsearch_options: dict[str, str]) -> Iterator[ElasticEngine]:
    with ElasticEngine(elasticsearch_index, patience_s=10, **elasticsearch_options) as engine:
        yield engine


def paths(properties: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, mapped in properties.items():
        if "properties" in mapped:
            yield from paths(mapped["properties"], f"{prefix}{name}.")
        else:
            yield prefix + name


def leaves(value: Any, prefix: str = "") -> Iterator[str]:
    if isinstance(value, dict) and set(value) != {"lat", "lon"}:
        for name, inner in value.items():
            yield from leaves(inner, f"{prefix}.{name}" if prefix else name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, prefix)
    else:
        yield prefix


def load(engine: Engine, sent: list[Document]) -> list[Loaded | Reject]:
    outcomes = list(engine.load(sent))
    engine.commit()
    return outcomes


# The mapping


def test_the_mapping_has_the_fields_of_an_article_and_no_other() -> None:
    written = set(leaves(orjson.loads(to_document(FULL, STAMP).json)))
    assert set(paths(index_body("en")["mappings"]["properties"])) == written
    assert set(read_fields().kinds) <= written


def test_only_stemmed_languages_have_an_unstemmed_copy() -> None:
    assert "exact" in index_body("en")["mappings"]["properties"]["body"]["fields"]
    assert "fields" not in index_body("other")["mappings"]["properties"]["body"]


@elastic
def test_an_article_comes_back_as_it_was(engine: ElasticEngine) -> None:
    load(engine, [to_document(FULL, STAMP)])
    assert engine.get(FULL.id) == replace(FULL, dateline=replace(FULL.dateline, end=0, reason=""))
    assert engine.get("0" * 32) is None


@elastic
def test_an_unknown_field_is_refused_and_harms_no_other(engine: ElasticEngine) -> None:
    bad = Document(
        id="bad", digest="", language="en", origin="x.jsonl#3", json=b'{"id":"bad","colour":"red"}'
    )
    good = documents(3)
    outcomes = load(engine, [*good[:2], bad, good[2]])
    assert [outcome.id for outcome in outcomes if isinstance(outcome, Loaded)] == [one.id for one in good]
    (reject,) = [outcome for outcome in outcomes if isinstance(outcome, Reject)]
    assert (reject.origin, reject.stage, reject.reason) == ("x.jsonl#3", "load", "strict-dynamic-mapping")
    assert "colour" in reject.detail


@elastic
@pytest.mark.parametrize(
    "json",
    [b'{"date":"soon"}', b'{"dateline":{"places":[{"location":{"lat":91,"lon":0}}]}}', b'{"id":', b"[]"],
)
def test_a_wrong_value_is_refused(engine: ElasticEngine, json: bytes) -> None:
    bad = Document(id="bad", digest="", language="en", origin="x.jsonl#3", json=json)
    outcomes = load(engine, [*documents(3), bad])
    assert sum(isinstance(outcome, Loaded) for outcome in outcomes) == 3
    assert [outcome.origin for outcome in outcomes if isinstance(outcome, Reject)] == ["x.jsonl#3"]


# Indexes


@elastic
def test_one_index_a_language_behind_one_alias(
    engine: ElasticEngine, elasticsearch_url: str, elasticsearch_options: dict[str, str]
) -> None:
    assert engine.identity() == ""
    assert engine.status().generation == 0
    stories = [article(1), article(2, language="fr"), article(3, language="zh"), article(4, language="und")]
    load(engine, [to_document(story, STAMP) for story in stories])
    assert engine.status().documents == {"en": 1, "fr": 1, "other": 2}
    assert engine.status().generation == 1
    identity = engine.identity()
    load(engine, [to_document(article(5, language="ru"), STAMP)])
    assert engine.identity() == identity
    assert engine.status().documents["ru"] == 1


@elastic
def test_a_document_whose_language_changed_is_moved(engine: ElasticEngine) -> None:
    load(engine, documents(3))
    assert load(engine, documents(2, language="fr")) == [Loaded(id=one.id) for one in documents(2)]
    assert engine.status().documents == {"en": 1, "fr": 2}
    assert {one.index for one in engine.stored([d.id for d in documents(2)]).values()} == {"fr"}


@elastic
def test_a_document_that_moves_is_never_out_of_sight(engine: ElasticEngine, elasticsearch_index: str) -> None:
    load(engine, documents(2))
    list(engine.load(documents(2, language="fr")))  # and killed before the commit
    address, _, name = elasticsearch_index.rpartition("/")
    with Elasticsearch(address) as client:
        client.indices.refresh(index=f"{name}.g1.en")  # as Elasticsearch does every second
    assert set(engine.stored([one.id for one in documents(2)])) == {one.id for one in documents(2)}


@elastic
def test_a_document_that_is_refused_is_not_moved(engine: ElasticEngine) -> None:
    load(engine, documents(1))
    load(engine, documents(2, language="fr")[1:])
    bad = replace(documents(1, language="fr")[0], json=b'{"colour":1}')
    assert isinstance(load(engine, [bad])[0], Reject)
    assert engine.stored([bad.id])[bad.id].index == "en"


@elastic
def test_delete_sees_what_was_not_committed(engine: ElasticEngine) -> None:
    list(engine.load(documents(3)))
    assert engine.delete([documents(1)[0].id, "nobody"]) == 1
    engine.commit()
    assert engine.status().documents == {"en": 2}


@elastic
def test_load_mode_goes_on_over_commits(engine: ElasticEngine, elasticsearch_index: str) -> None:
    with ElasticEngine(elasticsearch_index) as loading:
        list(loading.load(documents(2)))
        assert refresh_of(engine) == "-1"
        assert engine.search(Query()).total == 0
        loading.commit()
        assert engine.search(Query()).total == 2
        assert refresh_of(engine) == "-1"
        assert setting_of(engine, "index.number_of_replicas") == "0"
    assert refresh_of(engine) is None
    assert setting_of(engine, "index.auto_expand_replicas") == "0-1"


@elastic
def test_load_mode_ends_with_close(engine: ElasticEngine, elasticsearch_index: str) -> None:
    with ElasticEngine(elasticsearch_index) as failing, pytest.raises(ZeroDivisionError):
        list(failing.load(one for one in [*documents(1), 1 / 0]))  # type: ignore[misc]  # it is meant to fail
    with ElasticEngine(elasticsearch_index) as failing:
        list(failing.load(documents(1)))
    assert refresh_of(engine) is None


@elastic
def test_doctor_ends_load_mode_after_a_kill(engine: ElasticEngine, elasticsearch_index: str) -> None:
    killed = ElasticEngine(elasticsearch_index)
    list(killed.load(documents(2)))
    killed._client.close()  # as a kill would: nothing is restored
    assert [finding.level for finding in engine.check()] == ["ok", "warning", "ok"]
    with ElasticEngine(elasticsearch_index) as reading:
        assert reading.status().documents
    assert refresh_of(engine) == "-1", "who only looks may look while another loads"
    assert [finding.level for finding in engine.check(mend=True)] == ["ok", "warning", "ok"]
    assert refresh_of(engine) is None
    assert engine.search(Query()).total == 2
    assert [finding.level for finding in engine.check()] == ["ok", "ok"]


@elastic
def test_an_index_removed_during_a_load_stops_it(engine: ElasticEngine) -> None:
    def remove_in_between() -> Iterator[Document]:
        yield from documents(10)
        engine._client.indices.delete(index=engine._known.by_key["en"].name)
        yield from documents(20)

    with pytest.raises(EngineError, match="no longer has this index"):
        list(engine.load(remove_in_between()))
    assert engine.status().documents == {}


@elastic
def test_an_index_of_another_version(engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    load(engine, documents(1))
    monkeypatch.setattr("engines.elastic.index.mapping_hash", lambda key: "0" * 16)
    with pytest.raises(EngineError, match=r"made by copydesk .* with other fields") as raised:
        list(engine.load(documents(1)))
    assert raised.value.hint
    assert engine.check()[-1].level == "error"


@elastic
def test_an_index_that_is_not_ours(engine: ElasticEngine) -> None:
    name = engine.url.rpartition("/")[2]
    engine._client.indices.create(index=f"{name}.other", aliases={name: {}})
    with pytest.raises(EngineError, match="did not make"):
        engine.search(Query(text="harbour"))
    engine._client.indices.delete(index=f"{name}.other")
    engine._client.indices.create(index=name)
    try:
        with pytest.raises(EngineError, match="did not make"):
            list(engine.load(documents(1)))
    finally:
        engine._client.indices.delete(index=name)


@elastic
def test_a_read_only_index(engine: ElasticEngine) -> None:
    load(engine, documents(1))
    engine._client.indices.put_settings(
        index=engine.url.rpartition("/")[2], settings={"index.blocks.write": True}
    )
    with pytest.raises(EngineError, match="is read-only") as raised:
        list(engine.load(documents(3)))
    assert "index.blocks.write" in raised.value.hint
    assert [finding.level for finding in engine.check()] == ["ok", "error", "ok"]


def refresh_of(engine: ElasticEngine) -> str | None:
    return setting_of(engine, "index.refresh_interval")


def setting_of(engine: ElasticEngine, name: str) -> str | None:
    found = engine._client.indices.get_settings(
        index=engine.url.rpartition("/")[2], name=name, flat_settings=True
    )
    return next((about["settings"][name] for about in found.body.values()), None)


# Asking


@elastic
def test_pages_end_where_elasticsearch_counts_no_further(engine: ElasticEngine) -> None:
    load(engine, documents(3))
    with pytest.raises(EngineError, match="10,000th") as raised:
        engine.search(Query(page=1001))
    assert "cursor" in raised.value.hint


@elastic
def test_a_made_up_cursor(engine: ElasticEngine) -> None:
    load(engine, documents(3))
    cursor = engine.search(Query(size=1)).cursor
    assert cursor is not None
    with pytest.raises(EngineError):
        engine.search(Query(cursor=cursor[:-6]))
    with pytest.raises(EngineError):
        engine.search(Query(text="harbour", cursor=cursor))


@elastic
def test_patterns_take_the_form_of_each_index(engine: ElasticEngine) -> None:
    turkish = article(1, language="tr", headline="Irmak", body="")
    english = article(2, headline="Irmak", body="")
    load(engine, [to_document(story, STAMP) for story in (turkish, english)])
    for text in ("IRMA*", "Irmak", "irmok~1", "ı?mak"):
        assert engine.search(Query(text=text)).total >= 1, text
    assert engine.search(Query(text="IRM*")).total == 2


# Getting in


SECRET = "swordfish-0451"


@elastic
def test_security(start_elasticsearch: Start, capsys: pytest.CaptureFixture[str]) -> None:
    with start_elasticsearch(password=SECRET) as node:
        url = f"{node.url}/news"
        for access in (
            {"user": "elastic", "password": SECRET + "x"},
            {},
            {"api_key": "bm9ib2R5Om5vYm9keQ=="},
        ):
            with ElasticEngine(url, **access) as engine:
                with pytest.raises(EngineError, match="does not let us in") as raised:
                    list(engine.load(documents(1)))
                finding = engine.check()[0]
            said = f"{raised.value!r} {raised.value.hint} {finding} {engine.__dict__}"
            assert SECRET not in said
            assert "bm9ib2R5" not in said
        _least_privilege(node)
    assert SECRET not in "".join(capsys.readouterr())


def _least_privilege(node: Node) -> None:
    """The whole job with a key that may do no more than the hint of a 403 says."""
    indices = [{"names": ["news", "news.*"], "privileges": ["read", "write", "manage"]}]
    role = {"copydesk": {"cluster": ["monitor"], "indices": indices}}
    with Elasticsearch(node.url, basic_auth=("elastic", SECRET)) as admin:
        key = admin.security.create_api_key(name="copydesk", role_descriptors=role)["encoded"]
    with open_engine(f"{node.url}/news", api_key=key) as engine:
        assert len(load(engine, documents(3))) == 3
        assert engine.search(Query(text="harbour", facets=("language",))).total == 3
        assert engine.status().documents == {"en": 3}
        assert {finding.level for finding in engine.check()} == {"ok"}
        assert engine.delete([documents(1)[0].id]) == 1
        assert len(load(engine, documents(2, language="fr"))) == 2
    with open_engine(f"{node.url}/other", api_key=key) as engine:
        with pytest.raises(EngineError, match="does not allow this") as raised:
            list(engine.load(documents(1)))
        assert "read, write and manage" in raised.value.hint


@elastic
def test_a_small_node(start_elasticsearch: Start) -> None:
    """One that takes bodies of 1 MB and has a queue of one."""
    settings = {
        "http.max_content_length": "1mb",
        "node.processors": "1",
        "thread_pool.write.queue_size": "1",
    }
    with start_elasticsearch(settings=settings) as node:
        _limits(f"{node.url}/limits")
        _many_loaders(f"{node.url}/crowd")


def _limits(url: str) -> None:
    small, large = documents(300), documents(301, body="harbour " * 400_000)[300]
    with ElasticEngine(url, patience_s=30) as engine:
        middle = [to_document(article(1000 + n, body="word " * 20_000), STAMP) for n in range(30)]
        outcomes = load(engine, [*small, large, *middle])
        rejects = [outcome for outcome in outcomes if isinstance(outcome, Reject)]
        assert [(one.origin, one.reason) for one in rejects] == [(large.origin, "too-large")]
        assert engine.status().documents == {"en": 330}


def _many_loaders(url: str) -> None:
    """Eight loaders at once: most items are answered 429, and all arrive."""
    with ElasticEngine(url) as first:
        load(first, documents(1))
    resent = []

    def load_some(number: int) -> None:
        stories = [article(10_000 * number + n) for n in range(400)]
        with ElasticEngine(url, patience_s=60) as engine:
            engine._sender.pace.max_count = 20
            outcomes = list(engine.load(to_document(story, STAMP) for story in stories))
            resent.append(engine._sender.pace.resent)
            assert len(outcomes) == 400

    threads = [threading.Thread(target=load_some, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(resent) == 8
    with ElasticEngine(url) as engine:
        engine.commit()
        assert engine.status().documents == {"en": 3201}


@elastic
def test_bodies_are_compressed_over_a_network(
    elasticsearch_index: str, elasticsearch_options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if elasticsearch_options:
        pytest.skip("the proxy speaks to a node without security")
    host, _, name = elasticsearch_index.rpartition("/")
    with proxy_before(host) as proxy:
        with ElasticEngine(f"{proxy.url}/{name}") as near:
            load(near, documents(20))
        monkeypatch.setattr(Address, "is_loopback", False)
        with ElasticEngine(f"{proxy.url}/{name}") as far:
            load(far, documents(20))
            assert far.status().documents == {"en": 20}
    assert proxy.encodings == [None, "gzip"]


def test_unreachable() -> None:
    with ElasticEngine("http://127.0.0.1:1/news") as engine:
        with pytest.raises(EngineError, match="cannot reach Elasticsearch at http://127.0.0.1:1") as raised:
            engine.search(Query(text="harbour"))
        assert "docker compose up" in raised.value.hint
        assert [finding.level for finding in engine.check()] == ["error"]


def test_something_else_answers() -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Greeter)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with (
            ElasticEngine(f"http://127.0.0.1:{server.server_port}/news") as engine,
            pytest.raises(EngineError, match="is not Elasticsearch"),
        ):
            engine.identity()
    finally:
        server.shutdown()
        server.server_close()


class _Greeter(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    "url",
    [
        "http://h:9200/",
        "http://h:9200/News",
        "http://h:9200/a.b",
        "http:///news",
        "http://h:x/news",
        "ftp://h/n",
    ],
)
def test_not_an_address(url: str) -> None:
    with pytest.raises(EngineError) as raised:
        ElasticEngine(url)
    assert "http://localhost:9200/news" in raised.value.hint


def test_an_address_holds_no_secret() -> None:
    with pytest.raises(EngineError, match="holds a user or password") as raised:
        ElasticEngine("https://elastic:swordfish@es.example.org/news")
    assert "swordfish" not in f"{raised.value} {raised.value.hint}"


def test_addresses() -> None:
    assert parse_address("https://es.example.org/path/news").url == "https://es.example.org:443/path/news"
    assert parse_address("http://[::1]/news").is_loopback
    assert not parse_address("http://localhost.example.org/news").is_loopback
    assert SECRET not in repr(Access(user="u", password=SECRET, api_key=SECRET))


def test_a_certificate_authority_that_is_missing() -> None:
    with pytest.raises(EngineError, match="there is no file"):
        ElasticEngine("https://es.example.org/news", ca="/nowhere/ca.crt")


@pytest.mark.parametrize(
    ("error", "says"), [(TlsError("self-signed"), "is not trusted"), (ConnectionTimeout("slow"), "in time")]
)
def test_errors_of_the_network(error: Exception, says: str) -> None:
    told = to_engine_error(error, Address(host="https://h:1", name="news"))
    assert says in str(told)
    assert told.hint
    assert told.passing == isinstance(error, ConnectionTimeout)


@elastic
def test_what_somebody_else_put_into_an_index_of_ours_is_named(engine: ElasticEngine) -> None:
    load(engine, documents(2))
    index = engine._known.by_key["en"].name
    engine._client.index(index=index, id="theirs", document={"headline": "Harbour theirs"}, refresh=True)
    for ask in (
        lambda: engine.search(Query(text="theirs")),
        lambda: engine.get("theirs"),
        lambda: list(engine.documents()),
        lambda: engine.similar(documents(1)[0].id),
    ):
        with pytest.raises(EngineError, match=f"{index} holds a document that copydesk did not make: theirs"):
            ask()
    assert engine.delete(["theirs"]) == 1
    engine.commit()
    assert engine.search(Query(text="harbour")).total == 2
