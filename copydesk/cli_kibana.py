"""The command line, continued: kibana."""

from __future__ import annotations

import click

from flows.settings import Settings

_INDEX = click.option(
    "--index",
    default="news",
    show_default=True,
    metavar="NAME",
    help="The name that Elasticsearch reads it by.",
)


@click.group()
def kibana() -> None:
    """Dashboards for Kibana 8.8 and newer."""


@kibana.command()
@click.option("--kibana", required=True, metavar="URL", help="Where Kibana is, as http://localhost:5601.")
@_INDEX
@click.option("--space", metavar="SPACE", help="Identifier of Kibana's space; default: its default space.")
def install(kibana: str, index: str, space: str | None) -> int:
    """Install the data views, the saved search, the map and the two dashboards, over older ones of ours.

    User and password, or API key, are those of Elasticsearch: COPYDESK_ELASTIC_USER and so on.
    """
    from copydesk.kibana import install_objects

    return install_objects(Settings.from_env(), kibana, index=index, space=space)


@kibana.command()
@_INDEX
def export(index: str) -> int:
    """Print the file that Kibana's import button takes (Stack Management, Saved Objects, Import)."""
    from copydesk.kibana import read_objects

    click.echo(read_objects(index), nl=False)
    return 0
