"""Where in a file a story was found, as little as possible of its origin."""

from __future__ import annotations


def position_of(origin: str, path: str) -> int | str:
    """What tells `origin` from others of the file at `path`; a number where it can be one, as that is short.

    >>> position_of("in/wire.jsonl#2", "in/wire.jsonl"), position_of("in/one.txt", "in/one.txt")
    (2, 0)
    >>> position_of("in/all.tar!one.txt#2", "in/all.tar")
    '!one.txt#2'
    """
    if not origin.startswith(path):
        return f"={origin}"
    rest = origin[len(path) :]
    if not rest:
        return 0
    digits = rest[1:]
    if rest[0] == "#" and digits.isascii() and digits.isdigit() and digits[0] != "0" and len(digits) < 19:
        return int(digits)
    return rest


def origin_of(path: str, position: int | str) -> str:
    """The origin that `position_of` was given.

    >>> origin_of("in/wire.jsonl", 2), origin_of("in/one.txt", 0), origin_of("in/all.tar", "!one.txt#2")
    ('in/wire.jsonl#2', 'in/one.txt', 'in/all.tar!one.txt#2')
    """
    if isinstance(position, int):
        return f"{path}#{position}" if position else path
    return position[1:] if position.startswith("=") else path + position


def position_order(position: int | str) -> tuple[bool, int, str]:
    """A key that sorts positions of one file, numbers first, as SQLite does."""
    return (False, position, "") if isinstance(position, int) else (True, 0, position)
