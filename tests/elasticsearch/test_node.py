from __future__ import annotations

import json
import urllib.request

import pytest

from tests.elasticsearch.lines import find_jdk, read_line

pytestmark = pytest.mark.elastic


@pytest.mark.parametrize("name", ["8", "9"])
def test_a_line_is_pinned(name: str) -> None:
    line = read_line(name)
    assert line.version.startswith(f"{name}.")
    assert len(line.sha256) == 64


def test_a_jdk_is_new_enough() -> None:
    jdk = find_jdk(17)
    if jdk is None:
        pytest.skip("no JDK here")
    assert (jdk / "bin/javac").exists()


def test_node_answers_and_analyses(elasticsearch_url: str, elasticsearch_options: dict[str, str]) -> None:
    if elasticsearch_options:
        pytest.skip("asks without a key")
    with urllib.request.urlopen(elasticsearch_url) as answer:
        assert json.load(answer)["tagline"] == "You Know, for Search"
        assert answer.headers["X-Elastic-Product"] == "Elasticsearch"
    body = {
        "tokenizer": {"type": "pattern", "pattern": r"\p{IsHan}|[\p{L}\p{N}_]+", "group": 0},
        "filter": ["lowercase", {"type": "snowball", "language": "English"}, "asciifolding"],
        "char_filter": [{"type": "mapping", "mappings": ["\\u0640 =>"]}],
        "text": "Running cafés 新闻 x\u0640y",
    }
    request = urllib.request.Request(
        f"{elasticsearch_url}/_analyze", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        tokens = [token["token"] for token in json.load(answer)["tokens"]]
    assert tokens == ["run", "cafe", "新", "闻", "xy"]
