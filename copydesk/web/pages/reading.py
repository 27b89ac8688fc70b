"""The article page: the story as it is held, and beside it the copy that it was made of."""

from __future__ import annotations

from typing import Any

from copydesk.web.desk import Desk
from copydesk.web.pages.days import in_words
from copydesk.web.pages.links import search_url
from copydesk.web.pages.names import language_of
from copydesk.web.pages.original import original_of
from copydesk.web.pages.stories import headline_of, place_name, places_of, story_of
from engines.contract import Query
from transforms.records import Article

_SIMILAR = 6


def article_page(desk: Desk, article: Article) -> dict[str, Any]:
    """Lay out one article."""
    raw = desk.original(article.origin)
    return {
        "article": article,
        "headline": headline_of(article),
        "language": language_of(article.language, article.language_variant),
        "paragraphs": [paragraph for paragraph in article.body.split("\n\n") if paragraph.strip()],
        "places": [(place, place_name(place), _of_place(place.name)) for place in places_of(article)],
        "dates": _dates(article),
        "origins": desk.origins(article.id),
        "original": original_of(article, raw) if raw else None,
        "similar": [story_of(hit) for hit in desk.similar(article.id, _SIMILAR)],
    }


def _of_place(name: str) -> str:
    return search_url(Query(places=(name,)))


def _dates(article: Article) -> list[tuple[str, str, str, str]]:
    """What is known of when: title, words, machine-readable, and how exactly and from where it is known."""
    dates = []
    for name in ("published", "updated"):
        value = getattr(article, f"{name}_at")
        precision = getattr(article, f"{name}_at_precision")
        source = getattr(article, f"{name}_at_source")
        if value:
            how = ", ".join(
                part
                for part in (
                    f"known to the {precision}" if precision else "",
                    f"from {source}" if source else "",
                )
                if part
            )
            dates.append(
                (name.capitalize(), in_words(value, precision, with_time=True), value.isoformat(), how)
            )
    if article.updated_at_text and not article.updated_at:
        dates.append(
            (
                "Updated",
                article.updated_at_text,
                "",
                "as written; not dated, as nothing says when it was read",
            )
        )
    if article.dateline and article.dateline.date:
        day = article.dateline.date
        dates.append(("Filed", in_words(day), day.isoformat(), "from the dateline"))
    return dates
