"""Everything that one index holds into another one, whatever the engines: the documents, and their accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engines.contract import Engine, EngineError
from flows.desk import Desk
from flows.settings import state_folder
from flows.target import open_target
from ledger import hold_accounts
from ledger.shelved import copy_accounts, identity_of, take_up
from transforms.records import Document, Reject

_AT_ONCE = 5_000  # documents: one commit and one question


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What became of every document of the one index."""

    source: str
    target: str
    read: int
    sent: int
    unchanged: int  # in the other index already, as an earlier attempt left it
    rejected: tuple[Reject, ...]
    documents: dict[str, int]  # by analyzer key, that the other index now holds
    accounts: bool  # ledger, rejects and raw copy went along

    @property
    def balances(self) -> bool:
        """Whether everything that was read is in the other index."""
        return self.read == self.sent + self.unchanged and not self.rejected


def migrate(source: Desk, target: Desk) -> Migrated:
    """Send every document as it is stored, ask for each by id and digest, then copy the accounts if there are none.

    What the other index holds of the same ids is replaced, what else it holds stays. A second call goes on.
    """
    folders = state_folder(source.settings, source.target), state_folder(target.settings, target.target)
    if source.target == target.target:
        raise EngineError("an index cannot be moved onto itself", hint="give two addresses")
    with ExitStack() as stack:
        for folder, desk in {folders[0]: source, folders[1]: target}.items():
            stack.enter_context(hold_accounts(folder, target=desk.target, wait=desk.wait, say=desk.say))
        old = stack.enter_context(open_target(source.settings, source.target))
        new = stack.enter_context(open_target(target.settings, target.target))
        take_up(folders[0], old.identity())
        take_up(folders[1], new.identity())
        read, sent, rejected = _send_all(old, new)
        accounts = not rejected and _copy(folders, old, new)
        return Migrated(
            source=old.url,
            target=new.url,
            read=read,
            sent=sent,
            unchanged=read - sent - len(rejected),
            rejected=tuple(rejected),
            documents=dict(new.status().documents),
            accounts=accounts,
        )


def _copy(folders: tuple[Path, Path], old: Engine, new: Engine) -> bool:
    """Copy the accounts where the other index has none of its own, and the ones at hand are those of the first."""
    source, target = folders
    if source == target or identity_of(source) != old.identity() or identity_of(target) is not None:
        return False
    copy_accounts(source, target, identity=new.identity())
    return True


def _send_all(old: Engine, new: Engine) -> tuple[int, int, list[Reject]]:
    read = sent = 0
    rejected: list[Reject] = []
    for batch in _batches(old.documents()):
        refused, count = _send(new, batch)
        read += len(batch)
        sent += count
        rejected += refused
    return read, sent, rejected


def _send(engine: Engine, batch: list[Document]) -> tuple[list[Reject], int]:
    """Send those that are not there yet, and ask for them; what was refused, and how many were sent."""
    waiting = _differing(engine, batch)
    outcomes = engine.load(iter(waiting)) if waiting else ()
    refused = {outcome.origin: outcome for outcome in outcomes if isinstance(outcome, Reject)}
    if waiting:
        engine.commit()
    sent = [document for document in waiting if document.origin not in refused]
    if wrong := _differing(engine, sent):
        raise EngineError(
            f"{len(wrong):,} documents are not in {engine.url} as they were sent, the first is {wrong[0].id}",
            hint="see whether something else writes to this index, then run it again",
        )
    return list(refused.values()), len(sent)


def _differing(engine: Engine, batch: list[Document]) -> list[Document]:
    stored = engine.stored([document.id for document in batch]) if batch else {}
    return [one for one in batch if one.id not in stored or stored[one.id].digest != one.digest]


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(islice(documents, _AT_ONCE)):
        yield batch
