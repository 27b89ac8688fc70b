"""The raw store: what was read, kept so that it can be cleaned and loaded again without the original files.

Segments `raw/000001.raw.zst`, … of checked frames (ledger/frames.py), only ever appended to. A file's documents
count from the moment its reading is finished, and instead of those of its readings before; `compact` drops the
others. Nothing else is needed to make sense of a segment, so that the store outlives the ledger.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from ledger.frames import Frame, append_frame, cut_tail, frame_at, read_payload, walk_frames
from ledger.kept import pack_document, record_lengths, unpack_documents
from ledger.records import LedgerError
from transforms.records import RawDocument

SEGMENT_BYTES = 64 << 20
_FRAME = 1 << 20  # bytes of records in one frame
_FRAMES_HELD = 4  # while reading: files need not be asked for in the order of storing
_LEFT_OUT = -1  # instead of a number of documents: too much to be kept


@dataclass(frozen=True, slots=True)
class Piece:
    """Neighbouring records of one file in one frame."""

    segment: Path
    start: int  # of the frame
    first: int  # record in the frame
    count: int


@dataclass(slots=True)
class RawFile:
    """The last whole reading of one file."""

    path: str
    reading: int  # later ones are higher
    documents: int  # that it had
    pieces: list[Piece] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """False: some of it is damaged, or was left out as it went over the limit."""
        return self.documents == sum(piece.count for piece in self.pieces)


@dataclass(slots=True)
class _Open:
    reading: int
    documents: int = 0


class RawStore:
    """The raw store, open for writing; needs the run lock. Made by `open_raw`; close it.

    Call `flush` before `Pass.finish`, so that no file counts as read whose copy is not kept.
    """

    def __init__(self, folder: Path, *, limit_bytes: int | None, segment_bytes: int) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._segment_bytes = segment_bytes
        segments = _segments(folder)
        self._number = int(segments[-1].name.partition(".")[0]) if segments else 1
        self._open: dict[str, _Open] = {}
        self._entries: list[list[str | int]] = []  # path, reading, count of neighbouring records
        self._done: list[tuple[str, int, int]] = []
        self._records: list[bytes] = []
        self._buffered = 0
        self._last = _last_reading(segments)  # the clock may have gone back since
        self.size_bytes = sum(segment.stat().st_size for segment in segments)
        self.left_out: list[str] = []  # files of this run that went over the limit

    def begin(self, path: str) -> None:
        """A reading of the file begins; what an unfinished one kept is given up."""
        self._last = max(time.time_ns(), self._last + 1)
        self._open[path] = _Open(self._last)

    def add(self, path: str, document: RawDocument) -> bool:
        """Keep a document of the file; False when the store is full to its limit, and the file is left out."""
        if path not in self._open:
            return False
        record = pack_document(document)
        if self._limit is not None and self.size_bytes + self._buffered + len(record) > self._limit:
            self._leave_out(path)
            return False
        reading = self._open[path]
        reading.documents += 1
        if self._entries and self._entries[-1][:2] == [path, reading.reading]:
            self._entries[-1][2] = int(self._entries[-1][2]) + 1
        else:
            self._entries.append([path, reading.reading, 1])
        self._records.append(record)
        self._buffered += len(record)
        if self._buffered >= _FRAME:
            self.flush()
        return True

    def finish(self, path: str) -> None:
        """The file was read to its end: from the next flush on, these are its documents."""
        reading = self._open.pop(path, None)
        if reading is not None:
            self._done.append((path, reading.reading, reading.documents))

    def count_so_far(self, path: str) -> None:
        """From the next flush on what was kept of this reading counts: it cannot be read again if the run dies."""
        reading = self._open.get(path)
        if reading is not None:
            self._done.append((path, reading.reading, reading.documents))

    def forget(self, path: str) -> None:
        """The file is gone (pruned): nothing of it is to be loaded again."""
        self.begin(path)
        self.finish(path)

    def flush(self) -> None:
        """Force everything so far to the disk."""
        if not self._records and not self._done:
            return
        segment = self._segment()
        tells = {"entries": self._entries, "done": self._done}
        self.size_bytes += append_frame(segment, tells, b"".join(self._records))
        self._entries, self._done, self._records, self._buffered = [], [], [], 0

    def compact(self) -> int:
        """Drop what no longer counts; how many bytes that freed. A kill at any point loses nothing."""
        self.flush()
        if self._open:
            raise ValueError(f"files are being read: {sorted(self._open)}")
        current = {(file.path, file.reading) for file in raw_files(self._folder)}
        before = self.size_bytes
        for segment in _segments(self._folder):  # oldest first: what tells that a file is gone goes last
            _compact_segment(segment, current)
        self.size_bytes = sum(segment.stat().st_size for segment in _segments(self._folder))
        return before - self.size_bytes

    def close(self) -> None:
        """Write what is left. Files that were not finished do not count."""
        self.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _leave_out(self, path: str) -> None:
        reading = self._open.pop(path)
        self._done.append((path, reading.reading, _LEFT_OUT))
        self.left_out.append(path)

    def _segment(self) -> Path:
        segment = self._folder / f"{self._number:06}.raw.zst"
        if segment.exists() and segment.stat().st_size >= self._segment_bytes:
            self._number += 1
            segment = self._folder / f"{self._number:06}.raw.zst"
        return segment


def open_raw(folder: Path, *, limit_bytes: int | None = None, segment_bytes: int = SEGMENT_BYTES) -> RawStore:
    """Open the raw store of a state folder for writing; what a killed run left half written is cut off."""
    raw = folder / "raw"
    try:
        raw.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise LedgerError(
            f"cannot make the raw store {raw}: {err.strerror}",
            hint="give a state folder that you can write to",
        ) from err
    segments = _segments(raw)
    if segments:
        cut_tail(segments[-1])
    return RawStore(raw, limit_bytes=limit_bytes, segment_bytes=segment_bytes)


def read_raw_files(folder: Path) -> list[RawFile]:
    """The files whose copy is kept, in the order of storing. Look at `RawFile.whole` before relying on one."""
    return [file for file in raw_files(folder / "raw") if file.documents]


def read_raw(files: Iterable[RawFile]) -> Iterator[tuple[RawFile, RawDocument]]:
    """The documents of these files, each file's in the order of reading. Damage raises LedgerError."""
    reader = RawReader()
    for file in files:
        for document in reader.read(file):
            yield file, document


