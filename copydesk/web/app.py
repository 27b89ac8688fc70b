"""The web application: the API, the feeds, and the pages of one index.

The pages are at `/`, `/articles/{id}` and `/status`; what they load is under `/static`. A request passes, from the
outside: Watch (headers, counts), Gate (what is let in), Patience (how long it may take), the routes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Scope

from copydesk.web import api, pages, session
from copydesk.web.bucket import Buckets
from copydesk.web.desk import Desk
from copydesk.web.gate import WRONG_TOKEN_COSTS, Gate, client_of, is_api, plain_names
from copydesk.web.login import Keys
from copydesk.web.metrics import Measures
from copydesk.web.parameters import ParameterError
from copydesk.web.patience import Patience
from copydesk.web.problems import Problem, of_parameters, of_run_error, problem_response
from copydesk.web.watch import Watch
from transforms.records import RunError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one client may ask for, and how long an answer may take."""

    requests_per_s: float = 1_000.0  # of one client, on average; 0: as many as it likes
    burst: int = 4_000  # requests at once, before the average counts
    timeout_s: float = 30.0
    waiting: int = 500  # requests under way; more are refused


def create_app(
    desk: Desk,
    *,
    token: str | None = None,
    limits: Limits | None = None,
    names: Iterable[str] = (),
    verbose: bool = False,
) -> ASGIApp:
    """Make the application. With a token every request must carry it; the desk is closed by who opened it.

    `names`: what the server is called, beside localhost and addresses. `verbose`: a line on standard error for
    each request.
    """
    allowed = limits or Limits()
    keys = Keys(token) if token else None
    buckets = Buckets(allowed.requests_per_s, allowed.burst)
    measures = Measures(desk)
    app = FastAPI(title="copydesk", docs_url=None, redoc_url=None, openapi_url=None)
    _add_routes(app, desk, measures)
    if keys:
        app.include_router(session.router(keys, partial(_blame, buckets), partial(answered, _PAGE)))
    _add_errors(app)
    patient = Patience(app=app, timeout_s=allowed.timeout_s, waiting=allowed.waiting, answered=answered)
    gate = Gate(app=patient, buckets=buckets, keys=keys, names=plain_names(names), answered=answered)
    return Watch(app=gate, measures=measures, verbose=verbose)


def answered(scope: Scope, problem: Problem) -> Response:
    """Tell of a problem: a program in JSON, people with a page."""
    if is_api(scope["path"]):
        return problem_response(problem)
    page = pages.error_page(problem.status, problem.detail, problem.hint)
    page.headers.update(problem.headers)
    return page


_PAGE: Scope = {"path": "/"}


def _blame(buckets: Buckets, request: Request) -> None:
    buckets.fine(client_of(request.scope), WRONG_TOKEN_COSTS)


def _add_routes(app: FastAPI, desk: Desk, measures: Measures) -> None:
    app.include_router(api.router(desk))
    app.include_router(pages.router(desk))
    app.mount("/static", pages.static_files())

    @app.get("/healthz")
    async def health() -> Response:
        return api.as_json({"status": "ok"})

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(measures.render(), media_type=CONTENT_TYPE_LATEST)


def _add_errors(app: FastAPI) -> None:
    """Tell of what a route could not do; a bug is logged with its traceback, and told without."""

    @app.exception_handler(ParameterError)
    async def parameters(request: Request, error: ParameterError) -> Response:
        return answered(request.scope, of_parameters(error))

    @app.exception_handler(RunError)
    async def run_error(request: Request, error: RunError) -> Response:
        return answered(request.scope, of_run_error(error))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        detail = (
            error.detail if error.detail != "Not Found" else f"there is nothing at {request.url.path[:200]}"
        )
        problem = Problem(status=error.status_code, detail=detail, headers=error.headers or {})
        return answered(request.scope, problem)

    @app.exception_handler(Exception)
    async def bug(request: Request, _: Exception) -> Response:
        return answered(request.scope, _BUG)


_BUG = Problem(
    status=500, detail="this is a mistake of ours", hint="its traceback is in the log of copydesk serve"
)
