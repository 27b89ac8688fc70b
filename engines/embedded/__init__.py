"""The default engine: tantivy, in a folder, without a server. Import this late: it imports tantivy."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from engines.analysis import key_of
from engines.contract import EngineError, Finding, Generation, Hit, Loaded, Page, Query, Status, Stored
from engines.embedded.document import to_tantivy
from engines.embedded.lexicon import TantivyLexicon
from engines.embedded.manifest import (
    activate_manifest,
    drop_generation,
    keys_in,
    read_generations,
    read_manifest,
    tantivy_version,
)
from engines.embedded.remembered import Remembered
from engines.embedded.search import answer
from engines.embedded.shelf import documents_in, engine_errors
from engines.embedded.shelves import Shelves, Snapshot
from engines.embedded.similar import find_similar
from engines.suggest import suggest
from transforms.document import article_from_json, document_from_json
from transforms.records import Article, Document, Reject

#: Documents looked up together, to find those that another language's index holds.
_CHUNK = 200
#: What writers may hold before it is committed: bounds memory over all languages, and costs 1 % of loading.
_MAX_UNCOMMITTED_BYTES = 48_000_000


@dataclass(slots=True)
class _Uncommitted:
    """What was written since the last commit."""

    keys: dict[str, str] = field(default_factory=dict)  # id → analyzer key
    moves: dict[str, set[str]] = field(default_factory=dict)  # id → keys of indexes that it is to leave
    bytes: int = 0


class EmbeddedEngine:
    """An index in a folder: its live generation, or the one of that number."""

    def __init__(self, path: str | Path, *, number: int | None = None) -> None:
        self._path = Path(path)
        self._number = number
        self.url = f"file:{path}"
        self._shelves = Shelves(self._path, number)
        self._uncommitted = _Uncommitted()
        self._remembered = Remembered()

    def identity(self) -> str:
        """A token that changes when the index is made anew; "" before there is one."""
        manifest = self._shelves.manifest(checked=False)
        return f"{manifest.uuid}.{manifest.generation}" if manifest else ""

    @property
    def resent(self) -> Mapping[str, int]:
        """Nothing is sent twice to a folder."""
        return {}

    def load(self, documents: Iterable[Document]) -> Iterator[Loaded | Reject]:
        """Write documents, replacing those of the same id."""
        self._shelves.make()
        waiting = iter(documents)
        while chunk := list(itertools.islice(waiting, _CHUNK)):
            holding = self._keys_holding([document.id for document in chunk])
            for document in chunk:
                yield self._load_one(document, holding.get(document.id, ()))
            if self._uncommitted.bytes > _MAX_UNCOMMITTED_BYTES:
                self.commit()

    def _load_one(self, document: Document, holding: Sequence[str]) -> Loaded | Reject:
        key = key_of(document.language)
        shelf = self._shelves.get(key)
        try:
            ready = to_tantivy(document.json, shelf.key)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return Reject(origin=document.origin, stage="load", reason=_reason(error), detail=str(error))
        moves = self._uncommitted.moves
        old = {*holding, *moves.pop(document.id, ())}
        if uncommitted := self._uncommitted.keys.get(document.id):
            old.add(uncommitted)
        with engine_errors(self._path):
            if key in old:
                shelf.writer().delete_documents_by_term("id", document.id)
            shelf.writer().add_document(ready)
        if others := old - {key}:
            moves[document.id] = others
        self._uncommitted.keys[document.id] = key
        self._uncommitted.bytes += len(document.json)
        return Loaded(id=document.id)

    def delete(self, ids: Iterable[str]) -> int:
        """Remove these; how many there were."""
        if not self._shelves.open():
            return 0
        wanted = list(dict.fromkeys(ids))
        held: dict[str, set[str]] = {}
        for key, id, _ in self._identities(wanted):
            held.setdefault(id, set()).add(key)
        for id in wanted:
            if id in self._uncommitted.keys:
                held.setdefault(id, set()).add(self._uncommitted.keys.pop(id))
            held.get(id, set()).update(self._uncommitted.moves.pop(id, ()))
        with engine_errors(self._path):
            for id, keys in held.items():
                for key in keys:
                    self._shelves.get(key).writer().delete_documents_by_term("id", id)
        return len(held)

    def commit(self) -> None:
        """Make everything durable and visible; a story that moved is added before it is taken away."""
        for shelf in self._shelves.opened():
            shelf.commit()
        left: dict[str, None] = {}
        with engine_errors(self._path):
            for id, keys in self._uncommitted.moves.items():
                for key in keys:
                    self._shelves.get(key).writer().delete_documents_by_term("id", id)
                    left[key] = None
        for key in left:
            self._shelves.get(key).commit()
        self._uncommitted = _Uncommitted()

    def stored(self, ids: Sequence[str]) -> Mapping[str, Stored]:
        """What is held for these ids."""
        return {id: Stored(digest=digest, index=key) for key, id, digest in self._identities(ids)}

    def ids(self) -> Iterator[tuple[str, str]]:
        """Every id that was committed, with the key of the index that holds it."""
        for shelf in self._shelves:
            for id in shelf.ids():
                yield id, shelf.key.key

    def documents(self) -> Iterator[Document]:
        """Every document that was committed, as it was sent."""
        for shelf in self._shelves:
            ids = shelf.ids()
            while chunk := list(itertools.islice(ids, _CHUNK)):
                yield from map(document_from_json, shelf.sources(chunk))

    def get(self, id: str) -> Article | None:
        """One article as it is held."""
        for shelf in self._shelves:
            if source := shelf.source(id):
                return article_from_json(source)
        return None

    def search(self, query: Query) -> Page:
        """Answer a query."""
        started = time.perf_counter()
        with engine_errors(self._path):
            snapshot = self._snapshot()
            if page := self._remembered.find(snapshot.stamps, query):
                return replace(page, took_ms=round((time.perf_counter() - started) * 1000, 3))
            page = answer(snapshot, self._shelves, query, started)
        self._remembered.keep(snapshot.stamps, query, page)
        return page

    def _snapshot(self) -> Snapshot:
        snapshot = self._shelves.snapshot()
        if snapshot is None:
            raise EngineError(f"there is no index in {self._path}", hint="copydesk ingest PATH")
        return snapshot

    def similar(self, id: str, size: int = 10) -> tuple[Hit, ...]:
        """Articles that share its most telling words."""
        with engine_errors(self._path):
            for shelf in self._shelves:
                if source := shelf.source(id):
                    return find_similar(shelf.moment(), article_from_json(source), size)
        return ()

    def suggest(self, text: str, size: int = 5) -> tuple[str, ...]:
        """The query with words that nobody wrote replaced by like ones that somebody did."""
        snapshot = self._shelves.snapshot()
        if snapshot is None:
            return ()
        with engine_errors(self._path):
            return suggest(text, size, TantivyLexicon(snapshot.moments))

    def status(self) -> Status:
        """How much is held."""
        manifest = self._shelves.manifest()
        shelves = list(self._shelves)
        with engine_errors(self._path):
            documents = {shelf.key.key: shelf.searcher().num_docs for shelf in shelves}
            return Status(
                url=self.url,
                engine=f"tantivy {tantivy_version()}",
                generation=manifest.generation if manifest else 0,
                documents={key: count for key, count in documents.items() if count},
                size_bytes=sum(shelf.size_bytes() for shelf in shelves),
            )

    def check(self, *, mend: bool = False) -> list[Finding]:  # noqa: ARG002 (a kill leaves nothing here)
        """What is wrong, for `copydesk doctor`."""
        try:
            status = self.status()
        except EngineError as error:
            return [Finding(level="error", what=str(error), hint=error.hint)]
        if not status.generation:
            return [
                Finding(level="warning", what=f"no index yet in {self._path}", hint="copydesk ingest PATH")
            ]
        count = sum(status.documents.values())
        return [Finding(level="ok", what=f"{status.engine}, {count} articles in {self._path}")]

    def generations(self) -> list[Generation]:
        """All that there are, by number."""
        live = read_manifest(self._path, checked=False)
        return [
            Generation(
                number=number,
                is_live=manifest == live,
                documents=self._count(number),
                version=manifest.copydesk,
            )
            for number, manifest in read_generations(self._path).items()
        ]

    def _count(self, number: int) -> int:
        """Count a generation's documents as tantivy's own files tell, which other versions' can be asked too."""
        folder = self._path / f"g{number}"
        return sum(documents_in(folder / key) for key in keys_in(folder))

    def generation(self, number: int) -> EmbeddedEngine:
        """Open a generation, or a new one."""
        live = read_manifest(self._path, checked=False)
        return EmbeddedEngine(self._path, number=None if live and live.generation == number else number)

    def activate(self, number: int) -> None:
        """Make a generation the live one."""
        activate_manifest(self._path, number)

    def drop(self, number: int) -> None:
        """Remove a generation that is not the live one."""
        live = read_manifest(self._path, checked=False)
        if live and live.generation == number:
            raise EngineError(f"generation {number} is the live one", hint="copydesk reindex makes another")
        if number not in read_generations(self._path):
            raise EngineError(
                f"there is no generation {number} in {self._path}", hint="copydesk generations list"
            )
        drop_generation(self._path, number)

    def close(self) -> None:
        """Release everything; what was not committed is lost."""
        self._shelves.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _keys_holding(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """In which indexes each of these may be, as of the last commit."""
        holding: dict[str, list[str]] = {}
        for shelf in self._shelves:
            for id in shelf.known(ids):
                holding.setdefault(id, []).append(shelf.key.key)
        return holding

    def _identities(self, ids: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Give (key, id, digest) of the documents held for these ids."""
        for shelf in self._shelves if ids else ():
            if known := shelf.known(ids):
                for identity in shelf.identities(known):
                    id, _, digest = identity.rpartition(" ")
                    yield shelf.key.key, id, digest


def _reason(error: Exception) -> str:
    if isinstance(error, orjson.JSONDecodeError):
        return "bad-json"
    return "bad-date" if isinstance(error, ValueError) else "bad-document"
