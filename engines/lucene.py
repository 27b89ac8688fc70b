"""The query language: Lucene's syntax as people type it, read by luqum into engines.tree."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from luqum import tree as syntax
from luqum.exceptions import ParseError
from luqum.thread import parse as parse_syntax

from engines.dates import read_span
from engines.fields import read_fields
from engines.near import read_near
from engines.plain_words import explain_error, plain_words, regular, spell_signs
from engines.terms import is_word, literal, split_pattern, split_words
from engines.tree import NOTHING, Bool, Everything, Exists, Node, Range, Term, all_of, any_of, boosted

MAX_CHARACTERS = 4000
MAX_TERMS = 150  # times six default fields stays below Elasticsearch's 1,024 clauses
MAX_DEPTH = 40
MAX_WILDCARDS = 8
MAX_PATTERN = 500  # characters; Elasticsearch refuses 1,000
MAX_PATTERNS = 20  # prefix*, wild?card, fuzzy~: up to 2 ms each in every field and language that is searched
MAX_BOOST = 1000.0
MAX_SLOP = 100
MAX_EDITS = 2  # as in Lucene and tantivy: more would need another automaton

_WORDS_IN_A_NOTE = 20
_ALIKE = 0.75  # difflib's ratio: "titel" for "title", not "time"
_CHARACTERS_IN_A_NOTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a query's text means, and a note for each part that was understood otherwise than written."""

    node: Node
    notes: tuple[str, ...] = ()


class _TooMuchError(Exception):
    """The query is larger than an engine should be asked."""


def parse(text: str) -> Parsed:
    """Read a query. Any string at all is understood; the notes say what was not taken as written.

    >>> parse("olympics -rome").node == Bool(
    ...     should=(Term(text="olympics"),), must_not=(Term(text="rome"),))
    True
    >>> parse("macron AND").notes[0]
    'the query ends too early; searched for these words instead: macron'

    Source: https://lucene.apache.org/core/10_0_0/queryparser/ (syntax), tests/cases/queries.jsonl
    """
    text = regular(text)
    if not text.strip():
        return Parsed(node=Everything())
    if len(text) > MAX_CHARACTERS:
        return _plain(text[:MAX_CHARACTERS], f"the query is longer than {MAX_CHARACTERS} characters")
    reader = _Reader()
    try:
        node = reader.read(parse_syntax(spell_signs(text)), None, 0)
    except ParseError as error:
        return _plain(text, explain_error(str(error), text))
    except _TooMuchError as error:
        return _plain(text, str(error))
    except RecursionError:
        return _plain(text, "the query is nested too deeply")
    except (ValueError, InvalidOperation):
        return _plain(text, "a number behind ~ or ^ was not understood")
    if node is None:
        reader.notes.append(f"there is no word to search for in: {text.strip()[:_CHARACTERS_IN_A_NOTE]}")
    return Parsed(node=node or NOTHING, notes=tuple(dict.fromkeys(reader.notes)))


def _plain(text: str, why: str) -> Parsed:
    words = plain_words(text)[:MAX_TERMS]
    if not words:
        return Parsed(node=NOTHING, notes=(f"{why}; there is no word to search for",))
    note = f"{why}; searched for these words instead: {' '.join(words[:_WORDS_IN_A_NOTE])}"
    return Parsed(node=any_of(*(Term(text=word) for word in words)) or NOTHING, notes=(note,))


