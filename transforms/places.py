"""Which places bear a name: a read-only look into the packaged place table.

The table (data/places.bin, made by data/compile_places.py) is mapped into memory, not loaded: opening it
costs under a millisecond and processes share its pages. Layout, little-endian: a header of eight 32-bit
numbers, the sorted keys (64 bits: 40 of the hash of the folded name, 24 of the record's number), the records,
the index of the texts, the texts.
"""

from __future__ import annotations

import mmap
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import as_file, files
from struct import Struct

MAGIC = 0x324C5043  # "CPL2"
HEADER = Struct("<8I")  # magic, keys, records, texts, then the offset of each of the four parts
RECORD = Struct(
    "<iiIHHHBB"
)  # latitude, longitude, population, name (low 16 bits), admin1, country, name (high), flags
DEGREE = 100_000  # coordinates are kept as whole numbers of 1/100,000 degree (about a metre)
IS_COUNTRY, IS_REGION, IS_CAPITAL, STANDS_ALONE, HAS_LOCATION = 1, 2, 4, 8, 16

_NUMBER_BITS = 24
_HASH_BYTES = 5
_CACHED_NAMES = 4096  # datelines repeat: a day's wire names a few hundred places
_LONGEST_NAME = 100
_SPELLED = {
    **dict.fromkeys(map(ord, "-–—‐‑/_,()[]\"“”«»"), " "),
    **dict.fromkeys(map(ord, ".'’‘ʼʻ`´·・•\u200b\u200c\u200d\u200e\u200f\u00ad\u0640"), None),
    **{ord(a): b for a, b in zip("ıøđłħŧðþ", ("i", "o", "d", "l", "h", "t", "d", "th"), strict=True)},
    **{ord(a): b for a, b in zip("ىیکةہھ", "ييكههه", strict=True)},
    ord("æ"): "ae",
    ord("œ"): "oe",
    ord("ւ"): "վ",  # Armenian: և of small letters is ԵՎ in capitals
}  # fmt: skip
_MARKS = dict.fromkeys([*range(0x300, 0x370), *range(0x64B, 0x660), 0x670])
_ABBREVIATED = {"st": ("saint", "sankt"), "ste": ("sainte",), "mt": ("mount",), "ft": ("fort",)}


@dataclass(frozen=True, slots=True)
class Known:
    """A place of the table: a town, a country or a state."""

    name: str
    country: str  # ISO 3166-1 alpha-2
    admin1: str | None
    location: tuple[float, float] | None  # latitude, longitude in degrees (WGS 84)
    population: int
    flags: int

    @property
    def is_town(self) -> bool:
        """Neither a country nor a state."""
        return not self.flags & (IS_COUNTRY | IS_REGION)


def fold_name(name: str) -> str:
    """The form under which a place is filed: no case, marks, full stops or apostrophes; hyphens are spaces.

    >>> fold_name("Port-au-Prince"), fold_name("SÃO PAULO"), fold_name("N.Y.")
    ('port au prince', 'sao paulo', 'ny')
    """
    if not name.isascii():
        name = unicodedata.normalize("NFKD", name).translate(_MARKS)
    return " ".join(name.casefold().translate(_SPELLED).split())


def hash_name(folded: str) -> int:
    """40 bits: two of a million different names share them about once in two."""
    return int.from_bytes(blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest())


@lru_cache(maxsize=_CACHED_NAMES)
def find_places(name: str) -> tuple[Known, ...]:
    """Every place filed under `name`, in any spelling of it; empty when none is.

    >>> [(place.name, place.country) for place in find_places("PEKING")][:1]
    [('Beijing', 'CN')]
    """
    if not name or len(name) > _LONGEST_NAME:
        return ()
    folded = fold_name(name)
    found = _filed_under(folded)
    first, _, rest = folded.partition(" ")
    if not found and rest:
        for whole in _ABBREVIATED.get(first, ()):
            found = found or _filed_under(f"{whole} {rest}")
    return found


def _filed_under(folded: str) -> tuple[Known, ...]:
    if not folded:
        return ()
    keys, _ = _open_table()
    wanted = hash_name(folded) << _NUMBER_BITS
    at = bisect_left(keys, wanted)
    found = []
    while at < len(keys) and keys[at] >> _NUMBER_BITS == wanted >> _NUMBER_BITS:
        found.append(_read_record(keys[at] & ((1 << _NUMBER_BITS) - 1)))
        at += 1
    return tuple(found)


@lru_cache(maxsize=1)
def _open_table() -> tuple[memoryview, mmap.mmap]:
    with as_file(files("transforms") / "data" / "places.bin") as path, path.open("rb") as file:
        table = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    magic, keys, _, _, start, *_ = HEADER.unpack_from(table)
    if magic != MAGIC:
        raise ValueError("transforms/data/places.bin is of another version: run compile_places.py")
    return memoryview(table)[start : start + 8 * keys].cast("Q"), table


def _read_record(number: int) -> Known:
    _, table = _open_table()
    _, _, _, _, _, records, index, texts = HEADER.unpack_from(table)
    latitude, longitude, population, low, admin1, country, high, flags = RECORD.unpack_from(
        table, records + number * RECORD.size
    )

    def text(position: int) -> str:
        start, end = Struct("<2I").unpack_from(table, index + 4 * position)
        return table[texts + start : texts + end].decode()

    return Known(
        name=text(low | high << 16),
        country=country.to_bytes(2, "big").decode(),
        admin1=text(admin1) or None,
        location=(latitude / DEGREE, longitude / DEGREE) if flags & HAS_LOCATION else None,
        population=population,
        flags=flags,
    )
