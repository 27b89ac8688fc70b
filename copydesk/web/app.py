"""The web application: the API, the feeds, and the pages of one index.

The pages are at `/`, `/articles/{id}` and `/status`; what they load is under `/static`.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI

from copydesk.web import api
from copydesk.web.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one client may ask for, and how long an answer may take."""

    requests_per_s: float = 50.0  # of one client, on average; 0: as many as it likes
    burst: int = 200  # requests at once, before the average counts
    timeout_s: float = 30.0
    waiting: int = 100  # requests under way; more are refused


def create_app(desk: Desk, *, token: str | None = None, limits: Limits | None = None) -> FastAPI:
    """Make the application. With a token every request must carry it; the desk is closed by who opened it."""
    app = FastAPI(title="copydesk", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk, app.state.token, app.state.limits = desk, token, limits or Limits()
    app.include_router(api.router(desk))
    return app
