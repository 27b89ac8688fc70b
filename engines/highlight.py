"""Which words of an article a query found, marked. Ours for both engines, so that both mark the same words."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engines.analysis import Chain, KeyAnalysis, normalise_pattern, tokens_of
from engines.fields import read_fields
from engines.terms import query_tokens, word_spans
from engines.tree import Bool, Node, Term
from transforms.records import Article

FRAGMENTS = 3
FRAGMENT_CHARACTERS = 150
_WHOLE_CHARACTERS = 300  # a headline or a bullet is not cut
_CONTEXT_CHARACTERS = 50  # before the first marked word


class _Text:
    """A text's tokens: where they stand, and their terms by chain, made once for all of a query's words."""

    def __init__(self, text: str, key: KeyAnalysis) -> None:
        self._text = text
        self._key = key
        self._together: dict[Chain, list[str]] = {}
        self._terms: dict[Chain, list[str]] = {}

    @functools.cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where the tokens stand."""
        return word_spans(self._text)

    def may_have(self, wanted: Sequence[str], chain: Chain) -> bool:
        """Whether the terms are in it somewhere; told without looking where, as most texts have none."""
        if chain not in self._together:
            self._together[chain] = tokens_of(self._text, self._key, chain)
        together = self._together[chain]
        return all(term in together for term in wanted)

    def terms(self, chain: Chain) -> list[str]:
        """Give the term of each token, as the index has it."""
        if chain not in self._terms:
            self.may_have((), chain)
            together = self._together[chain]
            if len(together) != len(self.spans):  # a token was too long, or is cut further in this language
                together = [self._first(start, end, chain) for start, end in self.spans]
            self._terms[chain] = together
        return self._terms[chain]

    def _first(self, start: int, end: int, chain: Chain) -> str:
        return next(iter(tokens_of(self._text[start:end], self._key, chain)), "")


@dataclass(frozen=True, slots=True)
class _Mark:
    """A marked stretch, and which of the query's terms it is for."""

    start: int
    end: int
    term: int


def highlight(node: Node, article: Article, key: KeyAnalysis) -> Mapping[str, Sequence[str]]:
    """Give fragments of the fields in which the query's words stand, escaped, with <mark> around the words.

    Words of a "-word" are not looked for; of a phrase only its occurrences are marked. Fields without any are
    left out.
    """
    terms = tuple(dict.fromkeys(_positive_terms(node)))
    if not terms:
        return {}
    found = {path: _fragments_of(path, texts, terms, key) for path, texts in texts_of(article).items()}
    return {path: fragments for path, fragments in found.items() if fragments}


def _positive_terms(node: Node) -> Iterator[Term]:
    match node:
        case Term():
            yield node
        case Bool():
            for part in (*node.must, *node.should):
                yield from _positive_terms(part)
        case _:
            return


def texts_of(article: Article) -> dict[str, Sequence[str]]:
    """Give the texts that are shown, by index field."""
    return {
        "headline": (article.headline or "",),
        "kicker": (article.kicker or "",),
        "summary": article.summary,
        "body": (article.body,),
        "captions.text": tuple(caption.text for caption in article.captions),
        "captions.credit": tuple(caption.credit or "" for caption in article.captions),
        "authors": article.authors,
        "byline": (article.byline or "",),
        "dateline.text": (article.dateline.text,) if article.dateline else (),
    }


def _fragments_of(path: str, texts: Sequence[str], terms: Sequence[Term], key: KeyAnalysis) -> list[str]:
    fields = read_fields()
    mine = [
        (at, term)
        for at, term in enumerate(terms)
        if path in (fields.names[term.field] if term.field else fields.default)
    ]
    fragments: list[str] = []
    for text in texts if mine else ():
        tokens = _Text(text, key)
        marks = {mark for at, term in mine for mark in _marks(at, term, path, tokens, key)}
        fragments.extend(_cut(text, sorted(marks, key=lambda mark: (mark.start, mark.end, mark.term))))
    return fragments[:FRAGMENTS]


def _marks(at: int, term: Term, path: str, text: _Text, key: KeyAnalysis) -> Iterator[_Mark]:
    chain: Chain = "name" if read_fields().kinds[path] == "name" else "text"
    if term.kind in ("word", "phrase"):
        wanted = query_tokens(term.text, key.key, chain)
        if not text.may_have(wanted, chain):
            return
        places = _occurrences(wanted, text.terms(chain), term.distance)
    else:
        chain = chain if chain == "name" else "exact"
        fits = _matcher(term, key, chain)
        places = [place for place, written in enumerate(text.terms(chain)) if fits(written)]
    for place in places:
        start, end = text.spans[place]
        yield _Mark(start, end, at)


