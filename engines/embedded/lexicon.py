"""Which words the index has. Import this late: it imports tantivy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tantivy import Occur
from tantivy import Query as TantivyQuery

from engines.analysis import Chain, normalise_pattern, tokens_of
from engines.contract import Query
from engines.embedded.document import JSON, exact_name, field_name, schema_of
from engines.embedded.moment import Moment
from engines.embedded.query import render_query
from engines.fields import read_fields
from engines.highlight import texts_of, within_edits
from engines.suggest import Word
from engines.tree import Term
from transforms.document import article_from_json

#: Words that are like one are read from articles that have any; then from those that have yet another one.
_ARTICLES = 20
_ROUNDS = 10


class TantivyLexicon:
    """What a snapshot's indexes know about words."""

    def __init__(self, moments: Sequence[Moment]) -> None:
        self._moments = moments

    def absent(self, words: Sequence[Word]) -> list[Word]:
        """Those of the words that no article has."""
        return [word for word in words if not any(_has(moment, word) for moment in self._moments)]

    def like(self, word: Word, edits: int) -> Mapping[str, int]:
        """The words within so many edits, and how many articles have each."""
        counts: Counter[str] = Counter()
        for moment in self._moments:
            likes = {like for path in word.paths for like in _likes(moment, path, word.text, edits)}
            for like in likes:
                counts[like] += _count(moment, word, like)
        return counts


def _count(moment: Moment, word: Word, like: str) -> int:
    schema = schema_of(moment.key.key)
    names = [_place(moment, path, like)[0] for path in word.paths]
    terms = [TantivyQuery.term_query(schema, name, like, index_option="basic") for name in names]
    query = TantivyQuery.boolean_query([(Occur.Should, term) for term in terms])
    return int(moment.searcher.search(query, limit=1).count)


def _has(moment: Moment, word: Word) -> bool:
    query = render_query(Term(text=word.text, kind="phrase", field=word.field), Query(), moment)
    return bool(moment.searcher.search(query, limit=1, count=False).hits)


def _place(moment: Moment, path: str, text: str) -> tuple[str, Chain, str]:
    """Give the field with unstemmed words, their chain, and the form that this word has there."""
    kind = read_fields().kinds[path]
    chain: Chain = "folded" if kind == "keyword" else "name" if kind == "name" else "exact"
    exact = chain == "exact" and moment.key.has_exact
    name = exact_name(path) if exact else field_name(path)
    return name, chain, normalise_pattern(text, moment.key, chain)


def _likes(moment: Moment, path: str, text: str, edits: int) -> Iterator[str]:
    name, chain, normal = _place(moment, path, text)
    if chain == "folded":  # names: there are not that many
        terms = moment.searcher.terms_with_prefix(name, "")
        yield from (term for term, _ in terms if within_edits(normal, term, edits))
        return
    schema = schema_of(moment.key.key)
    alike = TantivyQuery.fuzzy_term_query(schema, name, normal, distance=edits)
    known: set[str] = set()
    for _ in range(_ROUNDS):
        others = (Occur.MustNot, TantivyQuery.term_set_query(schema, name, list(known)))
        asked = TantivyQuery.boolean_query([(Occur.Must, alike), others]) if known else alike
        found = moment.searcher.search(asked, limit=_ARTICLES, count=False).hits
        written = {token for _, address in found for token in _tokens(moment, address, path, chain)}
        new = {token for token in written - known if within_edits(normal, token, edits)}
        if not new:
            break
        known |= new
    yield from known


def _tokens(moment: Moment, address: object, path: str, chain: Chain) -> Iterator[str]:
    article = article_from_json(moment.searcher.doc(address).get_first(JSON))
    for text in texts_of(article)[path]:
        yield from tokens_of(text, moment.key, chain)
