"""Stays and runs the ingest flow on a schedule, against a Prefect server."""

from __future__ import annotations

from prefect.settings import get_current_settings

from flows.ingest import ingest
from flows.settings import SettingsError


def serve(paths: list[str], target: str, cron: str) -> None:
    """Register the deployment `ingest/copydesk` and run it when `cron` (UTC) says; returns when interrupted.

    One run at a time: a second on the same index would only wait for the first.
    """
    if not get_current_settings().api.url:
        raise SettingsError(
            "no Prefect server is set: one that starts by itself cannot keep a schedule",
            hint="prefect server start, then PREFECT_API_URL=http://127.0.0.1:4200/api",
        )
    ingest.serve(name="copydesk", cron=cron, parameters={"paths": paths, "to": target}, limit=1)
