"""Every format that can be read. A new one is a file beside this one, and a line here."""

from __future__ import annotations

import codecs
from pathlib import PurePath

from sources.contract import Format
from sources.encoding import detect_encoding, find_magic, is_binary, read_bom
from sources.html import is_html, read_html
from sources.jsonl import is_jsonl, read_jsonl
from sources.text import read_text

#: Asked in this order; the last takes what is left, as any characters may be text.
FORMATS = (
    Format("jsonl", (".jsonl", ".ndjson", ".json", ".jl"), is_jsonl, read_jsonl),
    Format("html", (".html", ".htm", ".xhtml", ".shtml"), is_html, read_html),
    Format("text", (".txt", ".text", ".md", ""), bool, read_text),
)
PACKED_SUFFIXES = (".gz", ".zst", ".gzip", ".zstd")
SNIFF = 4096  # bytes that formats are told apart by


def detect_format(path: str, head: bytes) -> Format:
    """Choose by the content, then by the name: a page saved as .txt is a page."""
    text = _decode_head(head)
    by_content = next((form for form in FORMATS[:-1] if form.matches(text)), None)
    if by_content is not None:
        return by_content
    suffix = suffix_of(path)
    return next((form for form in FORMATS if suffix in form.suffixes), FORMATS[-1])


def find_binary(head: bytes) -> str | None:
    """Say why `head` opens no copy; None when it may be text in some encoding."""
    if (name := find_magic(head)) is not None:
        return name
    wide = read_bom(head) or (detect_encoding(head) or "").startswith("utf-16")
    return None if wide or not is_binary(head) else "full of control characters"


def suffix_of(path: str) -> str:
    """Read the format's suffix, below those of compression.

    >>> suffix_of("wire/2025.JSONL.gz")
    '.jsonl'
    """
    name = PurePath(path)
    while name.suffix.lower() in PACKED_SUFFIXES:
        name = name.with_suffix("")
    return name.suffix.lower()


def _decode_head(head: bytes) -> str:
    bom = read_bom(head)
    start = bom[1] if bom else 0
    encoding = bom[0] if bom else (detect_encoding(head[:SNIFF]) or "cp1252")
    return codecs.getincrementaldecoder(encoding)("replace").decode(head[start : start + SNIFF])
