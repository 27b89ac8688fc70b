"""What Elasticsearch answers, in words of the contract. Imported by engines.elastic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
from elasticsearch import Elasticsearch

from engines.analysis import read_analysis
from engines.asking import Asked, ordered_facet
from engines.contract import EngineError, FacetValue, Hit, Query
from engines.elastic.client import Address, translated
from engines.highlight import highlight
from transforms.document import article_from_json, document_from_json
from transforms.records import Article, Document

_MOMENT_KEPT = "2m"  # from one answer to the next question

NOTHING: Mapping[str, Any] = {"hits": {"hits": [], "total": {"value": 0}}, "aggregations": {}}


def key_in(hit: Mapping[str, Any]) -> str:
    """Give the analyzer key of the index that a hit is in."""
    return str(hit["_index"].rpartition(".")[2])


def read_article(hit: Mapping[str, Any]) -> Article:
    """Make the article of a hit; EngineError when something else was put into an index of ours."""
    with _naming(hit):
        return article_from_json(hit["_source"])


def read_document(hit: Mapping[str, Any]) -> Document:
    """Make the document of a hit as it was sent; EngineError as above."""
    with _naming(hit):
        return document_from_json(orjson.dumps(hit["_source"]))


@contextmanager
def _naming(hit: Mapping[str, Any]) -> Iterator[None]:
    """Say which document it is that cannot be one of ours."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EngineError(
            f"{hit['_index']} holds a document that copydesk did not make: {hit['_id']}",
            hint="copydesk verify --repair removes what the accounts do not know",
        ) from error


def read_hit(hit: Mapping[str, Any], asked: Asked, query: Query) -> Hit:
    """Make a hit of ours of one of Elasticsearch's."""
    article = read_article(hit)
    key = read_analysis().keys[key_in(hit)]
    return Hit(
        id=article.id,
        score=hit["_score"] if asked.sort == "relevance" else None,
        article=article,
        highlights=highlight(asked.node, article, key) if query.highlight else {},
    )


def read_facet(answer: Mapping[str, Any], name: str, size: int) -> tuple[FacetValue, ...]:
    """Give the first values of a facet."""
    return ordered_facet(name, {one.value: one.count for one in read_buckets(answer, name)}, size)


def read_buckets(answer: Mapping[str, Any], name: str) -> tuple[FacetValue, ...]:
    """Give what was counted, in Elasticsearch's order: spans of time by time."""
    buckets = answer["aggregations"].get(name, {}).get("buckets", ())
    return tuple(
        FacetValue(value=one.get("key_as_string") or one["key"], count=one["doc_count"]) for one in buckets
    )


def scan(
    client: Elasticsearch, address: Address, indexes: str, size: int, *, source: bool
) -> Iterator[Mapping[str, Any]]:
    """Give every hit there is as of one moment, so many an answer."""
    with translated(address):
        moment = client.open_point_in_time(index=indexes, keep_alive=_MOMENT_KEPT)["id"]
    after: Any = None
    while True:
        pit = {"id": moment, "keep_alive": _MOMENT_KEPT}
        with translated(address):
            answer = client.search(
                pit=pit, sort=["_shard_doc"], size=size, source=source,
                search_after=after, track_total_hits=False,
            )  # fmt: skip
        hits = answer["hits"]["hits"]
        yield from hits
        if len(hits) < size:
            break
        moment, after = answer["pit_id"], hits[-1]["sort"]
    with translated(address):
        client.close_point_in_time(id=moment)
