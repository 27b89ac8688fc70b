"""Saved HTML pages: one file, one page, passed on as bytes because it declares its own encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sources.contract import Reading
from sources.encoding import detect_wide, read_bom
from sources.opened import HEAD, Opened
from transforms.records import Given, RawDocument, Reject

#: A page opens with its doctype or first element; comments and an XML declaration may stand before it.
_OPENING = re.compile(r"<(?:!doctype\s+html|html|head|body|meta\s|title>)", re.IGNORECASE)
_BEFORE = re.compile(r"\s+|<!--(?:[^-]|-(?!->))*-->|<\?[^>]*>", re.DOTALL)
UTF8_BOM = b"\xef\xbb\xbf"


def is_html(head: str) -> bool:
    """Tell whether this opens like a page, whatever it is called.

    >>> is_html("<!-- saved --> <!DOCTYPE html><title>"), is_html("<b>Breaking</b>: prices rise")
    (True, False)
    """
    position = 0
    while match := _BEFORE.match(head, position):
        position = match.end()
    return _OPENING.match(head, position) is not None


def read_html(opened: Opened, reading: Reading) -> Iterator[RawDocument | Reject]:
    """Yield the page; one that is larger than the limit is a Reject."""
    parts: list[bytes] = []
    length = 0
    for block in opened.blocks():
        length += len(block)
        if length <= reading.limits.page:
            parts.append(block)
    if length > reading.limits.page:
        detail = f"{length} bytes, more than {reading.limits.page}"
        yield Reject(origin=opened.path, stage="read", reason="page-too-long", detail=detail, offset=0)
        return
    page = _as_utf8(b"".join(parts))
    given = Given(fetched_at=reading.fetched_at)
    yield RawDocument(origin=opened.path, media="html", page=page, single=True, given=given)


def _as_utf8(page: bytes) -> bytes:
    """Rewrite UTF-16 and UTF-32, which HTML parsers cannot read; everything else stays as it is."""
    bom = read_bom(page)
    if bom and bom[0] != "utf-8":
        return UTF8_BOM + page[bom[1] :].decode(bom[0], "replace").encode()
    wide = detect_wide(page[:HEAD]) if bom is None and b"\0" in page[:HEAD] else None
    return UTF8_BOM + page.decode(wide, "replace").encode() if wide else page
