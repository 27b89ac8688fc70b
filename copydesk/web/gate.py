"""Which requests are let in at all: to one of our names, of a reasonable size, of a client that is not too busy."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from copydesk.web.bucket import Buckets
from copydesk.web.login import Keys
from copydesk.web.problems import Problem, problem_response, too_many

_LOOPBACK = frozenset({"localhost", "localhost.localdomain"})
#: What is seen without a token: whether we live, and what the login page is made of.
_OPEN = ("/healthz", "/login", "/static/")
_LONGEST_URL = 32 * 1024  # bytes of path and query: 4,000 characters take up to nine each
_LONGEST_HEADERS = 16 * 1024
_LONGEST_FORM = 4 * 1024
_LENGTH = re.compile(r"[0-9]{1,9}")
_FORMS = ("/login", "/logout")

Answered = Callable[[Scope, Problem], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Refuses what must not come in, else asks the application."""

    app: ASGIApp
    buckets: Buckets
    keys: Keys | None  # None: whoever reaches us may ask
    names: frozenset[str]  # that we are called, beside loopback and addresses
    answered: Answered  # how a problem is told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or answer it here."""
        if scope["type"] == "http" and (refusal := self._refusal(scope)) is not None:
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        wait = self.buckets.take(client_of(scope))
        problem = too_many(wait) if wait else _wrong_form(scope, headers) or _wrong_host(headers, self.names)
        if problem:
            return self.answered(scope, problem)
        path: str = scope["path"]
        if self.keys is None or path.startswith(_OPEN) or self.keys.admits(headers):
            return None
        if headers.get("authorization"):
            self.buckets.fine(client_of(scope), WRONG_TOKEN_COSTS)
        return _unknown(path, scope)


#: Requests that a wrong token counts as, so that nobody tries many.
WRONG_TOKEN_COSTS = 20.0


def client_of(scope: Scope) -> str:
    """The address that a request came from; "" through a local socket."""
    return scope["client"][0] if scope.get("client") else ""


def is_api(path: str) -> bool:
    """Whether a program asks: it gets JSON, not a page."""
    return path.startswith(("/api/", "/metrics", "/healthz")) or path == "/api"


def _wrong_form(scope: Scope, headers: Headers) -> Problem | None:
    """What is wrong with the request before it is looked at: how it asks, and how much it says."""
    is_form = scope["path"] in _FORMS and scope["method"] == "POST"
    if scope["method"] not in ("GET", "HEAD") and not is_form:
        return Problem(
            status=405,
            detail=f"nothing here takes {scope['method'][:20]}",
            hint="everything is read with GET",
            headers={"Allow": "GET, HEAD"},
        )
    size = headers.get("content-length", "0")
    most = _LONGEST_FORM if is_form else 0
    if "transfer-encoding" in headers or not _LENGTH.fullmatch(size) or int(size) > most:
        return Problem(
            status=413,
            detail="this request has a body that is too large",
            hint="send none: ask in the address",
        )
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _LONGEST_URL:
        return Problem(
            status=414, detail=f"the address is longer than {_LONGEST_URL:,} bytes", hint="ask for less"
        )
    if sum(len(name) + len(value) for name, value in scope["headers"]) > _LONGEST_HEADERS:
        return Problem(
            status=431, detail="the headers are too long", hint="clear the cookies of this address"
        )
    return None


def _wrong_host(headers: Headers, names: frozenset[str]) -> Problem | None:
    """A page elsewhere may make its own name lead to us, to read what only we should: refuse names that are not ours.

    An address is never such a name.

    Source: https://owasp.org/www-community/attacks/DNS_Rebinding
    """
    host = headers.get("host", "")
    if (name := host_name(host)) and (name in _LOOPBACK or name in names or _is_address(name)):
        return None
    return Problem(
        status=421,
        detail=f"this is not {host[:100] or 'a request to any host'}",
        hint="ask for http://127.0.0.1, or let copydesk serve know its name with --name",
    )


def host_name(host: str) -> str:
    """The name or address of a Host header, without the port; "" when there is none.

    >>> host_name("LOCALHOST:8484"), host_name("[::1]:8484"), host_name("desk.example.org.")
    ('localhost', '::1', 'desk.example.org')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower().removesuffix(".")


def plain_names(names: Iterable[str]) -> frozenset[str]:
    """Names as `host_name` gives them."""
    return frozenset(host_name(name) for name in names)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _unknown(path: str, scope: Scope) -> Response:
    """Ask for the token: a program by status, a feed reader by Basic, a browser by the login page."""
    if not is_api(path):
        asked = path + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        return RedirectResponse(f"/login?next={quote(asked, safe='')}", status_code=303)
    scheme = "Basic" if path.endswith((".rss", ".atom")) else "Bearer"
    return problem_response(
        Problem(
            status=401,
            detail="this needs the token that copydesk serve was started with",
            hint="Authorization: Bearer TOKEN; a feed reader: any user name, and the token as password",
            headers={"WWW-Authenticate": f'{scheme} realm="copydesk", charset="UTF-8"'},
        )
    )
