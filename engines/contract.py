"""What every engine promises: documents in, accounted for; queries in, pages of hits out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Literal, Protocol, Self

from transforms.document import to_row
from transforms.records import Article, Document, Reject, RunError

Sort = Literal["relevance", "newest", "oldest"]
Interval = Literal["day", "month", "year"]

#: Facet name → index field. The names are what `Query.facets` and the JSON output use. The most frequent values
#: come first, equal ones by name; months ("2025-03", of published_at, else updated_at) the newest first.
FACETS: Mapping[str, str] = {
    "language": "language",
    "country": "dateline.places.country",
    "place": "dateline.places.name",
    "publisher": "publisher",
    "section": "section",
    "agency": "dateline.agency",
    "month": "date",
}


class EngineError(RunError):
    """The engine cannot do it: unreachable, refused, read-only, made by another version, full.

    `passing` is True when waiting may help: nothing is wrong with what was asked.
    """

    def __init__(self, message: str, *, hint: str = "", passing: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.passing = passing


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """All that was filed from at most `km` away from a place on the map."""

    latitude: float  # degrees (WGS 84)
    longitude: float
    km: float  # along a sphere of 6,371,008.7714 m, as Lucene measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked. Filters of one kind are alternatives, filters of different kinds all hold."""

    text: str = ""  # Lucene syntax; empty asks for everything
    languages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # names, letter case and accents ignored
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2
    sources: tuple[str, ...] = ()  # a publisher, or a file or folder that was ingested
    publishers: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    since: date | None = None  # inclusive, of published_at, else updated_at
    until: date | None = None  # inclusive
    near: Near | None = None
    sort: Sort = "relevance"
    size: int = 10
    page: int = 1  # 1-based
    cursor: str | None = None  # Page.cursor of the page before; instead of `page`
    facets: tuple[str, ...] = ()  # keys of FACETS
    facet_size: int = 10
    histogram: Interval | None = None  # articles over time, by published_at, else updated_at
    highlight: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article found. Highlights: escaped HTML fragments with <mark>, by field."""

    id: str
    score: float | None  # None when sorted by date
    article: Article
    highlights: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One row of a facet."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of an answer."""

    total: int
    took_ms: float
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    cursor: str | None  # None on the last page
    histogram: tuple[
        FacetValue, ...
    ] = ()  # by time, oldest first, as "2025-03"; spans without any are left out
    notes: tuple[str, ...] = ()  # what was understood instead, where the text did not parse

    def records(self) -> list[dict[str, str | float | None]]:
        """Give the hits as flat rows, best first: `pandas.DataFrame(page.records())`."""
        return [{**to_row(hit.article), "score": hit.score} for hit in self.hits]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The engine took this document."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the engine holds for an id."""

    digest: str
    index: str  # analyzer key of the index that holds it: "en", "ar", "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the engine holds altogether."""

    url: str
    engine: str  # "tantivy 0.27.0", "elasticsearch 9.2.0"
    generation: int  # 0: nothing has been loaded yet
    documents: Mapping[str, int]  # by analyzer key
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One of the indexes that were made under a name, one after the other. Searches see the live one."""

    number: int
    is_live: bool
    documents: int
    version: str  # of copydesk, which made it; "" when it does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `copydesk doctor`."""

    level: Literal["ok", "warning", "error"]
    what: str
    hint: str = ""


class Engine(Protocol):
    """An open index. Every method raises EngineError when the engine cannot do it."""

    url: str  # without secrets

    def identity(self) -> str:
        """A token that changes when the index is made anew, so that a stale ledger is noticed; "" before."""

    @property
    def resent(self) -> Mapping[str, int]:
        """How many documents were sent once more since it was opened, by cause: "429", "timeout"."""

    def load(self, documents: Iterable[Document]) -> Iterator[Loaded | Reject]:
        """Send documents, replacing those of the same id; one outcome for each, in any order.

        Pulls `documents` lazily. A refused document is a Reject (stage "load") and harms no other.
        A document that was in another language's index is moved, not doubled.
        """

    def delete(self, ids: Iterable[str]) -> int:
        """Remove these; how many there were."""

    def commit(self) -> None:
        """Make everything that was acknowledged durable and visible to searches."""

    def stored(self, ids: Sequence[str]) -> Mapping[str, Stored]:
        """What is held for these ids; ids that are not held are left out."""

    def ids(self) -> Iterator[tuple[str, str]]:
        """Every id that was committed, with the index that holds it; one that two hold comes twice."""

    def documents(self) -> Iterator[Document]:
        """Every document that was committed, as it was sent."""

    def get(self, id: str) -> Article | None:
        """One article as it is held."""

    def search(self, query: Query) -> Page:
        """Answer a query."""

    def similar(self, id: str, size: int = 10) -> tuple[Hit, ...]:
        """Articles most like this one, best first, itself left out; none for an id that is not held."""

    def suggest(self, text: str, size: int = 5) -> tuple[str, ...]:
        """The query with words that nobody wrote replaced by like ones that somebody did, likeliest first."""

    def status(self) -> Status:
        """How much is held."""

    def check(self, *, mend: bool = False) -> list[Finding]:
        """What is wrong, for `copydesk doctor`. Never raises.

        `mend`: no run is loading, so that what a killed one left may be put right.
        """

    def generations(self) -> list[Generation]:
        """All that there are, by number; also those that this version cannot read."""

    def generation(self, number: int) -> Engine:
        """Open one of them, or a new one, to load it beside the live one. To be closed; it has no generations."""

    def activate(self, number: int) -> None:
        """From now on all that is asked and loaded is this one: all at once, for every process."""

    def drop(self, number: int) -> None:
        """Remove one for good; EngineError for the live one."""

    def close(self) -> None:
        """Release everything; what was not committed may be lost."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
