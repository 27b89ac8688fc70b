"""JSON-LD of a page, read even where it is not quite JSON."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

Node = dict[str, Any]  # one JSON-LD object; what it holds is checked where it is read

_MAX_BLOCK = 2_000_000  # characters; longer ones are data, not description
_MAX_NODES = 2_000
#: A string, a comment, or a comma before a closing bracket. A string or comment that is not closed goes to the end
#: of the text, so that no second scan starts inside it: the whole is linear.
_TOKENS = re.compile(
    r'"(?:[^"\\]|\\.)*(?:"|\Z|\\\Z)|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)|(?<!:)//[^\n]*|,(?=\s{0,200}[}\]])',
    re.DOTALL,
)
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)\s*;?\s*$"
)
_ARTICLE = ("Article", "BlogPosting", "Posting", "Report", "Review", "OpinionPiece", "AnalysisNews")


def read_jsonld(blocks: Iterable[str]) -> list[Node]:
    """Every object in the blocks that has a type, those inside @graph, lists and mainEntity too.

    Comments, CDATA wrappers, trailing commas, raw control characters and entity-encoded quotes are
    repaired; a block that is still broken is left out, the others are read.

    >>> read_jsonld(['<!-- {"@graph": [{"@type": "NewsArticle", "headline": "Flood",},]} -->'])
    [{'@type': 'NewsArticle', 'headline': 'Flood'}]
    """
    nodes: list[Node] = []
    for block in blocks:
        nodes.extend(_flatten(_parse(block[:_MAX_BLOCK])))
        if len(nodes) > _MAX_NODES:
            break
    return nodes[:_MAX_NODES]


def types_of(node: Node) -> tuple[str, ...]:
    """The names of its types, without their vocabulary."""
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return tuple(str(name).rsplit("/", 1)[-1] for name in kinds if isinstance(name, str))


def find_article(nodes: Iterable[Node]) -> Node:
    """The object that describes the page's article, or an empty one; the fullest one wins.

    >>> find_article([{"@type": "Organization", "name": "X"}, {"@type": ["Thing", "NewsArticle"], "headline": "Y"}])
    {'@type': ['Thing', 'NewsArticle'], 'headline': 'Y'}
    """
    articles = [node for node in nodes if any(name.endswith(_ARTICLE) for name in types_of(node))]
    return max(articles, key=_fullness, default={})


def _fullness(node: Node) -> int:
    wanted = ("headline", "datePublished", "author", "articleBody", "image", "description", "publisher")
    news = any(name.endswith("Article") for name in types_of(node))
    return sum(1 + (key in wanted[:2]) for key in wanted if node.get(key)) + news


def _parse(text: str) -> Any:
    text = _WRAPPING.sub("", _WRAPPING.sub("", text)).strip().rstrip(";")
    for attempt in (text, _repair(text), _repair(html.unescape(text))):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _repair(text: str) -> str:
    return _TOKENS.sub(lambda match: match[0] if match[0][0] == '"' else "", text)


def _flatten(value: Any) -> Iterator[Node]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item[:_MAX_NODES]))
        elif isinstance(item, dict):
            if "@type" in item:
                yield item
            stack.extend(item[key] for key in ("mainEntity", "mainEntityOfPage", "@graph") if key in item)
