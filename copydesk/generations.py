"""The commands that make an index anew: reindex, generations, migrate."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from copydesk.ask import print_json
from copydesk.progress import watch
from copydesk.terminal import plain_console, safe
from flows.desk import Desk
from flows.golden import read_golden
from flows.migrate import Migrated, migrate
from flows.reindex import Reindexed, Wish, drop_generation, reindex, roll_back
from flows.target import open_target

_NOT_ALL = 1
_SHOWN = 20  # --json has all


def reindex_target(desk: Desk, *, golden: Path | None, allow_missing: bool, as_json: bool) -> int:
    """Make a new generation and print what became of it; 1 when it did not go live."""
    queries = tuple(read_golden(golden)) if golden else ()
    with watch(plain_console(stderr=True)) as advance:
        done = reindex(desk, Wish(golden=queries, allow_missing=allow_missing, advance=advance))
    if as_json:
        print_json(_reindexed_as_json(done))
    else:
        _show_reindexed(plain_console(), done)
    return 0 if done.swapped else _NOT_ALL


def go_back(desk: Desk, *, as_json: bool) -> int:
    """Make the previous generation live again and print its number."""
    number = roll_back(desk)
    if as_json:
        print_json({"target": desk.target, "live": number})
    else:
        plain_console().print(f"generation {number} is live again")
    return 0


def list_generations(desk: Desk, *, as_json: bool) -> int:
    """Print a line for each generation."""
    with open_target(desk.settings, desk.target) as engine:
        found = engine.generations()
    if as_json:
        rows = [
            {"number": one.number, "live": one.is_live, "documents": one.documents, "version": one.version}
            for one in found
        ]
        print_json({"target": desk.target, "generations": rows})
        return 0
    console = plain_console()
    for one in found:
        live = "live" if one.is_live else ""
        console.print(f"{one.number:>4}  {live:<4}  {one.documents:>12,} articles  {safe(one.version)}")
    if not found:
        console.print("nothing has been loaded yet")
    return 0


def drop_number(desk: Desk, number: int, *, as_json: bool) -> int:
    """Remove a generation and say so."""
    drop_generation(desk, number)
    if as_json:
        print_json({"target": desk.target, "dropped": number})
    else:
        plain_console().print(f"dropped generation {number}")
    return 0


def migrate_index(source: Desk, target: Desk, *, as_json: bool) -> int:
    """Move an index and print the counts; 1 when something was refused."""
    done = migrate(source, target)
    if as_json:
        print_json(_migrated_as_json(done))
    else:
        _show_migrated(plain_console(), done)
    return 0 if done.balances else _NOT_ALL


# Reindex


def _show_reindexed(console: Console, done: Reindexed) -> None:
    _show_files(console, done.missing, "lost: their copy is not kept, and they are not there any more", "red")
    _show_files(console, done.from_disk, "not kept, and read where they are", "yellow")
    for key, (old, new) in sorted(_by_language(done).items()):
        changed = f"  {new - old:+,}" if new != old else ""
        console.print(f"{key:<6} {old:>12,} → {new:>12,}{changed}")
    for found in done.golden:
        style = "" if found.is_good else "red"
        before = "?" if found.old is None else f"{found.old:,}"
        told = f"{safe(found.query)}: {before} → {found.new:,} of {found.wanted:,}"
        console.print(Text(told, style=style), soft_wrap=True)
    if done.counts.rejected:
        console.print(f"{sum(done.counts.rejected.values()):,} rejected: copydesk rejects list")
    if done.swapped:
        console.print(
            f"generation {done.new} is live: {done.verified:,} articles asked for by id, {done.seconds:,.1f} s"
        )
    else:
        console.print(
            Text(f"generation {done.live} stays live: {safe(done.reason)}", style="red"), soft_wrap=True
        )
        if done.new is None:
            console.print("  try: ingest those files, or --allow-missing to go on without")


def _show_files(console: Console, paths: tuple[str, ...], what: str, style: str) -> None:
    if paths:
        console.print(Text(f"{len(paths):,} files {what}", style=style), soft_wrap=True)
    for path in paths[:_SHOWN]:
        console.print(Text(f"  {safe(path)}"), soft_wrap=True)
    if len(paths) > _SHOWN:
        console.print(f"  … and {len(paths) - _SHOWN:,} more (--json names all)")


def _by_language(done: Reindexed) -> dict[str, tuple[int, int]]:
    old, new = done.old_documents or {}, done.new_documents or {}
    return {key: (old.get(key, 0), new.get(key, 0)) for key in {*old, *new}} if new else {}


def _reindexed_as_json(done: Reindexed) -> dict[str, Any]:
    return {
        "target": done.target,
        "swapped": done.swapped,
        "live": done.live,
        "new": done.new,
        "reason": done.reason,
        "read": done.counts.read,
        "rejected": {"total": sum(done.counts.rejected.values()), "by_reason": dict(done.counts.rejected)},
        "documents": {
            key: {"old": old, "new": new} for key, (old, new) in sorted(_by_language(done).items())
        },
        "verified": done.verified,
        "missing": [_plain(path) for path in done.missing],
        "from_disk": [_plain(path) for path in done.from_disk],
        "unknown": done.unknown,
        "golden": [{**asdict(found), "good": found.is_good} for found in done.golden],
        "seconds": round(done.seconds, 3),
    }


# Migrate


def _show_migrated(console: Console, done: Migrated) -> None:
    console.print(f"read      {done.read:>12,}")
    console.print(f"  sent    {done.sent:>12,}  and asked for by id")
    console.print(f"  there   {done.unchanged:>12,}  unchanged")
    console.print(f"  refused {len(done.rejected):>12,}")
    for reject in done.rejected[:_SHOWN]:
        told = f"  {reject.origin}  {reject.reason}: {reject.detail}"
        console.print(Text(safe(told), style="red"), soft_wrap=True)
    if not done.accounts:
        console.print("the accounts stay behind: the next ingest reads its input again")


def _migrated_as_json(done: Migrated) -> dict[str, Any]:
    return {
        "source": done.source,
        "target": done.target,
        "balances": done.balances,
        "read": done.read,
        "sent": done.sent,
        "unchanged": done.unchanged,
        "rejected": [
            {"origin": _plain(one.origin), "reason": one.reason, "detail": _plain(one.detail)}
            for one in done.rejected
        ],
        "documents": done.documents,
        "accounts": done.accounts,
    }


def _plain(text: str) -> str:
    """Make a file name fit for JSON: its bytes that are not UTF-8 are written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