def _occurrences(wanted: Sequence[str], written: Sequence[str], slop: int) -> list[int]:
    """Give the places of all words of each occurrence: in order, or within `slop` moves of it."""
    if not wanted:
        return []
    where = [[place for place, term in enumerate(written) if term == one] for one in wanted]
    if len(wanted) == 1 or not all(where):
        return where[0] if len(wanted) == 1 else []
    places: set[int] = set()
    for first in where[0]:
        chosen = [min(options, key=lambda p, at=at: abs(p - at - first)) for at, options in enumerate(where)]  # type: ignore[misc]
        shifts = [place - at for at, place in enumerate(chosen)]
        if max(shifts) - min(shifts) <= slop and len(set(chosen)) == len(chosen):
            places.update(chosen)
    return sorted(places)


def _matcher(term: Term, key: KeyAnalysis, chain: Chain) -> Callable[[str], bool]:
    text = normalise_pattern(term.text, key, chain)
    if term.kind == "prefix":
        return lambda written: written.startswith(text)
    if term.kind == "fuzzy":
        return lambda written: within_edits(text, written, term.distance)
    signs = {"*": ".*", "?": "."}
    parts = re.split(r"(\\.|[*?])", text, flags=re.DOTALL)
    pattern = "".join(
        signs.get(part) or re.escape(part[1:]) if at % 2 else re.escape(part) for at, part in enumerate(parts)
    )
    return lambda written: re.fullmatch(pattern, written) is not None


def within_edits(one: str, other: str, most: int) -> bool:
    """Whether one word becomes the other by so many edits; two neighbours that change places are one edit.

    >>> within_edits("olympic", "olmypic", 1), within_edits("rome", "roam", 1)
    (True, False)

    Source: https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance (optimal string alignment)
    """
    if abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1] <= most


def _cut(text: str, marks: Sequence[_Mark]) -> list[str]:
    """Cut the best fragments out of a text, those with the most different terms, in the order of the text."""
    if not marks:
        return []
    if len(text) <= _WHOLE_CHARACTERS:
        return [_marked(text, 0, len(text), marks)]
    spans: list[tuple[int, int]] = []
    for mark in marks:
        if not spans or mark.end > spans[-1][1]:
            spans.append(_span(text, mark, spans[-1][1] if spans else 0))
    best = sorted(spans, key=lambda span: _worth(span, marks), reverse=True)[:FRAGMENTS]
    return [_marked(text, start, end, marks) for start, end in sorted(best)]


def _span(text: str, mark: _Mark, floor: int) -> tuple[int, int]:
    """Choose where the fragment around a mark starts and ends: at spaces, inside its paragraph."""
    paragraph = text.rfind("\n\n", 0, mark.start)
    floor = max(floor, paragraph + 2 if paragraph >= 0 else 0)
    start = max(floor, mark.start - _CONTEXT_CHARACTERS)
    if start > floor:
        space = text.find(" ", start, mark.start)
        start = space + 1 if space >= 0 else start
    stop = text.find("\n\n", mark.end)
    ceiling = stop if stop >= 0 else len(text)
    end = min(ceiling, max(start + FRAGMENT_CHARACTERS, mark.end))
    if end < ceiling:
        space = text.rfind(" ", mark.end, end)
        end = space if space >= 0 else end
    return start, end


def _worth(span: tuple[int, int], marks: Sequence[_Mark]) -> tuple[int, int]:
    inside = [mark for mark in marks if span[0] <= mark.start and mark.end <= span[1]]
    return (len({mark.term for mark in inside}), len(inside))


def _marked(text: str, start: int, end: int, marks: Sequence[_Mark]) -> str:
    pieces: list[str] = []
    at = start
    for low, high in _joined(marks, start, end):
        pieces += [html.escape(text[at:low], quote=False), "<mark>", html.escape(text[low:high], quote=False)]
        pieces.append("</mark>")
        at = high
    return "".join([*pieces, html.escape(text[at:end], quote=False)]).strip()


def _joined(marks: Sequence[_Mark], start: int, end: int) -> list[tuple[int, int]]:
    """Join marks that touch: the characters of an unspaced script make one stretch."""
    joined: list[tuple[int, int]] = []
    for mark in marks:
        if mark.start < start or mark.end > end:
            continue
        if joined and mark.start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], mark.end))
        else:
            joined.append((mark.start, mark.end))
    return joined
