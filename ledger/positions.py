"""Where in a file a story was found, as little as possible of its origin."""

from __future__ import annotations

import re

from ledger.records import STREAM

_SURROGATE = re.compile("[\ud800-\udfff]")
_WRITTEN = re.compile("\0([0-9a-f]{4})")


def stored_text(text: str) -> str:
    r"""The text as SQLite takes it: bytes of a file name that are not UTF-8 are written after a NUL.

    No file name holds a NUL, so that `told_text` gives back the same name.

    >>> stored_text("caf\udce9.txt")
    'caf\x00dce9.txt'
    >>> told_text(stored_text("caf\udce9.txt")) == "caf\udce9.txt"
    True
    """
    return text if text.isascii() else _SURROGATE.sub(lambda found: f"\0{ord(found[0]):04x}", text)


def told_text(text: str) -> str:
    """The text that `stored_text` was given."""
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text) if "\0" in text else text


def position_of(origin: str, path: str) -> int | str:
    """What tells `origin` from others of the file at `path`; a number where it can be one, as that is short.

    >>> position_of("in/wire.jsonl#2", "in/wire.jsonl"), position_of("in/one.txt", "in/one.txt")
    (2, 0)
    >>> position_of("in/all.tar!one.txt#2", "in/all.tar"), position_of("-#2", "-@20250317T061500-1a2b")
    ('!one.txt#2', 2)
    """
    base = _base(path)
    if not origin.startswith(base):
        return stored_text(f"={origin}")
    rest = origin[len(base) :]
    if not rest:
        return 0
    digits = rest[1:]
    if rest[0] == "#" and digits.isascii() and digits.isdigit() and digits[0] != "0" and len(digits) < 19:
        return int(digits)
    return stored_text(rest)


def origin_of(path: str, position: int | str) -> str:
    """The origin that `position_of` was given.

    >>> origin_of("in/wire.jsonl", 2), origin_of("in/one.txt", 0), origin_of("in/all.tar", "!one.txt#2")
    ('in/wire.jsonl#2', 'in/one.txt', 'in/all.tar!one.txt#2')
    """
    base = _base(path)
    if isinstance(position, int):
        return f"{base}#{position}" if position else base
    rest = told_text(position)
    return rest[1:] if rest.startswith("=") else base + rest


def _base(path: str) -> str:
    """What the origins of a file begin with: those of standard input do not name the run."""
    return "-" if path.startswith(STREAM) else path


def position_order(position: int | str) -> tuple[bool, int, str]:
    """A key that sorts positions of one file, numbers first, as SQLite does."""
    return (False, position, "") if isinstance(position, int) else (True, 0, position)
