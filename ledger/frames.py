"""An append-only file of checked frames that any zstd can read: what rejects and the raw store are made of.

A frame is a zstd "skippable frame" (a head: checksum, length, and what the frame tells about itself as JSON),
then an ordinary zstd frame. `zstd -dc FILE` prints the payloads and skips the heads; we walk the heads without
unpacking anything. A frame that was not written to its end fails its checksum, and is cut off at the next start.
Source: RFC 8878, section 3.1.2 (skippable frames)
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import zstandard

from ledger.records import LedgerError

_MAGIC = 0x184D2A5C  # one of the sixteen of skippable frames
_MAGIC_BYTES = struct.pack("<I", _MAGIC)
_HEAD = struct.Struct("<II")  # magic, length of what follows
_INNER = struct.Struct("<16sI")  # blake2b of length, tells and data; length of the data
_LEVEL = 3
_LONGEST_HEAD = 64 << 20
_LONGEST_DATA = 1 << 30
_SEARCH = 1 << 20


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: where it is, and what it tells about itself."""

    start: int
    data_start: int
    end: int
    tells: Any  # JSON


def pack_frame(tells: object, payload: bytes) -> bytes:
    """The bytes of a frame.

    >>> frame = pack_frame({"rows": 1}, b"one")
    >>> frame[:4].hex()
    '5c2a4d18'
    """
    data = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(payload)
    told = orjson.dumps(tells)
    inner = _INNER.pack(_digest(len(data), told, data), len(data)) + told
    return _HEAD.pack(_MAGIC, len(inner)) + inner + data


def append_frame(path: Path, tells: object, payload: bytes) -> int:
    """Add a frame and force it to the disk; its size. A full disk raises LedgerError and leaves no half."""
    frame = pack_frame(tells, payload)
    try:
        with path.open("ab", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            try:
                _write_all(file, frame)
                os.fsync(file.fileno())
            except OSError:
                file.truncate(end)
                raise
    except OSError as err:
        raise LedgerError(
            f"cannot write {path}: {err.strerror}",
            hint="free some space and run it again: what is already in the index is not sent twice",
        ) from err
    return len(frame)


def walk_frames(path: Path) -> Iterator[Frame]:
    """The whole frames of a file, in order; damaged stretches between them are passed over."""
    if not path.exists():
        return
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = 0
        while start < size:
            frame = _frame_at(file, start, size)
            if frame is not None:
                yield frame
                start = frame.end
            else:
                start = _next_magic(file, start + 1, size)


def cut_tail(path: Path) -> int:
    """Cut off what follows the last whole frame; how many bytes that was. Call it before appending."""
    if not path.exists():
        return 0
    end = 0
    for frame in walk_frames(path):
        end = frame.end
    torn = path.stat().st_size - end
    if torn:
        os.truncate(path, end)
    return torn


def read_payload(path: Path, frame: Frame) -> bytes:
    """The unpacked payload of a frame that `walk_frames` found."""
    with path.open("rb") as file:
        file.seek(frame.data_start)
        return zstandard.ZstdDecompressor().decompress(file.read(frame.end - frame.data_start))


def frame_at(path: Path, start: int) -> Frame:
    """The frame that begins at `start`; ValueError when there is none, or a damaged one."""
    with path.open("rb") as file:
        frame = _frame_at(file, start, os.fstat(file.fileno()).st_size)
    if frame is None:
        raise ValueError(f"no whole frame at byte {start}")
    return frame


def _frame_at(file: BinaryIO, start: int, size: int) -> Frame | None:
    file.seek(start)
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    magic, length = _HEAD.unpack(head)
    if magic != _MAGIC or not _INNER.size < length <= min(_LONGEST_HEAD, size - start):
        return None
    inner = file.read(length)
    digest, data_length = _INNER.unpack_from(inner)
    data_start = start + _HEAD.size + length
    if data_length > min(_LONGEST_DATA, size - data_start):
        return None
    told = inner[_INNER.size :]
    if _digest(data_length, told, file.read(data_length)) != digest:
        return None
    return Frame(start, data_start, data_start + data_length, orjson.loads(told))


def _next_magic(file: BinaryIO, start: int, size: int) -> int:
    while start < size:
        file.seek(start)
        stretch = file.read(_SEARCH + len(_MAGIC_BYTES) - 1)
        found = stretch.find(_MAGIC_BYTES)
        if found >= 0:
            return start + found
        start += _SEARCH
    return size


def _digest(length: int, told: bytes, data: bytes) -> bytes:
    hasher = blake2b(struct.pack("<I", length), digest_size=16)
    hasher.update(told)
    hasher.update(data)
    return hasher.digest()


def _write_all(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
