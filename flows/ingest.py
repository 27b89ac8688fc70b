"""The ingest as a Prefect flow: `python -m flows.ingest seeds/`, or a deployment of prefect.yaml.

The work is that of `flows.steps`; here it is cut into tasks that Prefect's UI shows, retries and times: one
task a shard of up to 5,000 documents, never one a document (a task costs 5 ms here and 27 ms on its server).
Secrets are not parameters, which Prefect stores in clear: they come from the environment (flows.settings).
"""

from __future__ import annotations

import argparse
import sys
from typing import Any
from uuid import UUID

import orjson
from prefect import flow, get_run_logger, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task, exponential_backoff

from engines.contract import EngineError
from flows.opening import open_run
from flows.settings import Settings
from flows.shards import Shard
from flows.steps import Advance, Job, Run
from ledger.report import RunReport, render_report
from transforms.records import RunError


def _engine_was_away(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Retry only what may pass by itself; a refusal or a bug will not."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, EngineError) and error.passing


@task(
    name="load shard",
    task_run_name="{shard}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=exponential_backoff(backoff_factor=5),
    retry_jitter_factor=0.5,
    retry_condition_fn=_engine_was_away,
)
def load_shard(run: Run, shard: Shard) -> int:
    """Load one shard, verify it and enter it in the books; how many documents were sent."""
    return run.load(shard)


@flow(name="ingest", validate_parameters=False)
def ingest(
    paths: list[str], to: str | None = None, workers: int | None = None, prune: bool = False
) -> dict[str, Any]:
    """Read copy, clean it and load it; the run's report, the same as the command line's."""
    settings = Settings.from_env()
    logger = get_run_logger()
    progress = _start_progress()
    job = Job(
        paths=paths,
        workers=workers,
        detector=settings.detector,
        languages=settings.languages,
        prune=prune,
    )
    seen: list[Advance] = []
    with open_run(job, settings, to or settings.target, say=logger.info, advance=seen.append) as run:
        for shard in run.shards():
            load_shard(run, shard)
            update_progress_artifact(artifact_id=progress, progress=_percent(seen[-1]))
        report = run.report()
    update_progress_artifact(artifact_id=progress, progress=100.0)
    create_table_artifact(key="ingest-report", table=_rows(report), description=f"run {report.run_id}")
    logger.info("\n%s", render_report(report))
    return dict(orjson.loads(report.to_json()))


def _start_progress() -> UUID:
    artifact = create_progress_artifact(
        progress=0.0, key="ingest-progress", description="share of bytes read"
    )
    assert isinstance(artifact, UUID)  # not awaited: the flow is synchronous
    return artifact


def _percent(now: Advance) -> float:
    return 100.0 * now.bytes_done / now.bytes_total if now.bytes_total else 0.0


def _rows(report: RunReport) -> list[dict[str, Any]]:
    counts = report.counts
    ends = {
        "read": counts.read,
        "indexed": counts.indexed,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "duplicate": counts.duplicate,
        **{f"rejected: {reason}": number for reason, number in counts.rejected.items()},
        "verified": report.verified,
    }
    return [{"articles": name, "count": number} for name, number in ends.items()]


def main() -> int:
    """Run the flow once; 0 when all is well, 1 when something was rejected, 2 when it cannot run."""
    parser = argparse.ArgumentParser(prog="python -m flows.ingest", description="Ingest as a Prefect flow.")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--to", metavar="URL", help="file:PATH or http(s)://HOST:9200/NAME")
    parser.add_argument("--workers", type=int, help="processes that shape")
    parser.add_argument("--prune", action="store_true", help="remove what came from files that are gone")
    arguments = parser.parse_args()
    try:
        report = ingest(arguments.paths, arguments.to, arguments.workers, arguments.prune)
    except RunError as error:
        sys.stderr.write(f"copydesk: {error}\n" + (f"  try: {error.hint}\n" if error.hint else ""))
        return 2
    sys.stdout.write(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 1 if report["rejected"]["total"] or not report["balances"] else 0


if __name__ == "__main__":
    sys.exit(main())
