"""Reaching Elasticsearch: its address, how to get in, and its errors in words of ours.

Imported by engines.elastic alone, which is imported when an Elasticsearch is opened: the client takes 0.6 s.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from elastic_transport import (
    BaseNode,
    ConnectionTimeout,
    HttpHeaders,
    NodePool,
    TlsError,
    TransportError,
    Urllib3HttpNode,
)
from elastic_transport.client_utils import DEFAULT, DefaultType
from elasticsearch import ApiError, Elasticsearch, OrjsonSerializer, UnsupportedProductError
from elasticsearch.serializer import NdjsonSerializer

from engines.contract import EngineError

REQUEST_TIMEOUT_S = 60
ONE_PACKET = 1400  # bytes; below there is nothing to win by compressing
CONNECTIONS = 8  # more than the sender ever has in flight
_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|\[?::1\]?", re.IGNORECASE)
_EXAMPLE = "write it as http://localhost:9200/news; the name is in small letters, without dots"
_CERTIFICATE = (
    "give the file of its certificate authority, or the SHA-256 fingerprint that Elasticsearch printed"
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")  # no dots: they part the names of our indexes


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an index is: "https://host:9200/news"."""

    host: str  # "https://host:9200"
    name: str  # "news": the alias that is read

    @property
    def url(self) -> str:
        """The address as the user wrote it; it never holds a secret."""
        return f"{self.host}/{self.name}"

    @property
    def is_loopback(self) -> bool:
        """Whether the engine is on this machine."""
        return _LOOPBACK.fullmatch(urlsplit(self.host).hostname or "") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to get in. Never part of an address, and not shown when printed."""

    api_key: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: str | None = None  # path of the certificate authority's file
    fingerprint: str | None = None  # SHA-256 of the certificate, as Elasticsearch prints it


def parse_address(url: str) -> Address:
    """Take "http://host:9200/name" apart.

    >>> parse_address("http://localhost:9200/news").name
    'news'
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 9200)
    except ValueError:
        raise EngineError("this address has a host or port that is none", hint=_EXAMPLE) from None
    if parts.username or parts.password:
        host = parts.netloc.rpartition("@")[2]
        raise EngineError(
            f"the address of Elasticsearch at {host} holds a user or password",
            hint="take it out of the address and give it as a setting: addresses are printed",
        )
    path, _, name = parts.path.rstrip("/").rpartition("/")
    if parts.scheme not in ("http", "https") or not parts.hostname or not _NAME.fullmatch(name):
        raise EngineError(
            f"not an address of an Elasticsearch index: {url}",
            hint=_EXAMPLE,
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Address(host=f"{parts.scheme}://{host}:{port}{path}", name=name)


def connect(address: Address, access: Access) -> Elasticsearch:
    """Make a client; nothing is sent yet. Its own retries are off: they have no pause between them."""
    if access.ca and not Path(access.ca).is_file():
        raise EngineError(f"there is no file {access.ca} to know {address.host} by", hint=_CERTIFICATE)
    options: dict[str, Any] = {
        "ca_certs": access.ca,
        "ssl_assert_fingerprint": access.fingerprint,
        "api_key": access.api_key,
        "basic_auth": (access.user, access.password or "") if access.user else None,
    }
    try:
        return Elasticsearch(
            address.host,
            node_class=Urllib3HttpNode if address.is_loopback else GzipNode,
            node_pool_class=QuietPool,
            connections_per_node=CONNECTIONS,
            serializers={"application/json": OrjsonSerializer(), "application/x-ndjson": ReadyLines()},
            request_timeout=REQUEST_TIMEOUT_S,
            max_retries=0,
            **{name: value for name, value in options.items() if value is not None},
        )
    except ValueError as error:  # a fingerprint that is none
        raise EngineError(
            f"cannot use these settings for {address.url}: {error}", hint=_CERTIFICATE
        ) from error


class GzipNode(Urllib3HttpNode):
    """Compresses at level 1, four times the speed of the client's fixed level 9 for 89 % of its gain.

    Source: measured on 5.7 kB articles: 30 MB/s at level 3, 63 at 1, 8 at 9; 2.31 to 1 against 2.61.
    """

    def perform_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,
        request_timeout: DefaultType | float | None = DEFAULT,
    ) -> Any:
        """Send one request."""
        if body and len(body) > ONE_PACKET:
            body = gzip.compress(body, compresslevel=1)
            headers = HttpHeaders(headers or {})
            headers["content-encoding"] = "gzip"
        return super().perform_request(method, target, body, headers, request_timeout)


