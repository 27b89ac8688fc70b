"""How fast `copydesk serve` answers: `python -m bench.http [--documents 100000] [--to URL]`.

Starts the real server over an index of made-up words and asks it as many clients do. Processor time of the server
beside the clock: on a busy machine only the first can be compared, and a core has 1,000 ms of it a second.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from bench.embedded import make_documents, make_paragraphs
from engines import open_engine

CONNECTIONS = 8
_TICKS = os.sysconf("SC_CLK_TCK")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def make_index(target: str, documents: int, paragraphs: list[str], dice: random.Random) -> None:
    with open_engine(target) as engine:
        for _ in engine.load(make_documents(documents, paragraphs, dice)):
            pass
        engine.commit()


@contextmanager
def serving(target: str) -> Iterator[tuple[int, int]]:
    """Give the port and the process of a server."""
    command = [sys.executable, "-m", "copydesk", "serve", "--port", "0", "--rate", "0", "--to", target]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        while not (found := re.search(r":(\d+)/ answers", line := server.stderr.readline())):
            assert line, "the server ended"
        yield int(found[1]), server.pid
    finally:
        server.terminate()
        server.wait(20)


def paths(kind: str, paragraphs: list[str]) -> list[str]:
    """Questions of one kind, each another."""
    asked = []
    for number, paragraph in enumerate(paragraphs[:400]):
        words = paragraph.split()
        if kind == "plain":
            asked.append({"q": f"{words[number % 50]} {words[-1]}"})
        else:
            asked.append(
                {"q": " ".join(words[:3]), "facets": "language,country,place,publisher", "highlight": "true"}
            )
    return [f"/api/search?{urlencode(one)}" for one in asked]


async def ask(port: int, waiting: Iterator[str], taken: list[float]) -> None:
    """Ask one after the other on one connection, until there is nothing left to ask."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for path in waiting:
        started = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readexactly(int(_LENGTH.search(head)[1]))
        taken.append((time.perf_counter() - started) * 1000)
    writer.close()


async def ask_all(port: int, asked: Sequence[str], connections: int) -> list[float]:
    """Give how long each answer took, in milliseconds."""
    waiting, taken = iter(asked), []
    await asyncio.gather(*(ask(port, waiting, taken) for _ in range(connections)))
    return sorted(taken)


def processor_ms(process: int) -> float:
    """Processor time of a process so far.

    Source: proc_pid_stat(5), fields 14 and 15
    """
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / _TICKS


def report(name: str, port: int, process: int, asked: Sequence[str], connections: int) -> None:
    cpu, wall = processor_ms(process), time.perf_counter()
    taken = asyncio.run(ask_all(port, asked, connections))
    cpu, wall = processor_ms(process) - cpu, time.perf_counter() - wall
    print(
        f"{name:36} {len(taken) / wall:6.0f}/s  p50 {statistics.median(taken):6.1f} ms"
        f"  p95 {taken[int(len(taken) * 0.95)]:6.1f} ms  processor {cpu / len(taken):5.2f} ms each"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.http", description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--to", help="an index of bench.embedded's documents, to be made once and kept")
    arguments = parser.parse_args()
    dice = random.Random(1)
    paragraphs = make_paragraphs(dice)
    with tempfile.TemporaryDirectory() as folder:
        target = arguments.to or f"file:{folder}/index"
        with open_engine(target) as engine:
            is_there = engine.status().generation > 0
        if not is_there:
            make_index(target, arguments.documents, paragraphs, dice)
        print(f"{arguments.documents:,} documents; load of the machine {os.getloadavg()[0]:.1f} before")
        with serving(target) as (port, process):
            plain, rich = paths("plain", paragraphs), paths("rich", paragraphs)
            asyncio.run(ask_all(port, [*plain[:50], *rich[:50]], 1))
            report("one client, facets and highlights", port, process, rich, 1)
            report("one client, plain", port, process, plain, 1)
            asyncio.run(ask_all(port, rich, 1))  # what was remembered of the plain ones is forgotten
            report(f"{CONNECTIONS} clients, plain", port, process, plain, CONNECTIONS)
            report(
                f"{CONNECTIONS} clients, plain, asked before", port, process, plain[-200:] * 5, CONNECTIONS
            )
            report(
                f"{CONNECTIONS} clients, no search (/healthz)",
                port,
                process,
                ["/healthz"] * 1000,
                CONNECTIONS,
            )
        print(f"load of the machine {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
