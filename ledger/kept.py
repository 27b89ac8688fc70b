"""A RawDocument as bytes and back: what the raw store keeps of it."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any

import orjson

from transforms.records import Given, RawDocument

_RECORD = struct.Struct("<III")  # length of head and content, CRC-32 of both, length of the head

# Taken from the records, so that a field that joins them is kept from then on.
_HEAD_FIELDS = tuple(f.name for f in fields(RawDocument) if f.name not in ("text", "page", "given"))
_GIVEN_FIELDS = tuple(f.name for f in fields(Given))


def pack_document(document: RawDocument) -> bytes:
    """One record: lengths and checksum, a head as JSON, then the text or the page as it was read.

    >>> raw = RawDocument(origin="a.txt", media="text", text="Rain.")
    >>> list(unpack_documents(pack_document(raw) * 2)) == [raw, raw]
    True
    """
    head = _to_json(
        {
            **{name: getattr(document, name) for name in _HEAD_FIELDS},
            "given": {
                name: _plain(value)
                for name in _GIVEN_FIELDS
                if (value := getattr(document.given, name)) not in (None, ())
            },
        }
    )
    content = document.page if document.media == "html" else document.text.encode("utf-8", "surrogatepass")
    both = head + content
    return _RECORD.pack(len(both), zlib.crc32(both), len(head)) + both


def unpack_documents(payload: bytes) -> Iterator[RawDocument]:
    """The records that follow one another in `payload`; ValueError when one is damaged."""
    start = 0
    while start < len(payload):
        length, checksum, head_length = _RECORD.unpack_from(payload, start)
        start += _RECORD.size
        both = payload[start : start + length]
        start += length
        if len(both) != length or zlib.crc32(both) != checksum:
            raise ValueError("a record of the raw store is damaged")
        yield _document(_from_json(both[:head_length]), both[head_length:])


def record_lengths(payload: bytes) -> Iterator[int]:
    """The length of each record in `payload`, for copying without unpacking."""
    start = 0
    while start < len(payload):
        length = _RECORD.size + _RECORD.unpack_from(payload, start)[0]
        yield length
        start += length


def _document(head: dict[str, Any], content: bytes) -> RawDocument:
    html = head["media"] == "html"
    return RawDocument(
        text="" if html else content.decode("utf-8", "surrogatepass"),
        page=content if html else b"",
        given=_given(head["given"]),
        **{name: head[name] for name in _HEAD_FIELDS if name in head},
    )


def _given(told: dict[str, Any]) -> Given:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in told.items()
        if name in _GIVEN_FIELDS
    }
    if "fetched_at" in values:
        values["fetched_at"] = datetime.fromisoformat(values["fetched_at"])
    return Given(**values)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _to_json(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # orjson takes no lone surrogates, and copy may have them
        return json.dumps(value).encode()


def _from_json(text: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = json.loads(text)
    return dict(value)
