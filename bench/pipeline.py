"""The main job in numbers: read, shape, load, verify, as a user runs it, each run a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench.copy import write_jsonl, write_paste


@dataclass(frozen=True, slots=True)
class Run:
    """One process with its children: wall seconds, peaks of their memory together, and its report."""

    seconds: float
    peak_mb: float  # with the files that they have mapped, as an index while its segments are merged
    own_peak_mb: float  # without: what the system cannot take back
    report: dict


def run(*arguments: str, **environment: str) -> Run:
    """Run copydesk, watching the memory of all its processes together (their proportional share: PSS)."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "copydesk", *arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},  # noqa: TID251 (a bench has no settings of its own)
    )
    peak = [0.0, 0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watcher.start()
    out, _ = process.communicate()
    seconds = time.perf_counter() - start
    watcher.join()
    return Run(seconds, *peak, orjson.loads(out) if out.startswith(b"{") else {})


def _watch(process: subprocess.Popen, peak: list[float]) -> None:
    while process.poll() is None:
        shares = [_share_mb(pid) for pid in _family(process.pid)]
        for at in (0, 1):
            peak[at] = max(peak[at], sum(share[at] for share in shares))
        time.sleep(0.2)


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(member for child in children for member in _family(int(child)))]


def _share_mb(pid: int) -> tuple[float, float]:
    """Give a process's proportional share of memory, and how much of it belongs to no file.

    Source: proc(5), smaps_rollup
    """
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return 0.0, 0.0
    told = {row.partition(":")[0]: int(row.split()[1]) / 1024 for row in rows}
    return told.get("Pss", 0.0), told.get("Pss_Anon", told.get("Pss", 0.0))


def pipeline(folder: Path, count: int = 50_000) -> list[str]:
    """JSON lines and one paste of stories of 2 kB into the embedded index; then the same again, unchanged."""
    rows = []
    for kind, write in (("jsonl", write_jsonl), ("paste", write_paste)):
        path, index = folder / f"copy.{kind}.txt", folder / f"index-{kind}"
        size = write(path, count)
        first = run("ingest", str(path), "--to", f"file:{index}", "--json")
        again = run("ingest", str(path), "--to", f"file:{index}", "--json")
        done = first.report
        rows += [
            f"{kind}: {done['read']:,} articles, {size / 1e6:.0f} MB, balanced and verified: {done['verified']}",
            (
                f"{kind}: {done['read'] / first.seconds:,.0f} articles/s as a whole process"
                f" ({done['documents_per_second']:,.0f}/s by its own report), peak {first.own_peak_mb:.0f} MB,"
                f" {first.peak_mb:.0f} MB with mapped files"
            ),
            f"{kind}: stages {done['seconds']}",
            f"{kind}: second run unchanged, {first.seconds / again.seconds:.0f} times faster ({again.seconds:.2f} s)",
        ]
        shutil.rmtree(index)
    return rows


def memory(folder: Path, megabytes: int = 1_000) -> list[str]:
    """One file of JSON lines of a gigabyte: the peak of memory of all processes together."""
    path, index = folder / "large.jsonl", folder / "index-large"
    size = write_jsonl(path, megabytes * 500)
    done = run("ingest", str(path), "--to", f"file:{index}", "--json")
    shutil.rmtree(index)
    path.unlink()
    return [
        (
            f"memory: {size / 1e6:,.0f} MB of JSON lines, {done.report['read']:,} articles: peak {done.own_peak_mb:.0f} MB"
            f" in all processes, {done.peak_mb:.0f} MB with the mapped files of the index, {done.report['read'] / done.seconds:,.0f} articles/s"
        )
    ]


def starts(folder: Path, count: int = 2_000, times: int = 10) -> list[str]:
    """How long `--help` and a search take as whole processes: the median of several."""
    path, index = folder / "few.jsonl", folder / "index-few"
    write_jsonl(path, count)
    run("ingest", str(path), "--to", f"file:{index}", "--json")
    rows = []
    for name, arguments in {
        "--help": ["--help"],
        "search": ["search", "budget security", "--to", f"file:{index}", "--json"],
    }.items():
        spans = sorted(run(*arguments).seconds for _ in range(times))
        rows.append(f"start: {name} {spans[times // 2]:.2f} s (median of {times}; best {spans[0]:.2f})")
    return rows
