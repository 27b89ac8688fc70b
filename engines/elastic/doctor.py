"""What is wrong with an Elasticsearch, and what to do: for `copydesk doctor`. Imported by engines.elastic."""

from __future__ import annotations

from collections.abc import Iterator

from elasticsearch import Elasticsearch

from engines.contract import EngineError, Finding
from engines.elastic.client import Address, translated
from engines.elastic.index import Indexes, end_loading, read_indexes

TESTED = (8, 9)  # major versions


def examine(client: Elasticsearch, address: Address, *, mend: bool) -> Iterator[Finding]:
    """Look at one thing after another; stop where the rest cannot be seen."""
    try:
        yield _version(client, address)
        indexes = read_indexes(client, address)
        if not indexes.by_key:
            yield Finding(level="ok", what=f"{address.url}: nothing has been loaded yet")
            return
        yield from _load_mode(client, address, indexes, mend=mend)
        yield from _blocks(client, address, indexes)
        yield _health(client, address, indexes)
    except EngineError as error:
        yield Finding(level="error", what=str(error), hint=error.hint)


def _version(client: Elasticsearch, address: Address) -> Finding:
    with translated(address):
        version = client.info()["version"]["number"]
    if int(version.partition(".")[0]) in TESTED:
        return Finding(level="ok", what=f"{address.host} answers: Elasticsearch {version}")
    return Finding(
        level="warning",
        what=f"{address.host} is Elasticsearch {version}",
        hint="copydesk is tested with 8 and 9 only",
    )


def _load_mode(client: Elasticsearch, address: Address, indexes: Indexes, *, mend: bool) -> Iterator[Finding]:
    """Say which indexes are as they are during their first load, and end that only when there is none."""
    names = end_loading(client, address, indexes) if mend else indexes.loading
    if not names:
        return
    named = ", ".join(names)
    if mend:
        what = f"a load was killed: searches saw no more than its commits: {named}; repaired"
        hint = "run the same ingest again: it goes on where it stopped"
    else:
        what = f"a first load is under way, or was killed: searches see what it has committed: {named}"
        hint = "if it was killed, run the same ingest again: it goes on where it stopped"
    yield Finding(level="warning", what=what, hint=hint)


def _blocks(client: Elasticsearch, address: Address, indexes: Indexes) -> Iterator[Finding]:
    with translated(address):
        found = client.indices.get_settings(index=indexes.names, name="index.blocks.*", flat_settings=True)
    for name, about in found.items():
        if blocks := [block for block, on in about["settings"].items() if on == "true"]:
            yield Finding(
                level="error",
                what=f"{name} is read-only: {', '.join(blocks)}",
                hint=f"free disk space, then PUT /{name}/_settings with each of them as null",
            )


def _health(client: Elasticsearch, address: Address, indexes: Indexes) -> Finding:
    with translated(address):
        status = client.cluster.health(index=indexes.names)["status"]
    if status == "red":
        return Finding(
            level="error",
            what=f"{address.url}: a part of the index is not available (red)",
            hint="see GET /_cluster/allocation/explain",
        )
    return Finding(level="ok", what=f"{address.url}: {len(indexes.by_key)} indexes, {status}")
