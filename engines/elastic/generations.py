"""The generations behind a name: listed, swapped in one request, dropped. Imported by engines.elastic."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from elasticsearch import Elasticsearch

from engines.contract import EngineError, Generation
from engines.elastic.client import Address, translated
from engines.elastic.index import Index, read_all

_HINT = "copydesk generations list"


def list_generations(client: Elasticsearch, address: Address) -> list[Generation]:
    """Give all that there are, by number."""
    indexes = sorted(read_all(client, address), key=lambda index: (index.generation, index.name))
    counts = _count(client, address, indexes)
    return [
        Generation(
            number=number,
            is_live=any(index.is_live for index in group),
            documents=sum(counts.get(index.name, 0) for index in group),
            version=group[0].version,
        )
        for number, group in (
            (number, list(group)) for number, group in groupby(indexes, lambda index: index.generation)
        )
    ]


def _count(client: Elasticsearch, address: Address, indexes: list[Index]) -> dict[str, int]:
    if not indexes:
        return {}
    with translated(address):
        names = ",".join(index.name for index in indexes)
        stats: Any = client.indices.stats(index=names, metric="docs")
    return {name: about["primaries"]["docs"]["count"] for name, about in stats["indices"].items()}


def swap(client: Elasticsearch, address: Address, number: int) -> None:
    """Let the alias read this generation and no other: one request, which Elasticsearch does at once or not at all."""
    indexes = read_all(client, address)
    coming = [index for index in indexes if index.generation == number]
    if not coming:
        raise EngineError(f"there is no generation {number} of {address.url}", hint=_HINT)
    if other := next((index for index in coming if not index.is_current), None):
        raise EngineError(
            f"{other.name} was made by copydesk {other.version} with other fields or analysis",
            hint="use that version to go back to it",
        )
    going = [index for index in indexes if index.is_live and index.generation != number]
    with translated(address):
        client.indices.update_aliases(
            actions=[
                *({"remove": {"index": index.name, "alias": address.name}} for index in going),
                *(
                    {"add": {"index": index.name, "alias": address.name, "is_write_index": False}}
                    for index in coming
                ),
            ]
        )


def drop(client: Elasticsearch, address: Address, number: int) -> None:
    """Remove the indexes of a generation, unless it is the live one."""
    indexes = [index for index in read_all(client, address) if index.generation == number]
    if any(index.is_live for index in indexes):
        raise EngineError(f"generation {number} is the live one", hint="copydesk reindex makes another")
    if not indexes:
        raise EngineError(f"there is no generation {number} of {address.url}", hint=_HINT)
    with translated(address):
        client.indices.delete(index=",".join(index.name for index in indexes))
