"""How dates are read: right, wrong or left open, in the case table's languages, beside dateparser; and the place table.

The strings are our own (tests/cases/dates.jsonl), completed around a story's day. A wrong day is worse than none:
"wrong" has a ceiling. dateparser is asked as its page says, with the language and the same day to count from.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from datetime import time as clock
from importlib.resources import files
from pathlib import Path
from typing import Any

from transforms.dates import complete_date

TASK = "dates"
CASES = Path(__file__).parents[1] / "tests" / "cases" / "dates.jsonl"
_TABLE = """
import pathlib, time, transforms.places as places
def megabytes():  # not ru_maxrss: a process begins with that of its parent
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
before, start = megabytes(), time.process_time()
places.find_places("Paris")
opened = time.process_time() - start
for number in range(20_000):
    places.find_places(f"Neustadt {number}")
print(opened * 1000, megabytes() - before)
"""
Row = dict[str, Any]


def items(data: Path) -> Iterator[tuple[str, str, float]]:  # noqa: ARG001  # the strings are in the repository
    """(metric, item, value) for every date, then the place table's size, opening and memory."""
    rows = [
        row
        for row in map(json.loads, CASES.read_text("utf-8").splitlines())
        if row["asks"] == "complete" and row["around"]
    ]
    yield "languages", "all", float(len({row["language"] for row in rows}))
    for name, read in (("", read_ours), ("dateparser ", read_dateparser)):
        started = time.process_time()
        for row in rows:
            found, wanted = read(row), row["value"] and date.fromisoformat(row["value"])
            item = f"{row['language']} {row['text']}"
            yield f"{name}right", item, float(found == wanted)
            yield f"{name}wrong", item, float(found is not None and found != wanted)
        yield f"{name}us_per_date", "all", (time.process_time() - started) / len(rows) * 1e6
    yield from place_table()


def read_ours(row: Row) -> date | None:
    """Ours."""
    return complete_date(row["text"], row["language"], date.fromisoformat(row["around"]))


def read_dateparser(row: Row) -> date | None:
    """The library on its own: told the language, the day, and that the past is meant."""
    import dateparser

    around = datetime.combine(date.fromisoformat(row["around"]), clock(12))
    settings = {"RELATIVE_BASE": around, "PREFER_DATES_FROM": "past"}
    try:
        found = dateparser.parse(row["text"], languages=[row["language"]], settings=settings)
    except ValueError:  # a language that it does not have
        return None
    return found.date() if found else None


def place_table() -> Iterator[tuple[str, str, float]]:
    """Megabytes on disk, milliseconds until the first answer, megabytes of memory after twenty thousand."""
    yield "places table_mb", "all", len((files("transforms") / "data" / "places.bin").read_bytes()) / 1e6
    done = subprocess.run([sys.executable, "-c", _TABLE], capture_output=True, text=True, check=True)
    opened, memory = map(float, done.stdout.split())
    yield "places open_ms", "all", opened
    yield "places memory_mb", "all", memory
