"""Compression by content, nested or in several parts, and standard input."""

from __future__ import annotations

import gzip
import io
import sys

import pytest
import zstandard

from sources import read
from sources.opened import Opened


def unpack(path) -> bytes:
    with Opened(str(path)) as opened:
        content = b"".join(opened.blocks())
        assert opened.trouble is None
        return content


def zst(content: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(content)


def streamed_zst(content: bytes) -> bytes:
    compressor = zstandard.ZstdCompressor().compressobj()
    return compressor.compress(content) + compressor.flush()


TEXT = "".join(f"line {number} of the copy\n" for number in range(200_000)).encode()


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        gzip.compress(TEXT),
        zst(TEXT),
        streamed_zst(TEXT),
        gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]),
        gzip.compress(TEXT[:1000]) + gzip.compress(b"") + gzip.compress(TEXT[1000:]) + bytes(700),
        zst(TEXT[:1000]) + zst(TEXT[1000:]),
        gzip.compress(zst(TEXT)),
        zst(gzip.compress(TEXT)),
    ],
)
def test_unpacks_whatever_it_is_called(tmp_path, content):
    path = tmp_path / "copy.txt"
    path.write_bytes(content)
    assert unpack(path) == TEXT


def test_blocks_have_the_size_asked_for(tmp_path):
    path = tmp_path / "copy.txt"
    path.write_bytes(TEXT)
    with Opened(str(path)) as opened:
        sizes = [len(block) for block in opened.blocks(200_000)]
    assert all(200_000 <= size < 300_000 for size in sizes[:-1])


def test_standard_input(monkeypatch):
    class Stdin:
        buffer = io.BytesIO(gzip.compress(b'{"body": "Words."}\n'))

    monkeypatch.setattr(sys, "stdin", Stdin)
    (document,) = read("-")
    assert (document.origin, document.text) == ("-#1", "Words.")
    assert not Stdin.buffer.closed
