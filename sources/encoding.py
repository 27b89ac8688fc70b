"""Bytes to text: which encoding a file is in, and where its bytes stop making sense."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: First bytes of files that hold no copy a text reader could use.
MAGIC = (
    (b"\x89PNG\r\n", "PNG image"), (b"\xff\xd8\xff", "JPEG image"), (b"GIF87a", "GIF image"),
    (b"GIF89a", "GIF image"), (b"%PDF-", "PDF"), (b"\x7fELF", "ELF program"), (b"PK\x03\x04", "zip archive"),
    (b"PK\x05\x06", "zip archive"), (b"7z\xbc\xaf\x27\x1c", "7-zip archive"), (b"Rar!\x1a\x07", "rar archive"),
    (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"SQLite format 3\x00", "SQLite database"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office document"), (b"{\\rtf", "rich text"), (b"OggS", "Ogg media"),
    (b"ID3", "MP3 audio"), (b"\x00\x00\x00\x18ftyp", "MP4 video"), (b"\x00\x00\x00\x20ftyp", "MP4 video"),
    (b"RIFF", "RIFF media"), (b"PAR1", "Parquet"), (b"wOF2", "font"), (b"MZ\x90\x00", "Windows program"),
)  # fmt: skip
#: Share of control characters above which bytes are not text (a paste has none but a stray one).
MAX_CONTROLS = 0.05
#: Share of the non-ASCII characters that must be the encoding's own everyday ones.
MIN_SCORE = 0.4
#: Share of the characters that must stay in their block of Unicode, or be everyday ones.
MIN_COHERENCE = 0.5
#: Fewer non-ASCII characters than this are damage, not a word in another script.
MIN_RUN = 6
#: Bytes before the first that is not ASCII, for context (even, for UTF-16), and after it, to judge by.
BEFORE = 256
SCORED = 4096
_ODD = re.compile(rb"[\x00\x80-\xff]")
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\v\x1b")


@dataclass(frozen=True, slots=True)
class Legacy:
    """An encoding that says nothing about itself, and the letters that copy in it is made of."""

    encoding: str
    runs: bool  # letters come in words of their own; else they are sprinkled over ASCII words
    letters: frozenset[str]


def find_magic(head: bytes) -> str | None:
    """Name the binary format that `head` opens; None when it is none of the known ones."""
    return next((name for magic, name in MAGIC if head.startswith(magic)), None)


def read_bom(head: bytes) -> tuple[str, int] | None:
    """Read the encoding and the length of the byte order mark; None without one."""
    return next(((name, len(bom)) for bom, name in BOMS if head.startswith(bom)), None)


def is_binary(head: bytes) -> bool:
    """Tell whether single-byte text would never look like this.

    >>> is_binary(bytes(range(256))), is_binary("Un café.".encode("cp1252"))
    (True, False)
    """
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > MAX_CONTROLS * len(head)


def detect_wide(sample: bytes) -> str | None:
    """Recognise UTF-16 without a mark; None when it is something else.

    Read the right way round, a text stays in its own block of Unicode or uses everyday
    characters; read the wrong way round, or when it is no UTF-16, it jumps about.

    >>> detect_wide("Der Rat tagt.".encode("utf-16-be"))
    'utf-16-be'

    Source: tests/sources/test_encoding.py
    """
    scores = [(_coherence(sample, encoding), encoding) for encoding in ("utf-16-le", "utf-16-be")]
    score, encoding = max(scores)
    return encoding if score >= MIN_COHERENCE else None


def _coherence(sample: bytes, encoding: str) -> float:
    text = _decoded(sample, encoding)
    if not text:
        return 0.0
    everyday = everyday_letters()
    fitting, block = 0, -1
    for char in text:
        code = ord(char)
        if char in everyday or (code >> 8 == block and char.isprintable()):
            fitting += 1
        if code > 0x7F:
            block = code >> 8
    return fitting / len(text)


@cache
def everyday_letters() -> frozenset[str]:
    """Give ASCII text and the letters of every encoding in the table."""
    plain = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("\t\r\n")
    return plain.union(*(legacy.letters for legacy in legacies()))


def first_odd_byte(sample: bytes) -> int:
    """Find the first byte that is NUL or not ASCII; the length when there is none."""
    match = _ODD.search(sample)
    return match.start() if match else len(sample)


@lru_cache(maxsize=8)  # format, binary check and decoder ask about the same head
def detect_encoding(sample: bytes) -> str | None:
    """Tell how `sample` is encoded; None when no candidate turns it into plausible words.

    UTF-8 with a few damaged bytes is still UTF-8. A sample may end inside a character.

    >>> detect_encoding("Вечером министр вернулся в столицу.".encode("cp1251"))
    'cp1251'
    >>> detect_encoding("Un café très animé".encode("latin-1"))
    'cp1252'
    >>> detect_encoding(b"plain")
    'utf-8'

    Source: tests/sources/test_encoding.py
    """
    nul = b"\0" in sample
    if (nul or not _cut_utf8(sample)) and (wide := detect_wide(sample)):
        return wide
    if _mostly_utf8(sample):
        return "utf-8"
    if is_binary(sample):
        return None
    first = first_odd_byte(sample)
    scored = sample[max(0, first - BEFORE) : first + SCORED]
    scores = [(_score(scored, legacy), legacy.encoding) for legacy in legacies()]
    score, encoding = max(scores, key=lambda pair: pair[0])
    return encoding if score >= MIN_SCORE else None


@cache
def legacies() -> tuple[Legacy, ...]:
    """Read the table of encodings; a new one is one line there."""
    rows = json.loads(files("sources").joinpath("encodings.json").read_text("utf-8"))
    return tuple(Legacy(row["encoding"], row["runs"], frozenset(row["letters"])) for row in rows)


def _cut_utf8(sample: bytes) -> bool:
    """Tell whether this is UTF-8 but for a character cut at the end."""
    return _decoded(sample, "utf-8") is not None


def _mostly_utf8(sample: bytes) -> bool:
    if _cut_utf8(sample):
        return True
    text = sample.decode("utf-8", "surrogateescape")
    wide = sum(char > "\x7f" for char in text)
    bad = sum("\udc80" <= char <= "\udcff" for char in text)
    return wide > 3 * bad


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return None


def _score(sample: bytes, legacy: Legacy) -> float:
    """Give the share of the non-ASCII characters that belong; letters in the wrong place count against."""
    text = _decoded(sample, legacy.encoding)
    if text is None or (legacy.runs and sum(char > "\x7f" for char in text) < MIN_RUN):
        return 0.0
    wide = belongs = misplaced = 0
    before, previous = "", ""
    for char in text:
        if char > "\x7f":
            wide += 1
            belongs += char in legacy.letters
            misplaced += _misplaced(before, previous, char, legacy.runs)
        before, previous = previous, char
    return (belongs - misplaced) / wide if wide else 0.0


def _misplaced(before: str, previous: str, char: str, runs: bool) -> bool:
    """Tell whether a letter stands where its script has none: ж after an ASCII letter, É after éé."""
    if not (char.isalpha() and previous.isalpha()):
        return False
    if runs:
        return previous <= "\x7f" or (previous.islower() and char.isupper())
    return previous > "\x7f" and before > "\x7f" and before.isalpha()
