"""LOAD and ASK: articles into an index, queries into pages of hits."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from engines.contract import Engine, EngineError

__all__ = ["open_engine"]


def open_engine(url: str, **options: Any) -> Engine:
    """Open the index that an address names: `file:PATH`, or `http(s)://host:9200/NAME`. To be closed.

    Options go to the engine: an Elasticsearch takes user, password, certificates; a folder takes none.
    Nothing is read or connected to before it is asked.
    """
    scheme, colon, rest = url.partition(":")
    if scheme == "file" and rest:
        from engines.embedded import EmbeddedEngine

        return EmbeddedEngine(rest.removeprefix("//"))
    if scheme in ("http", "https") and rest.startswith("//"):
        if not urlsplit(url).path.strip("/"):
            raise EngineError(f"{url} names no index", hint=f"add its name: {url.rstrip('/')}/news")
        from engines.elastic import ElasticEngine

        engine: Engine = ElasticEngine(url, **options)
        return engine
    raise EngineError(
        f"{url!r} is not the address of an index" if colon else f"{url!r} has no scheme",
        hint="file:var/index for a folder, http://localhost:9200/news for Elasticsearch",
    )
