"""The headline of a page among the titles that it gives itself: JSON-LD, OpenGraph, <title> and <h1>.

Imports selectolax at module level: import this module only where a page is read.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from transforms.page.head import Metas, bare, clean_text, first
from transforms.page.jsonld import Node, types_of

_SEPARATORS = re.compile(
    r"\s(?:[|»·•–—-]|::)\s|(?<=[\u3040-\u9fff])[_|｜](?=\w)"
)  # Chinese sites leave no spaces
_BAR = re.compile(r"\s[|»·•]\s")  # a dash may be the headline's own
_ENDING = 1 / 3  # of a title: a shorter last part behind a bar is the site or its section
_LEAST_HEADLINE = 10  # characters
_ALIKE = 1 / 3  # of the words of the shorter of two headlines of one story
_MOST_HEADINGS = 5
_NAMED = "[itemprop=headline], .entry-title, .post-title"  # headings of pages that have no <h1>
_LONGEST_LINE = 5_000  # characters of a title; a longer one is all of a page in a heading
_WORD = re.compile(r"\w+")


def read_titles(tree: LexborHTMLParser, article: Node, metas: Metas) -> list[tuple[str, str]]:
    """Every title of the page with where it stands, the headline first.

    What JSON-LD calls the headline is it, unless it only repeats <title>: that one is written for search engines. Then
    it is OpenGraph's, unless that repeats it too; then the main heading, if it is about the same and no newsroom's
    JSON-LD says otherwise.
    """
    shown = [text for node in tree.css("h1")[:_MOST_HEADINGS] if (text := line_of(node))]
    title = tree.css_first("title")
    named = tree.css_first(_NAMED) if not shown and title else None
    site = first(metas, "publisher")
    told = {
        "json-ld:headline": clean_text(article.get("headline")) or clean_text(article.get("name")),
        "og:title": "".join(metas.get("og:title", [])[:1]),
        "twitter:title": "".join(metas.get("twitter:title", [])[:1]),
        "title": _without_site(_ending(line_of(title), line_of(named) if named else "")) if title else "",
    }
    told = {source: _without_ending(value, shown, site) for source, value in told.items()}
    heading = shown[0] if shown and (len(shown) == 1 or not any(told.values())) else ""
    is_news = any(name.endswith("NewsArticle") for name in types_of(article))
    best = _written(told, "" if is_news and told["json-ld:headline"] else heading)
    return [best, *((source, value) for source, value in told.items() if value), ("h1", "".join(shown[:1]))]


def _ending(title: str, heading: str) -> str:
    """The page's heading where its title only says the site before it: "Valley: River rises"."""
    own = bare(heading)
    return heading if len(heading) >= _LEAST_HEADLINE and bare(title).endswith(own) else title


def _written(told: dict[str, str], heading: str) -> tuple[str, str]:
    """The title that is written for readers; an empty one where none is seen to be."""
    other = [
        (source, value) for source, value in told.items() if value and bare(value) != bare(told["title"])
    ]
    if other:
        return other[0]
    return ("h1", heading) if _is_of_story(heading, told["title"]) else ("", "")


def _is_of_story(heading: str, title: str) -> bool:
    """Whether the main heading is about what the title is about, and not the title with a kicker or without one."""
    own, other = bare(heading), bare(title)
    if len(heading) < _LEAST_HEADLINE or own in other or own.endswith(other):
        return False
    words, others = (set(_WORD.findall(text.casefold())) for text in (heading, title))
    return len(words & others) > _ALIKE * min(len(words), len(others))


def _without_ending(title: str, shown: list[str], site: str) -> str:
    """A title without what the page's own heading does not have at its ends: the site or the section."""
    for text in shown:
        if len(text) >= _LEAST_HEADLINE and title != text and bare(title).startswith(bare(text)):
            return text
    parts = _SEPARATORS.split(title)
    if len(parts) > 1 and site and bare(parts[0]) == bare(site):
        title = title[len(parts.pop(0)) :].lstrip(" |»·•–—-:")
    if len(parts) > 1 and site and bare(parts[-1]) in bare(site):
        title = title[: -len(parts[-1])].rstrip(" |»·•–—-:")
    parts = _BAR.split(title)
    while len(parts) > 1 and len(parts[-1]) < _ENDING * len(title):
        title = title[: -len(parts.pop())].rstrip(" |»·•")
    return title


def line_of(node: LexborNode) -> str:
    """Its text on one line."""
    return " ".join(node.text(separator=" ")[:_LONGEST_LINE].split())


def _without_site(title: str) -> str:
    """A page's title without the site's name, which stands after the last separator or before the first.

    >>> _without_site("Flood in the valley - The Daily Post")
    'Flood in the valley'
    >>> _without_site("Post | Flood in the whole of the valley")
    'Flood in the whole of the valley'
    """
    parts = _SEPARATORS.split(title)
    return max(parts, key=len) if len(parts) > 1 and len(parts[0]) < len(title) / 3 else parts[0]
