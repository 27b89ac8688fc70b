"""What a page says about its story in its head: JSON-LD first, then OpenGraph and meta, then the page itself.

Imports selectolax at module level: import this module only where a page is read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from transforms.authors import is_byline_label, people_in, split_authors
from transforms.dates import parse_date
from transforms.page.head import Metas, bare, clean_text, every, first, read_metas, strip_tags, web_address
from transforms.page.headline import line_of, read_titles
from transforms.page.jsonld import Node, find_article, read_jsonld, types_of
from transforms.records import Given, Stamp

_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}")
_MOST_TAGS = 50
_LONGEST_SECTION = 80  # characters
_LEAST_SITE = 3  # letters of a site's name


@dataclass(slots=True)
class Metadata:
    """Fields of the story, each with where it came from in `sources`."""

    headline: str | None = None
    summary: str | None = None
    authors: tuple[str, ...] = ()
    published_at: Stamp | None = None
    updated_at: Stamp | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    declared_language: str | None = None
    url: str | None = None
    publisher: str | None = None
    image: str | None = None
    body: str = ""  # JSON-LD articleBody: evidence, not copy
    captions: tuple[str, ...] = ()  # of JSON-LD images
    titles: tuple[str, ...] = ()  # every title the head knows
    publishers: frozenset[str] = frozenset()  # names of the site, bare
    is_article: bool = False  # the head says that the page holds one
    nodes: tuple[Node, ...] = ()  # of JSON-LD
    sources: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, options: Iterable[tuple[str, Any]]) -> None:
        """Set a field to the first option that has a value, and note where that came from."""
        for source, value in options:
            if value:
                setattr(self, name, value)
                self.sources[name] = source
                return


def read_metadata(tree: LexborHTMLParser, given: Given) -> Metadata:
    """Read the head and the few elements of the body that name titles, authors and dates."""
    nodes = read_jsonld(script.text() for script in tree.css('script[type*="ld+json"]'))
    article = find_article(nodes)
    metas = read_metas(tree)
    meta = Metadata(nodes=tuple(nodes))
    titles = read_titles(tree, article, metas)
    meta.titles = tuple(dict.fromkeys(title for source, title in titles if title and source != "h1"))
    meta.take("headline", titles)
    meta.take(
        "summary",
        [
            ("json-ld:description", clean_text(article.get("description"))),
            ("meta", first(metas, "description")),
        ],
    )
    _read_addresses(meta, tree, article, metas, given)
    _read_people(meta, tree, article, metas, nodes)
    _read_dates(meta, tree, article, metas)
    _read_language(meta, tree, article, metas)
    _read_subjects(meta, article, metas)
    meta.body = _body(article.get("articleBody"))
    meta.captions = _captions(article.get("image"))
    meta.is_article = bool(article) or "article" in "".join(metas.get("og:type", ())).lower()
    return meta


def _read_people(
    meta: Metadata, tree: LexborHTMLParser, article: Node, metas: Metas, nodes: list[Node]
) -> None:
    organisations = [node for node in nodes if _is_organisation(node)]
    names = [
        *_names(article.get("publisher"), nodes),
        *(n for o in organisations[:1] for n in _names(o, nodes)),
    ]
    meta.take("publisher", [("json-ld:publisher", "".join(names[:1])), ("meta", first(metas, "publisher"))])
    known = {bare(name) for name in (*names, first(metas, "publisher"), *_names_of_site(meta.url)) if name}
    written = [name for name in every(metas, "authors") if not name.startswith(("http", "/", "@"))]
    marked = tree.css('[rel~="author"], [itemprop="author"] [itemprop="name"], [itemprop="author"]')[:8]
    collective = [author for author in _flat(article.get("author")) if _is_organisation(author)]
    meta.publishers = frozenset(
        known.union(bare(name) for author in collective for name in _names(author, nodes))
    )
    options = [
        ("json-ld:author", _names(article.get("author"), nodes)),
        ("json-ld:creator", _names(article.get("creator"), nodes)),
        ("meta", written),
        ("twitter:data", _labelled(metas)),
    ]
    read = [(source, split_authors(values, known)) for source, values in options]
    shown = dict.fromkeys(name for node in marked for name in people_in(line_of(node)))
    read.append(("rel:author", split_authors(shown, known)))
    people = [(source, names) for source, names in read if any(bare(name) not in known for name in names)]
    meta.take("authors", [*people, *read])


def _names(value: Any, nodes: list[Node]) -> list[str]:
    """The names in an author or publisher: text, an object, a reference by @id, or a list of them."""
    found: list[str] = []
    for item in _flat(value):
        if isinstance(item, dict):
            named = item
            if "name" not in item and "@id" in item:
                named = next(
                    (node for node in nodes if node.get("@id") == item["@id"] and "name" in node), item
                )
            inner = named.get("name") or f"{named.get('givenName') or ''} {named.get('familyName') or ''}"
            found.extend(clean_text(name) for name in _flat(inner))
        else:
            found.append(clean_text(item))
    return [name for name in found if name]


def _names_of_site(url: str | None) -> list[str]:
    """What a site may call itself by its address: "news.example.org", "news", "example"."""
    host = urlsplit(url or "").netloc.removeprefix("www.")
    return [host, *(part for part in host.split(".")[:-1] if len(part) >= _LEAST_SITE)]


def _labelled(metas: Metas) -> list[str]:
    """The names in Twitter's labelled values ("Written by": "Ana Ruiz"), as WordPress's plugins write them."""
    pairs = ((f"twitter:label{number}", f"twitter:data{number}") for number in (1, 2))
    return [
        name
        for label, value in pairs
        if is_byline_label("".join(metas.get(label, [])[:1]))
        for name in people_in("".join(metas.get(value, [])[:1]))
    ]


def _is_organisation(value: Any) -> bool:
    return isinstance(value, dict) and any(kind.endswith("Organization") for kind in types_of(value))


def _flat(value: Any) -> list[Any]:
    """The items of a list and of the lists in it."""
    items = value if isinstance(value, list) else [value]
    return [inner for item in items for inner in (item if isinstance(item, list) else [item])]


def _read_dates(meta: Metadata, tree: LexborHTMLParser, article: Node, metas: Metas) -> None:
    marked = tree.css('[itemprop="datePublished"], time[pubdate], article time[datetime], time[datetime]')[:3]
    times = [node.attributes.get("datetime") or node.attributes.get("content") for node in marked]
    meta.take(
        "published_at",
        (
            ("json-ld:datePublished", _stamp([article.get("datePublished")], "published")),
            ("json-ld:dateCreated", _stamp([article.get("dateCreated")], "published")),
            ("meta", _stamp(every(metas, "published"), "published")),
            ("time", _stamp(times, "published")),
        ),
    )
    meta.take(
        "updated_at",
        (
            ("json-ld:dateModified", _stamp([article.get("dateModified")], "updated")),
            ("meta", _stamp(every(metas, "updated"), "updated")),
        ),
    )


def _stamp(values: Iterable[Any], kind: str) -> Stamp | None:
    for value in values:
        for item in value if isinstance(value, list) else [value]:
            parsed = parse_date(str(item)) if isinstance(item, str | int) else None
            if parsed is not None and parsed[0] is not None:
                text = str(item).strip()
                if kind == "updated":
                    return Stamp(text=text, kind="updated", value=parsed[0], precision=parsed[1])
                return Stamp(text=text, kind="published", value=parsed[0], precision=parsed[1])
    return None


def _read_addresses(
    meta: Metadata, tree: LexborHTMLParser, article: Node, metas: Metas, given: Given
) -> None:
    link = tree.css_first('link[rel~="canonical"]')
    canonical = link.attributes.get("href") if link else None
    own = "".join(metas.get("og:url", [])[:1])
    entity = article.get("mainEntityOfPage")
    urls = [
        ("og:url", own if _is_elsewhere(canonical, own) else None),
        ("link:canonical", canonical),
        ("og:url", own),
        ("json-ld:url", article.get("url")),
        ("json-ld:mainEntityOfPage", entity.get("@id") if isinstance(entity, dict) else entity),
        ("given", given.url),
    ]
    meta.take("url", ((source, web_address(value, given.url or "")) for source, value in urls))
    images = [("meta", first(metas, "image")), ("json-ld:image", _image(article.get("image")))]
    base = meta.url or given.url or ""
    meta.take("image", ((source, web_address(value, base)) for source, value in images))


def _is_elsewhere(canonical: str | None, own: str) -> bool:
    """Whether a page names another site's address as canonical, beside its own: a story shared by sister papers."""
    there, here = web_address(canonical), web_address(own)
    if there is None or here is None or urlsplit(here).path.strip("/") == "":
        return False
    return urlsplit(there).netloc != urlsplit(here).netloc


