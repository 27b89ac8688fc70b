"""How long an answer may take, and how many may be under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copydesk.web.problems import Problem

Answered = Callable[[Scope, Problem], Response]


@dataclass(slots=True, kw_only=True)
class Patience:
    """Answers 504 for what takes too long to begin, and 503 when too much is under way already.

    A thread cannot be stopped: what it does when its time is up is done to its end, counted as under way, and
    thrown away.
    """

    app: ASGIApp
    timeout_s: float
    waiting: int
    answered: Answered  # how a problem is told
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request be answered, in time."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if len(self._under_way) >= self.waiting:
            await self.answered(scope, _BUSY)(scope, receive, send)
            return
        reply = _Reply(send)
        task = asyncio.ensure_future(self.app(scope, receive, reply.send))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            await asyncio.wait({task}, timeout=self.timeout_s)
            if task.done() or reply.begun:
                await task
                return
        except asyncio.CancelledError:
            task.cancel()
            raise
        reply.too_late = True
        task.add_done_callback(_forget)
        await self.answered(scope, _LATE)(scope, receive, send)


_BUSY = Problem(
    status=503, detail="too many requests are under way", hint="ask again soon", headers={"Retry-After": "2"}
)
_LATE = Problem(
    status=504,
    detail="this took too long",
    hint="ask for less: fewer wildcards, no leading ones, a shorter time",
)


@dataclass(slots=True)
class _Reply:
    """The way back to the client, which is closed when its time is up."""

    to_client: Send
    begun: bool = False
    too_late: bool = False

    async def send(self, message: Message) -> None:
        if not self.too_late:
            self.begun = True
            await self.to_client(message)


def _forget(task: asyncio.Task[None]) -> None:
    """Nobody waits for how it ended."""
    if not task.cancelled():
        task.exception()
