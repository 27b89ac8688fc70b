"""A parsed query, as each engine renders it. `engines.lucene.parse` makes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from engines.contract import Near


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Text to be analysed like the field's own; several tokens out of one word are a phrase."""

    text: str
    kind: Literal["word", "phrase", "prefix", "wildcard", "fuzzy"] = "word"
    field: str | None = None  # a key of fields.json; None: the default fields
    distance: int = 0  # edits of a fuzzy word, slop of a phrase
    boost: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Values between `low` and `high`, each None when open."""

    field: str
    low: str | None
    high: str | None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Exists:
    """Documents that have the field."""

    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bool:
    """All of `must`, at least one of `should` when there is no `must`, none of `must_not`."""

    must: tuple[Node, ...] = ()
    should: tuple[Node, ...] = ()
    must_not: tuple[Node, ...] = ()
    boost: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """Every document."""


Node = Term | Range | Near | Exists | Bool | Everything

#: Nothing matches it: the answer to a query of which nothing could be used.
NOTHING = Bool(must_not=(Everything(),))


def all_of(*nodes: Node | None) -> Node | None:
    """Join the parts of one word that must all be there."""
    known = tuple(node for node in nodes if node)
    return known[0] if len(known) == 1 else Bool(must=known) if known else None


def any_of(*nodes: Node | None) -> Node | None:
    """Join alternatives."""
    known = tuple(node for node in nodes if node)
    return known[0] if len(known) == 1 else Bool(should=known) if known else None


def boosted(node: Node | None, boost: float) -> Node | None:
    """Give a part more weight; what is no word scores the same for every document."""
    return replace(node, boost=node.boost * boost) if isinstance(node, (Term, Bool)) else node
