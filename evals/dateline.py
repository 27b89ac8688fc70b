"""How well datelines are read: found or not, place, day, agency, end, country, state, on every wire of the data folder.

`python -m evals --task dateline DATA` holds it against the floors; `python -m evals.dateline DATA` prints the averages
alone. Place-bearing datelines only; those behind a headline or standfirst ("late") are measured apart: many pages of
the html set that count as negatives do have one further down. A Reuters story's day is completed from the wire's stamp.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from transforms.dateline import find_late_dateline, parse_dateline
from transforms.places import find_places
from transforms.records import Dateline

TASK = "dateline"
SETS = ("reuters", "hand", "html", "muc4", "efe", "ieer", "zh")
_REGIONS = re.compile(r", .*|\s*\(.*")
#: CITY, state, day (Agency) and a dash or a colon.
_BASELINE = re.compile(
    r"\s{0,9}([^\W\d_][^,/()\n:—–]{1,40}?)(?:/[^,(\n]{2,30}?)?(?:, [^,()\n]{2,30}?){0,3}\s?(?:\([^()\n]{2,30}\))?\s?(?:--|[—–:]|- )"
)
Row = dict[str, Any]
Item = tuple[str, str, float]


def items(data: Path) -> Iterator[Item]:
    """(metric, item, value) for every opening: P over what was found, R and the rest over what is there."""
    for name in SETS:
        rows = list(read_rows(data / "dateline" / f"{name}_dev.jsonl.gz", name))
        for row in rows:
            yield from score_opening(name, row)
        if name in ("hand", "html"):
            for row in rows:
                yield from score_late(name, row)
        if name in ("reuters", "hand", "html"):
            for row in rows:
                yield from score_baseline(name, row)
            yield f"{name} texts/s", "all", measure_speed(rows)


def read_rows(path: Path, name: str) -> Iterable[Row]:
    """The rows of a data set; a Reuters story counts twice, with its dateline and without."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            row["kind"] = row.get("kind") or ("open" if row["places"] else "noplace" if row["end"] else "neg")
            yield row
            if name == "reuters" and row.get("body"):
                yield row | {"text": row["body"], "kind": "neg", "id": f"{row['id']}-body"}


def score_opening(name: str, row: Row) -> Iterator[Item]:
    """Whether the dateline that opens a text was found, or wrongly found."""
    if row["kind"] == "late":
        return
    key, around = row["id"], wire_day(row)
    found = parse_dateline(row["text"], row.get("lang"), around=around)
    located = found is not None and bool(found.places)
    if located:
        yield f"{name} P", key, float(row["kind"] == "open")
    if row["kind"] != "open":
        return
    yield f"{name} R", key, float(located)
    right = (
        compare(found, row) if found and located else dict.fromkeys(("place", "date", "agency", "end"), False)
    )
    for field, value in right.items():
        yield f"{name} {field}", key, float(value)
    yield f"{name} exact", key, float(all(right.values()))
    if found and located:
        yield from score_where(name, row, found)
        if around and row["date"]:
            yield f"{name} day", key, float(found.date is not None and abs((found.date - around).days) <= 3)


def score_where(name: str, row: Row, found: Dateline) -> Iterator[Item]:
    """Whether the country and, in America, the state are the ones meant."""
    truth = row.get("country")
    if truth:
        yield f"{name} country", row["id"], float({p.country for p in found.places} == set(truth))
    elif name == "reuters":
        country, state = AMERICAN.get((row["region"] or "").replace(".", "").upper(), (None, None))
        if state:
            yield f"{name} country", row["id"], float(found.places[0].country == country)
            yield (
                f"{name} state",
                row["id"],
                float((found.places[0].country, found.places[0].admin1) == (country, state)),
            )
            yield f"{name} located", row["id"], float(found.places[0].location is not None)


def score_late(name: str, row: Row) -> Iterator[Item]:
    """Whether a dateline behind headline or standfirst was found, or wrongly found."""
    if row["kind"] not in ("late", "neg"):
        return
    found = find_late_dateline(row["text"], row.get("lang"))
    if found and found.places:
        close = row["kind"] == "late" and abs(found.end - row["end"]) <= 2
        yield f"{name} late P", row["id"], float(close)
    if row["kind"] == "late":
        yield (
            f"{name} late R",
            row["id"],
            float(bool(found and found.places and abs(found.end - row["end"]) <= 2)),
        )


