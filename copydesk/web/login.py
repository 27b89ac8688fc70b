"""Who may ask: the token, as a program, a feed reader and a browser give it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable

from starlette.datastructures import Headers

COOKIE = "copydesk"
#: How long a browser need not ask again.
SESSION_S = 7 * 24 * 3600


class Keys:
    """Knows the token, and gives browsers a cookie that stands for it and does not hold it.

    The cookie is `EXPIRES.MAC`: nothing is stored, so that it is good in every process, until the token changes.
    """

    def __init__(self, token: str, now: Callable[[], float] = time.time) -> None:
        self._token = token.encode("utf-8", "surrogatepass")
        self._now = now

    def fits(self, given: str) -> bool:
        """Whether this is the token. Takes as long for one that is nearly right as for any other."""
        return hmac.compare_digest(_digest(given.encode("utf-8", "surrogatepass")), _digest(self._token))

    def admits(self, headers: Headers) -> bool:
        """Whether a request carries the token, as `Bearer`, as the password of `Basic`, or as our cookie."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        match scheme.lower():
            case "bearer":
                return self.fits(given.strip())
            case "basic":
                return self.fits(_password(given))
        return self._is_session(_cookie(headers))

    def session(self) -> str:
        """A new cookie's value."""
        expires = str(int(self._now()) + SESSION_S)
        return f"{expires}.{self._mac(expires)}"

    def _is_session(self, cookie: str) -> bool:
        expires, _, mac = cookie.partition(".")
        if not (expires.isascii() and expires.isdigit() and len(expires) < 12):
            return False
        return hmac.compare_digest(mac.encode(), self._mac(expires).encode()) and int(expires) > self._now()

    def _mac(self, expires: str) -> str:
        return hmac.new(self._token, f"copydesk session {expires}".encode(), hashlib.sha256).hexdigest()


def _digest(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()


def _password(given: str) -> str:
    """The password of "name:password", in base64; "" when it is none.

    Source: RFC 7617 §2
    """
    try:
        return base64.b64decode(given, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _cookie(headers: Headers) -> str:
    """Ours, whatever else this name's other servers have set."""
    parts = (part.partition("=") for part in headers.get("cookie", "").split(";"))
    return next((value.strip() for name, _, value in parts if name.strip() == COOKIE), "")
