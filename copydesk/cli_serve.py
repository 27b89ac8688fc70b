"""The command line, continued: serve."""

from __future__ import annotations

import click

from copydesk.options import TO
from flows.settings import Settings


@click.command("serve")
@TO
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8484,
    show_default=True,
    help="Port; 0: any that is free.",
)
@click.option(
    "--name", "names", multiple=True, metavar="HOST", help="A name that it is reached by, as in DNS."
)
@click.option(
    "--rate", type=click.FloatRange(0), default=1000.0, show_default=True,
    help="Requests a second that one address may make; 0: any number.",
)  # fmt: skip
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(0.1), default=30.0, show_default=True,
    help="Seconds that an answer may take to begin.",
)  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="A line on standard error for each request.")
def serve_web(
    target: str | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    rate: float,
    timeout_s: float,
    verbose: bool,
) -> int:
    """Answer searches over HTTP: pages to look at, an API, feeds.

    Only this machine reaches it, unless another --host is given: then everybody needs the token COPYDESK_TOKEN.
    """
    from copydesk.web.app import Limits
    from copydesk.web.server import Binding, serve_index

    return serve_index(
        Settings.from_env(),
        target,
        Binding(host=host, port=port, names=names),
        Limits(requests_per_s=rate, burst=max(1, round(rate * 4)), timeout_s=timeout_s),
        verbose=verbose,
    )