def _read_language(meta: Metadata, tree: LexborHTMLParser, article: Node, metas: Metas) -> None:
    attributes = tree.root.attributes if tree.root is not None else {}
    languages = [
        ("html:lang", attributes.get("lang") or attributes.get("xml:lang")),
        ("json-ld:inLanguage", article.get("inLanguage")),
        ("meta", first(metas, "language")),
    ]
    meta.take("declared_language", ((source, _language(value)) for source, value in languages))


def _language(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("name")
    if isinstance(value, list):
        value = value[0] if value else None
    match = _LOCALE.fullmatch(value.strip()) if isinstance(value, str) else None
    return match[0].replace("_", "-") if match else None


def _read_subjects(meta: Metadata, article: Node, metas: Metas) -> None:
    section = article.get("articleSection")
    section = section[0] if isinstance(section, list) and section else section
    told = [("json-ld:articleSection", clean_text(section)), ("meta", first(metas, "sections"))]
    meta.take("section", ((source, _section(value)) for source, value in told))
    keywords = article.get("keywords")
    listed = keywords if isinstance(keywords, list) else [keywords]
    meta.take("tags", [("json-ld:keywords", _tags(listed)), ("meta", _tags(every(metas, "tags")))])


def _section(value: str) -> str:
    """The first of several; nothing of a value as long as a list of keywords."""
    name = value.split(";")[0].strip()
    return name if len(name) <= _LONGEST_SECTION else ""


def _tags(values: list[Any]) -> tuple[str, ...]:
    parts = [part.strip() for value in values[:_MOST_TAGS] for part in re.split("[,;]", clean_text(value))]
    return tuple(dict.fromkeys(part for part in parts if 0 < len(part) <= 80))[:_MOST_TAGS]


def _image(value: Any) -> Any:
    """The address in an image: text, an object, or a list of them; anything else is refused by web_address."""
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return value


def _body(value: Any) -> str:
    if isinstance(value, list):
        value = "\n".join(item for item in value if isinstance(item, str))
    return strip_tags(html.unescape(value)) if isinstance(value, str) else ""


def _captions(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    texts = [
        clean_text(item.get("caption") or item.get("description")) for item in items if isinstance(item, dict)
    ]
    return tuple(dict.fromkeys(text for text in texts if text))
