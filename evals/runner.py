"""Run the tasks, average their values, hold them against the floors of baseline.json."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

HERE = Path(__file__).parent
BASELINE = HERE / "baseline.json"
NOT_TASKS = frozenset({"__init__", "__main__", "runner"})
ALL = "all"  # the item of a metric that has one value: a speed, a ratio
RESAMPLES = 500
SEED = 20250317
_ROUND_DOWN = 1e-4

Values = dict[str, list[tuple[str, float]]]


class Task(Protocol):
    """A module of this folder that scores one thing."""

    TASK: str

    def items(self, data: Path) -> Iterable[tuple[str, str, float]]:
        """(metric, item, value); the item "all" is a value of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One metric: its mean, how far chance may have moved it, and what it must reach."""

    task: str
    metric: str
    value: float
    plus_minus: float | None  # half of the 95 % interval; None for a single value
    n: int
    floor: float | None
    at_most: bool  # the floor is a ceiling
    verdict: str  # "ok", "BELOW", "ABOVE" (a ceiling), "" without a floor


def find_tasks(folder: Path = HERE, package: str = "evals") -> dict[str, Task]:
    """Every task module of the folder, by its TASK."""
    names = sorted(path.stem for path in folder.glob("*.py") if path.stem not in NOT_TASKS)
    modules: list[Any] = [importlib.import_module(f"{package}.{name}") for name in names]
    return {module.TASK: module for module in modules if hasattr(module, "TASK")}


def run_task(task: Task, data: Path) -> Values:
    """All values of a task, by metric, in the order in which they first came."""
    values: Values = {}
    for metric, item, value in task.items(data):
        values.setdefault(metric, []).append((item, float(value)))
    return values


def summarise(task: str, values: Values, baseline: dict[str, Any]) -> Iterator[Result]:
    """One result a metric; a floor whose metric did not come counts as missed."""
    floors = baseline.get("floors", {}).get(task, {})
    tolerance = float(baseline.get("tolerance", 0.0))
    for metric, found in values.items():
        floor, at_most = read_floor(floors.get(metric))
        numbers = np.array([value for _, value in found])
        single = len(found) == 1 and found[0][0] == ALL
        yield Result(
            task=task,
            metric=metric,
            value=float(numbers.mean()),
            plus_minus=None if single else interval(numbers),
            n=len(found),
            floor=floor,
            at_most=at_most,
            verdict=judge(float(numbers.mean()), floor, at_most, tolerance),
        )
    for metric in floors.keys() - values.keys():
        floor, at_most = read_floor(floors[metric])
        yield Result(
            task=task,
            metric=metric,
            value=float("nan"),
            plus_minus=None,
            n=0,
            floor=floor,
            at_most=at_most,
            verdict="MISSING",
        )


def read_floor(entry: Any) -> tuple[float | None, bool]:
    """A floor is a number, a ceiling is {"at_most": number}."""
    if isinstance(entry, dict):
        return float(entry["at_most"]), True
    return (None if entry is None else float(entry)), False


def interval(numbers: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """Half the width of the 95 % interval of the mean, from a bootstrap that is the same every time."""
    chance = np.random.default_rng(SEED)
    means = [chance.choice(numbers, len(numbers)).mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(high - low) / 2


def judge(value: float, floor: float | None, at_most: bool, tolerance: float) -> str:
    """Whether a value keeps to its floor or ceiling, give or take the tolerance."""
    if floor is None:
        return ""
    if at_most:
        return "ok" if value <= floor + tolerance else "ABOVE"
    return "ok" if value >= floor - tolerance else "BELOW"


def table(results: list[Result]) -> str:
    """The results as lines of text, a task after the other."""
    width = max((len(result.metric) for result in results), default=6)
    lines = []
    for result in results:
        around = f"± {result.plus_minus:.4f}" if result.plus_minus is not None else ""
        bound = "" if result.floor is None else f"{'≤' if result.at_most else '≥'} {result.floor:.4g}"
        number = f"{result.value:.4f}" if abs(result.value) < 100 else f"{result.value:,.0f}"
        lines.append(
            f"{result.task:<10}{result.metric:<{width}}  {number:>9} {around:<9} {result.n:>6}  {bound:<10} {result.verdict}"
        )
    head = f"{'task':<10}{'metric':<{width}}  {'mean':>9} {'95 %':<9} {'n':>6}  {'floor':<10} verdict"
    return "\n".join([head, *lines])


def worst(found: list[tuple[str, float]], *, lowest: bool = True, count: int = 10) -> list[tuple[str, float]]:
    """The items that pull a metric down, or, under a ceiling, up."""
    return sorted(found, key=lambda item: item[1] if lowest else -item[1])[:count]


def read_baseline(path: Path = BASELINE) -> dict[str, Any]:
    """The floors; an empty table where there are none yet."""
    if not path.exists():
        return {"tolerance": 0.002, "floors": {}}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def raise_floors(baseline: dict[str, Any], results: list[Result]) -> dict[str, Any]:
    """The same baseline with floors where they were missing or are now surpassed; it lowers none."""
    floors = {task: dict(metrics) for task, metrics in baseline.get("floors", {}).items()}
    for result in results:
        of_task = floors.setdefault(result.task, {})
        if result.at_most:
            if result.value < (result.floor or 0.0):
                of_task[result.metric] = {"at_most": round(result.value + _ROUND_DOWN, 4)}
        elif result.plus_minus is not None and result.value > (result.floor or 0.0):
            of_task[result.metric] = round(result.value - _ROUND_DOWN / 2, 4)
    return {**baseline, "floors": floors}


def as_json(results: list[Result], values: dict[str, Values]) -> str:
    """Results and every single value, for another program."""
    table_of = [asdict(result) for result in results]
    return json.dumps({"results": table_of, "values": values}, ensure_ascii=False, indent=1)
