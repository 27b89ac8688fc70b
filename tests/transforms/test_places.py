import json
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from transforms.dateline import parse_dateline
from transforms.dateline.place_choice import choose_place, is_region, is_town
from transforms.places import HEADER, MAGIC, Known, find_places, fold_name

TABLE = files("transforms") / "data" / "places.bin"
ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases" / "places.jsonl").read_text("utf-8").splitlines()
]
MOST_BYTES, MOST_OPENING_S, MOST_MEMORY_KB = 8_000_000, 0.05, 80_000
_MEASURE = """
import pathlib, resource, transforms.places as places
def resident_kb():  # not ru_maxrss: a process begins with that of its parent
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024
before = resident_kb()
for number in range(20_000):
    places.find_places(f"Neustadt {number}")
places.find_places("Paris")
print(resident_kb() - before)
"""


def mark(row: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(reason=row["comment"])] if row["expect"] == "fail" else []
    return pytest.param(row, id=row["text"][:24], marks=marks)


def first(name: str) -> Known:
    return max(find_places(name), key=lambda known: known.population)


def test_table_is_small_and_of_this_version() -> None:
    data = TABLE.read_bytes()
    assert len(data) < MOST_BYTES
    assert HEADER.unpack_from(data)[0] == MAGIC


def test_table_opens_at_once() -> None:
    from transforms import places

    places._open_table.cache_clear()
    start = time.process_time()
    places.find_places.__wrapped__("Paris")
    assert time.process_time() - start < MOST_OPENING_S


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks Linux")
def test_table_takes_little_memory() -> None:
    done = subprocess.run([sys.executable, "-c", _MEASURE], capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) < MOST_MEMORY_KB


@pytest.mark.parametrize(
    ("name", "known"),
    [("PEKING", "Beijing"), ("Bombay", "Mumbai"), ("москва", "Moscow"), ("東京", "Tokyo"), ("نيويورك", "New York"),
     ("प्रयागराज", "Prayagraj"), ("Den Haag", "The Hague"), ("DUESSELDORF", "Düsseldorf"), ("St. Louis", "St. Louis"),
     ("St Petersburg", "Saint Petersburg"), ("Ste Agathe des Monts", "Sainte-Agathe-des-Monts"), ("WEST BERLIN", "Berlin"), ("纽约", "New York")],
)  # fmt: skip
def test_a_place_is_found_by_its_other_names(name: str, known: str) -> None:
    assert first(name).name == known


def test_table_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from transforms import places

    monkeypatch.setattr(places, "MAGIC", MAGIC + 1)
    places._open_table.cache_clear()
    with pytest.raises(ValueError, match="another version"):
        places.find_places.__wrapped__("Paris")
    monkeypatch.undo()
    places._open_table.cache_clear()


@pytest.mark.parametrize("name", ["", " ", ".", "x" * 200, "\ud800", "Question", "\x00"])
def test_no_place(name: str) -> None:
    assert find_places(name) == ()


@pytest.mark.parametrize("name", ["N.Y.", "Ont.", "Alemania", "Rumunija", "USSR", "英国", "Schottland"])
def test_is_region(name: str) -> None:
    assert is_region(name)


def test_is_town() -> None:
    assert (is_town("Paris"), is_town("Calif.")) == (True, False)


@pytest.mark.parametrize(
    ("text", "regions", "country", "where"),
    [("PARIS", (), None, ("FR", "Île-de-France")), ("PARIS", ("Texas",), None, ("US", "Texas")),
     ("CAMBRIDGE", ("Mass.",), None, ("US", "Massachusetts")), ("CAMBRIDGE", (), None, ("GB", "England")),
     ("LONDON", ("Ontario",), None, ("CA", "Ontario")), ("ISLAMABAD", (), None, ("PK", "Islamabad")),
     ("VENICE", (), None, ("IT", "Veneto")), ("SPRINGFIELD", ("Ill.",), None, ("US", "Illinois")),
     ("Córdoba", (), "AR", ("AR", "Cordoba")), ("Córdoba", (), "ES", ("ES", "Andalusia")),
     ("Nowhereville", ("Ohio",), None, ("US", "Ohio")), ("GAVÁ", ("Barcelona",), None, ("ES", "Catalonia"))],
)  # fmt: skip
def test_choice(text: str, regions: tuple[str, ...], country: str | None, where: tuple[str, str]) -> None:
    place, _ = choose_place(text, regions, country=country)
    assert place is not None
    assert (place.country, place.admin1) == where
    assert 0 < place.confidence <= 1


@pytest.mark.parametrize("row", [mark(row) for row in ROWS])
def test_of_several_towns_of_one_name_the_one_that_is_meant(row: dict[str, Any]) -> None:
    found = parse_dateline(row["text"], row["language"], country=row["publisher"])
    assert found is not None
    (place,) = found.places
    country, _, state = row["where"].partition(":")
    assert (place.country, place.admin1 if state else "") == (country, state)
    assert place.location is not None


def test_fold_name() -> None:
    assert fold_name("İzmir") == fold_name("IZMIR")
    assert fold_name("أنقرة") == fold_name("انقره")
