"""The main job into a genuine node: `python -m bench.elastic_pipeline [--documents 20000] [--out FILE]`.

Stories of 2 kB as JSON lines and as one paste, read, shaped, sent and verified by `copydesk ingest` as a user runs it,
after a warm-up of the node. Told are documents a second, the seconds of each stage, what the verification costs,
and which stage bounds it: the workers that shape, or the main process that reads, sends and verifies. Needs
`make elasticsearch`, or --url.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.copy import write_jsonl, write_paste
from bench.pipeline import Run, run
from flows.pool import usable_cores
from tests.elasticsearch.lines import read_line
from tests.elasticsearch.node import JVM_OPTIONS, running

WARM_UP = 5_000
_WRITE: dict[str, Callable[[Path, int], int]] = {"jsonl": write_jsonl, "paste": write_paste}


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="bench.elastic_pipeline", description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--url", help="of a cluster without security, instead of a node of our own")
    parser.add_argument("--out", type=Path, help="a file for what is printed, too")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the node ends too
    rows: list[str] = []
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder, _node(arguments.url) as host:
        _ingest(Path(folder), host, "jsonl", WARM_UP, "warm-up")
        for kind in _WRITE:
            for row in _tell(kind, _ingest(Path(folder), host, kind, arguments.documents, kind)):
                rows.append(row)
                print(row, flush=True)
    if arguments.out:
        arguments.out.write_text("\n".join(rows) + "\n", "utf-8")


@contextmanager
def _node(url: str | None) -> Iterator[str]:
    if url:
        yield url.rstrip("/")
        return
    with running(read_line("9"), jvm_options=JVM_OPTIONS.format(heap="1g")) as node:
        yield node.url


def _ingest(folder: Path, host: str, kind: str, count: int, name: str) -> Run:
    path = folder / f"{name}.{kind}.txt"
    _WRITE[kind](path, count)
    # The state folder belongs to the index: both are new.
    return run("ingest", str(path), "--to", f"{host}/{name}", "--json", COPYDESK_STATE=str(folder / name))


def _tell(kind: str, done: Run) -> Iterator[str]:
    report: dict[str, Any] = done.report
    seconds: dict[str, float] = report["seconds"]
    assert report["balances"]
    assert report["verified"] == report["indexed"]
    main_process = sum(seconds[stage] for stage in ("read", "send", "commit", "verify"))
    shaping = seconds["shape"] / usable_cores()
    yield (
        f"{kind}: {report['read']:,} articles, {report['documents_per_second']:,.0f}/s,"
        f" {report['read'] / done.seconds:,.0f}/s as a whole process, peak {done.own_peak_mb:.0f} MB"
    )
    yield f"{kind}: seconds by stage: " + ", ".join(
        f"{stage} {spent:.1f}" for stage, spent in seconds.items()
    )
    yield (
        f"{kind}: bounded by {'shape' if shaping > main_process else 'the main process'}: {shaping:.1f} s of each"
        f" of {usable_cores()} workers, {main_process:.1f} s of the main process, of which send {seconds['send']:.1f}"
    )
    load = seconds["send"] + seconds["commit"]
    yield f"{kind}: verify is {seconds['verify'] / load:.1%} of send and commit, {seconds['verify'] / seconds['total']:.1%} of all"


if __name__ == "__main__":
    main()
