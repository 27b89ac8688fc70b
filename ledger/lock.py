"""One run at a time on one target: a lock file that names who holds it."""

from __future__ import annotations

import fcntl
import os
import socket
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import orjson

from ledger.records import LedgerError

_held: weakref.WeakSet[RunLock] = weakref.WeakSet()
_forgets_in_children = False


class LockState(NamedTuple):
    """What can be told of a lock from outside."""

    seen: bool  # False: no run was ever begun from here, one elsewhere may be under way
    holder: str | None  # "process 71 on desk, since 2025-03-17 06:15:00 UTC"; None: no run is under way


class RunLock:
    """The right to write one state folder, held until `release` or the end of the process.

    `flock` is let go by the kernel when a process is killed, so no lock is ever left behind. A forked
    worker gives up its inherited share at once: one that outlives a killed run does not keep the next out.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        _held.add(self)
        _forget_in_children()

    def release(self) -> None:
        """Let the next run in. A second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        _held.discard(self)


def take_lock(path: Path, target: str, *, wait: bool, say: Callable[[str], None]) -> RunLock:
    """Take the run lock at `path`; when another run has it, wait for it or raise LedgerError naming it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as err:
        raise LedgerError(
            f"cannot write to the state folder {path.parent}: {err.strerror}",
            hint="give a folder that you can write to",
        ) from err
    try:
        _flock(descriptor, path, target, wait=wait, say=say)
        _sign(descriptor, target)
    except BaseException:
        os.close(descriptor)
        raise
    return RunLock(descriptor)


def look_at_lock(path: Path) -> LockState:
    """See whether a run holds the lock at `path`, without keeping one out."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return LockState(seen=False, holder=None)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return LockState(seen=True, holder=_holder(descriptor).strip(" ()") or "another process")
    except OSError:
        return LockState(seen=False, holder=None)
    finally:
        os.close(descriptor)
    return LockState(seen=True, holder=None)


def _flock(descriptor: int, path: Path, target: str, *, wait: bool, say: Callable[[str], None]) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as err:
        message = f"another run is writing to {target}{_holder(descriptor)}"
        if not wait:
            raise LedgerError(message, hint="let it end, or say --wait to start after it") from err
        say(f"{message}; waiting for it to end")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as err:
        raise LedgerError(
            f"cannot lock {path}: {err.strerror}",
            hint="keep the state folder on a local disk: this file system has no locks",
        ) from err


def _holder(descriptor: int) -> str:
    try:
        who = orjson.loads(os.pread(descriptor, 4096, 0))
        return f" (process {who['pid']} on {who['host']}, since {who['since']})"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""  # it has the lock and has not yet signed


def _sign(descriptor: int, target: str) -> None:
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    who = {"pid": os.getpid(), "host": socket.gethostname(), "since": since, "target": target}
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, orjson.dumps(who), 0)
    except OSError:
        return  # a full disk: the lock holds without a name on it, and what needs the space says so


def _forget_in_children() -> None:
    global _forgets_in_children
    if not _forgets_in_children:
        _forgets_in_children = True
        os.register_at_fork(after_in_child=_release_all)


def _release_all() -> None:
    for lock in list(_held):
        lock.release()
