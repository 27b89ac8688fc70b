"""The command line, continued: verify, rejects, elastic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click

from copydesk.options import AS_JSON, FETCHED_AT, TO, WAIT
from flows.settings import Settings

_F = TypeVar("_F", bound=Callable[..., Any])


def _choosing(command: _F) -> _F:
    """Add the options that choose rejects."""
    for option in (
        click.option("--origin", help="Only of this article, file or folder."),
        click.option(
            "--stage", type=click.Choice(["read", "shape", "load", "verify"]), help="Only of this stage."
        ),
        click.option("--reason", help="Only for this reason, as bad-json."),
    ):
        command = option(command)
    return command


@click.command()
@TO
@click.option("--repair", is_flag=True, help="Put right what differs, then compare once more.")
@click.option(
    "--drop-strays", is_flag=True, help="Repair: delete strays also where other accounts may know them."
)
@click.option("--texts", is_flag=True, help="Read every text too: finds what was altered by hand.")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Ask for N articles chosen by chance.")
@FETCHED_AT
@WAIT
@AS_JSON
def verify(
    target: str | None,
    repair: bool,
    drop_strays: bool,
    texts: bool,
    sample: int | None,
    fetched_at: datetime | None,
    wait: bool,
    as_json: bool,
) -> int:
    """Compare the index with the accounts.

    Every article is asked for by its id, and what the accounts do not know is found.
    """
    from copydesk.accounts import desk_of, verify_target

    if drop_strays and not repair:
        raise click.UsageError("--drop-strays is a part of --repair")
    if (repair or texts) and sample is not None:
        raise click.UsageError("--repair and --texts compare everything: leave out --sample")
    desk = desk_of(Settings.from_env(), target, wait=wait)
    return verify_target(
        desk,
        sample=sample,
        texts=texts,
        mend=repair,
        drop_strays=drop_strays,
        fetched_at=fetched_at,
        as_json=as_json,
    )


@click.group()
def rejects() -> None:
    """See what was rejected, try it again, or drop it."""


@rejects.command("list")
@TO
@_choosing
@AS_JSON
def list_(
    target: str | None, reason: str | None, stage: str | None, origin: str | None, as_json: bool
) -> int:
    """List what is rejected and still wrong, with counts by reason."""
    from copydesk.accounts import desk_of, list_rejects
    from flows.retry import Choice

    choice = Choice(reason=reason, stage=stage, origin=origin)
    return list_rejects(desk_of(Settings.from_env(), target), choice, as_json=as_json)


@rejects.command()
@click.argument("key")
@TO
@AS_JSON
def show(key: str, target: str | None, as_json: bool) -> int:
    """Show one reject with its record, as it was read."""
    from copydesk.accounts import desk_of, show_rejects

    return show_rejects(desk_of(Settings.from_env(), target), key, as_json=as_json)


@rejects.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@TO
@_choosing
@FETCHED_AT
@WAIT
@AS_JSON
def retry(
    keys: tuple[str, ...],
    target: str | None,
    reason: str | None,
    stage: str | None,
    origin: str | None,
    fetched_at: datetime | None,
    wait: bool,
    as_json: bool,
) -> int:
    """Read the files of rejects again; what succeeds leaves the list. Without KEY or filter: all."""
    from copydesk.accounts import desk_of, retry_chosen
    from flows.retry import Choice

    desk = desk_of(Settings.from_env(), target, wait=wait)
    choice = Choice(keys=frozenset(keys), reason=reason, stage=stage, origin=origin)
    return retry_chosen(desk, choice, fetched_at=fetched_at, as_json=as_json)


@rejects.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@TO
@_choosing
@click.option("--all", "is_all", is_flag=True, help="Drop every one, when nothing else is chosen.")
@WAIT
@AS_JSON
def drop(
    keys: tuple[str, ...],
    target: str | None,
    reason: str | None,
    stage: str | None,
    origin: str | None,
    is_all: bool,
    wait: bool,
    as_json: bool,
) -> int:
    """Say how many rejects match, and remove them from the list."""
    from copydesk.accounts import desk_of, drop_chosen
    from flows.retry import Choice

    choice = Choice(keys=frozenset(keys), reason=reason, stage=stage, origin=origin)
    if choice.is_all and not is_all:
        raise click.UsageError("nothing is chosen: give a KEY, --reason, --stage or --origin, or --all")
    return drop_chosen(desk_of(Settings.from_env(), target, wait=wait), choice, as_json=as_json)


@click.group()
def elastic() -> None:
    """Set up an Elasticsearch."""


@elastic.command()
@TO
@click.option("--name", default="copydesk", show_default=True, help="Name of the role and the key.")
@click.option("--index", help="Name of the index; default: that of --to or COPYDESK_TARGET.")
@AS_JSON
def role(target: str | None, name: str, index: str | None, as_json: bool) -> int:
    """Print the role and the API-key request that suffice for everything, and allow no more."""
    from copydesk.elastic import print_role

    where = target or Settings.from_env().target
    return print_role(where, index=index, name=name, as_json=as_json)
