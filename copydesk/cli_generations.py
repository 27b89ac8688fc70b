"""The command line, continued: reindex, generations, migrate."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.options import AS_JSON, TO, WAIT
from flows.settings import Settings


@click.command()
@TO
@click.option(
    "--golden",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Queries that must find as much as before, else there is no swap.",
)
@click.option("--rollback", is_flag=True, help="Go back to the generation before.")
@click.option("--allow-missing", is_flag=True, help="Go on without the files whose copy is lost.")
@WAIT
@AS_JSON
def reindex(
    target: str | None, golden: Path | None, rollback: bool, allow_missing: bool, wait: bool, as_json: bool
) -> int:
    """Clean all copy again and load it as a new generation, which replaces the live one when it is right."""
    from copydesk.accounts import desk_of
    from copydesk.generations import go_back, reindex_target

    if rollback and (golden or allow_missing):
        raise click.UsageError("--rollback goes back, and checks nothing: give it alone")
    desk = desk_of(Settings.from_env(), target, wait=wait)
    if rollback:
        return go_back(desk, as_json=as_json)
    return reindex_target(desk, golden=golden, allow_missing=allow_missing, as_json=as_json)


@click.group()
def generations() -> None:
    """See which generations of the index there are, and drop old ones."""


@generations.command("list")
@TO
@AS_JSON
def list_(target: str | None, as_json: bool) -> int:
    """List them by number: which is live, and how many articles each holds."""
    from copydesk.accounts import desk_of
    from copydesk.generations import list_generations

    return list_generations(desk_of(Settings.from_env(), target), as_json=as_json)


@generations.command()
@click.argument("number", type=click.IntRange(1))
@TO
@WAIT
@AS_JSON
def drop(number: int, target: str | None, wait: bool, as_json: bool) -> int:
    """Remove one for good; never the live one."""
    from copydesk.accounts import desk_of
    from copydesk.generations import drop_number

    return drop_number(desk_of(Settings.from_env(), target, wait=wait), number, as_json=as_json)


@click.command()
@click.argument("source", metavar="FROM_URL")
@click.argument("target", metavar="TO_URL")
@WAIT
@AS_JSON
def migrate(source: str, target: str, wait: bool, as_json: bool) -> int:
    """Send everything that one index holds to another, as it is: from a folder to Elasticsearch, and back."""
    from copydesk.accounts import desk_of
    from copydesk.generations import migrate_index

    settings = Settings.from_env()
    return migrate_index(
        desk_of(settings, source, wait=wait), desk_of(settings, target, wait=wait), as_json=as_json
    )
