"""Elasticsearch 8 and 9 as an engine. Imported when one is opened: the client takes 0.6 s to import."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any, Self

from engines.analysis import key_of
from engines.contract import EngineError, Finding, Generation, Hit, Loaded, Page, Query, Status, Stored
from engines.elastic.answer import key_in, read_article, read_document, scan
from engines.elastic.bulk import Sender
from engines.elastic.client import Access, connect, parse_address, translated
from engines.elastic.doctor import examine
from engines.elastic.generations import drop, list_generations, swap
from engines.elastic.index import Indexes, create_index, end_loading, read_all, read_indexes
from engines.elastic.lexicon import ElasticLexicon
from engines.elastic.lines import Deletion, write_deletions, write_documents
from engines.elastic.search import MOST_HITS, answer
from engines.elastic.similar import find_similar
from engines.suggest import suggest
from transforms.records import Article, Document, Reject

SOURCES_A_SEARCH = 500
IDS_A_SEARCH = 2000  # a stray in a second index must not push another one out of the answer
REMEMBERED_S = 3.0  # another run may make an index for a new language


class ElasticEngine:
    """An Elasticsearch. Nothing is sent before the first question.

    `access`: the fields of engines.elastic.client.Access. `patience_s`: how long a load waits for an
    Elasticsearch that takes nothing.
    """

    def __init__(
        self, url: str, *, number: int | None = None, patience_s: float = 120.0, **access: str | None
    ) -> None:
        self._address = parse_address(url)
        self._number = number  # None: the live generation
        self._access = Access(**access)
        self._patience_s = patience_s
        self.url = self._address.url
        self._client = connect(self._address, self._access)
        self._sender = Sender(self._client, self._address, patience_s=patience_s)
        self._known = Indexes(by_key={})
        self._known_until = 0.0
        self._held: frozenset[str] | None = None  # keys whose indexes had documents at the last commit
        self._writes = False  # this is the one who loads, not one who reads while another loads

    def identity(self) -> str:
        """Give the token of the live generation."""
        return read_indexes(self._client, self._address, self._number, checked=False).identity

    @property
    def resent(self) -> Mapping[str, int]:
        """Count what was sent once more, by cause."""
        return dict(self._sender.pace.causes)

    @property
    def _readable(self) -> str:
        """The name to search: the alias, or the indexes of a generation that is not live."""
        return self._address.name if self._number is None else self._known.names

    def load(self, documents: Iterable[Document]) -> Iterator[Loaded | Reject]:
        """Send documents. Between two commits an id comes in one language: where it was is looked up."""
        self._writes = True
        self._read()
        if self._held is None:
            self._held = frozenset(self._known.by_key)
            self._refresh()
        moves: dict[str, list[Deletion]] = {}
        moved: list[Deletion] = []
        heads: dict[str, bytes] = {}  # by language
        sent = self._with_index(self._noting_moves(documents, moves) if self._held else documents, heads)
        for outcome in self._sender.send(sent, partial(write_documents, heads)):
            if moves and isinstance(outcome, Loaded):
                moved.extend(moves.pop(outcome.id, ()))
            yield outcome
        # Last, so that a document that was refused keeps its old place, and after its new one is shown: indexes do not
        # show what changed at one moment, and a run may be killed in between.
        if moved:
            self._refresh()
        for outcome in self._sender.send(moved, write_deletions):
            if isinstance(outcome, Reject) and outcome.reason != "absent":
                raise EngineError(f"cannot move a document at {self.url}: {outcome.detail}", hint="try again")

    def _with_index(self, documents: Iterable[Document], heads: dict[str, bytes]) -> Iterator[Document]:
        """Pass the documents on; see to it that there is an index for each, and note in `heads` how to write to it."""
        for document in documents:
            if document.language not in heads:
                heads[document.language] = self._head(key_of(document.language))
            yield document

    def _noting_moves(
        self, documents: Iterable[Document], moves: dict[str, list[Deletion]]
    ) -> Iterator[Document]:
        """Pass the documents on; look up, many at a time, which of them another language's index holds."""
        remaining = iter(documents)
        held = self._held or frozenset()
        while chunk := list(islice(remaining, IDS_A_SEARCH)):
            keys = {document.id: key_of(document.language) for document in chunk}
            settled = {key for key in set(keys.values()) if not held - {key}}
            for id, _, key in self._find([id for id, key in keys.items() if key not in settled]):
                if key != keys[id]:
                    moves.setdefault(id, []).append(self._deletion(key, id))
            yield from chunk

    def _head(self, key: str) -> bytes:
        """Give the start of a document's action line; make the index when there is none."""
        if key not in self._known.by_key:
            index = create_index(self._client, self._address, key, self._known)
            self._known = replace(
                self._known, generation=index.generation, by_key={**self._known.by_key, key: index}
            )
        return b'{"index":{"_index":"%s","_id":' % self._known.by_key[key].write_alias.encode()

    def _deletion(self, key: str, id: str) -> Deletion:
        return Deletion(id, self._known.by_key[key].write_alias)

    def delete(self, ids: Iterable[str]) -> int:
        """Remove these, in whichever index they are, also what searches do not see yet."""
        self._read()
        remaining = iter(ids)
        gone: set[str] = set()
        while chunk := list(islice(remaining, IDS_A_SEARCH)):
            deletions = (self._deletion(key, id) for key in self._known.by_key for id in chunk)
            outcomes = self._sender.send(deletions, write_deletions)
            gone.update(outcome.id for outcome in outcomes if isinstance(outcome, Loaded))
        return len(gone)

    def commit(self) -> None:
        """Show searches everything. What was acknowledged was durable before: the translog is synced.

        Indexes that were made meanwhile stay without a refresh of their own, and without replicas, until `close`.
        """
        self._writes = True
        self._read()
        self._refresh()
        self._held = None

    def _refresh(self) -> None:
        if self._known.by_key:
            with translated(self._address):
                self._client.indices.refresh(index=self._known.names)

    def stored(self, ids: Sequence[str]) -> Mapping[str, Stored]:
        """Look up digests, of what was committed."""
        if not self._recent().by_key:
            self._read()
        return {id: Stored(digest=digest, index=key) for id, digest, key in self._find(ids)}

    def _find(self, ids: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Give id, digest and analyzer key of each that is held, from doc values: nothing is unpacked."""
        for start in range(0, len(ids) if self._known.by_key else 0, IDS_A_SEARCH):
            asked = list(ids[start : start + IDS_A_SEARCH])
            with translated(self._address):
                answer = self._client.search(
                    index=self._readable,
                    query={"ids": {"values": asked}},
                    source=False,
                    stored_fields="_none_",
                    docvalue_fields=[{"field": "id"}, {"field": "digest"}],
                    sort=["_doc"],
                    track_total_hits=False,
                    size=min(MOST_HITS, len(asked) * len(self._known.by_key)),
                    filter_path="hits.hits._index,hits.hits.fields",
                )
            for hit in answer.get("hits", {}).get("hits", ()):
                if {"id", "digest"} <= hit.get("fields", {}).keys():  # else it is none of ours
                    yield hit["fields"]["id"][0], hit["fields"]["digest"][0], key_in(hit)

    def ids(self) -> Iterator[tuple[str, str]]:
        """List every id, as of one moment."""
        return ((hit["_id"], key_in(hit)) for hit in self._scan(MOST_HITS, source=False))

    def documents(self) -> Iterator[Document]:
        """Read every document, as of one moment."""
        return map(read_document, self._scan(SOURCES_A_SEARCH, source=True))

    def _scan(self, size: int, *, source: bool) -> Iterator[Any]:
        if self._read().by_key:
            yield from scan(self._client, self._address, self._readable, size, source=source)

    def get(self, id: str) -> Article | None:
        """Read one article."""
        if not self._recent().by_key:
            return None
        with translated(self._address):
            answer = self._client.search(index=self._readable, query={"ids": {"values": [id]}}, size=1)
        hits = answer["hits"]["hits"]
        return read_article(hits[0]) if hits else None

    def search(self, query: Query) -> Page:
        """Answer a query."""
        indexes = self._patterns()  # first, as it reads what there is
        return answer(self._client, self._address, self._readable, indexes, query)

    def _patterns(self) -> dict[str, str]:
        """Name the index of each key, of whatever generation: what is remembered may be the one before a swap."""
        return {key: f"{self._address.name}.g*.{key}" for key in self._recent().by_key}

    def similar(self, id: str, size: int = 10) -> tuple[Hit, ...]:
        """Find the articles that share its most telling words."""
        if not self._recent().by_key or size < 1:
            return ()
        with translated(self._address):
            return find_similar(self._client, self._readable, id, size)

    def suggest(self, text: str, size: int = 5) -> tuple[str, ...]:
        """Replace words that nobody wrote by like ones that somebody did."""
        indexes = {key: index.name for key, index in self._recent().by_key.items()}
        if not indexes:
            return ()
        return suggest(text, size, ElasticLexicon(self._client, self._address, indexes))

    def status(self) -> Status:
        """Count what is held."""
        indexes = self._read()
        with translated(self._address):
            version = self._client.info()["version"]["number"]
            stats: Any = {"indices": {}}
            if indexes.by_key:
                stats = self._client.indices.stats(index=indexes.names, metric=["docs", "store"])
        by_name = {name: about["primaries"] for name, about in stats["indices"].items()}
        held = {key: by_name[index.name] for key, index in indexes.by_key.items() if index.name in by_name}
        return Status(
            url=self.url,
            engine=f"elasticsearch {version}",
            generation=indexes.generation,
            documents={key: about["docs"]["count"] for key, about in held.items()},
            size_bytes=sum(about["store"]["size_in_bytes"] for about in held.values()),
        )

    def check(self, *, mend: bool = False) -> list[Finding]:
        """Look for what is wrong; end the load mode that a killed run left, and without a word our own."""
        self._end_loading()
        return list(examine(self._client, self._address, mend=mend))

    def generations(self) -> list[Generation]:
        """List all that there are, by number."""
        return list_generations(self._client, self._address)

    def generation(self, number: int) -> ElasticEngine:
        """Open a generation, or a new one."""
        every = read_all(self._client, self._address)
        is_all = all(index.is_live == (index.generation == number) for index in every)
        beside = None if is_all and every else number
        return ElasticEngine(self.url, number=beside, patience_s=self._patience_s, **asdict(self._access))

    def activate(self, number: int) -> None:
        """Make a generation the live one."""
        swap(self._client, self._address, number)
        end_loading(self._client, self._address, self._read())

    def drop(self, number: int) -> None:
        """Remove a generation that is not the live one."""
        drop(self._client, self._address, number)

    def _read(self) -> Indexes:
        self._known = read_indexes(self._client, self._address, self._number)
        self._known_until = time.monotonic() + REMEMBERED_S
        return self._known

    def _recent(self) -> Indexes:
        return self._known if time.monotonic() < self._known_until else self._read()

    def close(self) -> None:
        """Let go, and let searches see again what a load that failed has written."""
        self._end_loading()
        self._client.close()

    def _end_loading(self) -> None:
        if self._writes:
            with suppress(EngineError):
                end_loading(self._client, self._address, self._known)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
