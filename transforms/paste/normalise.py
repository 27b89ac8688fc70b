"""Characters of pasted copy made regular: one form of Unicode, plain spaces, nothing invisible."""

from __future__ import annotations

import re
import unicodedata

_DROPPED = (
    *range(0x09), 0x0E, 0x0F, *range(0x10, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0),
    0xAD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2065),
    *range(0x2066, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFD), 0xFFFE, 0xFFFF,
)  # fmt: skip
_SPACES = (0x09, 0x0B, 0x0C, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_TABLE: dict[int, str | None] = {
    **dict.fromkeys(_DROPPED, None),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys((0x0D, 0x85, 0x2028, 0x2029), "\n"),
}
_NEEDS_TABLE = re.compile(f"[{''.join(re.escape(chr(c)) for c in _TABLE)}]")
#: Where a reader counts a new line; `normalise` keeps their number, so that line numbers stay true.
LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_SOFT_WRAP = re.compile("\u00ad(?=[\r\n])")
# What UTF-8 read as Latin-1, Windows-1252 or Mac Roman leaves behind: a lead byte's letter, then a letter that
# words do not hold after it.
_MOJIBAKE = re.compile(
    r"[\xc2-\xf4\u0413\u0420\u0421\u0432][\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    r"\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
# Most of most texts. Taking it away in one call leaves little to look at: 10 µs for 5 kB instead of 120.
_ORDINARY = bytes((0x0A, *range(0x20, 0x7F)))
_PASSES = 3  # repairs can uncover each other: text that was decoded wrongly twice


def normalise(text: str) -> str:
    r"""Make the characters of `text` regular; the number of lines stays the same.

    NFC, plain spaces and line ends; soft hyphens, direction marks, control characters, noncharacters and lone
    surrogates out; mojibake repaired. Smart quotes, joiners (Persian and Hindi need them) and words stay.

    >>> normalise("caf\u0065\u0301\u00a0\u200fol\u00ad\u00e9\r\n")
    'café olé\n'
    >>> normalise("Macronâ€™s plan")
    'Macron’s plan'

    Source: Unicode 16 ch. 23 (format characters), https://ftfy.readthedocs.io (mojibake)
    """
    for _ in range(_PASSES):
        before = text
        text = _normalise_once(text)
        if text == before:
            break
    return text


def _normalise_once(text: str) -> str:
    try:
        odd = text.encode("utf-8").translate(None, _ORDINARY).decode("utf-8")
    except UnicodeEncodeError:  # halves of a pair that stand together are a character, alone they are nothing
        return _normalise_once(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore"))
    if not odd:
        return text
    if _MOJIBAKE.search(odd) and _MOJIBAKE.search(text):
        text = "\n".join(_repair(line) for line in text.split("\n"))
    if _NEEDS_TABLE.search(odd):
        text = _SOFT_WRAP.sub("-", text) if "\u00ad" in odd else text
        text = text.replace("\r\n", "\n")
        for character in set(
            _NEEDS_TABLE.findall(odd)
        ):  # a few kinds: quicker than a table over the whole text
            text = text.replace(character, _TABLE[ord(character)] or "")
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _repair(line: str) -> str:
    if not _MOJIBAKE.search(line):
        return line
    from ftfy import fix_encoding  # costs 40 ms to import, and few runs meet mojibake

    return str(fix_encoding(line)).replace("\n", " ")
