"""A server in a thread, and an index of the seeds to ask."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from copydesk.web.app import Limits, create_app
from copydesk.web.desk import Desk
from flows.settings import Settings

ROOT = Path(__file__).parents[2]
UNHURRIED = Limits(requests_per_s=0)
Serve = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture(scope="session")
def seeded(tmp_path_factory) -> str:
    """Address of an index of the seeds, made by a process of its own as a user would."""
    target = f"file:{tmp_path_factory.mktemp('web') / 'index'}"
    subprocess.run(
        [sys.executable, "-m", "copydesk", "ingest", "seeds", "--to", target, "--workers", "0"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    return target


@pytest.fixture(scope="session")
def desk(seeded) -> Iterator[Desk]:
    with Desk(Settings(), seeded) as opened:
        yield opened


@pytest.fixture(scope="session")
def client(desk) -> Iterator[httpx.Client]:
    """Asks a server of the seeds that limits nobody."""
    with serving(desk) as client:
        yield client


@pytest.fixture
def serve(desk) -> Serve:
    """For tests that need a server with options of its own; `desk` may be another one."""

    def start(asked: object = desk, **options: object) -> AbstractContextManager[httpx.Client]:
        return serving(asked, **options)

    return start


@contextmanager
def serving(desk: object, **options: object) -> Iterator[httpx.Client]:
    app = create_app(desk, **{"limits": UNHURRIED, **options})
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", server_header=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            until(lambda: server.started)
            port = listening.getsockname()[1]
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(20)


def until(holds: Callable[[], object], patience_s: float = 20.0) -> None:
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
