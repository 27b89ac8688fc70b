"""READ: files become raw documents. The only code that opens input files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sources.contract import Limits, Reading
from sources.formats import detect_format, find_binary
from sources.opened import Opened
from transforms.records import RawDocument, Reject


def read(
    path: str,
    *,
    fetched_at: datetime | None = None,
    limits: Limits | None = None,
    last_article_start: Callable[[str], int] | None = None,
    whole: Callable[[str], None] | None = None,
) -> Iterator[RawDocument | Reject]:
    """Yield what `path` holds ("-" for standard input), each document or the reason why not.

    Nothing is raised for a bad input, and memory does not grow with its size. A file that breaks
    off gives what could be read, then a Reject that says where. `whole` is told the hash of the file's bytes, those
    that were read, when all of them were; it is not told when the reading ended before.

    Source: tests/sources/test_bad_input.py
    """
    reading = Reading(fetched_at=fetched_at)
    if limits is not None:
        reading = Reading(fetched_at=fetched_at, limits=limits)
    if last_article_start is not None:
        reading = Reading(fetched_at=fetched_at, limits=reading.limits, last_article_start=last_article_start)
    with Opened(path) as opened:
        nothing = True
        for item in _read_opened(opened, reading):
            nothing = False
            yield item
        if opened.trouble is not None:
            yield opened.trouble
        elif nothing:
            yield Reject(origin=path, stage="read", reason="empty", detail="nothing in it", offset=0)
        if whole is not None and opened.content_hash is not None:
            whole(opened.content_hash)


def _read_opened(opened: Opened, reading: Reading) -> Iterator[RawDocument | Reject]:
    if (binary := find_binary(opened.head)) is not None:
        yield Reject(origin=opened.path, stage="read", reason="binary", detail=binary, offset=0)
    elif opened.head:
        yield from detect_format(opened.path, opened.head).read(opened, reading)
