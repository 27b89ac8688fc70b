"""Shape raw documents in worker processes: in order, a bounded number ahead, whatever becomes of a worker."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import BinaryIO, TypeVar

from transforms.document import RunStamp, to_document
from transforms.records import Document, RawDocument, Reject

T = TypeVar("T")

#: A page that takes longer is given up (one of 8 MB takes its reader 8 s: docs/limits.md); a text block may take
#: longer, as it holds hundreds of articles. Seconds of the processor: a busy machine rejects nothing.
_PAGE_LIMIT_S = 10
_TEXT_LIMIT_S = 60
#: A worker that sits in a C library for so long by the clock is killed, and its batch done again without the culprit.
_HARD_LIMIT_S = 120
_LONG_TEXT = 100_000  # characters
#: More than a shard of 5,000 documents in batches of 250, so that workers go on while we load one.
_AHEAD = 24
_AHEAD_BYTES = 16 << 20


class _TimeIsUp(BaseException):
    """Raised in the middle of a transform; not an Exception, so that no reader of pages swallows it."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """What became of a batch: the outcomes of each raw document, and the seconds of work it took."""

    outcomes: list[list[Document | Reject]]
    seconds: float
    worker: int  # process id
    peak_bytes: int  # of memory, of that process so far


class ShapingPool:
    """Workers that shape; with `workers=0` the calling process does it."""

    def __init__(
        self, workers: int, stamp: RunStamp, detector: str, languages: Sequence[str] | None = None
    ) -> None:
        self._workers = workers
        self._how = (stamp, detector, languages)
        self._executor: ProcessPoolExecutor | None = None
        self._peaks: dict[int, int] = {}
        self.seconds = 0.0  # of work, of all workers together

    @property
    def peak_memory_bytes(self) -> int:
        """Peak of this process and of every worker, added up; what they share is counted for each."""
        return sum({**self._peaks, os.getpid(): _peak_bytes()}.values())

    def close(self) -> None:
        """End the workers; what they have under way is given up."""
        if self._executor:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def shape(self, batches: Iterable[tuple[T, Sequence[RawDocument]]]) -> Iterator[tuple[T, Shaped]]:
        """Shape (anything, raw documents) pairs; give back (the same thing, what became of them), in order."""
        pending: deque[tuple[T, Sequence[RawDocument], Future[Shaped] | None]] = deque()
        source = iter(batches)
        weight = 0
        while True:
            while self._wants_more(len(pending), weight) and (batch := next(source, None)) is not None:
                pending.append((*batch, self._submit(batch[1])))
                weight += _weight(batch[1])
            if not pending:
                return
            thing, raws, future = pending.popleft()
            weight -= _weight(raws)
            try:
                shaped = future.result() if future else _shape(raws, *self._how)
            except BrokenProcessPool:
                self._restart()
                shaped = self._carefully(raws)
                pending = deque((t, r, self._submit(r)) for t, r, _ in pending)
            self.seconds += shaped.seconds
            self._peaks[shaped.worker] = shaped.peak_bytes
            yield thing, shaped

    def _wants_more(self, pending: int, weight: int) -> bool:
        return not pending if not self._workers else pending < _AHEAD and weight < _AHEAD_BYTES

    def _submit(self, raws: Sequence[RawDocument]) -> Future[Shaped] | None:
        if not self._workers:
            return None
        if not self._executor:
            self._executor = _executor(self._workers)
        try:
            return self._executor.submit(_shape, raws, *self._how)
        except BrokenProcessPool:  # a worker died since the last answer: the waiting answers will tell
            broken: Future[Shaped] = Future()
            broken.set_exception(BrokenProcessPool())
            return broken

    def _restart(self) -> None:
        if self._executor:
            self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = None

    def _carefully(self, raws: Sequence[RawDocument]) -> Shaped:
        """Shape one by one what was lost with a worker: the culprit is rejected, the others are not."""
        outcomes: list[list[Document | Reject]] = []
        done = Shaped([], 0.0, os.getpid(), 0)
        seconds = 0.0
        for raw in raws:
            future = self._submit([raw])
            try:
                done = future.result() if future else _shape([raw], *self._how)
                outcomes.extend(done.outcomes)
                seconds += done.seconds
            except BrokenProcessPool:
                self._restart()
                outcomes.append([_reject(raw, "worker-died", "the process that shaped it died, twice")])
        return replace(done, outcomes=outcomes, seconds=seconds)


def usable_cores() -> int:
    """How many cores this process may use; a container may have fewer than the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _executor(workers: int) -> ProcessPoolExecutor:
    """Start workers off a server process that has the models loaded, so that they share its memory."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(["flows.warm"])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the main process, which ends the batch
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_die_with_main_process, daemon=True).start()


def _die_with_main_process() -> None:
    """Leave when the main process was killed. Its forkserver, our parent, stays as long as a worker does."""
    main = multiprocessing.parent_process()
    if main is not None:
        main.join()
        os._exit(0)


def _shape(
    raws: Sequence[RawDocument], stamp: RunStamp, detector: str, languages: Sequence[str] | None
) -> Shaped:
    start = perf_counter()
    outcomes = [_shape_one(raw, stamp, detector, languages) for raw in raws]
    return Shaped(outcomes, perf_counter() - start, os.getpid(), _peak_bytes())


def _shape_one(
    raw: RawDocument, stamp: RunStamp, detector: str, languages: Sequence[str] | None
) -> list[Document | Reject]:
    from transforms.recipe import to_articles  # the main process of a large run has no need of the models

    try:
        with _limited(_limit_s(raw)) if _may_be_slow(raw) else nullcontext():
            items = to_articles(raw, detector=detector, languages=languages)
            return [item if isinstance(item, Reject) else to_document(item, stamp) for item in items]
    except _TimeIsUp:
        return [_reject(raw, "too-slow", f"not shaped within {_limit_s(raw)} s")]


def _reject(raw: RawDocument, reason: str, detail: str) -> Reject:
    return Reject(origin=raw.origin, stage="shape", reason=reason, detail=detail, offset=raw.offset)


def _weight(raws: Sequence[RawDocument]) -> int:
    return sum(len(raw.text) + len(raw.page) for raw in raws)


def _peak_bytes() -> int:
    """Peak of the process's resident memory; macOS counts it in bytes, others in kilobytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _may_be_slow(raw: RawDocument) -> bool:
    """Only pages and huge texts are timed: for a text of 2 kB the timer would cost more than the split."""
    return raw.media == "html" or len(raw.text) > _LONG_TEXT


def _limit_s(raw: RawDocument) -> int:
    return _PAGE_LIMIT_S if raw.media == "html" else _TEXT_LIMIT_S


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """Raise _TimeIsUp after so many seconds of work; end the process after the hard limit, if it is a worker."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _time_is_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    if multiprocessing.parent_process():
        faulthandler.dump_traceback_later(_HARD_LIMIT_S, exit=True, file=_nowhere().fileno())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        if multiprocessing.parent_process():
            faulthandler.cancel_dump_traceback_later()


def _time_is_up(_signal: int, _frame: FrameType | None) -> None:
    raise _TimeIsUp


@cache
def _nowhere() -> BinaryIO:
    return Path(os.devnull).open("wb")
