"""A hit as it is printed: headline, lead, place, date and language, with what was found marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from copydesk.web.pages.days import in_words
from copydesk.web.pages.links import search_url
from copydesk.web.pages.names import Language, country_name, language_of
from engines.contract import Hit, Query
from transforms.records import Article, Place

_LEAD_CHARACTERS = 220
_WIDE_LEADS = {"zh": 110, "ja": 110, "ko": 140}  # their characters take twice the room, and say as much
_OPENING = 20  # characters that tell whether a fragment is the text's beginning
#: Where a story's words were found, in the order in which that tells most.
_SHOWN_FIELDS = ("body", "summary", "captions.text", "kicker")
_ELLIPSIS = Markup(" … ")


@dataclass(frozen=True, slots=True)
class Story:
    """What one result shows."""

    id: str
    language: Language
    headline: Markup
    lead: Markup
    places: tuple[tuple[str, str], ...]  # name, address of its stories
    day: str
    iso: str
    source: str
    section: str | None
    authors: str


def story_of(hit: Hit) -> Story:
    """Lay out a hit. Highlights are the engine's: escaped, with <mark> around the words."""
    article = hit.article
    when = article.published_at or article.updated_at
    return Story(
        id=hit.id,
        language=language_of(article.language, article.language_variant),
        headline=_marked(hit.highlights.get("headline", ())[:1]) or headline_of(article),
        lead=_lead(hit),
        places=tuple(
            (place_name(place), search_url(Query(places=(place.name,)))) for place in places_of(article)[:3]
        ),
        day=day_of(article),
        iso=when.isoformat() if isinstance(when, date) else "",
        source=article.publisher or article.source.rpartition("/")[2],
        section=article.section,
        authors=", ".join(article.authors),
    )


def headline_of(article: Article) -> Markup:
    """Give the headline; a story without one is known by its first words."""
    return escape(article.headline or _cut(article.body, 80) or article.origin)


def day_of(article: Article) -> str:
    """Say the day of publication, else of the last change; "" when neither is known."""
    if article.published_at:
        return in_words(article.published_at, article.published_at_precision)
    if article.updated_at:
        return f"updated {in_words(article.updated_at, article.updated_at_precision)}"
    return ""


def places_of(article: Article) -> tuple[Place, ...]:
    """Give the places of the dateline."""
    return article.dateline.places if article.dateline else ()


def place_name(place: Place) -> str:
    """Give a place with its country, unless it is one."""
    if not place.country or country_name(place.country) == place.name:
        return place.name
    return f"{place.name}, {country_name(place.country)}"


def _lead(hit: Hit) -> Markup:
    article = hit.article
    for field in _SHOWN_FIELDS:
        if found := hit.highlights.get(field):
            opens = article.body if field == "body" else ""
            starts = opens.startswith(Markup(found[0]).striptags()[:_OPENING]) or not opens
            return _marked(found) if starts else _ELLIPSIS.lstrip() + _marked(found)
    most = _WIDE_LEADS.get(article.language, _LEAD_CHARACTERS)
    return escape(_cut(article.summary[0] if article.summary else article.body, most))


def _marked(fragments: Sequence[str]) -> Markup:
    return _ELLIPSIS.join(Markup(fragment) for fragment in fragments)


def _cut(text: str, most: int) -> str:
    r"""Cut at a space where there is one; writing without spaces is cut anywhere.

    >>> _cut("It rained\n\non Monday", 12)
    'It rained on …'
    """
    text = " ".join(text[: 2 * most].split())
    if len(text) <= most:
        return text
    cut = text[: most + 1].rpartition(" ")[0]
    return f"{cut if len(cut) > most // 2 else text[:most]} …"
