"""Serves the application: on which address, to whom, until it is told to stop. Imported by `copydesk serve` alone."""

from __future__ import annotations

import ipaddress
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from copydesk.web.app import Limits, create_app
from copydesk.web.desk import Desk
from engines.contract import Query
from flows.settings import Settings, SettingsError
from transforms.records import RunError

_SHORTEST_TOKEN = 16
_LONGEST_HEAD = 64 * 1024  # of a request: address and headers; the gate says more exactly what is too long
_GRACE_S = 10  # for answers under way when it is told to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Where to listen."""

    host: str = "127.0.0.1"
    port: int = 8484  # 0: any that is free
    names: tuple[str, ...] = ()  # that we are called there, beside localhost and addresses


def serve_index(
    settings: Settings, target: str | None, binding: Binding, limits: Limits, *, verbose: bool
) -> int:
    """Answer until SIGTERM or Ctrl-C; what is under way is answered first."""
    token = check_token(binding.host, settings.token)
    with listening_on(binding) as listening, Desk(settings, target) as desk:
        _warm(desk)
        app = create_app(desk, token=token, limits=limits, names=binding.names, verbose=verbose)
        host = f"[{binding.host}]" if ":" in binding.host else binding.host
        _say(f"http://{host}:{listening.getsockname()[1]}/ answers from {desk.target}; Ctrl-C ends it")
        _run(app, listening)
    return 0


def check_token(host: str, token: str | None) -> str | None:
    """Give the token that requests must carry; SettingsError where everybody on the network could ask without.

    >>> check_token("127.0.0.1", None)
    """
    if token is None and not is_loopback(host):
        raise SettingsError(
            f"on {host} whoever reaches this machine could read everything",
            hint="set COPYDESK_TOKEN to a long random word (openssl rand -hex 32), or stay on 127.0.0.1",
        )
    if token is not None and len(token) < _SHORTEST_TOKEN:
        raise SettingsError(
            f"COPYDESK_TOKEN is shorter than {_SHORTEST_TOKEN} characters, and can be guessed",
            hint="openssl rand -hex 32 makes a good one",
        )
    return token


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it.

    >>> is_loopback("127.0.0.2"), is_loopback("::1"), is_loopback("0.0.0.0"), is_loopback("example.org")
    (True, True, False, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def listening_on(binding: Binding) -> Iterator[socket.socket]:
    """Take the address, before anything else is done."""
    family = socket.AF_INET6 if ":" in binding.host else socket.AF_INET
    try:
        listening = socket.create_server((binding.host, binding.port), family=family, backlog=512)
    except OSError as err:
        raise RunError(
            f"cannot listen on {binding.host} port {binding.port}: {err.strerror or err}",
            hint="see what else does, or choose another with --port",
        ) from err
    with listening:
        # Inherited by what it accepts. Head and body are two packets, and the second would wait 40 ms for an answer to
        # the first; asyncio does it only for sockets that say IPPROTO_TCP.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listening


def _warm(desk: Desk) -> None:
    """Ask once, so that the first who asks does not wait; say what is wrong, which may pass while we serve."""
    try:
        desk.search(Query(size=0))
    except RunError as error:
        _say(f"{error}; until then every question is answered with 503")


def _run(app: ASGIApp, listening: socket.socket) -> None:
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        http="h11",  # httptools saves 0.1 ms of the 5 that a search takes, and takes headers of any length
        h11_max_incomplete_event_size=_LONGEST_HEAD,
        timeout_graceful_shutdown=_GRACE_S,
    )
    with _ending_well():
        uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def _ending_well() -> Iterator[None]:
    """Uvicorn sends itself the signal again that ended it: that is not to end us a second time, as a failure."""
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: None) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _say(text: str) -> None:
    sys.stderr.write(f"copydesk: {text}\n")
    sys.stderr.flush()
