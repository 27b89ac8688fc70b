"""What travels between the stages: RawDocument → Copy → Article → Document, or a Reject on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Precision = Literal["second", "minute", "hour", "day", "month", "year"]

#: Every label a line can carry; `body` and `subhead` lines make the body, some others become fields.
LABELS = (
    "title", "repeated-title", "kicker", "deck", "byline", "timestamp", "caption", "repeated-caption",
    "bullet", "subhead", "body", "widget", "share", "subscribe", "advert", "related", "comment",
    "copyright", "navigation", "topics", "separator",
)  # fmt: skip


class RunError(Exception):
    """A run that cannot go on: what and where as the message, what to do next as `hint`."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One thing read that does not become an article, and why. A value: it never stops a run."""

    origin: str  # "wire.jsonl#2"; the same form as Article.origin
    stage: Literal["read", "shape", "load", "verify"]
    reason: str  # a slug to count by: "bad-json", "no-article", "bad-encoding", …
    detail: str = ""
    offset: int | None = None  # in bytes of the uncompressed file, where the trouble starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the input itself says about its copy (fields of a JSON line, WARC headers). Evidence, not truth."""

    url: str | None = None
    publisher: str | None = None
    section: str | None = None
    headline: str | None = None
    summary: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    published_at: str | None = None  # as written
    updated_at: str | None = None  # as written
    fetched_at: datetime | None = None  # what relative stamps are counted from; never a guess


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """Copy as a source read it, decoded but not yet shaped."""

    origin: str  # "folder/wire.jsonl#2": the file, and the line in it where it may hold several
    media: Literal["text", "html"]
    text: str = ""  # for media "text"
    page: bytes = b""  # for media "html": bytes, as the page declares its own encoding
    single: bool = False  # True: one article by its format, not to be split
    given: Given = field(default_factory=Given)
    offset: int = 0  # in bytes of the uncompressed file
    line: int = 1  # number in the file of the text's first line


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One non-blank line of copy, what it is, and the rule that said so."""

    number: int  # 1-based, in the input
    text: str
    label: str  # one of LABELS
    rule: str  # "lexicon:share.en", "neighbours", "repeats:title", …


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What stands under a picture, and whose picture it is."""

    text: str
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A point in time as copy writes it: "Updated 17 March 2025", "59 min 16 sec ago"."""

    text: str  # as written, without "Updated"/"Published"
    kind: Literal["published", "updated", "unknown"] = "unknown"
    value: date | datetime | None = None  # None: relative, and no fetch time is known; never guessed
    precision: Precision = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place named in a dateline."""

    text: str  # as written: "PARIS"
    name: str  # "Paris"
    country: str | None  # ISO 3166-1 alpha-2
    admin1: str | None  # name of the state or region
    location: tuple[float, float] | None  # latitude, longitude in degrees (WGS 84)
    confidence: float  # 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """Where, when and through whom a story was filed."""

    text: str  # as written, with its separator: "PARIS, March 3 (Reuters) -"
    places: tuple[Place, ...] = ()
    date: date | None = None  # completed from the story's own date; None when that is not known
    date_text: str | None = None
    agency: str | None = None  # normalised: "AFP"
    agency_text: str | None = None
    end: int = 0  # offset in characters of the body's first character
    reason: str = ""  # the evidence that decided, for `explain`


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One story, cleaned and taken apart, before language, place and identity are known."""

    headline: str | None = None
    kicker: str | None = None
    summary: tuple[str, ...] = ()  # bullets, or the deck
    byline: str | None = None  # as written
    authors: tuple[str, ...] = ()
    captions: tuple[Caption, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    paragraphs: tuple[str, ...] = ()  # the body, sub-heads included, dateline still in front
    lines: tuple[Line, ...] = ()  # every non-blank line of a paste; empty for a page
    tags: tuple[str, ...] = ()
    url: str | None = None
    publisher: str | None = None
    section: str | None = None
    image: str | None = None
    declared_language: str | None = None
    sources: tuple[tuple[str, str], ...] = ()  # (field, where it came from), for `explain`


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One searchable article. Field names are the index field names."""

    id: str  # 32 hex digits: of the canonical URL, else of normalised headline and body
    origin: str
    source: str  # the file that it came from: `origin` without its position
    headline: str | None = None
    kicker: str | None = None
    summary: tuple[str, ...] = ()
    byline: str | None = None
    authors: tuple[str, ...] = ()
    dateline: Dateline | None = None
    language: str = "und"  # BCP 47 primary tag; "und" when evidence is weak
    language_variant: str | None = None  # "zh-Hant", where known
    language_confidence: float = 0.0
    language_declared: str | None = None
    published_at: date | datetime | None = None
    published_at_precision: Precision | None = None
    published_at_source: str | None = None  # "json-ld", "stamp", "field", …
    updated_at: date | datetime | None = None
    updated_at_precision: Precision | None = None
    updated_at_source: str | None = None
    updated_at_text: str | None = None  # the stamp as written, kept when it could not be dated
    url: str | None = None
    publisher: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    captions: tuple[Caption, ...] = ()
    body: str = ""  # paragraphs joined by a blank line, without the dateline
    lines: tuple[Line, ...] = ()  # for `explain`; not in the index
    sources: tuple[tuple[str, str], ...] = ()  # for `explain`; not in the index


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An article ready to be sent: its identity and its index source as JSON."""

    id: str
    digest: str  # 32 hex digits of the content; run and version stamps do not count
    language: str
    origin: str
    json: bytes
