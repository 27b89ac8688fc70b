"""A search as a feed to subscribe to: Atom and RSS.

An entry is the same as long as the story is, wherever we are reached: its id is the article's, its date the story's.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement, tostring

from copydesk.web.asked import write_query
from engines.contract import Page, Query
from transforms.records import Article

#: What XML 1.0 does not allow, written as the character for what cannot be shown.
#: Source: https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
_LEAD_CHARACTERS = 500
_SEARCHES = uuid.UUID(
    "8e5f2a0c-6d0b-5a57-9d4c-3f6a1c7b2e90"
)  # the space of names that our feeds' ids are made in


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One page of a search, and where it is asked for."""

    query: Query
    page: Page
    root: str  # "http://127.0.0.1:8484"
    form: str  # "atom" or "rss"

    @property
    def asked(self) -> str:
        """The search alone, without the page's size and place: what makes two feeds the same."""
        return urlencode(write_query(_alone(self.query)))

    @property
    def title(self) -> str:
        """What a reader lists the feed as."""
        filters = [value for name, value in write_query(_alone(self.query)) if name != "sort"]
        return f"{', '.join(filters) or 'everything'} · copydesk"

    @property
    def url(self) -> str:
        """Where the feed itself is."""
        return _with(f"{self.root}/api/search.{self.form}", self.asked)

    @property
    def html_url(self) -> str:
        """Where people see the same search."""
        return _with(f"{self.root}/", self.asked)

    @property
    def updated(self) -> datetime:
        """The date of the newest story."""
        return max((moment_of(hit.article) for hit in self.page.hits), default=_UNDATED)


def render_atom(feed: Feed) -> bytes:
    """Give it as Atom. A story that has no date is of 1970: Atom wants one, and today would change every day.

    Source: RFC 4287
    """
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _add(root, "id", uuid.uuid5(_SEARCHES, feed.asked).urn)
    _add(root, "title", feed.title)
    _add(root, "updated", _rfc3339(feed.updated))
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.url)
    _add(root, "link", rel="alternate", type="text/html", href=feed.html_url)
    _add(root, "generator", "copydesk")
    _add(SubElement(root, "author"), "name", "copydesk")
    for hit in feed.page.hits:
        article, entry = hit.article, SubElement(root, "entry")
        page_url = f"{feed.root}/articles/{article.id}"
        _add(entry, "id", uuid.UUID(article.id).urn)
        _add(entry, "title", title_of(article))
        _add(entry, "updated", _rfc3339(moment_of(article)))
        if article.published_at:
            _add(entry, "published", _rfc3339(_moment(article.published_at)))
        for name in article.authors or ((article.publisher,) if article.publisher else ()):
            _add(SubElement(entry, "author"), "name", name)
        _add(entry, "link", rel="alternate", href=story_url(article) or page_url)
        if story_url(article):
            _add(entry, "link", rel="related", type="text/html", href=page_url)
        for term in _terms(article):
            _add(entry, "category", term=term)
        summary = _add(entry, "summary", lead_of(article))
        if article.language != "und":
            summary.set("xml:lang", article.language)
    return _written(root)


def render_rss(feed: Feed) -> bytes:
    """Give it as RSS 2.0; a story that has no date has none.

    Source: https://www.rssboard.org/rss-specification
    """
    spaces = {"xmlns:atom": "http://www.w3.org/2005/Atom", "xmlns:dc": "http://purl.org/dc/elements/1.1/"}
    root = Element("rss", {"version": "2.0", **spaces})
    channel = SubElement(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.html_url)
    _add(channel, "description", "Stories found by this search, the newest first.")
    _add(channel, "atom:link", rel="self", type="application/rss+xml", href=feed.url)
    _add(channel, "generator", "copydesk")
    _add(channel, "lastBuildDate", format_datetime(feed.updated))
    for hit in feed.page.hits:
        article, item = hit.article, SubElement(channel, "item")
        _add(item, "title", title_of(article))
        _add(item, "link", story_url(article) or f"{feed.root}/articles/{article.id}")
        _add(item, "guid", uuid.UUID(article.id).urn).set("isPermaLink", "false")
        if (moment := moment_of(article)) != _UNDATED:
            _add(item, "pubDate", format_datetime(moment))
        for name in article.authors:
            _add(item, "dc:creator", name)
        if article.language != "und":
            _add(item, "dc:language", article.language)
        for term in _terms(article):
            _add(item, "category", term)
        _add(item, "description", lead_of(article))
    return _written(root)


def title_of(article: Article) -> str:
    """The headline, else how the story begins."""
    return article.headline or lead_of(article)[:100] or "(without a headline)"


def lead_of(article: Article) -> str:
    """The summary, else the first paragraph."""
    text = " ".join(article.summary) or article.body.partition("\n\n")[0]
    return text if len(text) <= _LEAD_CHARACTERS else f"{text[: _LEAD_CHARACTERS - 1]}…"


def story_url(article: Article) -> str | None:
    """Where the story was published; None for what no reader should follow."""
    return article.url if article.url and article.url.startswith(("http://", "https://")) else None


def moment_of(article: Article) -> datetime:
    """When it was last updated, else published; 1970 when neither is known."""
    return max(
        (_moment(when) for when in (article.updated_at, article.published_at) if when), default=_UNDATED
    )


def _moment(when: date | datetime) -> datetime:
    if not isinstance(when, datetime):
        return datetime.combine(when, time(), UTC)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def _alone(query: Query) -> Query:
    plain = Query()
    return replace(
        query, size=plain.size, page=plain.page, cursor=None, sort="relevance" if query.sort == "newest" else query.sort,
        facets=(), facet_size=plain.facet_size, histogram=None, highlight=False,
    )  # fmt: skip


def _terms(article: Article) -> tuple[str, ...]:
    places = article.dateline.places if article.dateline else ()
    return tuple(
        dict.fromkeys(
            (*([article.section] if article.section else ()), *(p.name for p in places), *article.tags)
        )
    )


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _with(url: str, asked: str) -> str:
    return f"{url}?{asked}" if asked else url


def _add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    added = SubElement(parent, tag, {name: _xml(value) for name, value in attributes.items()})
    added.text = None if text is None else _xml(text)
    return added


def _xml(text: str) -> str:
    r"""Any text as XML can have it.

    >>> _xml("a\x00b\ud800c")
    'a�b�c'
    """
    return _NOT_XML.sub("\ufffd", text)


def _written(root: Element) -> bytes:
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
