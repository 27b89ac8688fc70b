"""`python -m bench [--only NAME] [--out FOLDER]`: run the benchmarks, print the rows, keep them in a file."""

from __future__ import annotations

import argparse
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.pipeline import memory, pipeline, starts

BENCHMARKS = {"pipeline": pipeline, "memory": memory, "starts": starts}


def main() -> None:
    """Run what was asked for and write summary.txt."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--only", choices=sorted(BENCHMARKS), action="append", help="may be given several times"
    )
    parser.add_argument("--out", type=Path, help="folder for summary.txt, as bench/runs/DATE")
    arguments = parser.parse_args()
    rows = [f"{datetime.now(UTC):%Y-%m-%d}  Python {platform.python_version()}  {platform.machine()}"]
    print(rows[0])
    for name in arguments.only or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
            for row in BENCHMARKS[name](Path(folder)):
                rows.append(row)
                print(row, flush=True)
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "summary.txt").write_text("\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
