"""A new generation of an index, of the copy that the old one was made of, and back again.

The run lock is held from beginning to end, so that nothing comes in meanwhile and there is nothing to catch up
with: an ingest waits, or stops and says so. Searches go on in the live generation until the swap.

What a kill leaves: before the swap the old generation with its accounts, and a half of the new one that the
next reindex drops; after it the new generation, whose accounts whoever opens them next takes up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

from engines.contract import Engine, EngineError, Query
from flows.books import Books
from flows.desk import Desk
from flows.golden import Finding, Golden, ask_golden
from flows.replay import Replay, plan_replay
from flows.settings import state_folder
from flows.steps import VERSION, Advance, Job, Run
from flows.target import open_target
from flows.verify import Audit, audit
from ledger import Ledger, LedgerError, hold_accounts, open_ledger, read_ledger
from ledger.records import Counts
from ledger.rejects import open_rejects
from ledger.report import Tally
from ledger.shelved import NEXT, PREVIOUS, discard, identity_of, take_up
from transforms.records import Reject

_MARK = "generation"  # in the folder of the next accounts: the number that they are of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexed:
    """What a reindex did, or why it did not."""

    target: str
    live: int  # the generation that is live now
    new: int | None  # the one that was made; None when none was
    reason: str = ""  # why there was no swap; "" when there was one
    counts: Counts = field(default_factory=Counts)
    old_documents: dict[str, int] | None = None  # by analyzer key, as the accounts tell
    new_documents: dict[str, int] | None = None
    verified: int = 0
    missing: tuple[str, ...] = ()  # files whose copy is neither kept nor there
    from_disk: tuple[str, ...] = ()  # files whose copy is not kept, and was read where they are
    unknown: int = 0  # documents of the live index that the accounts do not know
    golden: tuple[Finding, ...] = ()
    seconds: float = 0.0

    @property
    def swapped(self) -> bool:
        """Whether the new generation is live."""
        return self.new is not None and self.new == self.live


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a reindex is to be done."""

    golden: tuple[Golden, ...] = ()
    allow_missing: bool = False
    advance: Callable[[Advance], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A new generation that was loaded, and how the checks went."""

    number: int
    counts: Counts
    documents: dict[str, int]
    golden: tuple[Finding, ...]
    audit: Audit

    @property
    def reason(self) -> str:
        """Why it must not go live; "" when it may."""
        if not self.documents:
            return "the new generation would be empty"
        if not self.audit.agrees:
            first = self.audit.differences[0].id if self.audit.differences else self.audit.unfinished[0]
            return f"the new generation is not what its accounts say, the first is {first}"
        worse = [found.query for found in self.golden if not found.is_good]
        return f"{len(worse):,} golden queries find less, the first is {worse[0]}" if worse else ""


def reindex(desk: Desk, wish: Wish) -> Reindexed:
    """Make a new generation, check it, and swap it in; or leave everything as it was and say why."""
    start = perf_counter()
    with open_desk(desk) as (engine, folder):
        before = _look(engine, folder)
        if before.reason and not wish.allow_missing:
            return before.told
        made = _make(desk, engine, folder, before.plan, wish)
        if made.reason:
            drop_unfinished(engine, folder)
        else:
            engine.activate(made.number)
            take_up(folder, engine.identity())
    return replace(
        before.told,
        live=before.told.live if made.reason else made.number,
        new=made.number,
        reason=made.reason,
        counts=made.counts,
        new_documents=made.documents,
        verified=made.audit.asked,
        golden=made.golden,
        seconds=perf_counter() - start,
    )


def roll_back(desk: Desk) -> int:
    """Make the generation before the live one live again, with its accounts; its number.

    Where somebody else has changed what is live, it is the one that the accounts in use belong to.
    """
    with open_desk(desk) as (engine, folder):
        number = _previous(engine, folder)
        engine.activate(number)
        if not take_up(folder, engine.identity()) and identity_of(folder) != engine.identity():
            desk.say("its accounts were not kept: the next ingest reads all input again")
    return number


def drop_generation(desk: Desk, number: int) -> None:
    """Remove a generation that is not live, and the accounts that are kept of it."""
    with open_desk(desk) as (engine, folder):
        with engine.generation(number) as going:
            identity = going.identity()
        engine.drop(number)
        if identity and identity_of(folder / PREVIOUS) == identity:
            discard(folder / PREVIOUS)


@contextmanager
def open_desk(desk: Desk) -> Iterator[tuple[Engine, Path]]:
    """Open the index and keep every run out; what a killed reindex left is ended first."""
    folder = state_folder(desk.settings, desk.target)
    with (
        hold_accounts(folder, target=desk.target, wait=desk.wait, say=desk.say),
        open_target(desk.settings, desk.target) as engine,
    ):
        take_up(folder, _live_identity(engine) or "")
        drop_unfinished(engine, folder)
        yield engine, folder


def drop_unfinished(engine: Engine, folder: Path) -> None:
    """Remove a generation that was begun and will not go live, then its accounts, which name it."""
    mark = folder / NEXT / _MARK
    if mark.is_file():
        text = mark.read_text("utf-8")
        number = int(text) if text.isdecimal() else 0
        if any(one.number == number and not one.is_live for one in engine.generations()):
            engine.drop(number)
    discard(folder / NEXT)


# Before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    plan: Replay
    reason: str  # why the new generation would hold less
    told: Reindexed


def _look(engine: Engine, folder: Path) -> _Before:
    """See what there is to be read again, and what is not."""
    live = next((one for one in engine.generations() if one.is_live), None)
    ledger = read_ledger(folder) if identity_of(folder) == engine.identity() else None
    if live is None or ledger is None:
        raise LedgerError(
            f"there are no accounts of what is in {engine.url}",
            hint="ingest its input: what the index holds already is not sent again",
        )
    with ledger:
        plan = plan_replay(folder, ledger)
        documents = dict(ledger.totals().by_index)
    unknown = max(0, live.documents - sum(documents.values()))
    reason = ""
    if plan.missing:
        reason = f"the copy of {len(plan.missing):,} files is not kept and not there any more"
    elif unknown:
        reason = f"the index holds {unknown:,} articles that the accounts do not know (copydesk verify)"
    told = Reindexed(
        target=engine.url, live=live.number, new=None, reason=reason, old_documents=documents,
        missing=plan.missing, from_disk=plan.from_disk, unknown=unknown,
    )  # fmt: skip
    return _Before(plan=plan, reason=reason, told=told)


def _previous(engine: Engine, folder: Path) -> int:
    """The generation whose accounts are kept as the previous ones, else the one made before the live one."""
    generations = engine.generations()
    if generations and _live_identity(engine) is None:
        numbers = [one.number for one in reversed(generations)]
        return _belonging(engine, numbers, folder) or numbers[0]
    live = next((one.number for one in generations if one.is_live), 0)
    others = [one.number for one in reversed(generations) if not one.is_live]
    if number := _belonging(engine, others, folder / PREVIOUS):
        return number
    before = [number for number in others if number < live]
    if not before:
        raise EngineError(f"there is no generation before {live} in {engine.url}", hint="copydesk reindex")
    return before[0]


def _live_identity(engine: Engine) -> str | None:
    """The token of what is live; None when that is not one whole generation."""
    try:
        return engine.identity()
    except EngineError:
        return None


def _belonging(engine: Engine, numbers: list[int], folder: Path) -> int | None:
    """The generation that the accounts in this folder are those of."""
    kept = identity_of(folder)
    for number in numbers if kept else ():
        with engine.generation(number) as other:
            if other.identity() == kept:
                return number
    return None


# Making


def _make(desk: Desk, engine: Engine, folder: Path, plan: Replay, wish: Wish) -> _Made:
    """Load a new generation beside the live one, with accounts of its own, and check it."""
    number = max((one.number for one in engine.generations()), default=0) + 1
    (folder / NEXT).mkdir()
    (folder / NEXT / _MARK).write_text(str(number), "utf-8")
    with (
        engine.generation(number) as coming,
        open_ledger(folder / NEXT, target=desk.target, identity=coming.identity()) as ledger,
    ):
        ledger.fresh = False  # there is nothing in it yet that the engine could be asked for
        ledger.facts.home = plan.home
        _keep_rejects(folder / NEXT, plan)
        tally = Tally()
        for run_id, supply in plan.runs:
            job = Job(
                paths=(),
                supply=supply,
                workers=desk.settings.workers,
                detector=desk.settings.detector,
                languages=desk.settings.languages,
            )
            tally.add(_run(run_id, job, coming, ledger, folder / NEXT, wish.advance))
        documents = dict(ledger.totals().by_index)
        return _Made(
            number=number,
            counts=tally.counts,
            documents=documents,
            audit=audit(coming, ledger),
            golden=tuple(ask_golden(wish.golden, _askable(engine), coming)) if documents else (),
        )


def _run(
    run_id: str, job: Job, coming: Engine, ledger: Ledger, folder: Path, advance: Callable[[Advance], None]
) -> Counts:
    """Do a run of old once more, under its name: of two texts of a story, that of the later run is held again."""
    with (
        open_rejects(folder, run_id=run_id, version=VERSION) as rejects,
        Books(ledger, rejects, None) as books,
        Run(run_id, job, coming, books, advance) as run,
    ):
        for shard in run.shards():
            run.load(shard)
        return run.report().counts


def _keep_rejects(folder: Path, plan: Replay) -> None:
    """What could not be read then cannot be read now: it stays on the list."""
    if not plan.elsewhere:
        return
    with open_rejects(folder, run_id=plan.elsewhere[0].run_id, version=VERSION) as rejects:
        for kept in plan.elsewhere:
            reject = Reject(
                origin=kept.origin, stage="read", reason=kept.reason, detail=kept.detail, offset=kept.offset
            )
            rejects.add(reject, path=kept.path, record=kept.record, answer=kept.answer)


def _askable(engine: Engine) -> Engine | None:
    """The live generation, unless this version cannot read it."""
    try:
        engine.search(Query(size=0))
    except EngineError:
        return None
    return engine
