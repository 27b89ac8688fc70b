"""An open input file: uncompressed blocks, counted in bytes, that end early rather than fail."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import zstandard

from transforms.records import Reject

STDIN = "-"
HEAD = 64 * 1024  # bytes that decide format and encoding
BLOCK = 1 << 20
PACKED_BLOCK = 64 * 1024
HASH_BYTES = 16  # of a file's content
#: zstd turns 4 bytes into 128 kB at most, so that one step never makes more than 16 MB.
ZSTD_STEP = 512
#: News copy packs 3 to 30 times, logs of one line 300 times; gzip's ceiling is 1032, zstd's 32768.
MAX_RATIO = 500
RATIO_FLOOR = 64 << 20  # below this many bytes any ratio is harmless
MAX_UNPACKED = 1 << 40
MAX_LAYERS = 3  # x.gz.gz.gz: a mistake once, an attack after that

GZIP_MAGIC = b"\x1f\x8b\x08"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"

Chunks = Iterator[bytes]


class _BrokenError(Exception):
    """Reading cannot go on: a reason to count by and the words for it."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Opened:
    """An open file. What stops it early is in `trouble` once `blocks` has ended; nothing is raised.

    A reader therefore needs no error handling of its own: it treats the end it sees as the end,
    and `sources.read` reports the trouble after what could still be read.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.unpacked = 0  # bytes of content so far
        self.packed = 0  # bytes read from the file for it
        self.packing: tuple[str, ...] = ()  # ("gz",), outermost first
        self.trouble: Reject | None = None
        self.content_hash: str | None = (
            None  # of the file as it is, as `survey.fingerprint` makes it, once all was read
        )
        self._file: BinaryIO | None = None
        self._chunks: Chunks = iter(())
        self.head = b""
        self._start()

    def _start(self) -> None:
        try:
            self._file = _open_file(self.path)
            self._unpack(self._file)
        except (OSError, ValueError) as err:  # ValueError: a NUL in the name
            self._note("unreadable", describe(err))
        except _BrokenError as err:
            self._note(err.reason, err.detail)
        parts: list[bytes] = []
        while sum(map(len, parts)) < HEAD and (chunk := self._next()):
            parts.append(chunk)
        self.head = b"".join(parts)

    def _unpack(self, file: BinaryIO) -> None:
        """Peel off compression by its magic bytes, whatever the file is called."""
        chunks = self._read_file(file)
        for _ in range(MAX_LAYERS + 1):
            first = next(chunks, b"")
            if len(first) < len(ZSTD_MAGIC):
                first += next(chunks, b"")
            chunks = chain((first,) if first else (), chunks)
            name = _packing(first)
            if name is None:
                self._chunks = chunks
                return
            self.packing = (*self.packing, name)
            chunks = self._guarded(UNPACKERS[name](chunks))
        self._note("bomb", f"more than {MAX_LAYERS} layers of compression")

    def _read_file(self, file: BinaryIO) -> Chunks:
        content = blake2b(digest_size=HASH_BYTES)
        while chunk := file.read(PACKED_BLOCK):
            self.packed += len(chunk)
            content.update(chunk)
            yield chunk
        self.content_hash = content.hexdigest()

    def _guarded(self, chunks: Chunks) -> Chunks:
        unpacked = 0
        for chunk in chunks:
            unpacked += len(chunk)
            if unpacked > MAX_UNPACKED or unpacked > max(RATIO_FLOOR, MAX_RATIO * self.packed):
                raise _BrokenError("bomb", f"{self.packed} bytes unpack to more than {unpacked}")
            yield chunk

    def _next(self) -> bytes:
        """Give the next chunk; b"" at the end or at trouble."""
        try:
            chunk = next(self._chunks, b"")
            self.unpacked += len(chunk)
            return chunk
        except OSError as err:
            self._note("unreadable", describe(err))
        except _BrokenError as err:
            self._note(err.reason, err.detail)
        return b""

    def _note(self, reason: str, detail: str) -> None:
        self._chunks = iter(())
        self.trouble = Reject(
            origin=self.path, stage="read", reason=reason, detail=detail, offset=self.unpacked
        )

    def blocks(self, size: int = BLOCK) -> Iterator[bytes]:
        """Yield the uncompressed content, about `size` bytes at a time. Once only."""
        parts, length = [self.head], len(self.head)
        self.head = b""
        while True:
            while length < size and (chunk := self._next()):
                parts.append(chunk)
                length += len(chunk)
            if not length:
                return
            block = b"".join(parts)
            parts, length = [], 0
            yield block

    def close(self) -> None:
        """Close the file; standard input stays open, it is not ours."""
        if self._file is not None and self.path != STDIN:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def describe(err: OSError | ValueError) -> str:
    """Say what the system said, without the path, which every message carries already."""
    return getattr(err, "strerror", None) or str(err) or type(err).__name__


def _open_file(path: str) -> BinaryIO:
    return sys.stdin.buffer if path == STDIN else Path(path).open("rb", buffering=0)


def _packing(first: bytes) -> str | None:
    if first.startswith(GZIP_MAGIC):
        return "gz"
    return "zst" if first.startswith(ZSTD_MAGIC) else None


def _gunzip(chunks: Chunks) -> Chunks:
    """Unpack gzip, member after member; zero bytes that pad the end are no member."""
    unpacker = zlib.decompressobj(wbits=31)
    fresh = True
    for chunk in chunks:
        rest = chunk
        while rest:
            if fresh and not (rest := rest.lstrip(b"\0")):
                break
            try:
                out = unpacker.decompress(rest, BLOCK)
            except zlib.error as err:
                raise _BrokenError("corrupt", f"gzip: {err}") from err
            fresh = False
            if out:
                yield out
            rest = unpacker.unconsumed_tail
            if unpacker.eof:
                rest, unpacker, fresh = unpacker.unused_data, zlib.decompressobj(wbits=31), True
    if not fresh:
        yield from _flushed(unpacker)
        raise _BrokenError("truncated", "gzip: the file ends inside the compressed data")


def _flushed(unpacker: zlib._Decompress) -> Chunks:
    if out := unpacker.flush():
        yield out


def _unzstd(chunks: Chunks) -> Chunks:
    """Unpack zstd, frame after frame, in steps small enough for the worst ratio."""
    fresh, unpacker = True, zstandard.ZstdDecompressor().decompressobj()
    for chunk in chunks:
        for start in range(0, len(chunk), ZSTD_STEP):
            rest = chunk[start : start + ZSTD_STEP]
            while rest:
                try:
                    out = unpacker.decompress(rest)
                except zstandard.ZstdError as err:
                    raise _BrokenError("corrupt", f"zstd: {err}") from err
                fresh, rest = False, b""
                if out:
                    yield out
                if unpacker.eof:
                    rest = unpacker.unused_data
                    fresh, unpacker = True, zstandard.ZstdDecompressor().decompressobj()
    if not fresh:
        raise _BrokenError("truncated", "zstd: the file ends inside the compressed data")


UNPACKERS: dict[str, Callable[[Chunks], Chunks]] = {"gz": _gunzip, "zst": _unzstd}