class _Reader:
    """One walk over luqum's tree; collects the notes. None stands for a part without anything to search for."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._terms = 0
        self._patterns = 0

    def read(self, item: Any, field: str | None, depth: int) -> Node | None:
        """Read one item of luqum's tree, inside `field` where there is one."""
        if depth > MAX_DEPTH:
            raise _TooMuchError(f"the query is nested deeper than {MAX_DEPTH}")
        match item:
            case syntax.SearchField():
                return self._in_field(item, depth)
            case syntax.BaseGroup():
                return self.read(item.expr, field, depth + 1)
            case syntax.Boost():
                return boosted(
                    self.read(item.expr, field, depth + 1), min(max(float(item.force), 0.0), MAX_BOOST)
                )
            case syntax.Word() if _is_bang(item):
                return self._combine(item, field, depth)
            case syntax.Plus() | syntax.Prohibit() | syntax.Not() | syntax.BaseOperation():
                return self._combine(item, field, depth)
            case syntax.Range() | syntax.From() | syntax.To():
                return self._range(item, field)
            case _:
                return self._leaf(item, field)

    def _leaf(self, item: Any, field: str | None) -> Node | None:
        match item:
            case syntax.Proximity() | syntax.Fuzzy() if field and read_fields().kind_of(field) == "point":
                radius = str(item).rpartition("~")[2].strip()
                number = f"{float(radius):.6f}" if radius else ""
                return self._near(f"{literal(item.term.value).strip(chr(34))}~{number}")
            case syntax.Proximity():
                return self._phrase(item.term, field, min(int(item.degree), MAX_SLOP))
            case syntax.Phrase():
                return self._phrase(item, field, 0)
            case syntax.Fuzzy():
                return self._fuzzy(item, field)
            case syntax.Regex():
                self.notes.append(
                    f"regular expressions are not supported: {item.value}; searched for its words"
                )
                return self._words(item.value, field)
            case _:
                return self._word(str(item.value), field)

    def _combine(self, item: Any, field: str | None, depth: int) -> Node | None:
        """Read an operation. Without AND, OR: "+" must, "-" must not, of the others at least one or they add."""
        must: list[Node] = []
        should: list[Node] = []
        must_not: list[Node] = []
        alternatives = isinstance(item, syntax.OrOperation)
        operands = item.operands if isinstance(item, syntax.BaseOperation) else (item,)
        for operand in operands:
            negated = isinstance(operand, (syntax.Prohibit, syntax.Not)) or _is_bang(operand)
            unary = isinstance(operand, syntax.UnaryOperator)
            inner = operand.a if unary else operand
            node = self.read(_unbanged(inner), field, depth + 1)
            if node is None:
                continue
            if alternatives:
                should.append(Bool(must_not=(node,)) if negated else node)
            elif negated:
                must_not.append(node)
            elif isinstance(item, syntax.AndOperation) or isinstance(operand, syntax.Plus):
                must.append(node)
            else:
                should.append(node)
        if not must and not must_not and len(should) == 1:
            return should[0]
        if not (must or should or must_not):
            return None
        return Bool(must=tuple(must), should=tuple(should), must_not=tuple(must_not))

    def _in_field(self, item: Any, depth: int) -> Node | None:
        fields = read_fields()
        name = str(item.name)
        if name == "*" and str(item.expr).strip() == "*":
            return Everything()
        if name.lower() in fields.names:
            return self.read(item.expr, name.lower(), depth + 1)
        near = difflib.get_close_matches(name.lower(), fields.names, n=1, cutoff=_ALIKE)
        hint = f" (did you mean {near[0]}?)" if near else ""
        self.notes.append(f"there is no field {name!r}{hint}; searched for it as a word")
        if isinstance(item.expr, syntax.Word) and not item.expr.head:
            return self._word(f"{name}:{item.expr.value}", None)
        return any_of(self._word(name, None), self.read(item.expr, None, depth + 1))

    def _range(self, item: Any, field: str | None) -> Node | None:
        if isinstance(item, syntax.Range):
            bounds = (str(item.low).strip(), str(item.high).strip(), item.include_low, item.include_high)
        elif isinstance(item, syntax.From):
            bounds = (str(item.a).strip(), "*", item.include, True)
        else:
            bounds = ("*", str(item.a).strip(), True, item.include)
        low, high = (None if bound in ("*", "") else bound.strip('"') for bound in bounds[:2])
        if field and read_fields().kind_of(field) == "date":
            wrong = [bound for bound in (low, high) if bound and not read_span(bound)]
            if not wrong:
                return _range_or_exists(
                    Range(field=field, low=low, high=high, include_low=bounds[2], include_high=bounds[3])
                )
            self.notes.append(
                f"{wrong[0]!r} is not a date (2025, 2025-03, 2025-03-17); searched for it as a word"
            )
        else:
            self.notes.append("only dates have ranges; searched for the words")
        return self._words(" ".join(bound for bound in (low, high) if bound), None)

    def _phrase(self, item: Any, field: str | None, slop: int) -> Node | None:
        return self._term(literal(item.value[1:-1]), "phrase", field, slop)

    def _fuzzy(self, item: Any, field: str | None) -> Node | None:
        words = split_words(literal(str(item.term.value)))
        by_length = isinstance(item.degree, Decimal) and item.degree < 1  # "oil~", and the old "oil~0.8"
        edits = (
            _bearable(word) if by_length else min(int(item.degree), MAX_EDITS, len(word) - 1)
            for word in words
        )
        return all_of(
            *(self._fuzzy_piece(word, field, most) for word, most in zip(words, edits, strict=True))
        )

    def _fuzzy_piece(self, word: str, field: str | None, edits: int) -> Node | None:
        return self._term(word, "fuzzy" if edits else "word", field, edits)

    def _words(self, text: str, field: str | None) -> Node | None:
        return any_of(*(self._term(word, "word", field) for word in split_words(literal(text))))

    def _word(self, written: str, field: str | None) -> Node | None:
        if written == "*":
            return Exists(field=field) if field else Everything()
        if not re.search(r"(?<!\\)[*?]", written.replace("\\\\", "")):
            return self._term(literal(written), "word", field)
        return self._pattern(written, field)

    def _pattern(self, written: str, field: str | None) -> Node | None:
        """Read prefix*, wild?card; the parts of a word that the tokenizer would cut are searched for each."""
        if written[0] in "*?":
            rest = written.lstrip("*?")
            self.notes.append(f"a wildcard cannot stand first: {written}; searched for: {rest or 'nothing'}")
            written = rest
        many = len(re.findall(r"[*?]", written)) > MAX_WILDCARDS
        if many or len(written) > MAX_PATTERN:
            what = f"{MAX_WILDCARDS} wildcards" if many else f"{MAX_PATTERN} characters beside wildcards"
            self.notes.append(f"more than {what} in a word: {written[:_CHARACTERS_IN_A_NOTE]}")
            return self._words(re.sub(r"[*?]", " ", written), field)
        whole = field and read_fields().kind_of(field) in ("keyword", "point")
        pieces = [written] if whole else split_pattern(written)
        return all_of(*(self._pattern_piece(piece, field) for piece in pieces))

    def _pattern_piece(self, piece: str, field: str | None) -> Node | None:
        plain = re.sub(r"\\(.)", "", piece, flags=re.DOTALL)
        if not re.search(r"[*?]", plain):
            return self._term(literal(piece), "word", field)
        if plain.endswith("*") and not re.search(r"[*?]", plain[:-1]):
            return self._term(literal(piece[:-1]), "prefix", field)
        return self._term(piece, "wildcard", field)

    def _term(
        self,
        text: str,
        kind: Literal["word", "phrase", "prefix", "wildcard", "fuzzy"],
        field: str | None,
        distance: int = 0,
    ) -> Node | None:
        """Make one term, or what it means on a date or on a field that has no words."""
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise _TooMuchError(f"the query has more than {MAX_TERMS} words")
        self._patterns += kind not in ("word", "phrase")
        if self._patterns > MAX_PATTERNS:
            raise _TooMuchError(f"the query has more than {MAX_PATTERNS} words with * ? or ~")
        if (how := read_fields().kind_of(field) if field else "text") == "point":
            return self._near(text)
        if how == "date":
            if field and read_span(text):
                return Range(field=field, low=text, high=text)
            self.notes.append(
                f"{text!r} is not a date (2025, 2025-03, 2025-03-17); searched for it as a word"
            )
            field, how = None, "text"
        if not (text.strip() if how == "keyword" else is_word(text)):
            return None
        return Term(text=text, kind=kind, field=field, distance=distance)

    def _near(self, text: str) -> Node:
        found = read_near(text)
        if found.note:
            self.notes.append(found.note if found.near else f"{found.note}; nothing was found for it")
        return found.near or NOTHING


def _is_bang(item: Any) -> bool:
    return isinstance(item, syntax.Word) and item.value.startswith("!") and len(item.value) > 1


def _unbanged(item: Any) -> Any:
    return syntax.Word(item.value[1:]) if _is_bang(item) else item


def _bearable(word: str) -> int:
    """How many edits a word of its length bears: Elasticsearch's AUTO."""
    return 0 if len(word) <= 2 else 1 if len(word) <= 5 else 2


def _range_or_exists(node: Range) -> Node:
    return node if node.low or node.high else Exists(field=node.field)
