"""What it costs to keep accounts: `python -m bench.accounts [--documents 1000000] [--out FILE]`.

Very short stories in 100 files of JSON lines go into the embedded index, then once more unchanged, each run a process
of its own. Told are the seconds of the second run, the ledger's bytes a document, and the peak memory of all processes
at a hundredth, a tenth and the whole of the documents. A million take half an hour; --keep FOLDER makes the
loading of the whole a thing of the first time.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import statistics
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson

from bench.pipeline import Run, run

FILES = 100
_TOWNS = ("Oslo", "Lima", "Cairo", "Tokyo", "Paris", "Nairobi", "Quito", "Perth", "Delhi", "Riga")
_THINGS = ("harbour", "bridge", "budget", "school", "museum", "railway", "market", "library")
_REPEATS = 3


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="bench.accounts", description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="a folder for copy and index, to be used again")
    parser.add_argument("--out", type=Path, help="a file for what is printed, too")
    arguments = parser.parse_args()
    rows: list[str] = []

    def tell(row: str) -> None:
        rows.append(row)
        print(row, flush=True)

    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
        for count in (arguments.documents // 100, arguments.documents // 10):
            ingest(Path(folder) / str(count), count, tell)
            shutil.rmtree(Path(folder) / str(count))
        whole = arguments.keep or Path(folder) / "whole"
        ingest(whole, arguments.documents, tell)
        again(whole, arguments.documents, tell)
    if arguments.out:
        arguments.out.write_text("\n".join(rows) + "\n", "utf-8")


def ingest(folder: Path, count: int, tell: Callable[[str], None]) -> None:
    """Write the copy and load it, unless that was done before."""
    if (folder / "index").is_dir():
        tell(f"{count:,} documents: loaded before")
        return
    write(folder / "copy", count)
    first = ingested(folder)
    report = first.report
    assert report["balances"]
    assert report["indexed"] == report["verified"] == count
    spent = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in report["seconds"].items())
    tell(
        f"{count:,} documents: {count / first.seconds:,.0f}/s, peak {first.own_peak_mb:.0f} MB of all processes;"
        f" seconds: {spent}; verify is {report['seconds']['verify'] / report['seconds']['total']:.1%}"
    )


def again(folder: Path, count: int, tell: Callable[[str], None]) -> None:
    """Run over the same files, which have not changed."""
    runs = [ingested(folder) for _ in range(_REPEATS)]
    assert all(one.report["unchanged"] == one.report["read"] == count for one in runs)
    seconds = [one.seconds for one in runs]
    tell(
        f"{count:,} unchanged documents in {FILES} files: {statistics.median(seconds):.2f} s as a process"
        f" (of {_REPEATS}: {min(seconds):.2f} to {max(seconds):.2f}), peak {max(one.own_peak_mb for one in runs):.0f} MB"
    )
    size = ledger_bytes(folder / "index" / "state" / "ledger.sqlite")
    tell(f"ledger: {size / count:.0f} bytes a document")


def ingested(folder: Path) -> Run:
    return run("ingest", str(folder / "copy"), "--to", f"file:{folder / 'index'}", "--json")


def ledger_bytes(path: Path) -> int:
    """What the ledger takes when everything is in its main file."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def write(folder: Path, count: int) -> None:
    """Write short stories, each another one."""
    folder.mkdir(parents=True)
    chance = random.Random(1)
    for number in range(FILES):
        with (folder / f"wire-{number:03}.jsonl").open("wb") as file:
            for n in range(number, count, FILES):
                file.write(orjson.dumps(_story(n, chance)) + b"\n")


def _story(n: int, chance: random.Random) -> dict[str, str]:
    town, thing = chance.choice(_TOWNS), chance.choice(_THINGS)
    body = (
        f"The council of {town} approved plan number {n} for the {thing} on Monday, after a long debate."
        f" Builders said that work on plan {n} would begin in the spring and take about two years."
    )
    return {"url": f"https://example.org/{n}", "headline": f"{town} approves {thing} plan {n}", "body": body}


if __name__ == "__main__":
    main()
