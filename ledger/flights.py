"""What all passes of a run have under way: documents sent and not recorded, stories found and not recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.passes import Pass

Order = tuple[bool, int, str]  # of positions
#: Stories found as they are held, by id and path: since when, and where. Another file's text must know of them.
Here = dict[bytes, dict[str, tuple[int, int | str]]]


@dataclass(slots=True)
class Flight:
    """A document on its way to the engine, and the files whose duplicates rely on its arrival."""

    by: Pass
    position: int | str
    digest: bytes
    is_new: bool  # the ledger has no row of it
    first: tuple[str, Order]  # path and position of the first place of this text
    followers: set[str] = field(default_factory=set)
