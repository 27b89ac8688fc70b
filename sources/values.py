"""A stream of bytes to JSON values, one at a time: lines, elements of an array, or objects one after another."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator

#: Position (1-based), offset in bytes, and the value's bytes; None when it is longer than the limit.
Value = tuple[int, int, bytes | None]

#: What nothing needs doing about: whole strings, and all that is neither string nor bracket.
_PLAIN = re.compile(rb'(?:[^"{}\[\]]++|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+")*+', re.DOTALL)
_STRING_MARK = re.compile(rb'["\\\n]')  # a line end closes a string that was never closed
_BETWEEN = b" \t\r\n,"


def split_lines(blocks: Iterable[bytes], limit: int, start: int = 0) -> Iterator[Value]:
    """Yield every line that is not blank; its position is its line number."""
    number, offset, carry, dropping = 0, start, b"", False
    for block in blocks:
        parts = (carry + block).split(b"\n")
        carry = parts.pop()
        for part in parts:
            number += 1
            if not dropping and part and not part.isspace():
                yield number, offset, part if len(part) <= limit else None
            dropping = False
            offset += len(part) + 1
        if len(carry) > limit and not dropping:
            yield number + 1, offset, None
            dropping = True
        if dropping:
            offset += len(carry)
            carry = b""
    if carry and not carry.isspace():
        yield number + 1, offset, carry


def split_values(blocks: Iterable[bytes], limit: int, *, array: bool, start: int = 0) -> Iterator[Value]:
    """Yield the elements of an array, or objects that stand one after another; positions count them."""
    scanner = _Scanner(base=int(array), limit=limit, offset=start)
    for block in blocks:
        yield from scanner.feed(block)
    yield from scanner.flush()


class _Scanner:
    """Follows strings and brackets and nothing else of JSON, so that a damaged value harms few others."""

    def __init__(self, *, base: int, limit: int, offset: int) -> None:
        self.base = base  # the depth between values: 1 inside an array
        self.limit = limit
        self.depth = 0
        self.in_string = False
        self.skip = 0  # bytes of the next block that a backslash at the end of the last one escaped
        self.number = 0
        self.offset = offset  # of the first byte that is not given out
        self.parts: list[bytes] = []
        self.length = 0

    def feed(self, block: bytes) -> Iterator[Value]:
        """Yield the values that end in `block`."""
        position, begin, self.skip = self.skip, 0, 0
        while (at := self._next_mark(block, position)) < len(block):
            mark = block[at : at + 1]
            position = at + 1
            if mark == b"\\":
                position += 1
            elif mark in b'"\n':
                self.in_string = not self.in_string
            elif mark in b"{[":
                begin = yield from self._opened(block, begin, at)
            else:
                begin = yield from self._closed(block, begin, at)
        self.skip = max(0, position - len(block))
        self._keep(block[begin:])

    def _next_mark(self, block: bytes, position: int) -> int:
        """Find the next byte that matters; the length of the block when there is none."""
        if self.in_string:
            match = _STRING_MARK.search(block, position)
            return match.start() if match else len(block)
        plain = _PLAIN.match(block, position)
        return plain.end() if plain else position

    def _opened(self, block: bytes, begin: int, at: int) -> Generator[Value, None, int]:
        """Pass an opening bracket; what stood before it, between values, is none of theirs."""
        if self.depth <= self.base:
            yield from self._cut(block[begin:at])
            begin = at
        self.depth += 1
        return self._leave_out(at) if self.depth <= self.base else begin

    def _closed(self, block: bytes, begin: int, at: int) -> Generator[Value, None, int]:
        """Pass a closing bracket: of a value, or of the array itself."""
        self.depth = max(0, self.depth - 1)
        if self.depth < self.base:
            yield from self._cut(block[begin:at])
            return self._leave_out(at)
        if self.depth == self.base:
            yield from self._cut(block[begin : at + 1])
            return at + 1
        return begin

    def flush(self) -> Iterator[Value]:
        """Give out what is kept, but for blanks and commas."""
        value, length, offset = b"".join(self.parts), self.length, self.offset
        self.parts, self.length = [], 0
        self.offset += length
        body = value.lstrip(_BETWEEN)
        if length > self.limit:
            self.number += 1
            yield self.number, offset, None
        elif body:
            self.number += 1
            yield self.number, offset + len(value) - len(body), body.rstrip(_BETWEEN)

    def _cut(self, part: bytes) -> Iterator[Value]:
        self._keep(part)
        return self.flush()

    def _leave_out(self, at: int) -> int:
        self.offset += 1
        return at + 1

    def _keep(self, part: bytes) -> None:
        self.length += len(part)
        if self.length > self.limit:
            self.parts.clear()
        else:
            self.parts.append(part)