class ReadyLines(NdjsonSerializer):
    """Sends lines that are bytes already as they are: the client's own would copy 5 MB twice."""

    def dumps(self, data: Any) -> bytes:
        """Give the body."""
        return data if isinstance(data, bytes) else super().dumps(data)


class QuietPool(NodePool):
    """One address needs no list of the dead, which would also log each failure to standard error."""

    def mark_dead(self, node: BaseNode, _now: float | None = None) -> None:
        """Forget it: we say ourselves what failed."""

    def mark_live(self, node: BaseNode) -> None:
        """Nothing to do."""


@contextmanager
def translated(address: Address) -> Iterator[None]:
    """Turn the client's exceptions into EngineError."""
    try:
        yield
    except (ApiError, TransportError, UnsupportedProductError) as error:
        raise to_engine_error(error, address) from error


def to_engine_error(error: Exception, address: Address) -> EngineError:
    """Say what, where and what to do about an exception of the client."""
    if isinstance(error, UnsupportedProductError):
        return EngineError(f"what answers at {address.host} is not Elasticsearch", hint="check the address")
    if isinstance(error, TlsError):
        return EngineError(
            f"the certificate of {address.host} is not trusted: {error.message}",
            hint=_CERTIFICATE,
        )
    if isinstance(error, ConnectionTimeout):
        return EngineError(
            f"Elasticsearch at {address.host} does not answer in time",
            hint="see whether it is overloaded (copydesk doctor), then run the same command again",
            passing=True,
        )
    if isinstance(error, ApiError):
        return _from_answer(error.status_code, *reason_of(error.body), address)
    return EngineError(
        f"cannot reach Elasticsearch at {address.host}",
        hint="start it (docker compose up -d elasticsearch) or use the embedded engine (file:var/index)",
        passing=True,
    )


def from_item(status: int, error: Any, address: Address) -> EngineError:
    """Say it about one item of a bulk answer."""
    return _from_answer(status, *reason_of({"error": error}), address)


def reason_of(body: Any) -> tuple[str, str]:
    """Give the type and the reason of an error that Elasticsearch answered, with what caused it."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return "", str(error or "")[:500]
    caused = error.get("caused_by")
    reason = str(error.get("reason") or "")
    deeper = f": {caused.get('reason')}" if isinstance(caused, dict) and caused.get("reason") else ""
    return str(error.get("type") or ""), (reason + deeper)[:500]


def _from_answer(status: int, kind: str, reason: str, address: Address) -> EngineError:
    if kind == "cluster_block_exception":
        return EngineError(
            f"{address.url} is read-only: {reason}",
            hint=f"free disk space, or take the block away: PUT /{address.name}.*/_settings "
            '{"index.blocks.write": null, "index.blocks.read_only": null, '
            '"index.blocks.read_only_allow_delete": null}',
        )
    said, hint = _SAID.get(status, ("answered with an error", "see Elasticsearch's own log"))
    return EngineError(
        f"Elasticsearch at {address.url} {said} ({status} {kind}: {reason})",
        hint=hint.format(name=address.name),
        passing=status in PASSING,
    )


#: Answers that may be another one after a while.
PASSING = frozenset({429, 502, 503, 504})
_SAID = {
    401: ("does not let us in", "check the user and password, or the API key, in the settings"),
    403: (
        "does not allow this",
        "give the user or key read, write and manage on {name}, {name}.*, and monitor",
    ),
    404: (
        "no longer has this index",
        "it was removed while we were at it; run the same command again with --rescan",
    ),
    409: ("has a newer version of a document", "another program writes to {name}; stop it and run again"),
    413: ("finds the request too large", "raise http.max_content_length"),
    429: ("is too busy", "wait, then run the same command again: it goes on where it stopped"),
    503: ("is not ready", "wait, then run the same command again: it goes on where it stopped"),
}
