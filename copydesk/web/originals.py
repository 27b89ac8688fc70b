"""Finds the copy that an article was made of, as it was read, in the raw store."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from ledger.raw import RawFile, read_raw, read_raw_files
from transforms.records import RawDocument


class Originals:
    """The raw store of a state folder. Which file is where is read again only when a run has added to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._stamp: tuple[tuple[str, int], ...] | None = None
        self._files: dict[str, RawFile] = {}

    def find(self, origin: str) -> RawDocument | None:
        """Give what was read there; None when it is not kept.

        Of a file that has a record a line, that record; of a text, the block of stories that the line is in.
        """
        path, _, place = origin.rpartition("#")
        files = self._known()
        file = files.get(origin) or files.get(path)
        if file is None:
            return None
        line = int(place) if place.isascii() and place.isdigit() and len(place) < _DIGITS else 0
        block = None
        for _, document in read_raw([file]):
            if document.origin == origin:
                return document
            if (
                document.media == "text"
                and not document.single
                and document.line <= line
                or document.origin == file.path
            ):
                block = document
        return block

    def _known(self) -> dict[str, RawFile]:
        segments = sorted((self._folder / "raw").glob("*.raw.zst"))
        stamp = tuple((segment.name, segment.stat().st_size) for segment in segments)
        with self._lock:
            if stamp != self._stamp:
                self._files = {file.path: file for file in read_raw_files(self._folder)}
                self._stamp = stamp
            return self._files


_DIGITS = 10  # of the number of a line
