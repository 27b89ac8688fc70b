"""The whole recipe: a raw document becomes articles, each with language, dateline, dates and id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from transforms.dateline import find_late_dateline, parse_dateline
from transforms.dates import parse_date
from transforms.identity import canonical_url, story_id
from transforms.language import DETECTORS, Language, detect_language
from transforms.page import read_page
from transforms.paste import read_copy
from transforms.records import (
    Article,
    Copy,
    Dateline,
    Given,
    Line,
    Precision,
    RawDocument,
    Reject,
    Stamp,
)

#: How much of a story the detector is given to choose from; it reads less (transforms.language).
_LEAD_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class _Dated:
    """A date of a story, how exact it is, and where it came from."""

    value: date | datetime | None = None
    precision: Precision | None = None
    source: str | None = None
    text: str | None = None

    @property
    def day(self) -> date | None:
        """The day, where it is known to the day: a month is too wide to complete a dateline's year from."""
        if self.precision in ("month", "year"):
            return None
        return self.value.date() if isinstance(self.value, datetime) else self.value


def to_articles(
    raw: RawDocument, *, detector: str = DETECTORS[0], languages: Sequence[str] | None = None
) -> list[Article | Reject]:
    r"""Shape one raw document: its articles in order, or the one Reject that says why there is none.

    `languages` are the tags looked for; None: every one of languages.json.

    >>> raw = RawDocument(origin="a.txt", media="text", text="Rain\n\nPARIS: It rained on Monday, and how it did.")
    >>> [article.dateline.places[0].name for article in to_articles(raw)]
    ['Paris']
    """
    detect = partial(detect_language, detector=detector, languages=languages)
    copies = _copies(raw)
    if isinstance(copies, Reject):
        return [copies]
    told = [copy for copy in copies if copy.paragraphs or copy.summary]
    if raw.media == "html" and len(told) > 1:
        raw = replace(raw, given=_of_page(raw.given))
    articles = [_article(copy, raw, detect, place) for place, copy in enumerate(told, 1)]
    if not articles:
        return [Reject(origin=raw.origin, stage="shape", reason="no-article", detail="no body was found",
                       offset=raw.offset)]  # fmt: skip
    return list(articles)


def _copies(raw: RawDocument) -> list[Copy] | Reject:
    if raw.media == "html":
        return read_page(raw.page, raw.given, raw.origin)
    return read_copy(raw.text, raw.given, single=raw.single)


def _of_page(given: Given) -> Given:
    """What is said of a page of several stories, and so of each: not its address, headline, authors or dates."""
    return Given(
        publisher=given.publisher,
        section=given.section,
        language=given.language,
        fetched_at=given.fetched_at,
    )


def _article(copy: Copy, raw: RawDocument, detect: Callable[..., Language], place: int) -> Article:
    given = raw.given
    headline = copy.headline or given.headline
    declared = copy.declared_language or given.language
    lead = "\n".join((headline or "", *copy.summary[:2], *copy.paragraphs[:8]))[:_LEAD_CHARACTERS]
    language = detect(lead, declared=declared)
    published = _published(copy, given)
    updated = _updated(copy, given)
    dateline, body = _dateline(copy, language.language, published.day or updated.day)
    url = copy.url or given.url
    url = url if url and canonical_url(url) else None
    lines = _numbered_in_file(copy, raw)
    return Article(
        id=story_id(url, headline, body),
        origin=_origin(copy, raw, place),
        source=_file(raw.origin),
        headline=headline,
        kicker=copy.kicker,
        summary=copy.summary or given.summary,
        byline=copy.byline,
        authors=copy.authors or given.authors,
        dateline=dateline,
        published_at=published.value,
        published_at_precision=published.precision,
        published_at_source=published.source,
        updated_at=updated.value,
        updated_at_precision=updated.precision,
        updated_at_source=updated.source,
        updated_at_text=updated.text,
        url=url,
        publisher=copy.publisher or given.publisher,
        section=copy.section or given.section,
        tags=copy.tags or given.tags,
        image=copy.image,
        captions=copy.captions,
        body=body,
        lines=lines,
        sources=copy.sources,
        language=language.language,
        language_variant=language.variant,
        language_confidence=round(language.confidence, 4),
        language_declared=language.declared,
    )


def _dateline(copy: Copy, language: str, around: date | None) -> tuple[Dateline | None, str]:
    """Find the dateline and give the body without it."""
    body = "\n\n".join(copy.paragraphs)
    dateline = parse_dateline(body, language, around=around)
    if dateline:
        return dateline, body[dateline.end :].lstrip()
    return find_late_dateline(body, language, around=around), body


def _published(copy: Copy, given: Given) -> _Dated:
    stamps = [stamp for stamp in copy.stamps if stamp.kind != "updated"]
    return _dated(given.published_at, stamps, copy, "published_at")


def _updated(copy: Copy, given: Given) -> _Dated:
    stamps = [stamp for stamp in copy.stamps if stamp.kind == "updated"]
    return _dated(given.updated_at, stamps, copy, "updated_at")


def _dated(field: str | None, stamps: list[Stamp], copy: Copy, name: str) -> _Dated:
    """Take the date that the input's own field gives, else the first stamp that has a value."""
    if field and (parsed := parse_date(field)):
        return _Dated(parsed[0], parsed[1], "field", field)
    origin = dict(copy.sources).get(name, "stamp")
    for stamp in sorted(stamps, key=lambda stamp: stamp.value is None):
        if stamp.value is None:
            return _Dated(text=stamp.text)
        return _Dated(stamp.value, stamp.precision, origin, stamp.text)
    return _Dated()


def _file(origin: str) -> str:
    """Give the file of an origin: "wire.jsonl#2" is of "wire.jsonl"."""
    file, mark, line = origin.rpartition("#")
    return file if mark and line.isdigit() else origin


def _origin(copy: Copy, raw: RawDocument, place: int) -> str:
    """Name the article by its file and the line it starts at; a page or a record by what it is itself.

    The second story of a page is "page.html#2".
    """
    if raw.media == "text" and not raw.single and copy.lines:
        return f"{_file(raw.origin)}#{copy.lines[0].number + raw.line - 1}"
    return raw.origin if place == 1 else f"{raw.origin}#{place}"


def _numbered_in_file(copy: Copy, raw: RawDocument) -> tuple[Line, ...]:
    if raw.line == 1:
        return copy.lines
    return tuple(replace(line, number=line.number + raw.line - 1) for line in copy.lines)