class RawReader:
    """Reads file after file of a raw store. Small files share a frame, which is unpacked once."""

    def __init__(self) -> None:
        self._frame = lru_cache(maxsize=_FRAMES_HELD)(_documents)

    def read(self, file: RawFile) -> Iterator[RawDocument]:
        """The documents of a file in the order of reading. Damage raises LedgerError."""
        for piece in file.pieces:
            yield from self._frame(piece.segment, piece.start)[piece.first : piece.first + piece.count]


def raw_files(raw: Path) -> list[RawFile]:
    """As `read_raw_files`, with those that were forgotten."""
    pieces: dict[tuple[str, int], list[Piece]] = {}
    files: dict[str, RawFile] = {}
    for segment in _segments(raw):
        for frame in walk_frames(segment):
            first = 0
            for path, reading, count in frame.tells["entries"]:
                pieces.setdefault((path, reading), []).append(Piece(segment, frame.start, first, count))
                first += count
            for path, reading, documents in frame.tells["done"]:
                known = files.get(path)
                if known is None or known.reading <= reading:
                    files[path] = RawFile(path, reading, documents)
    for file in files.values():
        file.pieces = _counted(pieces.get((file.path, file.reading), []), file.documents)
    return sorted(files.values(), key=lambda file: file.reading)


def _counted(pieces: list[Piece], documents: int) -> list[Piece]:
    """The pieces up to so many documents: what was kept after they were counted, a killed run left."""
    counted: list[Piece] = []
    for piece in pieces:
        if documents > 0:
            counted.append(replace(piece, count=min(piece.count, documents)))
        documents -= piece.count
    return counted


def _documents(segment: Path, start: int) -> list[RawDocument]:
    try:
        return list(unpack_documents(read_payload(segment, frame_at(segment, start))))
    except (OSError, ValueError) as err:
        raise LedgerError(
            f"cannot read the raw store {segment}: {err}", hint="ingest the original files once more"
        ) from err


def _last_reading(segments: list[Path]) -> int:
    """The highest number of a reading so far: the last segment that holds any has it, as they only ever rise."""
    for segment in reversed(segments):
        told = [frame.tells for frame in walk_frames(segment)]
        readings = [mark[1] for tells in told for mark in (*tells["entries"], *tells["done"])]
        if readings:
            return int(max(readings))
    return 0


def _segments(raw: Path) -> list[Path]:
    return sorted(raw.glob("*.raw.zst"))


def _compact_segment(segment: Path, current: set[tuple[str, int]]) -> None:
    new = segment.with_name(segment.name + ".new")
    new.unlink(missing_ok=True)
    for frame in walk_frames(segment):
        entries = [entry for entry in frame.tells["entries"] if (entry[0], entry[1]) in current]
        done = [mark for mark in frame.tells["done"] if mark[2] and (mark[0], mark[1]) in current]
        if entries or done:
            append_frame(new, {"entries": entries, "done": done}, _current_records(segment, frame, current))
    if new.exists():
        new.replace(segment)
    else:
        segment.unlink()


def _current_records(segment: Path, frame: Frame, current: set[tuple[str, int]]) -> bytes:
    payload = read_payload(segment, frame)
    lengths = record_lengths(payload)
    kept, start = [], 0
    for path, reading, count in frame.tells["entries"]:
        end = start + sum(islice(lengths, count))
        if (path, reading) in current:
            kept.append(payload[start:end])
        start = end
    return b"".join(kept)
