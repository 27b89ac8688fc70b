"""Progress of long work: a moving line on a terminal, a plain line now and then where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.steps import Advance

#: Seconds between two lines where nobody watches a terminal: a log of a night's run stays readable.
_EVERY_S = 10.0


@contextmanager
def watch(console: Console) -> Iterator[Callable[[Advance], None]]:
    """Give a function that shows how far a run is; it may be called as often as one likes."""
    if console.is_terminal:
        with _bar(console) as show:
            yield show
    else:
        yield _lines(console)


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[Advance], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, refresh_per_second=5) as progress:
        task = progress.add_task("ingesting", total=None, counts="")
        start = monotonic()

        def show(now: Advance) -> None:
            progress.update(
                task,
                total=now.bytes_total,
                completed=now.bytes_done,
                counts=_counts(now, monotonic() - start),
            )

        yield show


def _lines(console: Console) -> Callable[[Advance], None]:
    start = last = monotonic()

    def show(now: Advance) -> None:
        nonlocal last
        if monotonic() - last < _EVERY_S:
            return
        last = monotonic()
        left = _seconds_left(now, last - start)
        console.print(f"{_counts(now, last - start)}{left}", highlight=False, soft_wrap=True)

    return show


def _counts(now: Advance, seconds: float) -> str:
    rate = now.articles / seconds if seconds > 0 else 0.0
    rejected = f", {now.rejected:,} rejected" if now.rejected else ""
    return f"{now.files_done:,}/{now.files_total:,} files, {now.articles:,} articles, {rate:,.0f}/s{rejected}"


def _seconds_left(now: Advance, seconds: float) -> str:
    if not now.bytes_total or not now.bytes_done:
        return ""
    left = seconds * (now.bytes_total - now.bytes_done) / now.bytes_done
    return f", {left:,.0f} s left"
