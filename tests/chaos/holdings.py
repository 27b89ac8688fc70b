"""Everything that a run leaves behind, to be compared with what another one left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path

from engines import open_engine
from engines.contract import Engine, Query
from ledger import read_ledger
from ledger.raw import read_raw, read_raw_files
from ledger.rejects import read_rejects

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What index, ledger, rejects and raw store hold."""

    index: dict[str, tuple[str, str]]  # id → digest and analyzer key, as looked up by id
    found: Counter[str]  # ids, as a search finds them, and how often
    texts: dict[str, tuple[str, str]]  # id → origin and body, as searches show them
    ledger: dict[str, tuple[str, str]]  # id → digest and analyzer key
    files: dict[str, tuple[str, int, dict[str, int]]]  # path → state, articles read, rejected by reason
    rejects: Counter[tuple[str, str]]  # origin and reason
    raw: dict[str, list[str]]  # path → origins, of what is kept whole
    left_over: tuple[int, int]  # ids still to be deleted, files still to be read


def read_holdings(target: str, state: Path) -> Holdings:
    """Read everything back, each with its own reader."""
    ledger = read_ledger(state)
    assert ledger is not None
    with open_engine(target) as engine, ledger:
        found, texts = _search_all(engine)
        known = {id: (entry.digest, entry.index) for id, entry in ledger.everything()}
        index = look_up(engine, sorted({*found, *known}))
        totals = ledger.totals()
        files = {
            file.path: (file.state, file.counts.read, dict(file.counts.rejected)) for file in ledger.files()
        }
    kept = [file for file in read_raw_files(state) if file.whole]
    raw: dict[str, list[str]] = {}
    for file, document in read_raw(kept):
        raw.setdefault(file.path, []).append(document.origin)
    return Holdings(
        index=index,
        found=found,
        texts=texts,
        ledger=known,
        files=files,
        rejects=Counter((reject.origin, reject.reason) for reject in read_rejects(state)),
        raw=raw,
        left_over=(totals.to_delete, totals.unfinished),
    )


def agree(holdings: Holdings) -> None:
    """Check that the books tell what the index holds, each document once."""
    assert holdings.ledger == holdings.index
    assert holdings.found == Counter(holdings.index.keys())
    assert holdings.left_over == (0, 0)


def differences(held: Holdings, expected: Holdings) -> list[str]:
    """Tell where two holdings differ, shortly: an empty list when they do not."""
    told = []
    for field in fields(Holdings):
        ours, theirs = getattr(held, field.name), getattr(expected, field.name)
        if isinstance(ours, dict):
            keys = sorted(key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key))
            told += [f"{field.name} {key}: {ours.get(key)} instead of {theirs.get(key)}" for key in keys]
        elif ours != theirs:
            told.append(f"{field.name}: {ours} instead of {theirs}")
    return told


def look_up(engine: Engine, ids: list[str]) -> dict[str, tuple[str, str]]:
    """Ask for these ids: digest and analyzer key of those that are held."""
    held = {}
    for start in range(0, len(ids), _AT_ONCE):
        held.update(engine.stored(ids[start : start + _AT_ONCE]))
    return {id: (stored.digest, stored.index) for id, stored in held.items()}


def _search_all(engine: Engine) -> tuple[Counter[str], dict[str, tuple[str, str]]]:
    found: Counter[str] = Counter()
    texts: dict[str, tuple[str, str]] = {}
    cursor = None
    while True:
        page = engine.search(Query(size=_AT_ONCE, sort="oldest", cursor=cursor))
        for hit in page.hits:
            found[hit.id] += 1
            texts[hit.id] = (hit.article.origin, hit.article.body)
        cursor = page.cursor
        if cursor is None:
            assert found.total() == page.total
            return found, texts
