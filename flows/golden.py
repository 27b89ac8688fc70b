"""Golden queries: what must be found, asked of the old generation and of the new one before it goes live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from engines.contract import Engine, Query
from flows.settings import SettingsError

_FIRST = 10  # hits among which the ids are looked for, at least
_FORM = 'one JSON object a line: {"query": "harbour", "ids": ["…"]} or {"query": "harbour", "min_total": 3}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """One query and what must be found."""

    query: str
    ids: tuple[str, ...] = ()  # among the first hits
    min_total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one query went: ids found among the first hits, or hits in all when no ids are asked for."""

    query: str
    wanted: int
    old: int | None  # None: the old generation cannot be asked
    new: int

    @property
    def is_good(self) -> bool:
        """Whether the new generation finds what is wanted, or no less than the old one."""
        return self.new >= self.wanted or (self.old is not None and self.new >= self.old)


def read_golden(path: Path) -> list[Golden]:
    """Read a file of golden queries; SettingsError when it is none."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as err:
        raise SettingsError(
            f"cannot read {path}: {err.strerror}", hint="name a file of golden queries"
        ) from err
    return [_parse(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]


def ask_golden(golden: Sequence[Golden], old: Engine | None, new: Engine) -> Iterator[Finding]:
    """Ask both generations."""
    for one in golden:
        yield Finding(
            query=one.query,
            wanted=len(one.ids) if one.ids else one.min_total,
            old=_found(old, one) if old else None,
            new=_found(new, one),
        )


def _found(engine: Engine, golden: Golden) -> int:
    page = engine.search(Query(text=golden.query, size=max(_FIRST, len(golden.ids)) if golden.ids else 0))
    if not golden.ids:
        return page.total
    return len({hit.id for hit in page.hits}.intersection(golden.ids))


def _parse(line: bytes, where: str) -> Golden:
    try:
        row = orjson.loads(line)
        golden = Golden(query=row["query"], ids=tuple(row.get("ids", ())), min_total=row.get("min_total", 0))
        wanted = len(golden.ids) + golden.min_total
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise SettingsError(f"{where} is not a golden query", hint=_FORM) from err
    if not isinstance(golden.query, str) or not wanted:
        raise SettingsError(f"{where} asks for nothing", hint=_FORM)
    return golden
