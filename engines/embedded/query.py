"""A query's tree and filters as tantivy asks them. Import this late: it imports tantivy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from tantivy import FieldType, Occur, Schema
from tantivy import Query as TantivyQuery

from engines.analysis import Chain, KeyAnalysis, normalise_pattern, tokens_of
from engines.asking import keyword_filters
from engines.contract import Near, Query
from engines.dates import day_bounds, range_bounds
from engines.embedded.document import PRESENT, exact_name, field_name, schema_of
from engines.embedded.moment import LOCATION, Moment
from engines.fields import read_fields
from engines.terms import query_tokens
from engines.tree import Bool, Everything, Exists, Node, Range, Term

_SPECIAL = re.compile(r"[^\w\s]", re.ASCII)


def render_query(node: Node, query: Query, moment: Moment) -> TantivyQuery:
    """Render the tree and the filters for one key's index."""
    filters = _filters(query, moment)
    rendered = _render(node, moment)
    if not filters:
        return rendered
    clauses = [(Occur.Must, TantivyQuery.const_score_query(one, 0.0)) for one in filters]
    return TantivyQuery.boolean_query([(Occur.Must, rendered), *clauses])


def _render(node: Node, moment: Moment) -> TantivyQuery:
    match node:
        case Term():
            return _boost(_term(node, moment.key), node.boost)
        case Bool():
            return _boost(_bool(node, moment), node.boost)
        case Range():
            return _range(node.field, range_bounds(node), moment.key)
        case Near():
            return _near(node, moment)
        case Exists():
            return _exists(node.field, moment.key)
        case Everything():
            return TantivyQuery.all_query()
        case _:
            assert_never(node)


def _bool(node: Bool, moment: Moment) -> TantivyQuery:
    clauses = [(Occur.Must, _render(part, moment)) for part in node.must]
    clauses += [(Occur.Should, _render(part, moment)) for part in node.should]
    clauses += [(Occur.MustNot, _render(part, moment)) for part in node.must_not]
    if not node.must and not node.should:
        clauses.append((Occur.Must, TantivyQuery.const_score_query(TantivyQuery.all_query(), 0.0)))
    return TantivyQuery.boolean_query(clauses)


def _term(node: Term, key: KeyAnalysis) -> TantivyQuery:
    """Ask every field that the term may be in; the best of them counts."""
    fields = read_fields()
    weights = dict.fromkeys(fields.names[node.field], 1.0) if node.field else fields.default
    queries = [_boost(_term_in(node, path, key), weight) for path, weight in weights.items()]
    return queries[0] if len(queries) == 1 else TantivyQuery.disjunction_max_query(queries)


def _term_in(node: Term, path: str, key: KeyAnalysis) -> TantivyQuery:
    kind = read_fields().kinds[path]
    schema, name = schema_of(key.key), field_name(path)
    if path == "id":
        return TantivyQuery.term_query(schema, name, node.text, index_option="basic")
    if node.kind in ("word", "phrase"):
        chain: Chain = "folded" if kind == "keyword" else "name" if kind == "name" else "text"
        return _words(
            schema, name, query_tokens(node.text, key.key, chain), node.distance, basic=kind == "keyword"
        )
    chain = "folded" if kind == "keyword" else "name" if kind == "name" else "exact"
    name = exact_name(path) if chain == "exact" and key.has_exact else name
    text = normalise_pattern(node.text, key, chain)
    if node.kind == "fuzzy":
        return TantivyQuery.fuzzy_term_query(schema, name, text, distance=node.distance)
    if node.kind == "prefix":
        return _prefix(schema, name, text)
    return TantivyQuery.regex_query(schema, name, _wildcard(text))


def _words(schema: Schema, name: str, tokens: Sequence[str], slop: int, *, basic: bool) -> TantivyQuery:
    if not tokens:
        return TantivyQuery.empty_query()
    if len(tokens) == 1:  # tantivy panics on a phrase of one word
        return TantivyQuery.term_query(schema, name, tokens[0], index_option="basic" if basic else "freq")
    return TantivyQuery.phrase_query(schema, name, list[str | tuple[int, str]](tokens), slop=slop)


def _prefix(schema: Schema, name: str, text: str) -> TantivyQuery:
    """Ask for terms that begin so: a fuzzy term of no edits; a regular expression takes 0.4 ms to compile."""
    return TantivyQuery.fuzzy_term_query(schema, name, text, distance=0, prefix=True)


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _wildcard(text: str) -> str:
    r"""Write a pattern of * and ? as a regular expression; a backslash takes the meaning of what follows.

    >>> _wildcard("w?ld.*")
    'w.ld\\..*'
    """
    parts = re.split(r"(\\.|[*?])", text, flags=re.DOTALL)
    signs = {"*": ".*", "?": "."}
    return "".join(
        signs.get(part) or _escape(part[1:]) if at % 2 else _escape(part) for at, part in enumerate(parts)
    )


def _range(name: str, bounds: tuple[datetime | None, datetime | None], key: KeyAnalysis) -> TantivyQuery:
    low, behind = bounds
    path = read_fields().names[name][0]
    return TantivyQuery.range_query(
        schema_of(key.key), field_name(path), FieldType.Date, low, behind, include_upper=behind is None
    )


def _exists(name: str, key: KeyAnalysis) -> TantivyQuery:
    paths = list(read_fields().names[name])
    return TantivyQuery.const_score_query(
        TantivyQuery.term_set_query(schema_of(key.key), PRESENT, paths), 1.0
    )


def _near(near: Near, moment: Moment) -> TantivyQuery:
    terms = moment.points_near(near)
    found = TantivyQuery.term_set_query(schema_of(moment.key.key), field_name(LOCATION), terms)
    return TantivyQuery.const_score_query(found, 1.0)


def _boost(query: TantivyQuery, boost: float) -> TantivyQuery:
    return query if boost == 1.0 else TantivyQuery.boost_query(query, boost)


def _filters(query: Query, moment: Moment) -> list[TantivyQuery]:
    """One query a kind of filter: any of its values."""
    key = moment.key
    filters = [_any_of(path, values, key) for path, values in keyword_filters(query)]
    if query.sources:
        filters.append(_from_sources(query.sources, key))
    bounds = day_bounds(query.since, query.until)
    if any(bounds):
        filters.append(_range("date", bounds, key))
    if query.near:
        filters.append(_near(query.near, moment))
    return filters


def _any_of(path: str, values: tuple[str, ...], key: KeyAnalysis) -> TantivyQuery:
    terms = [token for value in values for token in tokens_of(_encodable(value), key, "folded")]
    return TantivyQuery.term_set_query(schema_of(key.key), field_name(path), terms)


def _from_sources(values: tuple[str, ...], key: KeyAnalysis) -> TantivyQuery:
    """A publisher, a file, or a folder of files."""
    schema = schema_of(key.key)
    queries = [_any_of(path, values, key) for path in ("publisher", "source")]
    for value in values:
        folder = "".join(tokens_of(_encodable(value).rstrip("/") + "/", key, "folded"))
        queries.append(_prefix(schema, "source", folder))
    return TantivyQuery.boolean_query([(Occur.Should, one) for one in queries])


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
