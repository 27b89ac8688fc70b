"""A document's JSON as tantivy holds it: the schema, and the fields filled.

The JSON is stored whole; everything else is only indexed. Import this late: it imports tantivy.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import tantivy

from engines.analysis import KeyAnalysis, prepare, prepare_keyword, read_analysis
from engines.contract import FACETS
from engines.dates import EARLIEST, LATEST, read_moment
from engines.fields import read_fields

JSON = "json"
PRESENT = "present"  # names of the fields that a document has, for `field:*`
IDENTITY = "identity"  # "id digest", as a column: to know what is held without reading documents
NEWEST = "newest"  # sort keys: the second in the high bits, the head of the id in the low ones
OLDEST = "oldest"
MONTH = "date_facet"  # "2025-03", what the facet of months counts

_NEEDED = ("id", "origin", "source", "language")
_MAX_KEYWORD = read_analysis().max_keyword_characters
_ID_BITS = 28
_ID_DIGITS = _ID_BITS // 4
_UNDATED_LAST = int((LATEST - EARLIEST).total_seconds()) + 1


@dataclass(frozen=True, slots=True)
class _Target:
    """Where the words of an index field go."""

    kind: str  # "id", "text", "name", "keyword", "date", "point"
    name: str
    exact: str | None  # the unstemmed copy
    facet: str | None  # the copy that is counted, as written


def field_name(path: str) -> str:
    """Give tantivy's name of an index field: a dot would mean a path inside a JSON field.

    >>> field_name("dateline.places.name")
    'dateline_places_name'
    """
    return path.replace(".", "_")


def exact_name(path: str) -> str:
    """Give the name of the unstemmed copy."""
    return f"{field_name(path)}_exact"


def facet_name(path: str) -> str:
    """Give the name of the copy whose values are counted as written."""
    return f"{field_name(path)}_facet"


@functools.cache
def _indexed() -> Mapping[str, str]:
    """Give the fields that a query or a facet can ask for, and how each is compared."""
    fields = read_fields()
    asked = {path for paths in fields.names.values() for path in paths}
    return {
        path: kind
        for path, kind in fields.kinds.items()
        if path in {*asked, *fields.default, *FACETS.values()}
    }


@functools.cache
def _indexed_roots() -> frozenset[str]:
    return frozenset(path.partition(".")[0] for path in _indexed())


@functools.cache
def _targets(key: str) -> Mapping[str, _Target]:
    has_exact = read_analysis().keys[key].has_exact
    return {
        path: _Target(
            kind="id" if path == "id" else kind,
            name=field_name(path),
            exact=exact_name(path) if kind == "text" and has_exact else None,
            facet=facet_name(path) if path in FACETS.values() and kind == "keyword" else None,
        )
        for path, kind in _indexed().items()
    }


@functools.cache
def schema_of(key: str) -> tantivy.Schema:
    """Make the schema of one key's index."""
    builder = tantivy.SchemaBuilder()
    for target in _targets(key).values():
        if target.kind in ("id", "point"):
            builder.add_text_field(target.name, tokenizer_name="raw", index_option="basic")
        elif target.kind == "keyword":
            builder.add_text_field(target.name, tokenizer_name="folded", index_option="basic")
        elif target.kind == "date":
            builder.add_date_field(target.name, indexed=True, fast=True)
        else:
            builder.add_text_field(target.name, tokenizer_name=target.kind, index_option="position")
        if target.exact:
            builder.add_text_field(target.exact, tokenizer_name="exact", index_option="basic")
        if target.facet:
            builder.add_text_field(target.facet, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field(PRESENT, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field(IDENTITY, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field(MONTH, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_unsigned_field(NEWEST, fast=True)
    builder.add_unsigned_field(OLDEST, fast=True)
    builder.add_bytes_field(JSON, stored=True)
    return builder.build()


def to_tantivy(source: bytes, key: KeyAnalysis) -> tantivy.Document:
    """Make tantivy's document.

    ValueError: the JSON is none, or a date is outside what can be indexed; KeyError, TypeError: it is no article.
    """
    fields = orjson.loads(source)
    for name in _NEEDED:
        fields[name]
    document = tantivy.Document()
    targets = _targets(key.key)
    present: dict[str, None] = {}
    for path, value in _leaves(fields):
        target = targets.get(path)
        if target and value:
            present[path] = None
            _add(document, target, value, key)
    document.add_text(PRESENT, " ".join(present))
    document.add_text(IDENTITY, f"{fields['id']} {fields.get('digest', '')}")
    moment = read_moment(fields["date"]) if "date" in fields else None
    document.add_unsigned(NEWEST, sort_key(moment, fields["id"], 0))
    document.add_unsigned(OLDEST, sort_key(moment, fields["id"], _UNDATED_LAST))
    if moment:
        document.add_text(MONTH, moment.isoformat()[:7])
    document.add_bytes(JSON, source)
    return document


def sort_key(moment: datetime | None, id: str, undated: int) -> int:
    """Give the number that orders by moment, then by id. Equal for two documents once in 2²⁸ pairs of a second."""
    seconds = int((moment - EARLIEST).total_seconds()) if moment else undated
    try:
        tail = int(id[:_ID_DIGITS].ljust(_ID_DIGITS, "0"), 16)
    except ValueError:  # not one of our ids: any number that stays the same
        tail = zlib.crc32(id.encode()) >> (32 - _ID_BITS)
    return (seconds << _ID_BITS) | tail


def write_point(latitude: float, longitude: float) -> str:
    """Write a place on the map as one term, so that what is near is a set of terms; TypeError when it is none.

    >>> write_point(41.89, 12.48)
    '41.89,12.48'
    """
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise TypeError(f"{latitude},{longitude} is no place on the map")
    return f"{latitude},{longitude}"


def _leaves(fields: dict[str, Any]) -> list[tuple[str, str]]:
    """List the words of the indexed fields with their paths.

    Equal ones of a list come once, as a facet counts them.
    """
    roots = _indexed_roots()
    leaves: list[tuple[str, str]] = []
    for root, value in fields.items():
        if root not in roots:
            continue
        if value.__class__ is str:
            leaves.append((root, value))
        else:
            inner: list[tuple[str, str]] = []
            _collect(root, value, inner)
            leaves += dict.fromkeys(inner)
    return leaves


def _collect(path: str, value: Any, leaves: list[tuple[str, str]]) -> None:
    if isinstance(value, str):
        leaves.append((path, value))
    elif isinstance(value, list):
        for one in value:
            _collect(path, one, leaves)
    elif isinstance(value, dict) and _indexed().get(path) == "point":
        leaves.append((path, write_point(value["lat"], value["lon"])))
    elif isinstance(value, dict):
        for name, one in value.items():
            _collect(f"{path}.{name}", one, leaves)


def _add(document: tantivy.Document, target: _Target, value: str, key: KeyAnalysis) -> None:
    if target.kind == "keyword":
        if len(value) <= _MAX_KEYWORD:
            document.add_text(target.name, prepare_keyword(value))
            if target.facet:
                document.add_text(target.facet, value)
    elif target.kind == "date":
        document.add_date(target.name, read_moment(value))
    elif target.kind in ("id", "point"):
        document.add_text(target.name, value)
    else:
        text = prepare(value, key)
        document.add_text(target.name, text)
        if target.exact:
            document.add_text(target.exact, text)
