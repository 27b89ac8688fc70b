"""What a format promises, and the limits that keep memory flat whatever the input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sources.opened import Opened
from transforms.records import RawDocument, Reject, RunError

MB = 1 << 20


class SourceError(RunError):
    """The input cannot be found at all: a path that is not there, a pattern that matches nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large one thing may be, in bytes or characters. What is larger is rejected and streamed past."""

    line: int = 16 * MB  # one JSON line or value
    article: int = 10 * MB  # one article or one line of a text, in characters
    page: int = 32 * MB  # one HTML page


def _last_article_start(text: str) -> int:
    from transforms.paste.split import last_article_start  # late: only pastes need the lexicon behind it

    return last_article_start(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read: the same for every file of a run."""

    fetched_at: datetime | None = None  # for copy that does not carry its own
    limits: Limits = field(default_factory=Limits)
    last_article_start: Callable[[str], int] = _last_article_start


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: its names, the test of its first decoded characters, and its reader."""

    name: str
    suffixes: tuple[str, ...]
    matches: Callable[[str], bool]
    read: Callable[[Opened, Reading], Iterator[RawDocument | Reject]]
