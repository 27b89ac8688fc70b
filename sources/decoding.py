"""Blocks of bytes to blocks of text, keeping every byte's place."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

from sources.encoding import BEFORE, detect_encoding, first_odd_byte, read_bom
from sources.opened import HEAD

#: What an undecodable byte becomes until its article is rejected; text itself has no surrogates.
DAMAGE = re.compile("[\ud800-\udfff]")


class Decoder:
    """An incremental decoder that settles on one encoding at the first byte that is not ASCII.

    `encoding` is None when nothing fits: `texts` has then ended, and `bad` is where it gave up.
    """

    def __init__(self) -> None:
        self.encoding: str | None = "utf-8"
        self.start = 0  # bytes of the byte order mark
        self.bad: int | None = None
        self._decoder: codecs.IncrementalDecoder | None = None

    def texts(self, blocks: Iterable[bytes]) -> Iterator[str]:
        """Decode; bytes that make no sense come out as what DAMAGE matches."""
        seen = 0
        for block in blocks:
            if self._decoder is None and not (block.isascii() and b"\0" not in block):
                self._decoder = self._settle(block, seen)
                if self._decoder is None:
                    return
            skip = self.start if not seen else 0
            yield self._decoder.decode(block[skip:]) if self._decoder else block.decode("ascii")
            seen += len(block)

    def rest(self) -> str:
        """Give what the end of the file leaves of a character: always DAMAGE, mostly nothing."""
        try:
            return self._decoder.decode(b"", final=True) if self._decoder else ""
        except UnicodeDecodeError:  # half a UTF-16 unit, which "surrogatepass" does not take
            return "\udcff"

    def size(self, text: str) -> int:
        """Give how many bytes of the file `text` was."""
        return len(text.encode(self.encoding or "utf-8", self._errors()))

    def _settle(self, block: bytes, seen: int) -> codecs.IncrementalDecoder | None:
        if seen == 0 and (bom := read_bom(block)):
            self.encoding, self.start = bom
            return codecs.getincrementaldecoder(self.encoding)(self._errors())
        first = first_odd_byte(block)
        start = max(0, first - BEFORE) & ~1
        self.encoding = detect_encoding(block[start : start + HEAD])
        if self.encoding is None:
            self.bad = seen + first
            return None
        return codecs.getincrementaldecoder(self.encoding)(self._errors())

    def _errors(self) -> str:
        return (
            "surrogatepass" if (self.encoding or "").startswith(("utf-16", "utf-32")) else "surrogateescape"
        )


def is_damaged(text: str) -> bool:
    """Tell whether DAMAGE is in `text`; encoding it is ten times faster than searching for it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
