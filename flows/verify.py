"""Does the index hold what the books say? All of it is compared, and what differs is put right."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Literal, TypeVar

from engines.contract import Engine
from flows.desk import Desk, open_books, read_books
from flows.opening import open_run
from flows.reading import Supply, is_readable_file
from flows.replay import kept_supply
from flows.settings import state_folder
from flows.steps import Job
from flows.target import open_target
from ledger import Ledger
from ledger.raw import read_raw_files
from ledger.records import Entry
from transforms.document import RunStamp, article_from_json, to_document
from transforms.records import Document

T = TypeVar("T")

Kind = Literal["missing", "different", "doubled", "stray"]
#: What each kind means, in the order of telling.
KINDS: dict[Kind, str] = {
    "missing": "the accounts have it and the index does not",
    "different": "the index has another text of it, or has it as another language",
    "doubled": "the indexes of two languages have it",
    "stray": "the index has it and the accounts do not",
}
_ASKED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One id on which index and books do not agree."""

    id: str
    kind: Kind
    origin: str | None = None  # where it was read; None for strays


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What a comparison found."""

    target: str
    documents: int  # that the books know
    asked: int  # of those, how many were asked for
    differences: tuple[Difference, ...] = ()
    unfinished: tuple[str, ...] = ()  # files that are to be read again, as the books themselves say

    @property
    def agrees(self) -> bool:
        """Whether there is nothing to be put right."""
        return not self.differences and not self.unfinished

    def ids(self, *kinds: Kind) -> list[str]:
        """Those of some kinds."""
        return [found.id for found in self.differences if found.kind in kinds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What a repair did."""

    files: tuple[str, ...]  # read again
    sent: int  # documents
    removed: int  # strays, and what no file yields any more
    after: Audit


def audit(engine: Engine, ledger: Ledger, *, sample: int | None = None, texts: bool = False) -> Audit:
    """Compare all that the books know with the index, and the other way round; or only a random `sample`.

    Digests are asked for as the index has them; with `texts` every text is read and its digest made anew. While a run
    is loading, what it is about to write down may be found to differ.
    """
    entries: Iterable[tuple[str, Entry]] = ledger.everything()
    if sample is not None:
        entries = _choose(entries, sample)
    asked, found = 0, list[Difference]()
    for batch in _batches(entries, _ASKED_AT_ONCE):
        asked += len(batch)
        found += _compare(engine, batch)
    if sample is None:
        others = list(_strays_and_doubled(engine, ledger))
        doubled = {other.id for other in others if other.kind == "doubled"}
        found = [one for one in found if one.id not in doubled] + others
    if texts:
        found += _altered(engine, ledger, {one.id for one in found})
    return Audit(
        target=engine.url,
        documents=ledger.totals().documents,
        asked=asked,
        differences=tuple(replace(one, origin=_origin(ledger, one.id)) for one in found),
        unfinished=tuple(ledger.stale()),
    )


def audit_target(desk: Desk, *, sample: int | None = None, texts: bool = False) -> Audit:
    """Open the index and its books, for reading only, and compare them; LedgerError when there are no books."""
    with open_target(desk.settings, desk.target) as engine, read_books(desk) as ledger:
        return audit(engine, ledger, sample=sample, texts=texts)


def repair(
    desk: Desk,
    found: Audit,
    *,
    fetched_at: datetime | None = None,
    drop_strays: bool = False,
    texts: bool = False,
) -> Repair:
    """Read the files again that yield what is missing or different, delete strays, and compare once more.

    What no file yields that is still there is left as it was found, and is told again. Strays are left too when
    there are more of them than the books know, or these were begun when the index held articles already: then it
    may be the books that are wrong, and `drop_strays` says that they are not. Strays of an index that was made anew
    stay in any case. What the raw store has and the books, made anew, do not know, is entered again first.
    """
    wrong = found.ids("missing", "different", "doubled")
    with read_books(desk) as ledger:
        paths = {id: _paths(ledger, id) for id in wrong}
    is_ours = _give_up(desk, found, [id for id in wrong if paths[id]])
    again = sorted({path for some in paths.values() for path in some})
    sent = removed = 0
    if again or found.unfinished:
        sent, removed = _read_again(desk, again, fetched_at)
    if found.ids("stray") and (forgotten := _forgotten(desk)).files:
        _read_again(desk, (), None, forgotten)
    with open_books(desk) as (engine, ledger):
        after = audit(engine, ledger, texts=texts)
        if is_ours:
            strays, after = _remove_strays(engine, ledger, after, at_any_rate=drop_strays)
            removed += strays
        lost = [
            id for id in wrong if not paths[id] and id not in after.ids("missing", "different", "doubled")
        ]
        held = engine.stored(lost)
    told = tuple(one for one in found.differences if one.id in lost and one.id not in held)
    after = replace(after, differences=(*after.differences, *told))
    return Repair(files=tuple(again), sent=sent, removed=removed, after=after)


# Repairing


