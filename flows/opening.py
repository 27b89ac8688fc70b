"""Opens everything that an ingest works on: the index, and the books that belong to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from flows.books import Books
from flows.desk import Desk, open_books
from flows.settings import Settings, state_folder
from flows.steps import VERSION, Advance, Job, Run, new_run_id
from ledger.raw import open_raw
from ledger.rejects import open_rejects


@contextmanager
def open_run(
    job: Job,
    settings: Settings,
    target: str,
    *,
    wait: bool = False,
    keep: bool = True,
    say: Callable[[str], None] = lambda _: None,
    advance: Callable[[Advance], None] = lambda _: None,
) -> Iterator[Run]:
    """Open everything that an ingest needs; a second run on the same target raises LedgerError, or waits.

    `say` is told what happens before the first shard, `advance` how far the run is.
    """
    folder = state_folder(settings, target)
    with ExitStack() as stack:
        desk = Desk(settings=settings, target=target, wait=wait, say=say)
        engine, ledger = stack.enter_context(open_books(desk))
        run_id = new_run_id()
        rejects = stack.enter_context(open_rejects(folder, run_id=run_id, version=VERSION))
        raw = None
        if keep and settings.keep_bytes:
            raw = stack.enter_context(open_raw(folder, limit_bytes=settings.keep_bytes))
        books = stack.enter_context(Books(ledger, rejects, raw))
        ours = [str(folder), target.removeprefix("file:")] if target.startswith("file:") else [str(folder)]
        job = replace(job, skip=[*job.skip, *ours])
        yield stack.enter_context(Run(run_id, job, engine, books, advance))
