"""`doctor`: what is installed, reachable, wrong, and what to do."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from copydesk import __version__
from copydesk.ask import print_json
from copydesk.terminal import show_findings
from engines.contract import Finding
from flows.settings import Settings, state_folder
from flows.target import open_target
from ledger import look_for_run, read_ledger
from ledger.lock import LockState
from ledger.shelved import NEXT
from transforms.records import RunError

_NEEDED = ("tantivy", "elasticsearch", "trafilatura", "py3langid", "langdetect", "luqum", "selectolax")
_OPTIONAL = {"prefect": "pip install 'copydesk[flows]' to run ingests on a schedule"}
_LITTLE_SPACE = 1 << 30  # bytes


def examine(settings: Settings, target: str | None, *, as_json: bool) -> int:
    """Print the findings; 1 when one of them is an error."""
    where = target or settings.target
    run = look_for_run(state_folder(settings, where))
    findings = [
        *_installation(),
        *_index(settings, where, run),
        *_accounts(settings, where, run),
        *_space(settings, where),
    ]
    if as_json:
        print_json(
            {
                "findings": [{"level": f.level, "what": f.what, "hint": f.hint} for f in findings],
                "target": where,
            }
        )
    else:
        show_findings(findings)
    return 1 if any(finding.level == "error" for finding in findings) else 0


def _installation() -> Iterator[Finding]:
    yield Finding(
        level="ok", what=f"copydesk {__version__} on Python {platform.python_version()}, {sys.platform}"
    )
    for name in _NEEDED:
        yield _package(name, "error", "install copydesk again: pip install --force-reinstall copydesk")
    for name, hint in _OPTIONAL.items():
        yield _package(name, "warning", hint)
    for name in ("places.bin", "months.json"):
        there = files("transforms").joinpath("data", name).is_file()
        yield (
            Finding(level="ok", what=f"data: {name}")
            if there
            else Finding(level="error", what=f"data: {name} is missing", hint="install copydesk again")
        )


def _package(name: str, level: str, hint: str) -> Finding:
    try:
        return Finding(level="ok", what=f"{name} {version(name)}")
    except PackageNotFoundError:
        return Finding(level=level, what=f"{name} is not installed", hint=hint)  # type: ignore[arg-type]  # as written above


def _index(settings: Settings, target: str, run: LockState) -> Iterator[Finding]:
    """Ask the engine. What a killed run left is mended only where it is sure that none is under way."""
    if run.holder:
        yield Finding(
            level="ok", what=f"a run is writing to {target} now ({run.holder}): nothing is repaired"
        )
    try:
        with open_target(settings, target) as engine:
            yield from engine.check(mend=run.seen and run.holder is None)
    except RunError as error:
        yield Finding(level="error", what=str(error), hint=error.hint)


def _accounts(settings: Settings, target: str, run: LockState) -> Iterator[Finding]:
    folder = state_folder(settings, target)
    if (folder / NEXT).is_dir() and run.holder is None:
        yield Finding(
            level="warning",
            what=f"a reindex was killed: its half of a generation is named in {folder / NEXT}",
            hint="copydesk reindex removes what is left and makes a new one; searches never saw it",
        )
    try:
        ledger = read_ledger(folder)
        if ledger is None:
            yield Finding(level="ok", what=f"ledger in {folder}: none yet")
            return
        with ledger:
            totals = ledger.totals()
    except RunError as error:
        yield Finding(level="error", what=str(error), hint=error.hint)
        return
    yield Finding(
        level="ok", what=f"ledger in {folder}: {totals.documents:,} articles of {totals.files:,} files"
    )
    if totals.unfinished and run.holder is None:
        yield Finding(
            level="warning",
            what=f"{totals.unfinished:,} files were not read to their end",
            hint="ingest them again",
        )


def _space(settings: Settings, target: str) -> Iterator[Finding]:
    folder = state_folder(settings, target)
    there = next((path for path in (folder, *folder.parents) if path.is_dir()), Path())
    free = shutil.disk_usage(there).free
    what = f"{free / 1e9:,.1f} GB free in {there}"
    if free < _LITTLE_SPACE:
        yield Finding(level="warning", what=what, hint="make room: an index takes about the size of its copy")
    else:
        yield Finding(level="ok", what=what)
