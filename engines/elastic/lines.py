"""The lines of a bulk request's body, many at a time: each document is copied once on its way, here.

And the items of its answer, which are in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeGuard

import orjson

from transforms.records import Document


class Operation(Protocol):
    """What is sent: a Document as it is, so that nothing is made for each, or a deletion."""

    @property
    def id(self) -> str:
        """Of the document."""

    @property
    def origin(self) -> str:
        """Where it was read."""

    @property
    def json(self) -> bytes:
        """Its source; empty for a deletion."""


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


def answers(items: object, operations: Sequence[Operation]) -> TypeGuard[list[dict[str, Any]]]:
    """Tell whether there is an item for each operation, in order: of its id, of its action, with a status.

    On its way an answer may be cut off, sorted anew or swapped for that to another request.

    >>> answers([{"delete": {"_id": "a", "status": 200}}], [Deletion("a", "news.g1.en.load")])
    True
    >>> answers([{"delete": {"_id": "b", "status": 200}}], [Deletion("a", "news.g1.en.load")])
    False
    """
    if not isinstance(items, list) or len(items) != len(operations):
        return False
    try:
        for operation, item in zip(operations, items, strict=True):
            result = item["index" if operation.json else "delete"]
            if result["_id"] != operation.id or not isinstance(result["status"], int):
                return False
    except (KeyError, TypeError):
        return False
    return True
