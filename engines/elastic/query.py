"""A query's tree and filters as Elasticsearch is asked them: one body for the indexes of all languages.

Texts are analysed by each index as its own language asks. Patterns are not analysed by Elasticsearch: they
are brought into the form of each index's terms here, and where the forms differ, each is asked of its own
indexes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from engines.analysis import Chain, KeyAnalysis, normalise_pattern, read_analysis
from engines.asking import Asked, keyword_filters
from engines.contract import FACETS, Interval, Near, Query
from engines.dates import day_bounds, range_bounds
from engines.fields import read_fields
from engines.tree import Bool, Everything, Exists, Node, Range, Term

Json = dict[str, Any]

#: Values counted in each index, so that their sums are exact up to as many values.
FACET_VALUES = 2000
LOCATION = "dateline.places.location"
HISTOGRAM = "histogram"
_FORMATS = {"day": "yyyy-MM-dd", "month": "yyyy-MM", "year": "yyyy"}
_TIMELESS = "_last"  # stories without a date, in either order


def render_search(asked: Asked, query: Query, indexes: Mapping[str, str]) -> Json:
    """Give the body of a search; `indexes`: name of the index of each analyzer key, or a pattern."""
    return {
        "query": {"bool": {"must": [render_node(asked.node, indexes)], "filter": _filters(query)}},
        "sort": _sort(asked),
        "from": asked.offset,
        "size": query.size,
        "track_total_hits": True,
        "aggs": {name: _facet(name, query.facet_size) for name in query.facets} | _histogram(query),
    }


def _facet(name: str, size: int) -> Json:
    if FACETS[name] == "date":
        return _spans("month")
    order = [{"_count": "desc"}, {"_key": "asc"}]
    shard_size = max(size, FACET_VALUES)
    asked = {"field": FACETS[name], "size": max(size, 1), "shard_size": shard_size, "order": order}
    return {"terms": asked}


def _histogram(query: Query) -> Json:
    return {HISTOGRAM: _spans(query.histogram)} if query.histogram else {}


def _spans(interval: Interval) -> Json:
    asked = {"field": "date", "calendar_interval": interval, "format": _FORMATS[interval], "min_doc_count": 1}
    return {"date_histogram": asked}


def _sort(asked: Asked) -> list[Json]:
    if asked.sort == "relevance":
        return [{"_score": {"order": "desc"}}, {"id": {"order": "asc"}}]
    order = "asc" if asked.sort == "oldest" else "desc"
    return [{"date": {"order": order, "missing": _TIMELESS}}, {"id": {"order": order}}]


def render_node(node: Node, indexes: Mapping[str, str]) -> Json:
    """Give the query for a part of the tree."""
    match node:
        case Term():
            return _term(node, indexes)
        case Bool():
            return _bool(node, indexes)
        case Range():
            return {"range": {read_fields().names[node.field][0]: _bounds(*range_bounds(node))}}
        case Near():
            return _near(node)
        case Exists():
            exists = [{"exists": {"field": path}} for path in read_fields().names[node.field]]
            return {"constant_score": {"filter": {"bool": {"should": exists}}}}
        case Everything():
            return {"match_all": {}}
        case _:
            assert_never(node)


def _bool(node: Bool, indexes: Mapping[str, str]) -> Json:
    clauses = {
        "must": [render_node(part, indexes) for part in node.must],
        "should": [render_node(part, indexes) for part in node.should],
        "must_not": [render_node(part, indexes) for part in node.must_not],
    }
    if not node.must and not node.should:
        clauses["must"] = [{"match_all": {"boost": 0.0}}]
    return {"bool": {**clauses, "boost": node.boost}}


def _term(node: Term, indexes: Mapping[str, str]) -> Json:
    """Ask every field that the term may be in; the best of them counts."""
    fields = read_fields()
    weights = dict.fromkeys(fields.names[node.field], 1.0) if node.field else fields.default
    queries = [_term_in(node, path, weight, indexes) for path, weight in weights.items()]
    return {"dis_max": {"queries": queries, "boost": node.boost}}


def _term_in(node: Term, path: str, boost: float, indexes: Mapping[str, str]) -> Json:
    kind = read_fields().kinds[path]
    if path == "id":
        return {"term": {"id": {"value": node.text, "boost": boost}}}
    if node.kind not in ("word", "phrase"):
        return _pattern(node, path, boost, indexes)
    if kind == "keyword":
        return {"term": {f"{path}.folded": {"value": _encodable(node.text), "boost": boost}}}
    return {"match_phrase": {path: {"query": _encodable(node.text), "slop": node.distance, "boost": boost}}}


def _pattern(node: Term, path: str, boost: float, indexes: Mapping[str, str]) -> Json:
    """Ask for the terms that a prefix*, wild?card or fuzzy word stands for; all of them count alike."""
    asked: dict[tuple[str, str], list[str]] = {}
    for key, index in indexes.items():
        asked.setdefault(pattern_place(node.text, path, read_analysis().keys[key]), []).append(index)
    queries = [
        (_terms_like(node, name, text, boost), {"terms": {"_index": names}})
        for (name, text), names in asked.items()
    ]
    if len(queries) == 1:
        return queries[0][0]
    return {"bool": {"should": [{"bool": {"must": [query], "filter": [where]}} for query, where in queries]}}


def pattern_place(text: str, path: str, analysis: KeyAnalysis) -> tuple[str, str]:
    """Give the field with unstemmed words, and the form of a pattern there, in the index of one key."""
    kind = read_fields().kinds[path]
    if kind == "keyword":
        return f"{path}.folded", normalise_pattern(_encodable(text), analysis, "folded")
    chain: Chain = "name" if kind == "name" else "exact"
    name = f"{path}.exact" if chain == "exact" and analysis.has_exact else path
    return name, normalise_pattern(_encodable(text), analysis, chain)


def _terms_like(node: Term, name: str, text: str, boost: float) -> Json:
    if node.kind == "fuzzy":
        asked = {"value": text, "fuzziness": node.distance, "rewrite": "constant_score"}
        return {"fuzzy": {name: {**asked, "max_expansions": 1000, "boost": boost}}}
    return {node.kind: {name: {"value": text, "boost": boost}}}


def _filters(query: Query) -> list[Json]:
    """One clause a kind of filter: any of its values."""
    filters = [_any_of(path, values) for path, values in keyword_filters(query)]
    if query.sources:
        filters.append(_from_sources(query.sources))
    bounds = day_bounds(query.since, query.until)
    if any(bounds):
        filters.append({"range": {"date": _bounds(*bounds)}})
    if query.near:
        filters.append(_near(query.near))
    return filters


def _any_of(path: str, values: tuple[str, ...]) -> Json:
    return {"terms": {f"{path}.folded": [_encodable(value) for value in values]}}


def _from_sources(values: tuple[str, ...]) -> Json:
    """A publisher, a file, or a folder of files."""
    other = read_analysis().keys["other"]
    folders = [normalise_pattern(_encodable(value).rstrip("/") + "/", other, "folded") for value in values]
    inside = [{"prefix": {"source.folded": {"value": folder}}} for folder in folders]
    return {"bool": {"should": [_any_of("publisher", values), _any_of("source", values), *inside]}}


def _near(near: Near) -> Json:
    asked = {"distance": f"{near.km}km", LOCATION: {"lat": near.latitude, "lon": near.longitude}}
    return {"geo_distance": asked}


def _bounds(low: datetime | None, behind: datetime | None) -> Json:
    """Both in the same words as the documents: from `low`, before `behind`."""
    bounds = {"gte": low, "lt": behind}
    return {name: moment.isoformat() for name, moment in bounds.items() if moment is not None}


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
