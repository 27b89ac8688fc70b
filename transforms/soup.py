"""Fragments of markup inside text, taken out with BeautifulSoup.

BeautifulSoup is imported by the first call that needs it: most copy holds no markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|dd|del|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr|i|iframe|"
    r"img|ins|li|mark|nav|ol|p|pre|q|s|script|section|small|span|strike|strong|style|sub|sup|table|tbody|td|th|tr|u|ul|"
    r"video)(?:\s[^<>]{0,2000})?/?>|<!--",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_SILENT = ("script", "style", "template", "noscript", "iframe", "svg")
_BLOCKS = (
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table",
    "td", "th", "tr", "ul",
)  # fmt: skip
_MAX_FRAGMENT = 2_000_000  # characters; beyond it only tags are cut, as a tree would not fit in memory


def holds_markup(text: str) -> bool:
    """Whether `text` holds a tag of HTML or an entity. "a < b" and "AT&T" do not.

    >>> holds_markup("<b>Rain</b>"), holds_markup("x < y & z")
    (True, False)
    """
    return ("<" in text and _TAG.search(text) is not None) or (
        "&" in text and _ENTITY.search(text) is not None
    )


def strip_markup(text: str, *, drop: Iterable[str] = ()) -> str:
    """The words of `text` without tags; entities become characters, blocks become lines.

    `drop` names classes and ids whose elements go with everything in them. Text without markup comes back as it is.

    >>> strip_markup("<p>Rain &amp; <b>wind</b></p><p class='ad'>Buy!</p>", drop=["ad"])
    'Rain & wind'
    """
    if not holds_markup(text):
        return text
    if "<" not in text or not _TAG.search(text):
        return html.unescape(text)
    if len(text) > _MAX_FRAGMENT:
        return html.unescape(_TAG.sub(" ", text))
    soup = parse_fragment(text)
    remove_elements(soup, drop)
    return text_of(soup)


def parse_fragment(markup: str) -> BeautifulSoup:
    """A tree of `markup`, read by lxml as it forgives most."""
    import warnings

    from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        return BeautifulSoup(markup, "lxml")


def remove_elements(soup: BeautifulSoup, names: Iterable[str]) -> int:
    """Take out every element with one of `names` as a class or as its id; returns how many went.

    >>> soup = parse_fragment("<div><p id='more'>Read more</p><p class='ad big'>Buy</p><p>Rain</p></div>")
    >>> remove_elements(soup, ["more", "ad"]), text_of(soup)
    (2, 'Rain')
    """
    wanted = {name.casefold() for name in names}
    removed = 0
    for element in soup.find_all(True) if wanted else ():
        if element.decomposed:
            continue
        given = {
            str(name).casefold()
            for name in (*(element.get_attribute_list("class")), element.get("id"))
            if name
        }
        if given & wanted:
            element.decompose()
            removed += 1
    return removed


def text_of(soup: BeautifulSoup) -> str:
    r"""The visible words, a line for each block.

    >>> text_of(parse_fragment("<ul><li>One<li>Two <i>and</i> a half</ul>"))
    'One\nTwo and a half'
    """
    for element in soup.find_all(_SILENT):
        element.decompose()
    for element in soup.find_all(_BLOCKS):
        element.insert_before("\n")
        element.append("\n")
    lines = (" ".join(line.split()) for line in soup.get_text().split("\n"))
    return "\n".join(line for line in lines if line)
