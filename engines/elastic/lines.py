"""The lines of a bulk request's body, many at a time: each document is copied once on its way, here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from transforms.records import Document


class Deletion(NamedTuple):
    """A document to be removed from one index."""

    id: str
    alias: str  # that the index is written through

    @property
    def origin(self) -> str:
        """What to call it."""
        return self.id

    @property
    def json(self) -> bytes:
        """Nothing but its action is sent."""
        return b""


def write_documents(heads: Mapping[str, bytes], documents: Sequence[Document]) -> bytes:
    r"""Write each document after its action; `heads` are the beginnings of the actions, by language.

    >>> rain = Document(id="a", digest="d", language="en", origin="a.txt", json=b'{"body":"Rain."}')
    >>> write_documents({"en": b'{"index":{"_index":"news.g1.en.load","_id":'}, [rain])
    b'{"index":{"_index":"news.g1.en.load","_id":"a"}}\n{"body":"Rain."}\n'
    """
    parts: list[bytes] = []
    for document in documents:
        parts += heads[document.language], orjson.dumps(document.id), b"}}\n", document.json, b"\n"
    return b"".join(parts)


def write_deletions(deletions: Sequence[Deletion]) -> bytes:
    """Write the actions, which are all."""
    actions = ({"delete": {"_index": deletion.alias, "_id": deletion.id}} for deletion in deletions)
    return b"".join(orjson.dumps(action) + b"\n" for action in actions)
