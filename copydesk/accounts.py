"""The commands that look after the accounts: verify, and rejects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from copydesk.ask import print_json
from copydesk.terminal import plain_console, safe
from flows.desk import Desk
from flows.retry import Choice, drop_rejects, find_rejects, read_record, retry_rejects
from flows.settings import Settings
from flows.verify import KINDS, Audit, Repair, audit_target, repair
from ledger.rejects import Rejected

_NOT_ALL = 1
_KEPT_STRAYS = (
    "strays were kept: other accounts may know them, lost ones or another machine's;\n"
    "  try: ingest all the input here, or say --drop-strays when nobody misses them"
)
_SHOWN = 20  # of each kind; --json has all


def desk_of(settings: Settings, target: str | None, *, wait: bool = False) -> Desk:
    """Give the index and books that a command is about; what happens with them is told on standard error."""
    told = plain_console(stderr=True)
    return Desk(
        settings=settings,
        target=target or settings.target,
        wait=wait,
        say=lambda text: told.print(Text(safe(text)), soft_wrap=True),
    )


def verify_target(
    desk: Desk,
    *,
    sample: int | None,
    texts: bool,
    mend: bool,
    drop_strays: bool,
    fetched_at: datetime | None,
    as_json: bool,
) -> int:
    """Print where the index differs from its books, and mend it; 1 when they do not agree in the end."""
    before = audit_target(desk, sample=sample, texts=texts)
    done = None
    if mend and not before.agrees:
        done = repair(desk, before, fetched_at=_in_utc(fetched_at), drop_strays=drop_strays, texts=texts)
    after = done.after if done else before
    if as_json:
        print_json({**_audit_as_json(after), "repaired": _repair_as_json(before, done) if done else None})
        return 0 if after.agrees else _NOT_ALL
    console = plain_console()
    if done:
        _show_differences(console, before)
        console.print(f"read {len(done.files):,} files again, sent {done.sent:,}, removed {done.removed:,}")
    _show_differences(console, after)
    if done and after.ids("stray"):
        console.print(Text(_KEPT_STRAYS), soft_wrap=True)
    _show_verdict(console, after)
    return 0 if after.agrees else _NOT_ALL


def _show_differences(console: Console, audit: Audit) -> None:
    for kind, meaning in KINDS.items():
        found = [one for one in audit.differences if one.kind == kind]
        if found:
            console.print(Text(f"{len(found):,} {kind}: {meaning}", style="yellow"), soft_wrap=True)
        for one in found[:_SHOWN]:
            console.print(Text(safe(f"  {one.id}  {one.origin or ''}".rstrip())), soft_wrap=True)
        _show_rest(console, len(found))
    if audit.unfinished:
        console.print(
            Text(f"{len(audit.unfinished):,} files were not read to their end: ingest them", style="yellow")
        )
    for path in audit.unfinished[:_SHOWN]:
        console.print(Text(f"  {safe(path)}"), soft_wrap=True)
    _show_rest(console, len(audit.unfinished))


def _show_verdict(console: Console, audit: Audit) -> None:
    asked = f"{audit.asked:,} of {audit.documents:,} articles asked for in {safe(audit.target)}"
    if audit.agrees:
        console.print(Text(f"{asked}: as they should be"), soft_wrap=True)
    else:
        console.print(Text(f"{asked}: {len(audit.differences):,} differ", style="red"), soft_wrap=True)


def _show_rest(console: Console, count: int) -> None:
    if count > _SHOWN:
        console.print(f"  … and {count - _SHOWN:,} more (--json names all)")


def _audit_as_json(audit: Audit) -> dict[str, Any]:
    counts = Counter(found.kind for found in audit.differences)
    return {
        "target": audit.target,
        "agrees": audit.agrees,
        "documents": audit.documents,
        "asked": audit.asked,
        "counts": {kind: counts[kind] for kind in KINDS},
        "differences": [
            {"id": one.id, "kind": one.kind, "origin": _plain(one.origin)} for one in audit.differences
        ],
        "unfinished": [_plain(path) for path in audit.unfinished],
    }


def _repair_as_json(before: Audit, done: Repair) -> dict[str, Any]:
    return {
        "found": _audit_as_json(before)["differences"],
        "files": [_plain(path) for path in done.files],
        "sent": done.sent,
        "removed": done.removed,
    }


# Rejects


def list_rejects(desk: Desk, choice: Choice, *, as_json: bool) -> int:
    """Print how many there are by reason, and a line each."""
    if as_json:
        rows = [_row(reject) for reject in find_rejects(desk, choice)]
        counts = Counter(row["reason"] for row in rows)
        print_json({"total": len(rows), "by_reason": dict(counts.most_common()), "rejects": rows})
        return 0
    console = plain_console()
    console.print(_told(reject.reason for reject in find_rejects(desk, choice)))
    for reject in find_rejects(desk, choice):
        told = f"{reject.key}  {reject.origin}  {reject.stage}/{reject.reason}"
        console.print(Text(safe(f"{told}: {reject.detail}" if reject.detail else told)), soft_wrap=True)
    return 0


def show_rejects(desk: Desk, key: str, *, as_json: bool) -> int:
    """Print all that is known of one, with its record; 1 when there is none of that key."""
    reject = next(find_rejects(desk, Choice(keys=frozenset((key,)))), None)
    if reject is None:
        plain_console(stderr=True).print(Text(f"copydesk: no reject {safe(key)}: see copydesk rejects list"))
        return _NOT_ALL
    row = {**_row(reject), "record": _record(reject)}
    if as_json:
        print_json(row)
        return 0
    console = plain_console()
    for name, value in row.items():
        if name != "record" and value not in (None, ""):
            console.print(Text(f"{name:<8}  {safe(str(value))}"), soft_wrap=True)
    console.print()
    console.print(
        Text(safe(row["record"] or f"(not kept, and not in {reject.path} any more)")), soft_wrap=True
    )
    return 0


def retry_chosen(desk: Desk, choice: Choice, *, fetched_at: datetime | None, as_json: bool) -> int:
    """Try those chosen again and print how many succeeded; 1 when some are still wrong."""
    done = retry_rejects(desk, choice, fetched_at=_in_utc(fetched_at))
    left = {*done.wrong, *done.gone}
    if as_json:
        print_json(
            {
                "tried": done.tried,
                "succeeded": done.succeeded,
                "wrong": len(done.wrong),
                "gone": len(done.gone),
                "files": [_plain(path) for path in done.files],
                "rejects": [_row(r) for r in find_rejects(desk, Choice(keys=frozenset(left)))]
                if left
                else [],
            }
        )
        return _NOT_ALL if left else 0
    console = plain_console()
    console.print(f"tried {done.tried:,}: {done.succeeded:,} succeeded, {len(done.wrong):,} still wrong")
    if done.gone:
        console.print(f"{len(done.gone):,} cannot be tried: their copy is not there any more")
    if left:
        list_rejects(desk, Choice(keys=frozenset(left)), as_json=False)
    return _NOT_ALL if left else 0


def drop_chosen(desk: Desk, choice: Choice, *, as_json: bool) -> int:
    """Say how many were chosen, and remove them from the list."""
    plain_console(stderr=True).print(f"dropping {_told(r.reason for r in find_rejects(desk, choice))}")
    dropped = drop_rejects(desk, choice)
    if as_json:
        print_json({"dropped": dropped})
    else:
        plain_console().print(f"dropped {dropped:,}")
    return 0


def _told(reasons: Iterable[str]) -> str:
    counts = Counter(reasons)
    if not counts:
        return "no rejects"
    each = ", ".join(f"{count:,} {safe(reason)}" for reason, count in counts.most_common())
    return f"{counts.total():,} {'reject' if counts.total() == 1 else 'rejects'}: {each}"


def _row(reject: Rejected) -> dict[str, Any]:
    names = (
        "key", "origin", "path", "offset", "stage", "reason", "detail", "answer", "version", "run_id", "at"
    )  # fmt: skip
    return {name: getattr(reject, name) for name in names}


def _record(reject: Rejected) -> str | None:
    record = read_record(reject)
    return None if record is None else record.decode("utf-8", "backslashreplace")


def _plain(text: str | None) -> str | None:
    """Make a file name fit for JSON: its bytes that are not UTF-8 are written out."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
