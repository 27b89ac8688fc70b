"""What every answer carries, and what is kept of every request: a count, the time it took, a line when asked for.

No line has a query in it: what people look for is nobody's business, and a log is read by many.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copydesk.web.gate import client_of
from copydesk.web.metrics import Measures

#: Nothing is loaded from elsewhere, and no script or style is written into a page.
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    b" connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: Source: https://owasp.org/www-project-secure-headers/
_HEADERS = (
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # A form's Origin is checked, and "no-referrer" would hide it.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_KEPT_NOWHERE = b"no-store"
_KEPT_FOR_EVER = b"public, max-age=31536000, immutable"  # what a page loads has its content in its address


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Stands around everything else."""

    app: ASGIApp
    measures: Measures
    verbose: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request be answered, and note how that went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        answer = _Answer(send, is_head=inner is not scope, kept=_kept(scope))
        started = time.perf_counter()
        self.measures.under_way.inc()
        try:
            await self.app(inner, receive, answer.send)
        finally:
            taken = time.perf_counter() - started
            self.measures.under_way.dec()
            self.measures.count(scope["method"], inner, answer.status, taken)
            if self.verbose:
                _tell(scope, answer, taken)


@dataclass(slots=True)
class _Answer:
    """The way back to the client: headers are added, the body is counted, and left out where only its size is asked."""

    to_client: Send
    is_head: bool
    kept: bytes  # Cache-Control of an answer that does not say
    status: int = 500
    size: int = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", ()), *_HEADERS]
            if not any(name == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", self.kept if self.status == 200 else _KEPT_NOWHERE))
            message = {**message, "headers": headers}
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
            if self.is_head:
                message = {**message, "body": b""}
        await self.to_client(message)


def _kept(scope: Scope) -> bytes:
    if not scope["path"].startswith("/static/"):
        return _KEPT_NOWHERE
    return _KEPT_FOR_EVER if scope["query_string"] else b"no-cache"


def _tell(scope: Scope, answer: _Answer, taken: float) -> None:
    path = scope["path"].encode("unicode_escape").decode()[:200]
    sys.stderr.write(
        f"{client_of(scope)} {scope['method']} {path} {answer.status} {taken * 1000:.1f} ms {answer.size} bytes\n"
    )
