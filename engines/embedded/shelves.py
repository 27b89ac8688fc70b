"""The indexes of one generation, a shelf a language, as they are now: also after another process wrote or swapped.

Any thread may ask. Import this late: it imports tantivy.
"""

from __future__ import annotations

import os
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engines.contract import EngineError
from engines.embedded.manifest import (
    NAME,
    Manifest,
    generation_folder,
    keys_in,
    make_manifest,
    read_manifest,
)
from engines.embedded.moment import Moment
from engines.embedded.shelf import Shelf

#: A new language's folder is seen at once, its index, which comes a moment later, after as long.
_LOOK_AGAIN_S = 1.0
#: Snapshots that cursors go on in, and for how long: they keep the files of segments that were merged since.
_SNAPSHOTS_KEPT = 8
_KEPT_S = 600.0

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All languages as of their last commits."""

    moments: tuple[Moment, ...]

    @property
    def stamps(self) -> tuple[tuple[int, ...], ...]:
        """The commits, the same as long as nothing is written."""
        return tuple(moment.stamp for moment in self.moments)

    @property
    def token(self) -> str:
        """A short name for it."""
        told = repr([(moment.key.key, moment.stamp) for moment in self.moments])
        return f"{zlib.crc32(told.encode()):08x}"


class Shelves:
    """What is open of the live generation, or of the one of that number."""

    def __init__(self, path: Path, number: int | None) -> None:
        self._path = path
        self._number = number
        self._place = path / NAME if number is None else path / f"g{number}" / NAME
        self._lock = threading.RLock()
        self._shelves: dict[str, Shelf] = {}
        self._generation: Path | None = None
        self._manifest_stamp: Stamp | None = None
        self._folder_stamp: Stamp | None = None
        self._look_again = 0.0
        self._kept: OrderedDict[str, tuple[float, Snapshot]] = OrderedDict()

    def manifest(self, *, checked: bool = True) -> Manifest | None:
        """Read what the folder says of this generation."""
        return read_manifest(self._path, self._number, checked=checked)

    def open(self) -> bool:
        """Open what another process may have added; False when there is no index yet."""
        with self._lock:
            stamp = _stamp(self._place)
            if stamp is None or stamp != self._manifest_stamp:
                manifest = self.manifest()
                if manifest is None:
                    return False
                self._enter(generation_folder(self._path, manifest))
                self._manifest_stamp = stamp
            self._find_keys()
            return True

    def _enter(self, generation: Path) -> None:
        if generation != self._generation:
            self.close()
            self._generation = generation
        self._folder_stamp = None

    def _find_keys(self) -> None:
        assert self._generation
        stamp = _stamp(self._generation)
        if stamp == self._folder_stamp and time.monotonic() < self._look_again:
            return
        for key in keys_in(self._generation):
            self.get(key)
        self._folder_stamp = stamp
        self._look_again = time.monotonic() + _LOOK_AGAIN_S

    def make(self) -> None:
        """Open them, or make an index that has none yet."""
        if not self.open():
            make_manifest(self._path, self._number)
            self.open()

    def get(self, key: str) -> Shelf:
        """Give the index of a key, made when there is none; to be open."""
        with self._lock:
            shelf = self._shelves.get(key)
            if shelf is None:
                assert self._generation
                shelf = self._shelves[key] = Shelf(self._generation / key, key)
            return shelf

    def __iter__(self) -> Iterator[Shelf]:
        """Go through those that are there, of an index or of none."""
        with self._lock:
            return iter(list(self._shelves.values()) if self.open() else [])

    def opened(self) -> list[Shelf]:
        """Give those that are open, without a look at what others did."""
        with self._lock:
            return list(self._shelves.values())

    def snapshot(self) -> Snapshot | None:
        """Give what there is to search; None when there is no index yet."""
        while self.open():
            before = self._manifest_stamp
            try:
                return Snapshot(tuple(shelf.moment() for shelf in self.opened()))
            except EngineError:
                if _stamp(self._place) == before:  # else it was swapped, and the old generation dropped
                    raise
        return None

    def keep(self, snapshot: Snapshot) -> str:
        """Keep a snapshot for a while; the token by which it is found again."""
        with self._lock:
            token = snapshot.token
            self._kept[token] = (time.monotonic() + _KEPT_S, snapshot)
            self._kept.move_to_end(token)
            while len(self._kept) > _SNAPSHOTS_KEPT:
                self._kept.popitem(last=False)
            return token

    def kept(self, token: str) -> Snapshot | None:
        """Give a snapshot that was kept; None when that was too long ago, or in another process."""
        with self._lock:
            until, snapshot = self._kept.get(token, (0.0, None))
            return snapshot if time.monotonic() < until else None

    def close(self) -> None:
        """Release everything; what was not committed is lost."""
        with self._lock:
            self._kept.clear()
            self._manifest_stamp = None
            while self._shelves:
                self._shelves.popitem()[1].close()


def _stamp(path: Path) -> Stamp | None:
    """Tell one state of a file or folder from another; None when it is not there, or cannot be asked."""
    try:
        about = os.stat(path)  # noqa: PTH116 (this runs at every search, and costs half)
    except OSError:
        return None
    return about.st_mtime_ns, about.st_ino, about.st_size