def score_baseline(name: str, row: Row) -> Iterator[Item]:
    """What one pattern and a look into the place table would find: the least that rules must beat."""
    if row["kind"] == "late":
        return
    match = _BASELINE.match(row["text"])
    found = match is not None and bool(find_places(match[1].strip()))
    if found:
        yield f"{name} pattern P", row["id"], float(row["kind"] == "open")
    if row["kind"] == "open":
        yield f"{name} pattern R", row["id"], float(found)


def compare(found: Dateline, row: Row) -> dict[str, bool]:
    """Place, day, agency as written and the end of one dateline against the truth."""
    truth = [normal(place) for place in row["places"]]
    ours = [normal(place.text) for place in found.places]
    bare = [normal(_REGIONS.sub("", place.text)) for place in found.places]
    ends = {row["end"], row.get("end_alt") or row["end"]}
    return {
        "place": truth in (ours, bare),
        "date": normal(found.date_text) == normal(row["date"]),
        "agency": normal(found.agency_text) == normal(row["agency"]),
        "end": any(abs(found.end - end) <= 2 for end in ends),
    }


def normal(text: str | None) -> str:
    """Letters and digits only, in one case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text or "").casefold() if c.isalnum())


def wire_day(row: Row) -> date | None:
    """The day on which the wire sent a Reuters story."""
    stamp = row.get("wire_date", "")
    return datetime.strptime(stamp[:11].strip(), "%d-%b-%Y").date() if stamp else None


def measure_speed(rows: list[Row]) -> float:
    """Openings a second on one core, in the fastest of three rounds."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        for row in rows:
            parse_dateline(row["text"], row.get("lang"))
        best = min(best, time.process_time() - start)
    return len(rows) / best


_STATES = """ALA:Alabama ALASKA:Alaska ARIZ:Arizona ARK:Arkansas CALIF:California COLO:Colorado CONN:Connecticut
DEL:Delaware FLA:Florida GA:Georgia HAWAII:Hawaii IDAHO:Idaho ILL:Illinois IND:Indiana IOWA:Iowa KAN:Kansas KY:Kentucky
LA:Louisiana MAINE:Maine MD:Maryland MASS:Massachusetts MICH:Michigan MINN:Minnesota MISS:Mississippi MO:Missouri
MONT:Montana NEB:Nebraska NEV:Nevada NH:New_Hampshire NJ:New_Jersey NM:New_Mexico NY:New_York NC:North_Carolina
ND:North_Dakota OHIO:Ohio OKLA:Oklahoma ORE:Oregon PA:Pennsylvania RI:Rhode_Island SC:South_Carolina SD:South_Dakota
TENN:Tennessee TEX:Texas TEXAS:Texas UTAH:Utah VT:Vermont VA:Virginia WASH:Washington WVA:West_Virginia WIS:Wisconsin
WYO:Wyoming"""
AMERICAN = {
    code: ("US", name.replace("_", " ")) for code, name in (pair.split(":") for pair in _STATES.split())
}
AMERICAN |= {
    code: ("CA", name)
    for code, name in {"ONTARIO": "Ontario", "QUEBEC": "Quebec", "ALBERTA": "Alberta", "MANITOBA": "Manitoba",
                       "BRITISH COLUMBIA": "British Columbia", "SASKATCHEWAN": "Saskatchewan",
                       "NOVA SCOTIA": "Nova Scotia", "ONT": "Ontario"}.items()
}  # fmt: skip


def main() -> None:
    """Print the average of every metric."""
    sums: dict[str, list[float]] = defaultdict(list)
    for metric, _, value in items(Path(sys.argv[1])):
        sums[metric].append(value)
    for metric, values in sums.items():
        print(f"{metric:22} {sum(values) / len(values):10.4f}  n={len(values)}")


if __name__ == "__main__":
    main()
