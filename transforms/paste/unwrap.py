"""Lines of a hard-wrapped paste joined into its paragraphs again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_LATIN_WIDTHS = range(50, 101)  # mail and wire copy: 60 to 80 columns, rarely 100
_CJK_WIDTHS = range(24, 51)  # as wide on the screen, in characters that are two columns each
_MIN_RUN = 3  # lines; in two, a full line proves little
_MIN_FULL = 0.8  # share of a run's lines that had no room for the next word
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uff60\u3000-\u303f]")
_LETTER_HYPHEN = re.compile(r"[^\W\d_][-\u2010]$")
_COMPOUND = re.compile(r"\b\w{1,40}[-\u2010]\w{1,40}\b")
_INDENT = re.compile(r"\s{2,}\S")


class RawLine(NamedTuple):
    """A non-blank line of the input, or several that were one paragraph."""

    number: int  # 1-based, of the first
    text: str
    gap: int  # blank lines before it
    parts: tuple[str, ...] = ()  # the lines it was joined from; empty for one line


def read_lines(text: str) -> list[RawLine]:
    r"""The non-blank lines of normalised `text`; those that a column limit broke are joined.

    A line was broken by a limit when the next line's first word had no room left on it; that is the only sign that
    neither a list of headlines nor verse shows by chance over a whole run of lines.

    >>> wrapped = "The quick brown fox that had been reported miss-\ning in Leeds jumps over\nthe lazy dog."
    >>> [line.text for line in read_lines(wrapped)]
    ['The quick brown fox that had been reported miss-', 'ing in Leeds jumps over', 'the lazy dog.']

    Source: RFC 3676 (why mail is wrapped); tests/cases/wrapped.jsonl
    """
    lines: list[RawLine] = []
    gap = 0
    for number, raw in enumerate(text.split("\n"), 1):
        if raw and not raw.isspace():
            lines.append(RawLine(number, raw, gap))
            gap = 0
        else:
            gap += 1
    width = _wrap_width(lines)
    return lines if width is None else list(_join_all(lines, width, text))


def _wrap_width(lines: Sequence[RawLine]) -> int | None:
    """The column limit that most runs of adjacent lines agree on; None for copy that was not wrapped."""
    widths: Counter[int] = Counter()
    for run in _runs(lines):
        if len(run) < _MIN_RUN:
            continue
        width = max([len(line.text) for line in run])
        if width > _LATIN_WIDTHS[-1] or width not in _widths_for(run[0].text):
            continue
        full = sum(_is_full(line.text, after.text, width) for line, after in pairwise(run))
        if full >= _MIN_FULL * (len(run) - 1):
            widths[width] += len(run)
    return max(widths) if widths and sum(widths.values()) > len(lines) * 0.1 else None


def _runs(lines: Sequence[RawLine]) -> Iterator[Sequence[RawLine]]:
    """Lines with no blank line between them; an indented line opens a new run."""
    start = 0
    for at, line in enumerate(lines):
        if (line.gap or (line.text[0].isspace() and _INDENT.match(line.text))) and at:
            yield lines[start:at]
            start = at
    if lines:
        yield lines[start:]


def _widths_for(text: str) -> range:
    return _CJK_WIDTHS if _CJK.match(text) or _CJK.search(text, 0, 20) else _LATIN_WIDTHS


def _is_full(text: str, after: str, width: int) -> bool:
    """The next line's first word had no room left on this line."""
    after = after.lstrip()
    word = 1 if _CJK.match(after) else len(after.split(" ", 1)[0])
    return len(text.rstrip()) + 1 + word > width


def _join_all(lines: Sequence[RawLine], width: int, text: str) -> Iterator[RawLine]:
    compounds = frozenset(_COMPOUND.findall(text))
    for run in _runs(lines):
        if len(run) == 1 or max(len(line.text) for line in run) > width:
            yield from run
            continue
        group = [run[0]]
        for line in run[1:]:
            if not _is_full(group[-1].text, line.text, width):
                yield _join(group, compounds)
                group = []
            group.append(line)
        yield _join(group, compounds)


def _join(group: Sequence[RawLine], compounds: frozenset[str]) -> RawLine:
    if len(group) == 1:
        return group[0]
    pieces = [line.text.strip() for line in group]
    text = "".join((*(_closed(left, right, compounds) for left, right in pairwise(pieces)), pieces[-1]))
    return RawLine(group[0].number, text, group[0].gap, tuple(line.text for line in group))


def _closed(left: str, right: str, compounds: frozenset[str]) -> str:
    """A line as it goes on in the next: with a space, or without the hyphen that only the line's end put there.

    A compound keeps its hyphen where the copy writes it so elsewhere, within a line.
    """
    if _LETTER_HYPHEN.search(left) and right[0].islower():
        word, rest = left.rsplit(" ", 1)[-1], right.split(" ", 1)[0].rstrip(".,;:!?")
        return left if word + rest in compounds else left[:-1]
    return left if _CJK.match(left[-1]) and _CJK.match(right[0]) else f"{left} "
