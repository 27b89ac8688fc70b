"""`python -m evals DATA`: score every task on a data folder and hold it against the floors."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from evals import runner


def main(arguments: list[str] | None = None, tasks: dict[str, runner.Task] | None = None) -> int:
    """Exit status: 0 all floors kept, 1 one was missed, 2 nothing could be run."""
    options = read_arguments(arguments)
    known = tasks if tasks is not None else runner.find_tasks()
    wanted = options.task.split(",") if options.task else sorted(known)
    unknown = sorted(set(wanted) - set(known))
    if unknown or not options.data.is_dir():
        what = f"unknown task {', '.join(unknown)}; there are {', '.join(sorted(known))}" if unknown else ""
        print(f"evals: {what or f'no folder {options.data}'}", file=sys.stderr)
        return 2
    baseline = runner.read_baseline(options.baseline)
    values: dict[str, runner.Values] = {}
    results: list[runner.Result] = []
    for name in wanted:
        started = time.perf_counter()
        values[name] = runner.run_task(known[name], options.data)
        results += runner.summarise(name, values[name], baseline)
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    print(runner.table(results))
    if options.worst:
        show_worst(options.worst, values, results)
    if options.json:
        options.json.write_text(runner.as_json(results, values), encoding="utf-8")
    if options.update:
        text = json.dumps(runner.raise_floors(baseline, results), ensure_ascii=False, indent=2)
        options.baseline.write_text(text + "\n", encoding="utf-8")
    return int(any(result.verdict not in ("", "ok") for result in results))


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    parser.add_argument("data", type=Path, help="the data folder; see evals/README.md")
    parser.add_argument("--task", help="only these, separated by commas")
    parser.add_argument("--worst", metavar="METRIC", help="name the ten worst items of a metric")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write results and values")
    parser.add_argument("--update", action="store_true", help="raise the floors to what was reached")
    parser.add_argument("--baseline", type=Path, default=runner.BASELINE, metavar="FILE", help="the floors")
    return parser.parse_args(arguments)


def show_worst(metric: str, values: dict[str, runner.Values], results: list[runner.Result]) -> None:
    """Print the ten items that pull a metric down."""
    for result in results:
        if result.metric == metric:
            print(f"\nworst of {result.task} {metric}")
            for item, value in runner.worst(values[result.task].get(metric, []), lowest=not result.at_most):
                print(f"  {value:8.4f}  {item}")


if __name__ == "__main__":
    sys.exit(main())
