"""What was rejected and is still wrong: `rejects.jsonl.zst` in the state folder, to list, retry and drop.

A line for each reject, in frames that `zstd -dc` prints. It shows what is wrong now: a file that is read again
first takes back what it had rejected before. That is written at once as a frame that clears the file, and the
cleared lines leave the file when it is closed.
"""

from __future__ import annotations

import base64
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from ledger.frames import append_frame, cut_tail, pack_frame, read_payload, walk_frames
from ledger.records import LedgerError
from transforms.records import Reject

_FILE = "rejects.jsonl.zst"
_LONGEST_RECORD = 1 << 20  # bytes kept in the line; longer ones are found in their file by the offset
_FRAME = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A reject as it is kept. Lone surrogates in its strings are written out in ASCII."""

    key: str  # names it in `rejects show|retry|drop`; the same when it is rejected again for the same reason
    origin: str
    path: str  # the file
    stage: str
    reason: str
    detail: str
    answer: str  # the engine's, as it came
    offset: int | None  # bytes, in the uncompressed file
    record: bytes | None  # as it was read; None when too long to be kept: it is in the file at the offset
    run_id: str
    version: str  # of copydesk
    at: str  # ISO 8601, UTC


class Rejects:
    """The rejects, open for writing; needs the run lock. Made by `open_rejects`; close it.

    Call `flush` before `Pass.finish`, so that no file counts as read whose rejects are not on the disk.
    """

    def __init__(self, path: Path, run_id: str, version: str) -> None:
        self._path = path
        self._run_id = run_id
        self._version = version
        self._live: Counter[str] = Counter(reject.path for reject in _read(path))
        self._clears: list[str] = []
        self._lines: list[tuple[str, bytes]] = []  # path, line
        self._bytes = 0
        self._cleared = _has_clears(path)

    def begin(self, path: str) -> None:
        """The file is about to be read (again): what it had rejected before no longer counts."""
        path = _printable(path)
        if self._live.pop(path, 0):
            self._clears.append(path)
            self._lines = [line for line in self._lines if line[0] != path]

    def add(self, reject: Reject, *, path: str, record: bytes | None = None, answer: str = "") -> str:
        """Keep a reject of the file at `path`; its key."""
        kept = _kept(reject, _printable(path), record, answer)
        kept |= {"run_id": self._run_id, "version": self._version, "at": _now()}
        line = orjson.dumps(kept)
        self._lines.append((str(kept["path"]), line))
        self._live[str(kept["path"])] += 1
        self._bytes += len(line)
        if self._bytes >= _FRAME:
            self.flush()
        return str(kept["key"])

    def flush(self) -> None:
        """Force everything so far to the disk."""
        if not self._lines and not self._clears:
            return
        payload = b"".join(line + b"\n" for _, line in self._lines)
        append_frame(self._path, {"clears": self._clears, "lines": len(self._lines)}, payload)
        self._cleared |= bool(self._clears)
        self._clears, self._lines, self._bytes = [], [], 0

    def drop(self, unwanted: Callable[[Rejected], bool]) -> int:
        """Remove those for which `unwanted(reject)`, for good; how many."""
        self.flush()
        kept, dropped = [], 0
        for reject in _read(self._path):
            if unwanted(reject):
                dropped += 1
            else:
                kept.append(reject.path)
        if dropped or self._cleared:
            _rewrite(self._path, (reject for reject in _read(self._path) if not unwanted(reject)))
            self._live, self._cleared = Counter(kept), False
        return dropped

    def forget(self, keys: Iterable[str]) -> int:
        """Remove these, as they are right now (a retry succeeded); how many."""
        gone = frozenset(keys)
        return self.drop(lambda reject: reject.key in gone) if gone else 0

    def close(self) -> None:
        """Write what is left, and let go what was cleared."""
        self.flush()
        if self._cleared:
            self.drop(lambda _: False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_rejects(folder: Path, *, run_id: str, version: str) -> Rejects:
    """Open the rejects of a state folder for writing; what a killed run left half written is cut off."""
    path = folder / _FILE
    cut_tail(path)
    return Rejects(path, run_id, version)


def read_rejects(
    folder: Path, *, reason: str | None = None, stage: str | None = None, origin: str | None = None
) -> Iterator[Rejected]:
    """What is wrong now, oldest first, also while a run writes. `origin` is one, or a file, or a folder."""
    for reject in _read(folder / _FILE):
        if reason not in (None, reject.reason) or stage not in (None, reject.stage):
            continue
        if origin is None or _is_under(reject, _printable(origin)):
            yield reject


def count_rejects(folder: Path) -> Mapping[str, int]:
    """How many there are by reason, the most frequent first."""
    return dict(Counter(reject.reason for reject in _read(folder / _FILE)).most_common())


def _is_under(reject: Rejected, origin: str) -> bool:
    return origin in (reject.origin, reject.path) or reject.path.startswith(origin.rstrip("/") + "/")


def _kept(reject: Reject, path: str, record: bytes | None, answer: str) -> dict[str, Any]:
    told = {
        "origin": _printable(reject.origin), "path": path, "stage": reject.stage, "reason": reject.reason,
        "detail": _printable(reject.detail), "answer": _printable(answer), "offset": reject.offset,
    }  # fmt: skip
    key = blake2b(orjson.dumps([told["origin"], reject.offset, reject.stage, reject.reason]), digest_size=6)
    row = {"key": key.hexdigest(), **told}
    if record is None or len(record) > _LONGEST_RECORD:
        return row | {"record_path": path}
    try:
        return row | {"record": record.decode("utf-8")}
    except UnicodeDecodeError:
        return row | {"record_base64": base64.b64encode(record).decode()}


def _read(path: Path) -> Iterator[Rejected]:
    cleared_by: dict[str, int] = {}
    for number, frame in enumerate(walk_frames(path)):
        cleared_by.update(dict.fromkeys(frame.tells["clears"], number))
    for number, frame in enumerate(walk_frames(path)):
        for line in read_payload(path, frame).splitlines() if frame.tells["lines"] else ():
            row = orjson.loads(line)
            if cleared_by.get(row["path"], -1) <= number:
                yield _rejected(row)


def _rejected(row: dict[str, Any]) -> Rejected:
    record = None
    if "record" in row:
        record = row["record"].encode()
    elif "record_base64" in row:
        record = base64.b64decode(row["record_base64"])
    told = {field.name: row[field.name] for field in fields(Rejected) if field.name != "record"}
    return Rejected(record=record, **told)


def _has_clears(path: Path) -> bool:
    return any(frame.tells["clears"] for frame in walk_frames(path))


def _rewrite(path: Path, rejects: Iterator[Rejected]) -> None:
    new = path.with_name(path.name + ".new")
    try:
        with new.open("wb") as file:
            lines: list[bytes] = []
            for reject in rejects:
                lines.append(_line(reject))
                if sum(map(len, lines)) >= _FRAME:
                    file.write(_frame_of(lines))
                    lines = []
            if lines:
                file.write(_frame_of(lines))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as err:
        with suppress(OSError):
            new.unlink()
        raise LedgerError(
            f"cannot write {path}: {err.strerror}", hint="free some space and try again"
        ) from err


def _frame_of(lines: list[bytes]) -> bytes:
    return pack_frame({"clears": [], "lines": len(lines)}, b"".join(line + b"\n" for line in lines))


def _line(reject: Rejected) -> bytes:
    again = Reject(
        origin=reject.origin, stage=reject.stage, reason=reject.reason,  # type: ignore[arg-type]  # as it was kept
        detail=reject.detail, offset=reject.offset,
    )  # fmt: skip
    kept = _kept(again, reject.path, reject.record, reject.answer)
    return orjson.dumps(kept | {"run_id": reject.run_id, "version": reject.version, "at": reject.at})


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
