"""Which names a query may use, which index fields they mean, and how those are compared: fields.json."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """fields.json."""

    kinds: Mapping[str, str]  # index field → "text", "name", "keyword", "date", "number", "point", "stored"
    default: Mapping[str, float]  # index field → boost, for words without a field
    names: Mapping[str, tuple[str, ...]]  # name in a query → index fields

    def kind_of(self, name: str) -> str:
        """How the index fields of a query's name are compared; the default fields when it has none."""
        return self.kinds[self.names[name][0]]


@functools.cache
def read_fields() -> Fields:
    """Read fields.json, once."""
    data: dict[str, Any] = orjson.loads(resources.files("engines").joinpath("fields.json").read_bytes())
    return Fields(
        kinds=data["fields"],
        default=data["default"],
        names={name: tuple(fields) for name, fields in data["names"].items()},
    )
