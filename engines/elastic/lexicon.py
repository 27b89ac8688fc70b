"""Which words Elasticsearch's indexes have, asked for all languages in one request. For engines.elastic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from engines.analysis import KeyAnalysis, read_analysis
from engines.elastic.client import Address, translated
from engines.elastic.query import pattern_place, render_node
from engines.highlight import within_edits
from engines.suggest import Word
from engines.tree import Term

Json = dict[str, Any]

_LIKES = 200  # asked of each field and language; Elasticsearch looks at five times as many


class ElasticLexicon:
    """What the indexes of a generation know about words."""

    def __init__(self, client: Elasticsearch, address: Address, indexes: Mapping[str, str]) -> None:
        self._client = client
        self._address = address
        self._indexes = indexes  # name of the index of each analyzer key, or a pattern

    def absent(self, words: Sequence[Word]) -> list[Word]:
        """Those of the words that no article has."""
        everywhere = ",".join(self._indexes.values())
        answers = self._ask([(everywhere, self._has(word)) for word in words])
        return [
            word for word, answer in zip(words, answers, strict=True) if not answer["hits"]["total"]["value"]
        ]

    def _has(self, word: Word) -> Json:
        query = render_node(Term(text=word.text, kind="phrase", field=word.field), self._indexes)
        return {"query": query, "size": 0, "track_total_hits": 1}

    def like(self, word: Word, edits: int) -> Mapping[str, int]:
        """The words within so many edits, and how many articles have each."""
        keys = [read_analysis().keys[key] for key in self._indexes]
        likes = self._ask([(self._indexes[key.key], _likes(word, edits, key)) for key in keys])
        read = [(key, _read(answer, word, edits, key)) for key, answer in zip(keys, likes, strict=True)]
        found = [(key, texts) for key, texts in read if texts]
        answers = self._ask([(self._indexes[key.key], _counts(word, texts, key)) for key, texts in found])
        counts: Counter[str] = Counter()
        for (_, texts), answer in zip(found, answers, strict=True):
            buckets = answer["aggregations"]["likes"]["buckets"]
            counts.update({like: one["doc_count"] for like, one in zip(texts, buckets, strict=True)})
        return counts

    def _ask(self, asked: Sequence[tuple[str, Json]]) -> list[Any]:
        searches: list[Json] = []
        for index, body in asked:
            searches += [{"index": index, "ignore_unavailable": True}, body]
        with translated(self._address):
            return list(self._client.msearch(searches=searches)["responses"]) if searches else []


def _likes(word: Word, edits: int, key: KeyAnalysis) -> Json:
    suggest: Json = {}
    for path in word.paths:
        name, text = pattern_place(word.text, path, key)
        suggest[path] = {
            "text": text,
            "term": {
                "field": name, "analyzer": "keyword", "suggest_mode": "always", "max_edits": edits,
                "prefix_length": 0, "min_word_length": 1, "size": _LIKES, "shard_size": _LIKES,
            },
        }  # fmt: skip
    return {"size": 0, "suggest": suggest}


def _read(answer: Mapping[str, Any], word: Word, edits: int, key: KeyAnalysis) -> list[str]:
    likes: dict[str, None] = {}
    for path in word.paths:
        _, normal = pattern_place(word.text, path, key)
        for entry in answer.get("suggest", {}).get(path, ()):
            options = (option["text"] for option in entry["options"])
            likes.update(dict.fromkeys(text for text in options if within_edits(normal, text, edits)))
    return list(likes)


def _counts(word: Word, likes: Sequence[str], key: KeyAnalysis) -> Json:
    """Count the articles that have each: what was suggested may stand in deleted ones only."""
    names = [pattern_place(word.text, path, key)[0] for path in word.paths]
    filters = [{"bool": {"should": [{"term": {name: like}} for name in names]}} for like in likes]
    return {"size": 0, "aggs": {"likes": {"filters": {"filters": filters}}}}