def _give_up(desk: Desk, found: Audit, ids: list[str]) -> bool:
    """Enter that the index does not hold these; False when the books turn out to be of another index."""
    with open_books(desk) as (engine, ledger):
        ledger.distrust(ids)
        engine.delete(set(ids).intersection(found.ids("doubled")))
        engine.commit()
        return not ledger.fresh


def _forgotten(desk: Desk) -> Supply:
    """The raw copy of files that the books do not know: a ledger that was deleted knew them."""
    folder = state_folder(desk.settings, desk.target)
    with read_books(desk) as ledger:
        known = {entry.path for entry in ledger.files()}
    return kept_supply(folder, {file.path for file in read_raw_files(folder)} - known)


def _read_again(
    desk: Desk, paths: Sequence[str], fetched_at: datetime | None, supply: Supply | None = None
) -> tuple[int, int]:
    """Ingest the files, and whatever else the books count as unread; how many were sent and removed."""
    settings = desk.settings
    job = Job(
        paths=paths,
        supply=supply,
        fetched_at=fetched_at,
        workers=settings.workers,
        detector=settings.detector,
        languages=settings.languages,
    )
    keep = supply is None and (state_folder(settings, desk.target) / "raw").is_dir()
    with open_run(job, settings, desk.target, wait=desk.wait, keep=keep, say=desk.say) as run:
        sent = sum(run.load(shard) for shard in run.shards())
        return sent, run.report().removed


def _remove_strays(engine: Engine, ledger: Ledger, found: Audit, *, at_any_rate: bool) -> tuple[int, Audit]:
    strays = found.ids("stray")
    if not strays or (not at_any_rate and (ledger.facts.inherits or len(strays) > found.documents)):
        return 0, found
    removed = engine.delete(strays)
    engine.commit()
    ledger.buried([id for id in strays if _is_id(id)])
    ledger.facts.inherits = False
    left = engine.stored(strays)
    differences = tuple(one for one in found.differences if one.kind != "stray" or one.id in left)
    return removed, replace(found, differences=differences)


# Comparing


def _compare(engine: Engine, batch: list[tuple[str, Entry]]) -> Iterator[Difference]:
    stored = engine.stored([id for id, _ in batch])
    for id, entry in batch:
        held = stored.get(id)
        if held is None:
            yield Difference(id=id, kind="missing")
        elif (held.digest, held.index) != (entry.digest, entry.index):
            yield Difference(id=id, kind="different")


def _strays_and_doubled(engine: Engine, ledger: Ledger) -> Iterator[Difference]:
    """Ask the index for all that it holds. What is under another language than it should be is asked for twice."""
    strays: dict[str, None] = {}
    misplaced: dict[str, set[str]] = {}
    for batch in _batches(engine.ids(), _ASKED_AT_ONCE):
        ids = [id for id, _ in batch if _is_id(id)]
        known, entries = ledger.knows(ids), ledger.lookup(ids)
        for id, index in batch:
            if id not in known:
                strays[id] = None
            elif id in entries and entries[id].index != index:
                misplaced[id] = set()
    for id, index in engine.ids() if misplaced else ():
        if id in misplaced:
            misplaced[id].add(index)
    yield from (Difference(id=id, kind="doubled") for id, indexes in misplaced.items() if len(indexes) > 1)
    yield from (Difference(id=id, kind="stray") for id in strays)


def _altered(engine: Engine, ledger: Ledger, told: set[str]) -> Iterator[Difference]:
    """Those whose text is not the one that their digest is of: somebody has changed them where they are."""
    for batch in _batches(engine.documents(), _ASKED_AT_ONCE):
        wrong = [one.id for one in batch if one.id not in told and _make_digest(one) != one.digest]
        yield from (Difference(id=id, kind="different") for id in ledger.lookup(list(filter(_is_id, wrong))))


def _make_digest(document: Document) -> str:
    """The digest of a document's content as it is."""
    stamp = RunStamp(run_id="", ingested_at=datetime.now(UTC), version="")  # is no part of it
    return to_document(article_from_json(document.json), stamp).digest


def _choose(entries: Iterable[tuple[str, Entry]], size: int) -> list[tuple[str, Entry]]:
    """Choose so many by chance, each with the same chance, without holding all.

    Source: J. S. Vitter, "Random sampling with a reservoir", ACM TOMS 11 (1985), algorithm R
    """
    chosen: list[tuple[str, Entry]] = []
    for number, entry in enumerate(entries):
        if len(chosen) < size:
            chosen.append(entry)
        elif (place := random.randrange(number + 1)) < size:
            chosen[place] = entry
    return chosen


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


# The books


def _paths(ledger: Ledger, id: str) -> list[str]:
    return [origin.path for origin in ledger.origins(id) if is_readable_file(origin.path, ledger)]


def _origin(ledger: Ledger, id: str) -> str | None:
    origins = ledger.origins(id) if _is_id(id) else []
    return origins[0].origin if origins else None


def _is_id(id: str) -> bool:
    """Whether it can be one of ours: something else may write into the index."""
    return len(id) == 32 and set(id) <= set("0123456789abcdef")
