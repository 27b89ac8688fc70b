"""JSON lines, JSON arrays and JSON objects one after another: one record, one document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from sources.contract import Reading
from sources.decoding import Decoder
from sources.encoding import detect_encoding, read_bom
from sources.fields import (
    BadFieldError,
    clean_text,
    looks_like_markup,
    names_of,
    pick_fields,
    read_text,
    to_given,
)
from sources.html import UTF8_BOM
from sources.opened import Opened
from sources.values import Value, split_lines, split_values
from transforms.records import RawDocument, Reject

_OPENING = re.compile(r'\s*(?:\[\s*)*\{\s*(?:"|\})')
_IN_A_ROW = re.compile(r'[^\n]*?\}[ \t]*\{[ \t]*"[^"\n]*"[ \t]*:')
_EMPTY = re.compile(r"\s*\[\s*\]\s*\Z")


class _RecordError(ValueError):
    """A value that is no record: the reason to count by is its first argument, the words its second."""


_Record = dict[str, Any] | UnicodeDecodeError | _RecordError


def is_jsonl(head: str) -> bool:
    """Tell whether this opens a JSON object or an array of them, whatever it is called.

    >>> is_jsonl('[{"title": "Rain"}]'), is_jsonl("[Update] Rain goes on")
    (True, False)
    """
    return _OPENING.match(head) is not None or _EMPTY.match(head) is not None


def read_jsonl(opened: Opened, reading: Reading) -> Iterator[RawDocument | Reject]:
    """Yield one document a record; what is no record, or has no text, is a Reject and the next goes on.

    Documents are numbered by their line, or by their place in an array; those of an object that wraps
    several go on counting from its own.
    """
    number = 0
    for position, offset, data in _split(opened, reading.limits.line):
        number = max(number, position - 1)
        broken_off = opened.trouble is not None and offset + len(data or b"") >= opened.unpacked
        for record in _records(data, reading):
            number += 1
            item = _read_record(record, f"{opened.path}#{number}", offset, reading)
            if not (broken_off and isinstance(item, Reject)):  # opened.trouble is the reason, and is told
                yield item


def _records(data: bytes | None, reading: Reading) -> Sequence[_Record]:
    """Parse one value: its record, those that it wraps, or what is wrong with it."""
    if data is None:
        return [_RecordError("line-too-long", f"more than {reading.limits.line} bytes")]
    try:
        return unwrap(parse_record(data))
    except (UnicodeDecodeError, _RecordError) as err:
        return [err]


def _read_record(record: _Record, origin: str, offset: int, reading: Reading) -> RawDocument | Reject:
    try:
        if isinstance(record, Exception):
            raise record
        return _to_document(record, origin, offset, reading)
    except BadFieldError as err:
        return Reject(origin=origin, stage="read", reason="bad-field", detail=str(err), offset=offset)
    except UnicodeDecodeError as err:
        at = offset + err.start
        return Reject(origin=origin, stage="read", reason="bad-encoding", detail=err.reason, offset=at)
    except _RecordError as err:
        reason, detail = err.args
        return Reject(origin=origin, stage="read", reason=reason, detail=detail, offset=offset)


def unwrap(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Take the records out of an object that only lists them, as news services answer; else itself.

    >>> unwrap({"status": "ok", "articles": [{"title": "Rain"}, {"title": "Sun"}]})
    [{'title': 'Rain'}, {'title': 'Sun'}]
    """
    if record.keys().isdisjoint(names_of("items")):
        return [record]
    picked = pick_fields(record)
    if "items" not in picked or "text" in picked or "html" in picked:
        return [record]
    items = picked["items"][1]
    found = isinstance(items, list) and all(isinstance(item, dict) for item in items)
    return items if found else [record]


def _split(opened: Opened, limit: int) -> Iterator[Value]:
    """Choose by the first characters how values follow each other."""
    bom = read_bom(opened.head)
    start = bom[1] if bom else 0
    encoding = bom[0] if bom else (detect_encoding(opened.head) or "utf-8")
    blocks: Iterable[bytes] = opened.blocks()
    if encoding.startswith(("utf-16", "utf-32")):
        head = opened.head.decode(encoding, "replace")
        blocks, start = _as_utf8(blocks), 0
    else:
        head = opened.head[start:].decode(encoding, "replace")
        blocks = _without(blocks, start)
    array = head.lstrip("\ufeff").lstrip().startswith("[")
    if array or _is_spread(head):
        return split_values(blocks, limit, array=array, start=start)
    return split_lines(blocks, limit, start)


def _is_spread(head: str) -> bool:
    """Tell whether objects are not one to a line: spread over several, as `jq .` writes them, or in a row."""
    if _IN_A_ROW.match(head):
        return True
    first, newline, rest = head.lstrip("\ufeff \t\r\n").partition("\n")
    if not newline or rest.lstrip()[:1] in ("{", ""):
        return False
    return first.rstrip()[-1:] in ("{", ",", "[")


def _as_utf8(blocks: Iterable[bytes]) -> Iterator[bytes]:
    return (text.encode("utf-8", "surrogatepass") for text in Decoder().texts(blocks))


def _without(blocks: Iterable[bytes], start: int) -> Iterator[bytes]:
    for block in blocks:
        yield block[start:]
        start = 0


def parse_record(data: bytes) -> dict[str, Any]:
    """Parse one JSON object as strictly as needed and no more: NaN is null, lone surrogates stay.

    UnicodeDecodeError for bytes that no known encoding explains, _RecordError for everything else.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = _parse_slowly(data)
    if not isinstance(value, dict):
        raise _RecordError("bad-json", f"expected an object, found {type(value).__name__}")
    return value


def _parse_slowly(data: bytes) -> Any:
    """Parse what orjson refuses: lone surrogates, NaN, encodings other than UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        encoding = detect_encoding(data)
        if encoding in (None, "utf-8"):
            raise
        text = data.decode(encoding or "utf-8")
    try:
        return _joined(json.loads(text, parse_constant=_no_number, strict=False))
    except json.JSONDecodeError as err:
        raise _RecordError("bad-json", f"{err.msg}, character {err.pos + 1} of the line") from err
    except RecursionError as err:
        raise _RecordError("bad-json", "nested too deeply") from err
    except ValueError as err:  # an integer of more than 4300 digits
        raise _RecordError("bad-json", str(err)) from err


def _joined(value: Any) -> Any:
    r"""Join surrogate pairs that were written apart in every string, and put U+FFFD for lone ones.

    >>> _joined({"a": ["\ud83d\ude00 \ud800"]})
    {'a': ['😀 �']}
    """
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_joined(each) for each in value]
    if isinstance(value, dict):
        return {_joined(name): _joined(each) for name, each in value.items()}
    return value


def _no_number(_: str) -> None:
    return None


def _to_document(record: dict[str, Any], origin: str, offset: int, reading: Reading) -> RawDocument:
    picked = pick_fields(record)
    text = read_text(picked, "text")
    given = to_given(picked, reading.fetched_at)
    if text and not text.isspace() and not looks_like_markup(text):
        return RawDocument(origin=origin, media="text", text=text, single=True, given=given, offset=offset)
    page = read_text(picked, "html") or text
    if not page or page.isspace():
        names = ", ".join(list(record)[:8]) or "none"
        raise _RecordError("no-text", f"no field holds text; fields: {clean_text(names)[:200]}")
    content = UTF8_BOM + page.encode()
    return RawDocument(origin=origin, media="html", page=content, single=True, given=given, offset=offset)
