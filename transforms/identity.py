"""Who a story is: the same id for the same story, wherever and however often it is read."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

_NOT_WORD = re.compile(r"[\W_]+")
#: An address that has nothing to be taken away but a slash at the end, as most have: told in a tenth of the time.
_PLAIN_URL = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?P<path>(?:/[A-Za-z0-9._~-]+)*)/*")
_DEFAULT_PORTS = {("http", 80), ("https", 443)}


@lru_cache(maxsize=64)  # asked twice of a story: whether it has an address, and for its id
def canonical_url(url: str) -> str | None:
    """Write `url` the one way that all its spellings share; None when it is no web address.

    Letter case of scheme and host, default ports, credentials, fragments, tracking parameters, the order of
    parameters and a slash at the end do not make another story.

    >>> canonical_url("HTTPS://Www.Example.com:443/a/?utm_source=x&b=2&a=1#top")
    'https://www.example.com/a?a=1&b=2'
    >>> canonical_url("javascript:alert(1)") is None
    True

    Source: tests/transforms/test_identity.py
    """
    if plain := _PLAIN_URL.fullmatch(url):
        return url.rstrip("/") if plain["path"] else f"{url.rstrip('/')}/"
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:  # a broken IPv6 host or port
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    if port and (parts.scheme, port) not in _DEFAULT_PORTS:
        host = f"{host}:{port}"
    path = quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~-._", errors="replace")
    query = _canonical_query(parts.query) if parts.query else ""
    return f"{parts.scheme}://{host}{path or '/'}" + (f"?{query}" if query else "")


def _canonical_query(query: str) -> str:
    pairs = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if not _is_tracking(k)]
    return urlencode(sorted(pairs), errors="replace")


def story_id(url: str | None, headline: str | None, body: str) -> str:
    """Give the id of a story: 32 hex digits of its canonical URL, else of its headline and body.

    Without a URL only letters and digits count, so that a paste with other quotes, spaces or letter case is
    the same story.

    >>> story_id(None, "Rain in Rome", "It rained.") == story_id(None, "RAIN in Rome:", "It  rained")
    True
    """
    address = canonical_url(url) if url else None
    return fingerprint(address or f"{_bare(headline or '')}\n{_bare(body)}")


def fingerprint(content: str | bytes) -> str:
    """Hash to 32 hex digits (128 bits of BLAKE2b: no collision in 10^15 stories)."""
    data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    return blake2b(data, digest_size=16).hexdigest()


def _bare(text: str) -> str:
    return _NOT_WORD.sub(" ", text.casefold()).strip()


def _is_tracking(name: str) -> bool:
    exact, prefixes = _tracking()
    return name.lower() in exact or name.lower().startswith(prefixes)


@cache
def _tracking() -> tuple[frozenset[str], tuple[str, ...]]:
    lines = files("transforms").joinpath("data/tracking.txt").read_text("utf-8").splitlines()
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    exact = frozenset(name for name in names if not name.endswith("*"))
    return exact, tuple(name[:-1] for name in names if name.endswith("*"))
