import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals import runner
from evals.__main__ import main


class Made:
    """A task of our own: one file of numbers in the data folder."""

    TASK = "made"

    def items(self, data: Path) -> Iterator[tuple[str, str, float]]:
        for row in json.loads((data / "made.json").read_text("utf-8")):
            yield row["metric"], row["item"], row["value"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [{"metric": "right", "item": f"item {n}", "value": n % 4 != 0} for n in range(40)]
    rows += [{"metric": "junk", "item": f"item {n}", "value": n / 100} for n in range(4)]
    rows += [{"metric": "pages_per_s", "item": "all", "value": 1234.5}]
    (tmp_path / "made.json").write_text(json.dumps(rows), "utf-8")
    return tmp_path


def run(data: Path, *options: str, floors: dict[str, object] | None = None) -> int:
    baseline = data / "baseline.json"
    if floors is not None:
        baseline.write_text(json.dumps({"tolerance": 0.01, "floors": {"made": floors}}), "utf-8")
    return main([str(data), "--baseline", str(baseline), *options], {"made": Made()})


def test_table_and_status_without_floors(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["task", "metric", "mean", "95", "%", "n", "floor", "verdict"]
    assert lines[1].split()[:3] == ["made", "right", "0.7500"]
    assert lines[3].split() == ["made", "pages_per_s", "1,234", "1"]  # one value: no interval


@pytest.mark.parametrize(
    ("floors", "status", "verdict"),
    [
        ({"right": 0.75}, 0, "ok"),
        ({"right": 0.759}, 0, "ok"),  # within the tolerance
        ({"right": 0.77}, 1, "BELOW"),
        ({"junk": {"at_most": 0.02}}, 0, "ok"),
        ({"junk": {"at_most": 0.001}}, 1, "ABOVE"),
        ({"gone": 0.5}, 1, "MISSING"),
    ],
)
def test_floors(
    data: Path, capsys: pytest.CaptureFixture[str], floors: dict[str, object], status: int, verdict: str
) -> None:
    assert run(data, floors=floors) == status
    assert verdict in capsys.readouterr().out


def test_worst_items_are_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(data, "--worst", "right")
    named = capsys.readouterr().out.split("worst of made right")[1].strip().splitlines()
    assert len(named) == 10
    assert named[0].split() == ["0.0000", "item", "0"]
    run(data, "--worst", "junk", floors={"junk": {"at_most": 1}})
    assert "0.0300  item 3" in capsys.readouterr().out.split("worst of made junk")[1].splitlines()[1]


def test_update_raises_and_never_lowers(data: Path) -> None:
    floors: dict[str, object] = {"right": 0.5, "junk": {"at_most": 0.9}, "kept": 0.9}
    run(data, "--update", floors=floors)
    made = json.loads((data / "baseline.json").read_text("utf-8"))["floors"]["made"]
    assert made["right"] == pytest.approx(0.75, abs=1e-4)
    assert made["junk"]["at_most"] == pytest.approx(0.015, abs=2e-4)
    assert made["kept"] == 0.9
    assert "pages_per_s" not in made
    run(data, "--update", floors={"right": 0.9})
    assert json.loads((data / "baseline.json").read_text("utf-8"))["floors"]["made"]["right"] == 0.9


def test_json_has_results_and_values(data: Path) -> None:
    run(data, "--json", str(data / "out.json"))
    out = json.loads((data / "out.json").read_text("utf-8"))
    assert {result["metric"]: result["n"] for result in out["results"]} == {
        "right": 40,
        "junk": 4,
        "pages_per_s": 1,
    }
    assert out["values"]["made"]["right"][0] == ["item 0", 0.0]


def test_intervals_are_the_same_every_time(data: Path) -> None:
    values = runner.run_task(Made(), data)
    first, second = (list(runner.summarise("made", values, {})) for _ in range(2))
    assert first == second
    assert first[0].plus_minus == pytest.approx(1.96 * (0.75 * 0.25 / 40) ** 0.5, rel=0.25)


def test_what_cannot_run_says_so(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(data), "--task", "made,other"], {"made": Made()}) == 2
    assert "unknown task other; there are made" in capsys.readouterr().err
    assert main([str(data / "nowhere")], {"made": Made()}) == 2
    assert "no folder" in capsys.readouterr().err


def test_task_modules_are_found_and_the_floors_are_read() -> None:
    assert runner.find_tasks().keys() >= {"language", "dateline", "paste", "html"}
    baseline = runner.read_baseline()
    assert baseline["floors"]["language"]
    assert runner.read_baseline(Path("nowhere.json")) == {"tolerance": 0.002, "floors": {}}
