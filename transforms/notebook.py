"""The recipe for people at a notebook: text or a page in, articles out."""

from __future__ import annotations

from transforms.recipe import to_articles
from transforms.records import Article, Given, RawDocument


def articles_from_text(text: str, *, origin: str = "text") -> list[Article]:
    r"""Split pasted copy into its articles; empty when there is none in it.

    >>> [a.headline for a in articles_from_text("Rain in Rome\nFollow\n\nROME: It rained on Monday, they said.")]
    ['Rain in Rome']
    """
    return _articles(RawDocument(origin=origin, media="text", text=text))


def articles_from_html(page: bytes, *, url: str | None = None, origin: str = "page") -> list[Article]:
    """Take the articles out of a page; empty when there is none in it.

    `page` is bytes, as a page declares its own encoding; `url` is where it was fetched, if it does not say.
    """
    return _articles(RawDocument(origin=origin, media="html", page=page, given=Given(url=url)))


def _articles(raw: RawDocument) -> list[Article]:
    return [item for item in to_articles(raw) if isinstance(item, Article)]
