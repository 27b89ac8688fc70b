"""Other readers of pages, scored beside ours on the same pages: those that are installed (`pip install -e .[peers]`).

Each as its own documentation calls it for the main text, with its defaults.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec

Reader = Callable[[bytes, str], str]


def installed() -> dict[str, Reader]:
    """The readers that are there, by name; each takes a page and its address, and gives its text."""
    return {name: reader for name, (module, reader) in _READERS.items() if find_spec(module)}


def _trafilatura(page: bytes, _: str) -> str:
    import trafilatura

    return trafilatura.extract(page, include_comments=False) or ""


def _readability(page: bytes, url: str) -> str:
    from lxml.html import fromstring
    from readability import Document

    summary = Document(page, url=url).summary(html_partial=True)
    return "\n".join(fromstring(summary).itertext()) if summary.strip() else ""


def _resiliparse(page: bytes, _: str) -> str:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    return extract_plain_text(bytes_to_str(page, detect_encoding(page)), main_content=True)


def _newspaper(page: bytes, url: str) -> str:
    from newspaper import Article

    article = Article(url)
    article.download(input_html=page.decode("utf-8", "replace"))
    article.parse()
    return article.text


def _justext(page: bytes, _: str) -> str:
    import justext

    told = re.search(rb"<html[^>]{0,500}?\blang=[\"']?([a-z]{2})", page[:5_000], re.IGNORECASE)
    language = _STOPLISTS.get(told[1].decode().lower() if told else "en", "English")
    paragraphs = justext.justext(page, justext.get_stoplist(language))
    return "\n".join(one.text for one in paragraphs if not one.is_boilerplate)


#: What jusText calls the languages that news pages of the data are in.
_STOPLISTS = {
    "ar": "Arabic", "da": "Danish", "de": "German", "es": "Spanish", "fi": "Finnish", "fr": "French", "it": "Italian",
    "nl": "Dutch", "no": "Norwegian_Bokmal", "nb": "Norwegian_Bokmal", "pl": "Polish", "pt": "Portuguese",
    "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian",
}  # fmt: skip
_READERS: dict[str, tuple[str, Reader]] = {
    "trafilatura": ("trafilatura", _trafilatura),
    "readability-lxml": ("readability", _readability),
    "resiliparse": ("resiliparse", _resiliparse),
    "newspaper4k": ("newspaper", _newspaper),
    "justext": ("justext", _justext),
}
