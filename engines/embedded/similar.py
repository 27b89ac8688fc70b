"""Articles like one, in its own language's index. Import this late: it imports tantivy."""

from __future__ import annotations

from tantivy import Occur
from tantivy import Query as TantivyQuery

from engines.contract import Hit
from engines.embedded.document import JSON, field_name, schema_of
from engines.embedded.moment import Moment
from engines.similar import FIELDS, Term, candidate_terms, least_shared, telling_terms
from transforms.document import article_from_json
from transforms.records import Article


def find_similar(moment: Moment, article: Article, size: int) -> tuple[Hit, ...]:
    """Find the articles that share the most telling words, itself left out."""
    searcher = moment.searcher
    candidates = candidate_terms(article, moment.key)
    names = [field_name(path) for path in FIELDS]
    tokens = {token for term in candidates for token in term}
    frequency = {token: max(searcher.doc_freq(name, token) for name in names) for token in tokens}
    terms = telling_terms(candidates, frequency, searcher.num_docs)
    if not terms or size < 1:
        return ()
    found = searcher.search(_query(moment, article.id, terms), limit=size, count=False)
    hits = [
        Hit(
            id=other.id,
            score=float(score),
            article=other,
        )
        for score, address in found.hits
        for other in (article_from_json(searcher.doc(address).get_first(JSON)),)
    ]
    return tuple(sorted(hits, key=lambda hit: (-(hit.score or 0.0), hit.id)))


def _query(moment: Moment, id: str, terms: list[Term]) -> TantivyQuery:
    alike = TantivyQuery.boolean_query(
        [(Occur.Should, _anywhere(moment, term)) for term in terms],
        minimum_number_should_match=least_shared(terms),
    )
    itself = TantivyQuery.term_query(schema_of(moment.key.key), "id", id, index_option="basic")
    return TantivyQuery.boolean_query([(Occur.Must, alike), (Occur.MustNot, itself)])


def _anywhere(moment: Moment, term: Term) -> TantivyQuery:
    schema = schema_of(moment.key.key)
    queries = []
    for path, weight in FIELDS.items():
        name = field_name(path)
        if len(term) == 1:
            one = TantivyQuery.term_query(schema, name, term[0], index_option="freq")
        else:
            one = TantivyQuery.phrase_query(schema, name, list[str | tuple[int, str]](term))
        queries.append(one if weight == 1.0 else TantivyQuery.boost_query(one, weight))
    return TantivyQuery.disjunction_max_query(queries)
