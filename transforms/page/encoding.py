"""Bytes of a page to text, by what the page declares, else by what the bytes look like."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_HEAD_BYTES = 4096  # browsers look at 1,024; careless templates put scripts first
#: Labels that browsers read as another encoding than their name says.
#: Source: https://encoding.spec.whatwg.org/#names-and-labels
_MEANT = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-9": "cp1254",
    "iso8859-11": "cp874", "tis-620": "cp874", "euc_kr": "cp949", "shift_jis": "cp932", "big5": "big5hkscs",
}  # fmt: skip
#: No page is served in these; the label is a mistake.
_NEVER = frozenset(
    ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-7", "idna", "punycode")
)
_SAMPLE = 65_536  # bytes looked at when nothing is declared


def decode_page(page: bytes) -> tuple[str, str]:
    """The page as text and the name of the encoding that read it. Never raises.

    Order: byte order mark, UTF-8 where the bytes are valid UTF-8 (a page that is cannot be anything
    else by accident, whatever it declares), the declaration, detection. Bytes that the encoding does
    not know become U+FFFD.

    >>> decode_page(b'<meta charset="windows-1251"><p>' + "Мир".encode("cp1251"))
    ('<meta charset="windows-1251"><p>Мир', 'cp1251')
    >>> decode_page("<p>Größe</p>".encode())
    ('<p>Größe</p>', 'utf-8')

    Source: https://html.spec.whatwg.org/#determining-the-character-encoding
    """
    for bom, name in _BOMS:
        if page.startswith(bom):
            return page.decode(name, "replace").removeprefix("\ufeff"), name
    declared = _declared(page)
    if declared != "iso2022_jp":  # its bytes are all ASCII, so they would pass as UTF-8
        try:
            return page.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            pass
    name = declared if declared and declared != "utf-8" else _detected(page, declared)
    return page.decode(name, "replace"), name


def _declared(page: bytes) -> str | None:
    match = _DECLARED.search(page, 0, _HEAD_BYTES)
    if match is None:
        return None
    try:
        name = codecs.lookup(match[1].decode("ascii", "replace")).name
        "a".encode(name)
    except (LookupError, ValueError, TypeError):
        return None
    return None if name in _NEVER else _MEANT.get(name, name)


def _detected(page: bytes, declared: str | None) -> str:
    """What the bytes look like; a few broken ones in a page that calls itself UTF-8 do not count."""
    sample = page[:_SAMPLE]
    broken = sample.decode("utf-8", "replace").count("\ufffd")
    high = sum(byte > 127 for byte in sample)
    if broken * 20 < high or (declared == "utf-8" and broken * 4 < high):
        return "utf-8"
    from charset_normalizer import from_bytes  # slow to import and seldom needed

    best = from_bytes(sample, steps=3, chunk_size=512).best()
    return best.encoding if best is not None else "cp1252"
