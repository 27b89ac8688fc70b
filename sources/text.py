"""Plain text holding one article or many: blocks of whole articles, cut where an article starts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sources.contract import Reading
from sources.decoding import DAMAGE, Decoder, is_damaged
from sources.opened import Opened
from transforms.records import Given, RawDocument, Reject

#: Characters that must follow a start before it is cut there: a start is known by what comes after it.
LOOKAHEAD = 4 * 1024
#: Starts are looked for in windows, because to find one costs as much as to split the text.
WINDOW = 16 * 1024
WIDER = 4

LastStart = Callable[[str], int]


@dataclass(slots=True)
class _Pending:
    """What is decoded and not yet given out, and where in the file it begins."""

    path: str
    given: Given
    decoder: Decoder = field(default_factory=Decoder)
    text: str = ""
    offset: int = 0
    line: int = 1
    searched: int = 0  # characters of `text` that hold no start
    skipping: bool = False  # until the next article starts

    def take(self, end: int) -> str:
        """Remove and return the first `end` characters."""
        taken, self.text = self.text[:end], self.text[end:]
        self.searched = 0
        return taken

    def passed(self, text: str) -> None:
        """Count what is done with, in bytes and lines."""
        self.offset += self.decoder.size(text)
        self.line += (_tidy(text) if "\r" in text else text).count("\n")

    def reject(self, reason: str, detail: str, offset: int | None = None) -> Reject:
        """Reject what begins here; `offset` where the trouble itself is elsewhere."""
        at = self.offset if offset is None else offset
        origin = f"{self.path}#{self.line}"
        return Reject(origin=origin, stage="read", reason=reason, detail=detail, offset=at)

    def documents(self, text: str) -> Iterator[RawDocument]:
        """Give one document, or none for blank text."""
        if text and not text.isspace():
            yield RawDocument(
                origin=f"{self.path}#{self.line}",
                media="text",
                text=_tidy(text),
                given=self.given,
                offset=self.offset,
                line=self.line,
            )
        self.passed(text)


def read_text(opened: Opened, reading: Reading) -> Iterator[RawDocument | Reject]:
    """Yield blocks of whole articles; an article with undecodable bytes or beyond all size is a Reject.

    The documents are the same whatever the size of the blocks that the file comes in.

    Source: tests/sources/test_text.py
    """
    pending = _Pending(opened.path, Given(fetched_at=reading.fetched_at))
    for text in pending.decoder.texts(opened.blocks()):
        pending.offset = pending.offset or pending.decoder.start
        pending.text += text
        if pending.skipping and not _skip(pending, reading.last_article_start):
            continue
        if end := _safe_cut(pending, reading.last_article_start):
            yield from _give(pending, end, reading)
        if len(pending.text) > reading.limits.article:
            yield _drop(pending)
    if pending.decoder.encoding is None:
        pending.skipping = True
        yield pending.reject("bad-encoding", "no known encoding makes words of it", pending.decoder.bad or 0)
    if not pending.skipping:
        pending.text += pending.decoder.rest() if opened.trouble is None else ""
        yield from _give(pending, len(pending.text), reading)


def _tidy(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "")


def _safe_cut(pending: _Pending, last_start: LastStart) -> int:
    """Find the last start that enough text follows to be sure of; 0 when there is none.

    What was searched before without finding one is not searched again.
    """
    text, width = pending.text, WINDOW
    floor = max(0, pending.searched - LOOKAHEAD)
    while True:
        low = max(floor, len(text) - width)
        window = text[low:]
        while (cut := last_start(window)) > 0:
            if low + cut <= len(text) - LOOKAHEAD:
                return low + cut
            window = window[:cut]
        if low == floor:
            pending.searched = len(text)
            return 0
        width *= WIDER


def _give(pending: _Pending, end: int, reading: Reading) -> Iterator[RawDocument | Reject]:
    """Give out `end` characters, but for the articles among them that hold undecodable bytes."""
    text = pending.take(end)
    while is_damaged(text):
        start, stop = _article_around(text, DAMAGE.search(text), reading.last_article_start)
        yield from pending.documents(text[:start])
        yield _damaged(pending, text[start:stop])
        text = text[stop:]
    yield from pending.documents(text)


def _article_around(text: str, damage: re.Match[str] | None, last_start: LastStart) -> tuple[int, int]:
    """Find where the article with the damage starts and where the next one does."""
    at = damage.start() if damage else 0
    width = WINDOW
    while True:
        low, high = max(0, at - width), min(len(text), at + width)
        starts = [low + start for start in article_starts(text[low:high], last_start)]
        before = [start for start in starts if start <= at]
        after = [start for start in starts if start > at]
        if (before or low == 0) and (after or high == len(text)):
            return max(before, default=0), min(after, default=len(text))
        width *= WIDER


def _damaged(pending: _Pending, article: str) -> Reject:
    """Reject an article; the offset is that of its first byte that could not be decoded."""
    sound = DAMAGE.split(article, maxsplit=1)[0]
    detail = f"not {pending.decoder.encoding}; the article starts at byte {pending.offset}"
    reject = pending.reject("bad-encoding", detail, pending.offset + pending.decoder.size(sound))
    pending.passed(article)
    return reject


def _drop(pending: _Pending) -> Reject:
    """Drop what is pending; whether a line or an article is to blame shows in its second half."""
    length = len(pending.text)
    line = "\n" not in pending.text[length // 2 :]
    reason = "line-too-long" if line else "article-too-long"
    reject = pending.reject(reason, f"more than {length} characters; the next article goes on")
    pending.passed(pending.take(length))
    pending.skipping = True
    return reject


def _skip(pending: _Pending, last_start: LastStart) -> bool:
    """Drop what comes before the next article; False when there is none yet."""
    start = next(article_starts(pending.text, last_start), 0)
    pending.passed(pending.take(start or max(0, len(pending.text) - LOOKAHEAD)))
    pending.skipping = not start
    return start > 0


def article_starts(text: str, last_start: LastStart) -> Iterator[int]:
    """Yield every start but a first at 0, in order, window by window, so that many small articles stay cheap."""
    found = 0
    for low in range(0, len(text), WINDOW):
        begin = max(0, low - LOOKAHEAD)
        window = text[begin : low + WINDOW]
        starts: list[int] = []
        while (start := last_start(window)) > 0:
            starts.append(begin + start)
            window = window[:start]
        for each in reversed(starts):
            if each > found:
                found = each
                yield each
