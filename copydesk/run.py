"""The commands that load: ingest, and the flows that do it on a schedule."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.text import Text

from copydesk.progress import watch
from copydesk.terminal import plain_console, safe
from flows.opening import open_run
from flows.patience import load_patiently
from flows.settings import Settings, SettingsError, check_detector
from flows.steps import Job, Run
from ledger.report import render_report

_SOMETHING_REJECTED = 1


def ingest_paths(
    settings: Settings,
    job: Job,
    target: str,
    *,
    wait: bool = False,
    keep: bool = True,
    report_file: Path | None = None,
    as_json: bool = False,
) -> int:
    """Run an ingest and print its report; 1 when something was rejected, left over or stopped."""
    check_detector(job.detector)
    told = plain_console(stderr=True)

    def say(text: str) -> None:
        told.print(Text(safe(text)), soft_wrap=True)

    with (
        watch(told) as advance,
        open_run(job, settings, target, wait=wait, keep=keep, say=say, advance=advance) as run,
        _stopping_gently(run, told),
    ):
        for shard in run.shards():
            load_patiently(run, shard, say)
        report = run.report()
    if report_file:
        _write(report_file, report.to_json())
    if as_json:
        sys.stdout.write(report.to_json().decode() + "\n")
    else:
        plain_console().print(Text(safe(render_report(report))), soft_wrap=True)
    whole = report.balances and not sum(report.counts.rejected.values()) and not run.stopping
    return 0 if whole else _SOMETHING_REJECTED


@contextmanager
def _stopping_gently(run: Run, told: Console) -> Iterator[None]:
    """End after the shard that is under way at the first Ctrl-C, at once at the second."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if run.stopping:
            raise KeyboardInterrupt
        run.stopping = True
        told.print("stopping after what is under way; once more to stop at once")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _write(path: Path, report: bytes) -> None:
    try:
        path.write_bytes(report + b"\n")
    except OSError as err:
        raise SettingsError(
            f"cannot write the report to {path}: {err.strerror}",
            hint="the run itself ended well: see copydesk status",
        ) from err


def serve_ingest(paths: list[str], target: str, cron: str) -> int:
    """Stay and ingest on a schedule; SettingsError when Prefect is not installed or has no server."""
    try:
        from flows.serve import serve
    except ModuleNotFoundError as err:
        raise SettingsError("Prefect is not installed", hint="pip install 'copydesk[flows]'") from err
    serve(paths, target, cron)
    return 0
