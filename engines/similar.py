"""Which words tell an article from the others of its language. Ours, so that both engines find the same ones like it.

Source: https://nlp.stanford.edu/IR-book/html/htmledition/tf-idf-weighting-1.html; tantivy's own "more like this"
panics once documents were deleted.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping
from math import log

from engines.analysis import KeyAnalysis, tokens_of
from transforms.records import Article

TERMS = 25
#: Of the terms, so many must be shared: a story with one word in common is not alike.
SHARED = 0.2
#: Where the terms are looked for, and what each is worth.
FIELDS: Mapping[str, float] = {"headline": 3.0, "body": 1.0}

_HEADLINE = 3  # occurrences in the body that one in the headline stands for
_BODY_CHARACTERS = 20_000  # of a longer one the beginning is enough
_LEAST = 2  # articles: a word of this one alone finds no other
_LONGEST = 3  # characters that a single sign of an unspaced script has, with its marks

_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u11ff\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]"
)

#: A word, or two characters of a script that has no spaces between words: one alone tells little.
Term = tuple[str, ...]


def candidate_terms(article: Article, key: KeyAnalysis) -> Counter[Term]:
    """Count what may tell the article from others.

    >>> from engines.analysis import read_analysis
    >>> article = Article(id="0" * 32, origin="a#1", source="a", headline="Rain", body="It rained. 大雨")
    >>> candidate_terms(article, read_analysis().keys["en"])
    Counter({('rain',): 4, ('it',): 1, ('大', '雨'): 1})
    """
    terms = Counter(_terms(tokens_of(article.body[:_BODY_CHARACTERS], key, "text")))
    for term in _terms(tokens_of(article.headline or "", key, "text")):
        terms[term] += _HEADLINE
    return Counter(dict(sorted(terms.items(), key=lambda pair: (-pair[1], pair[0]))))


def telling_terms(candidates: Counter[Term], frequency: Mapping[str, int], total: int) -> list[Term]:
    """Give the terms that occur often here and seldom elsewhere; `frequency`: articles that have each token."""
    weights = {
        term: count * sum(log(1 + total / frequency[token]) for token in term) / len(term)
        for term, count in candidates.items()
        if all(frequency.get(token, 0) >= _LEAST for token in term)
    }
    return sorted(weights, key=lambda term: (-weights[term], term))[:TERMS]


def least_shared(terms: list[Term]) -> int:
    """Give how many of the terms another article must have."""
    return max(1, int(len(terms) * SHARED))


def _terms(tokens: list[str]) -> list[Term]:
    alone = [len(token) <= _LONGEST and _UNSPACED.match(token) is not None for token in tokens]
    pairs: list[Term] = [
        pair for at, pair in enumerate(itertools.pairwise(tokens)) if alone[at] and alone[at + 1]
    ]
    return [*((token,) for token, is_alone in zip(tokens, alone, strict=True) if not is_alone), *pairs]
