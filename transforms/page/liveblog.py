"""The posts of a live blog that stand in its JSON-LD alone: pages that draw them with a script.

Imports selectolax at module level: import this module only where a page is read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

from transforms.dates import parse_date
from transforms.page.head import clean_text, strip_tags, web_address
from transforms.page.jsonld import Node, types_of
from transforms.page.metadata import Metadata
from transforms.records import Copy, Stamp

_MOST = 500  # posts of one page
_LEAST = 60  # characters of a post
_MOST_CHARACTERS = 100_000  # of one post
_SAMPLE = 40  # characters that say whether a post stands on the page itself
_BREAK = re.compile(r"\n\s*|<br\s?/?>|</p>", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def read_posts(nodes: Iterable[Node], shown: str, page: Metadata) -> list[Copy]:
    """A copy for each post; none where the page itself shows most of them, or there are fewer than two.

    `shown` is the text of the page.
    """
    blog = next((node for node in nodes if "LiveBlogPosting" in types_of(node)), {})
    updates = blog.get("liveBlogUpdate")
    posts = [post for post in updates[:_MOST] if isinstance(post, dict)] if isinstance(updates, list) else []
    told = [(post, paragraphs) for post in posts if (paragraphs := _paragraphs(post.get("articleBody")))]
    there = _SPACE.sub("", shown)
    known = sum(_SPACE.sub("", paragraphs[0])[:_SAMPLE] in there for _, paragraphs in told)
    if len(told) < 2 or 2 * known > len(told):
        return []
    return [_copy(post, paragraphs, page) for post, paragraphs in told]


def _paragraphs(body: Any) -> tuple[str, ...]:
    if not isinstance(body, str):
        return ()
    parts = _BREAK.split(html.unescape(body[:_MOST_CHARACTERS]))
    lines = tuple(line for part in parts if (line := " ".join(strip_tags(part).split())))
    return lines if sum(map(len, lines)) >= _LEAST else ()


def _copy(post: Node, paragraphs: tuple[str, ...], page: Metadata) -> Copy:
    text = post.get("datePublished")
    parsed = parse_date(text) if isinstance(text, str) else None
    stamps: tuple[Stamp, ...] = ()
    if isinstance(text, str) and parsed is not None and parsed[0] is not None:
        stamps = (Stamp(text=text, kind="published", value=parsed[0], precision=parsed[1]),)
    return Copy(
        headline=clean_text(post.get("headline")) or None,
        paragraphs=paragraphs,
        stamps=stamps,
        url=web_address(post.get("url"), page.url or ""),
        publisher=page.publisher,
        section=page.section,
        declared_language=page.declared_language,
        sources=(("body", "json-ld:liveBlogUpdate"), ("headline", "json-ld:liveBlogUpdate")),
    )
