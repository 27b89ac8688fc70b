"""The command line: read arguments, call, print. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from copydesk import __version__
from copydesk.cli_accounts import elastic, rejects, verify
from copydesk.cli_generations import generations, migrate, reindex
from copydesk.cli_kibana import kibana
from copydesk.cli_serve import serve_web
from copydesk.options import AS_JSON as _JSON
from copydesk.options import TO as _TO
from flows.settings import Settings, check_detector
from transforms.records import RunError

#: What a command ends with: fine; something was rejected or nothing was found; it cannot run.
OK, NOT_ALL, CANNOT_RUN = 0, 1, 2


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="copydesk")
def cli() -> None:
    """Raw news copy in, clean searchable index out.

    \b
      copydesk ingest seeds/                 read copy, clean it, load it
      copydesk search "olympics security"    ask, in Lucene syntax
      copydesk explain story.txt             see what was decided, line by line
    """  # noqa: D301  # click takes the escape, not its spelling


@cli.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@_TO
@click.option(
    "--workers", type=click.IntRange(0), help="Processes that shape; 0: this one. Default: one a core."
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Also write the report as JSON."
)
@click.option(
    "--fetched-at", type=click.DateTime(), help='When the copy was fetched (UTC): dates "3 hours ago".'
)
@click.option("--detector", help="Language detector: py3langid (default) or langdetect.")
@click.option("--rescan", is_flag=True, help="Read every file again, also those that look unchanged.")
@click.option("--prune", is_flag=True, help="Remove what came from files that are gone.")
@click.option("--keep/--no-keep", default=True, help="Keep the raw copy, so that it can be cleaned again.")
@click.option("--wait", is_flag=True, help="Wait for another run on the same index to end.")
@_JSON
def ingest(
    paths: Sequence[str],
    target: str | None,
    workers: int | None,
    report: Path | None,
    fetched_at: datetime | None,
    detector: str | None,
    rescan: bool,
    prune: bool,
    wait: bool,
    keep: bool,
    as_json: bool,
) -> int:
    """Read copy, clean it and load it into an index.

    PATH is a file, a folder, a pattern, or - for standard input: plain text with one or many articles, HTML,
    JSON lines, each also as .gz or .zst. What was read before and has not changed is skipped.
    """
    from copydesk.run import ingest_paths
    from flows.steps import Job

    settings = Settings.from_env()
    job = Job(
        paths=paths,
        workers=settings.workers if workers is None else workers,
        detector=detector or settings.detector,
        languages=settings.languages,
        fetched_at=fetched_at.replace(tzinfo=UTC) if fetched_at else None,
        rescan=rescan,
        prune=prune,
    )
    return ingest_paths(
        settings, job, target or settings.target, wait=wait, keep=keep, report_file=report, as_json=as_json
    )


@cli.command()
@click.argument("query", default="")
@_TO
@click.option("--language", multiple=True, metavar="TAG", help="en, ar, zh …")
@click.option("--place", multiple=True, help="Place of the dateline, as Rome.")
@click.option("--country", multiple=True, metavar="CC", help="Country of the dateline: FR, IT …")
@click.option("--source", multiple=True, help="Publisher, or a file or folder that was ingested.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day, inclusive.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day, inclusive.")
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest"]),
    default="relevance",
    show_default=True,
    help="Order of the hits.",
)
@click.option("--size", type=click.IntRange(0, 1000), default=10, show_default=True, help="Hits on a page.")
@click.option("--page", type=click.IntRange(1), default=1, help="Which page of hits, from 1.")
@click.option("--cursor", help="Continue after an earlier page (its cursor).")
@click.option("--facets/--no-facets", default=True, help="Count by language, country, place, publisher.")
@_JSON
def search(
    query: str,
    target: str | None,
    language: tuple[str, ...],
    place: tuple[str, ...],
    country: tuple[str, ...],
    source: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    sort: str,
    size: int,
    page: int,
    cursor: str | None,
    facets: bool,
    as_json: bool,
) -> int:
    """Search the index, in Lucene syntax.

    \b
      olympics security              either word, best first
      +olympics +security -AFP       both words, and not the third
      "winter games"~2               a phrase, two words of slack
      headline:ceasefire  olymp*  minneapolls~1
      country:IT AND published_at:[2025-03 TO 2025-04]
    """  # noqa: D301  # click takes the escape, not its spelling
    from copydesk.ask import search_index
    from engines.contract import Query

    return search_index(
        Settings.from_env(),
        target,
        Query(
            text=query,
            languages=language,
            places=place,
            countries=tuple(code.upper() for code in country),
            sources=source,
            since=since.date() if since else None,
            until=until.date() if until else None,
            sort=sort,  # type: ignore[arg-type]  # click.Choice has checked it
            size=size,
            page=page,
            cursor=cursor,
            facets=("language", "country", "place", "publisher") if facets else (),
            highlight=True,
        ),
        as_json=as_json,
    )


@cli.command()
@click.argument("id")
@_TO
@_JSON
def show(id: str, target: str | None, as_json: bool) -> int:
    """Show one article, and everywhere it was read."""
    from copydesk.ask import show_stored

    return show_stored(Settings.from_env(), target, id, as_json=as_json)


@cli.command()
@_TO
@_JSON
def status(target: str | None, as_json: bool) -> int:
    """Tell what the index holds."""
    from copydesk.ask import show_holdings

    return show_holdings(Settings.from_env(), target, as_json=as_json)


@cli.command()
@click.argument("file", metavar="FILE")
@click.option("--detector", help="Language detector: py3langid (default) or langdetect.")
@click.option(
    "--fetched-at", type=click.DateTime(), help='When the copy was fetched (UTC): dates "3 hours ago".'
)
@_JSON
def explain(file: str, detector: str | None, fetched_at: datetime | None, as_json: bool) -> int:
    """Show every stage's decision for one file, line by line. Needs no index."""
    from copydesk.explain import explain_file

    settings = Settings.from_env()
    if detector:
        settings = replace(settings, detector=check_detector(detector))
    return explain_file(file, settings, fetched_at, as_json=as_json)


@cli.command()
@_TO
@_JSON
def doctor(target: str | None, as_json: bool) -> int:
    """Check what is installed, reachable, wrong; say what to do."""
    from copydesk.doctor import examine

    return examine(Settings.from_env(), target, as_json=as_json)


@cli.group()
def flows() -> None:
    """Run ingests on a schedule with Prefect."""


@flows.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@_TO
@click.option("--cron", default="0 3 * * *", show_default=True, help="When to run, in UTC.")
def serve(paths: Sequence[str], target: str | None, cron: str) -> int:
    """Stay, and ingest PATH... whenever the schedule says; needs a Prefect server (PREFECT_API_URL)."""
    from copydesk.run import serve_ingest

    settings = Settings.from_env()
    return serve_ingest(list(paths), target or settings.target, cron)


for command in (serve_web, verify, rejects, elastic, kibana, reindex, generations, migrate):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; exit 0 when all is well, 1 when something was rejected or not found, 2 when it cannot run."""
    try:
        code: int = cli.main(args=arguments, prog_name="copydesk", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = CANNOT_RUN
    except RunError as error:
        hint = f"\n  try: {error.hint}" if error.hint else ""
        click.echo(f"copydesk: {error}{hint}", err=True)
        code = CANNOT_RUN
    except (click.Abort, KeyboardInterrupt):
        click.echo("copydesk: stopped; run it again to go on from here", err=True)
        code = CANNOT_RUN
    except BrokenPipeError:  # the reader, as `head`, has seen enough
        sys.stderr.close()
        code = OK
    sys.exit(code)
