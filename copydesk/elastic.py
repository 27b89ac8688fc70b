"""The commands that are about Elasticsearch alone."""

from __future__ import annotations

import re

import click
import orjson

from copydesk.ask import print_json
from flows.settings import SettingsError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


def print_role(target: str, *, index: str | None, name: str, as_json: bool) -> int:
    """Print the requests that make a role, and an API key, that can do all that copydesk does and no more."""
    from engines.elastic.role import role_requests

    wanted = index or target.rstrip("/").rpartition("/")[2]
    if not _NAME.fullmatch(wanted) or not _NAME.fullmatch(name):
        raise SettingsError(
            f"not a name of an index or a role: {wanted if _NAME.fullmatch(name) else name}",
            hint="small letters, digits, - and _, as in news",
        )
    role, key = role_requests(wanted, name)
    if as_json:
        told = {
            which: {"method": one.method, "path": one.path, "body": orjson.loads(one.body)}
            for which, one in (("role", role), ("api_key", key))
        }
        print_json(told)
        return 0
    for one in (role, key):
        body = orjson.dumps(orjson.loads(one.body), option=orjson.OPT_INDENT_2).decode()
        click.echo(f"{one.method} {one.path}\n{body}\n")
    return 0
