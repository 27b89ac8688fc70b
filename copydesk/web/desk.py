"""What the routes ask: one index, opened once, and the accounts that belong to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar

from copydesk.web.originals import Originals
from copydesk.web.parameters import ParameterError, Wrong
from engines.contract import EngineError, Hit, Page, Query, Status
from flows.settings import Settings, state_folder
from flows.target import open_target
from ledger import Ledger, read_ledger
from ledger.records import Origin, Run, Totals
from ledger.rejects import count_rejects
from transforms.records import Article, RawDocument

T = TypeVar("T")


class Desk:
    """An open index and its books. Every method blocks, and may be called by many threads at once.

    What cannot be done raises EngineError or LedgerError; an index that nobody accounted for has no books.
    """

    def __init__(self, settings: Settings, target: str | None = None) -> None:
        self.target = target or settings.target
        self._engine = open_target(settings, self.target)
        self._folder = state_folder(settings, self.target)
        self._originals = Originals(self._folder)
        self._rejects: tuple[tuple[int, int], Mapping[str, int]] = (0, 0), {}

    def search(self, query: Query) -> Page:
        """Answer a query. A cursor that the engine cannot go on from is a ParameterError."""
        try:
            return self._engine.search(query)
        except EngineError as err:
            if query.cursor is None or err.passing:
                raise
            told = Wrong(
                parameter="cursor", detail="not a cursor of this index: ask again for the first page"
            )
            raise ParameterError([told]) from err

    def article(self, id: str) -> Article | None:
        """One article as the index holds it; None when it does not."""
        return self._engine.get(id)

    def similar(self, id: str, size: int = 10) -> tuple[Hit, ...]:
        """Articles most like this one, best first."""
        return self._engine.similar(id, size)

    def suggest(self, text: str, size: int = 5) -> tuple[str, ...]:
        """What may have been meant by a query with words that nobody wrote."""
        return self._engine.suggest(text, size)

    def status(self) -> Status:
        """How much the index holds."""
        return self._engine.status()

    def origins(self, id: str) -> tuple[Origin, ...]:
        """Every place where the story was found, the one whose text is held first."""
        return self._of_books(lambda ledger: tuple(ledger.origins(id))) or ()

    def original(self, origin: str) -> RawDocument | None:
        """The copy as it was read, before cleaning; None when it was not kept. `origin` is an Article's."""
        return self._originals.find(origin)

    def runs(self, limit: int = 10) -> tuple[Run, ...]:
        """The last runs, newest first."""
        return self._of_books(lambda ledger: tuple(ledger.runs(limit))) or ()

    def totals(self) -> Totals | None:
        """How many files and documents the books know; None when there are none."""
        return self._of_books(Ledger.totals)

    def _of_books(self, ask: Callable[[Ledger], T]) -> T | None:
        """Ask the ledger, opened for it; None when nobody accounted for the index."""
        ledger = read_ledger(self._folder)
        if ledger is None:
            return None
        with ledger:
            return ask(ledger)

    def rejects(self) -> Mapping[str, int]:
        """What is still wrong, by reason, the most frequent first. Counted again only when a run changed it."""
        stamp = self._stamp()
        if self._rejects[0] != stamp:
            self._rejects = stamp, count_rejects(self._folder)
        return self._rejects[1]

    def _stamp(self) -> tuple[int, int]:
        try:
            about = (self._folder / "rejects.jsonl.zst").stat()
        except OSError:
            return 0, 0
        return about.st_size, about.st_mtime_ns

    def close(self) -> None:
        """Release the index."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
