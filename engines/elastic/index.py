"""The indexes behind a name: one per analyzer key and generation, read through the alias of that name.

`news.g1.en`, `news.g1.other` are read as `news`, and each is written through an alias of its own,
`news.g1.en.load`: an index that is removed during a load takes its alias along, so that Elasticsearch
refuses the next document and does not make an index with a guessed mapping.
"""

from __future__ import annotations

import functools
import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata, resources
from typing import Any

import orjson
from elasticsearch import BadRequestError, Elasticsearch

from engines.analysis import elasticsearch_analysis, read_analysis
from engines.contract import EngineError
from engines.elastic.client import Address, translated
from engines.fields import read_fields

NOT_WHILE_LOADING = "-1"
#: Settings of an index until its first load is over: no refresh but ours, no copies of half a load.
WHILE_LOADING = {
    "refresh_interval": NOT_WHILE_LOADING,
    "auto_expand_replicas": False,
    "number_of_replicas": 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One index of ours, as Elasticsearch has it."""

    name: str  # "news.g1.en"
    key: str  # "en"
    generation: int
    token: str  # a UUID of its generation
    is_loading: bool  # refresh is off
    is_live: bool  # it is read through the alias
    version: str  # of copydesk, which made it
    is_current: bool  # its fields and analysis are those of this version

    @property
    def write_alias(self) -> str:
        """The name that documents are sent to."""
        return f"{self.name}.load"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """One generation, the live one as a rule; empty before anything was loaded."""

    generation: int = 0
    by_key: Mapping[str, Index]
    is_live: bool = True

    @property
    def identity(self) -> str:
        """A token of this generation; "" when there is none."""
        return "+".join(sorted({index.token for index in self.by_key.values()}))

    @property
    def names(self) -> str:
        """The names of all of them, as the client takes them."""
        return ",".join(index.name for index in self.by_key.values())

    @property
    def loading(self) -> list[str]:
        """The names of those without refresh and replicas, as their first load is not over."""
        return [index.name for index in self.by_key.values() if index.is_loading]


def read_indexes(
    client: Elasticsearch, address: Address, generation: int | None = None, *, checked: bool = True
) -> Indexes:
    """See what there is of the live generation, or of another.

    EngineError for an index that another program made, or, unless `checked=False`, another mapping; and when what
    the alias reads is not one whole generation, as somebody else has changed it.
    """
    found = read_all(client, address)
    if generation is None:
        indexes = [index for index in found if index.is_live]
        _check_alias(found, indexes, address)
    else:
        indexes = [index for index in found if index.generation == generation]
    for index in indexes if checked else ():
        if not index.is_current:
            raise EngineError(
                f"{index.name} at {address.host} was made by copydesk {index.version} with other fields or analysis",
                hint="copydesk reindex makes a new one beside it, or use that version",
            )
    number = max((index.generation for index in indexes), default=0)
    return Indexes(
        generation=number if generation is None else generation,
        by_key={index.key: index for index in indexes},
        is_live=generation is None,
    )


def _check_alias(found: list[Index], live: list[Index], address: Address) -> None:
    numbers = {index.generation for index in live or found}
    if not found or (live and len(numbers) == 1 and not _unread(found, numbers)):
        return
    names = ", ".join(index.name for index in (_unread(found, numbers) if live else found) or live)
    what = (
        "reads more than one generation" if len(numbers) > 1 and live else "does not read all of its indexes"
    )
    raise EngineError(
        f"the alias {address.name} at {address.host} {what}, as somebody has changed it: {names}",
        hint="copydesk reindex --rollback lets it read one whole generation; see copydesk generations list",
    )


def _unread(found: list[Index], numbers: set[int]) -> list[Index]:
    return [index for index in found if not index.is_live and index.generation in numbers]


def read_all(client: Elasticsearch, address: Address) -> list[Index]:
    """See the indexes of every generation. EngineError when something else has the name, or reads through it."""
    with translated(address):
        found = client.indices.get(
            index=f"{address.name},{address.name}.g*",
            ignore_unavailable=True,
            filter_path="*.aliases,*.mappings._meta,*.settings.index.refresh_interval",
        ).body
    indexes = []
    for name, about in found.items():
        is_live = address.name in about.get("aliases", {})
        if name == address.name:
            raise EngineError(
                f"{address.url} is an index that copydesk did not make",
                hint="choose another name: copydesk reads its own indexes through an alias",
            )
        index = _read_index(name, about, address, is_live=is_live)
        if index:
            indexes.append(index)
        elif is_live:
            raise EngineError(
                f"{address.url} reads an index that copydesk did not make: {name}",
                hint=f"take it out of the alias {address.name}, or choose another name",
            )
    return indexes


def _read_index(name: str, about: Mapping[str, Any], address: Address, *, is_live: bool) -> Index | None:
    """Read what an index says of itself; None when it is none of ours."""
    meta = about.get("mappings", {}).get("_meta", {})
    parts = re.fullmatch(re.escape(address.name) + r"\.g(\d+)\.([a-z]+)", name)
    if parts is None or meta.get("made_by") != "copydesk" or parts[2] not in read_analysis().keys:
        return None
    refresh = about.get("settings", {}).get("index", {}).get("refresh_interval")
    return Index(
        name=name,
        key=parts[2],
        generation=int(parts[1]),
        token=str(meta.get("token")),
        is_loading=refresh == NOT_WHILE_LOADING,
        is_live=is_live,
        version=str(meta.get("version", "")),
        is_current=meta.get("mapping") == mapping_hash(parts[2]),
    )


def create_index(client: Elasticsearch, address: Address, key: str, indexes: Indexes) -> Index:
    """Make the index of a key, with refresh off until the load is committed."""
    generation = indexes.generation or 1
    index = Index(
        name=f"{address.name}.g{generation}.{key}",
        key=key,
        generation=generation,
        token=indexes.identity.partition("+")[0] or uuid.uuid4().hex,
        is_loading=True,
        is_live=indexes.is_live,
        version=metadata.version("copydesk"),
        is_current=True,
    )
    body = index_body(key)
    body["mappings"]["_meta"] = {
        "made_by": "copydesk",
        "version": index.version,
        "mapping": mapping_hash(key),
        "generation": generation,
        "token": index.token,
    }
    body["settings"] |= WHILE_LOADING
    body["aliases"] = {index.write_alias: {}}
    if index.is_live:
        body["aliases"][address.name] = {"is_write_index": False}
    with translated(address):
        try:
            client.indices.create(index=index.name, **body)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            beside = None if indexes.is_live else generation
            return read_indexes(client, address, beside).by_key[key]  # another run was quicker
    return index


def index_body(key: str) -> dict[str, Any]:
    """Give settings and mappings of a key's index.

    >>> body = index_body("other")["mappings"]["properties"]
    >>> body["headline"], body["dateline"]["properties"]["date"]["type"]
    ({'type': 'text', 'analyzer': 'text'}, 'date')
    """
    data = _read_mapping()
    kinds = data["kinds"]
    if not read_analysis().keys[key].has_exact:
        kinds = {**kinds, "text": {name: kinds["text"][name] for name in ("type", "analyzer")}}
    paths = {path: kinds[kind] for path, kind in read_fields().kinds.items()} | data["paths"]
    properties: dict[str, Any] = {}
    for path, mapped in paths.items():
        place = properties
        *parents, last = path.split(".")
        for parent in parents:
            place = place.setdefault(parent, {"properties": {}})["properties"]
        place[last] = mapped
    return {
        "settings": {**data["settings"], "analysis": elasticsearch_analysis(key)},
        "mappings": {"dynamic": data["dynamic"], "properties": properties},
    }


@functools.cache
def mapping_hash(key: str) -> str:
    """Tell indexes apart that hold the same texts otherwise."""
    return hashlib.sha256(orjson.dumps(index_body(key), option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


@functools.cache
def _read_mapping() -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(
        resources.files("engines").joinpath("elastic/mapping.json").read_bytes()
    )
    return data


def end_loading(client: Elasticsearch, address: Address, indexes: Indexes) -> list[str]:
    """Give refresh and replicas back to the indexes that were made without; their names."""
    names = indexes.loading
    if names:
        with translated(address):
            usual = {f"index.{name}": _read_mapping()["settings"].get(name) for name in WHILE_LOADING}
            client.indices.put_settings(index=",".join(names), settings=usual)
            client.indices.refresh(index=",".join(names))
    return names
