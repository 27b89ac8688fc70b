"""Articles like one, in its own language's index: what is asked, and how often words occur. For engines.elastic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from elasticsearch import Elasticsearch

from engines.analysis import read_analysis
from engines.contract import Hit
from engines.elastic.answer import key_in, read_article
from engines.similar import FIELDS, Term, candidate_terms, least_shared, telling_terms

Json = dict[str, Any]


def find_similar(client: Elasticsearch, indexes: str, id: str, size: int) -> tuple[Hit, ...]:
    """Find the articles that share the most telling words, itself left out."""
    found = client.search(index=indexes, query={"ids": {"values": [id]}}, size=1)["hits"]["hits"]
    if not found:
        return ()
    index = found[0]["_index"]
    about = client.termvectors(
        index=index, id=found[0]["_id"], fields=list(FIELDS),
        term_statistics=True, positions=False, offsets=False, payloads=False,
    )  # fmt: skip
    key = read_analysis().keys[key_in(found[0])]
    candidates = candidate_terms(read_article(found[0]), key)
    terms = telling_terms(candidates, *_frequencies(about.body))
    if not terms:
        return ()
    alike = client.search(index=index, body=_body(id, terms, size))["hits"]["hits"]
    articles = ((hit["_score"], read_article(hit)) for hit in alike)
    return tuple(Hit(id=article.id, score=score, article=article) for score, article in articles)


def _frequencies(answer: Mapping[str, Any]) -> tuple[dict[str, int], int]:
    """Give how many articles have each word of the one that was asked for, and how many articles there are."""
    frequency: dict[str, int] = {}
    total = 0
    for field in answer.get("term_vectors", {}).values():
        total = max(total, field["field_statistics"]["doc_count"])
        for token, about in field["terms"].items():
            frequency[token] = max(frequency.get(token, 0), about.get("doc_freq", 0))
    return frequency, total


def _body(id: str, terms: list[Term], size: int) -> Json:
    """Give the body of a search for articles that share these terms."""
    return {
        "query": {
            "bool": {
                "should": [_anywhere(term) for term in terms],
                "minimum_should_match": least_shared(terms),
                "must_not": [{"term": {"id": id}}],
            }
        },
        "sort": [{"_score": {"order": "desc"}}, {"id": {"order": "asc"}}],
        "size": size,
        "track_total_hits": False,
    }


def _anywhere(term: Term) -> Json:
    """Ask for the terms as they are in the index, not analysed once more."""
    queries: list[Json] = []
    for path, weight in FIELDS.items():
        if len(term) == 1:
            queries.append({"term": {path: {"value": term[0], "boost": weight}}})
        else:
            asked = {"query": " ".join(term), "analyzer": "whitespace", "boost": weight}
            queries.append({"match_phrase": {path: asked}})
    return {"dis_max": {"queries": queries}}
