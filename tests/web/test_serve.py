"""`copydesk serve` as a process: it answers, sees what an ingest adds, and ends when it is told to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import orjson
import pytest

from copydesk.web.server import Binding, check_token, is_loopback, listening_on
from flows.settings import SettingsError
from tests.web.conftest import ROOT

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_T")}  # noqa: TID251
TOKEN = "correct-horse-battery-staple"
COMMAND = [sys.executable, "-m", "copydesk", "serve", "--port", "0", "--rate", "0"]


@contextmanager
def server(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start one, and give its address once it listens."""
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=ROOT, env=ENVIRONMENT | environment, stderr=subprocess.PIPE, text=True
    )
    try:
        told = ""
        while not (found := re.search(r"http://\S+:\d+(?=/ answers)", told)):
            line = process.stderr.readline()
            assert line, f"it ended: {told}"
            told += line
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str]:
    process.send_signal(number)
    _, told = process.communicate(timeout=20)
    return process.returncode, told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_until_it_is_told_to_stop(seeded, number):
    with server("--to", seeded) as (process, url):
        assert httpx.get(f"{url}/api/search?q=lighthouse", trust_env=False).json()["total"] == 1
        assert stop(process, number) == (0, "")


def test_an_address_for_others_needs_a_token(seeded):
    done = subprocess.run(
        [*COMMAND, "--host", "0.0.0.0", "--to", seeded],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "COPYDESK_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_token_is_never_told(seeded):
    with server("--host", "0.0.0.0", "--to", seeded, "-v", COPYDESK_TOKEN=TOKEN) as (process, url):
        url = url.replace("0.0.0.0", "127.0.0.1")
        assert httpx.get(f"{url}/api/search", trust_env=False).status_code == 401
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = httpx.get(f"{url}/api/status", headers=headers, trust_env=False)
        assert answer.status_code == 200
        assert TOKEN not in answer.text
        code, told = stop(process)
    assert code == 0
    assert "GET /api/status 200" in told
    assert TOKEN not in told


def test_a_port_that_is_taken(seeded):
    with server("--to", seeded) as (_, url):
        port = url.rpartition(":")[2]
        done = subprocess.run(
            [*COMMAND, "--port", port, "--to", seeded],
            cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.slow
def test_what_an_ingest_adds_is_found_while_every_request_is_answered(tmp_path: Path):
    """A server in one process, ingests in another: consistent answers all the time, new stories within 5 s."""
    target = f"file:{tmp_path / 'index'}"
    ingest(tmp_path, target, 0, 300)
    with (
        server("--to", target) as (process, url),
        httpx.Client(base_url=url, timeout=20, trust_env=False) as client,
    ):
        watch = Watcher(url)
        watch.start()
        for number in range(1, 4):
            began = ingest(tmp_path, target, number, 300)
            while client.get(f"/api/search?q=marker{number}&size=0").json()["total"] != 300:
                assert time.monotonic() - began < 5, "not found within 5 s of the end of the ingest"
                time.sleep(0.05)
        watch.ended.set()
        watch.join()
        assert stop(process)[0] == 0
    assert watch.wrong == []
    assert len(watch.totals) > 20
    assert watch.totals == sorted(watch.totals)
    assert watch.totals[-1] == 1200


def ingest(folder: Path, target: str, number: int, count: int) -> float:
    """Add stories that say marker<number>; when that was done."""
    path = folder / f"copy-{number}.jsonl"
    lines = (
        {
            "headline": f"Story {number} {n}",
            "text": f"The marker{number} was seen on the {n}th pier. " * 8,
            "language": "en",
        }
        for n in range(count)
    )
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    subprocess.run(
        [sys.executable, "-m", "copydesk", "ingest", str(path), "--to", target, "--workers", "0", "--json"],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=True,
    )  # fmt: skip
    return time.monotonic()


class Watcher(threading.Thread):
    """Asks on and on, and notes what it is told."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.client = httpx.Client(base_url=url, timeout=20, trust_env=False)
        self.ended = threading.Event()
        self.totals: list[int] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        with self.client:
            while True:
                last = self.ended.is_set()
                answer = self.client.get("/api/search?facets=language&size=5&highlight=true&q=pier")
                if answer.status_code != 200:
                    self.wrong.append(answer.text)
                    continue
                page = answer.json()
                self.totals.append(page["total"])
                if sum(one["count"] for one in page["facets"]["language"]) != page["total"]:
                    self.wrong.append(f"facets do not add up: {page['facets']} of {page['total']}")
                if last:
                    return


def test_no_packet_waits_for_the_one_before():
    with listening_on(Binding(port=0)) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("token", ["short", ""])
def test_a_token_that_can_be_guessed(token):
    with pytest.raises(SettingsError, match="can be guessed"):
        check_token("127.0.0.1", token)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "desk.example.org", ""])
def test_addresses_that_others_reach(host):
    assert not is_loopback(host)
    with pytest.raises(SettingsError, match="could read everything"):
        check_token(host, None)
    assert check_token(host, TOKEN) == TOKEN
