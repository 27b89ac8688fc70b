"""Options that several commands have."""

from __future__ import annotations

import click

TO = click.option(
    "--to", "target", metavar="URL", help="file:PATH or http(s)://HOST:9200/NAME; default file:var/index."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object.")
FETCHED_AT = click.option(
    "--fetched-at", type=click.DateTime(), help='When the copy was fetched (UTC): dates "3 hours ago".'
)
WAIT = click.option("--wait", is_flag=True, help="Wait for another run on the same index to end.")
