"""How many articles there are of what: facets and the histogram, added up over the languages. Imports tantivy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tantivy import Query as TantivyQuery

from engines.asking import ordered_facet
from engines.contract import FACETS, FacetValue, Query
from engines.embedded.document import MONTH, facet_name, field_name
from engines.embedded.moment import Moment

#: Values asked of each language's index, so that their sums are exact up to as many values.
_FACET_VALUES = 2000
_MONTHS = 7008  # all that there are between the earliest and the latest date
_HISTOGRAM = "histogram"
_MONTH = "month"  # the facet: tantivy has no intervals of the calendar, and a term is counted faster
_DAYS = {"date_histogram": {"field": field_name("date"), "fixed_interval": "1d", "min_doc_count": 1}}
_LENGTHS = {"day": 10, "month": 7, "year": 4}  # of "2025-03-17"


@dataclass(frozen=True, slots=True)
class Part:
    """One language's share of an answer: where, and what is asked there."""

    moment: Moment
    query: TantivyQuery


def count(
    parts: Sequence[Part], query: Query
) -> tuple[Mapping[str, tuple[FacetValue, ...]], tuple[FacetValue, ...]]:
    """Count facets and histogram, in one pass over the articles found."""
    asked = {name: _terms(facet_name(FACETS[name])) for name in query.facets}
    over = {"day": _HISTOGRAM, "month": _MONTH, "year": _MONTH}[query.histogram] if query.histogram else ""
    if over:
        asked[over] = _DAYS if over == _HISTOGRAM else _terms(MONTH)
    counts: dict[str, Counter[str]] = {name: Counter() for name in asked}
    for part in parts if asked else ():
        for name, found in part.moment.searcher.aggregate(part.query, asked).items():
            counted = counts[name]
            for bucket in found["buckets"]:
                counted[bucket.get("key_as_string") or bucket["key"]] += bucket["doc_count"]
    spans = _joined(counts[over], _LENGTHS[query.histogram or "day"]) if over else ()
    return {name: ordered_facet(name, counts[name], query.facet_size) for name in query.facets}, spans


def _terms(field: str) -> dict[str, Any]:
    size = _MONTHS if field == MONTH else _FACET_VALUES
    return {"terms": {"field": field, "size": size, "segment_size": size}}


def _joined(counted: Counter[str], length: int) -> tuple[FacetValue, ...]:
    spans: Counter[str] = Counter()
    for moment, number in counted.items():
        spans[moment[:length]] += number
    return tuple(FacetValue(value=value, count=number) for value, number in sorted(spans.items()))
