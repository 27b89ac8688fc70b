"""An article as JSON and back. The JSON is what every engine stores; its keys are Article's field names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from transforms.identity import fingerprint
from transforms.records import Article, Caption, Dateline, Document, Place

_PLAIN = (
    "id", "origin", "source", "headline", "kicker", "summary", "byline", "authors", "language",
    "language_variant", "language_confidence", "language_declared", "published_at_precision",
    "published_at_source", "updated_at_precision", "updated_at_source", "updated_at_text", "url", "publisher",
    "section", "tags", "image", "body",
)  # fmt: skip
_DATES = ("published_at", "updated_at")
_LISTS = ("summary", "authors", "tags")
#: Of an article as one row of a table.
COLUMNS = (
    "id", "date", "headline", "authors", "publisher", "section", "language", "place", "country", "latitude",
    "longitude", "agency", "url", "origin", "summary", "body",
)  # fmt: skip
#: Where a story was found says nothing about what it says: left out of the digest.
_NOT_CONTENT = ("origin", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStamp:
    """What every document of a run carries beside its content."""

    run_id: str
    ingested_at: datetime
    version: str


def to_fields(article: Article) -> dict[str, Any]:
    """Give the article's index fields as plain JSON values; what is not known is left out.

    `date` is added: published_at, else updated_at; what "newest" and `since` go by.
    """
    fields: dict[str, Any] = {name: getattr(article, name) for name in _PLAIN}
    for name in _DATES:
        fields[name] = _iso(getattr(article, name))
    fields["date"] = fields["published_at"] or fields["updated_at"]
    fields["dateline"] = _dateline_fields(article.dateline) if article.dateline else None
    fields["captions"] = [_known({"text": c.text, "credit": c.credit}) for c in article.captions]
    return _known(fields)


def to_row(article: Article) -> dict[str, str | float | None]:
    """Give the article as one row of a table: flat, lists joined, the first place with its coordinates in degrees.

    What spreadsheets and data frames take. Names are those of the index where they mean the same.

    >>> article = Article(id="0" * 32, origin="a.txt#1", source="a.txt", headline="Rain", body="It rained.")
    >>> [name for name, value in to_row(article).items() if value]
    ['id', 'headline', 'language', 'origin', 'body']
    """
    dateline = article.dateline or Dateline(text="")
    first = next((place.location for place in dateline.places if place.location), None)
    values = (
        article.id, _iso(article.published_at) or _iso(article.updated_at), article.headline,
        "; ".join(article.authors), article.publisher, article.section, article.language,
        "; ".join(place.name for place in dateline.places),
        "; ".join(dict.fromkeys(place.country for place in dateline.places if place.country)),
        first[0] if first else None, first[1] if first else None, dateline.agency, article.url, article.origin,
        "\n".join(article.summary), article.body,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def to_document(article: Article, stamp: RunStamp) -> Document:
    """Make the article ready to be sent."""
    fields = to_fields(article)
    content = fields.copy()
    for name in _NOT_CONTENT:
        content.pop(name, None)
    digest = fingerprint(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))
    fields["digest"] = digest
    fields["ingested_at"] = _iso(stamp.ingested_at)
    fields["run_id"] = stamp.run_id
    fields["copydesk_version"] = stamp.version
    return Document(
        id=article.id,
        digest=digest,
        language=article.language,
        origin=article.origin,
        json=orjson.dumps(fields),
    )


def document_from_json(source: bytes) -> Document:
    """Make the document again that an engine took."""
    fields = orjson.loads(source)
    return Document(
        id=fields["id"],
        digest=fields["digest"],
        language=fields.get("language", "und"),
        origin=fields["origin"],
        json=source,
    )


def article_from_json(source: bytes | Mapping[str, Any]) -> Article:
    """Make the article again that `to_document` wrote.

    >>> article = Article(id="0" * 32, origin="a.txt#1", source="a.txt", headline="Rain", body="It rained.")
    >>> article_from_json(to_fields(article)) == article
    True
    """
    fields: Mapping[str, Any] = orjson.loads(source) if isinstance(source, bytes) else source
    known: dict[str, Any] = {name: fields[name] for name in _PLAIN if name in fields}
    known.update({name: tuple(fields[name]) for name in _LISTS if name in fields})
    known.update({name: _date(fields[name]) for name in _DATES if name in fields})
    if "dateline" in fields:
        known["dateline"] = _dateline(fields["dateline"])
    known["captions"] = tuple(
        Caption(text=c.get("text", ""), credit=c.get("credit")) for c in fields.get("captions", ())
    )
    return Article(**known)


def _dateline_fields(dateline: Dateline) -> dict[str, Any]:
    places = [_known(_place_fields(place)) for place in dateline.places]
    return _known(
        {
            "text": dateline.text,
            "places": places,
            "date": _iso(dateline.date),
            "date_text": dateline.date_text,
            "agency": dateline.agency,
            "agency_text": dateline.agency_text,
        }
    )


def _place_fields(place: Place) -> dict[str, Any]:
    at = place.location
    return {
        "text": place.text,
        "name": place.name,
        "country": place.country,
        "admin1": place.admin1,
        "location": {"lat": at[0], "lon": at[1]} if at else None,
        "confidence": round(place.confidence, 3),
    }


def _dateline(fields: Mapping[str, Any]) -> Dateline:
    return Dateline(
        text=fields.get("text", ""),
        places=tuple(_place(place) for place in fields.get("places", ())),
        date=_day(fields.get("date")),
        date_text=fields.get("date_text"),
        agency=fields.get("agency"),
        agency_text=fields.get("agency_text"),
    )


def _place(fields: Mapping[str, Any]) -> Place:
    at = fields.get("location")
    return Place(
        text=fields.get("text", ""),
        name=fields.get("name", ""),
        country=fields.get("country"),
        admin1=fields.get("admin1"),
        location=(at["lat"], at["lon"]) if at else None,
        confidence=fields.get("confidence", 0.0),
    )


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in fields.items() if value is not None and value != () and value != []
    }


def _iso(value: date | datetime | None) -> str | None:
    """Write a day as 2025-03-17 and a moment as 2025-03-17T10:00:00Z; without a zone it is taken as UTC."""
    if not isinstance(value, datetime):
        return value.isoformat() if value else None
    moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _date(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None
