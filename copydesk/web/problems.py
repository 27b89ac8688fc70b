"""What went wrong with a request, as RFC 9457 has it: problem JSON that says what to do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson
from fastapi import Response

from copydesk.web.parameters import ParameterError, Wrong
from engines.contract import EngineError
from transforms.records import RunError

#: When to come back to an engine that is away, and to one that will not work before somebody has done something.
_SOON_S, _LATER_S = 5, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One answer that is none."""

    status: int
    detail: str  # what is wrong, and with what
    hint: str = ""  # what to do
    wrong: tuple[Wrong, ...] = ()  # parameters
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The name of the status: "Not Found"."""
        return HTTPStatus(self.status).phrase


def problem_response(problem: Problem) -> Response:
    """Answer with it.

    Source: RFC 9457 §3 (`type` is about:blank, so that `title` is the status' own), §3.2 (members of our own)
    """
    told: dict[str, object] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": _printable(problem.detail),
    }
    if problem.hint:
        told["hint"] = _printable(problem.hint)
    if problem.wrong:
        told["parameters"] = [
            {"name": _printable(one.parameter), "detail": _printable(one.detail)} for one in problem.wrong
        ]
    return Response(
        orjson.dumps(told),
        status_code=problem.status,
        headers=dict(problem.headers),
        media_type="application/problem+json",
    )


def of_parameters(error: ParameterError) -> Problem:
    """Name every parameter that is wrong."""
    return Problem(
        status=400,
        detail=str(error),
        hint="every parameter is described in /api/openapi.json",
        wrong=error.wrong,
    )


def of_run_error(error: RunError) -> Problem:
    """Tell what the index or its books cannot do, and when to ask again."""
    passing = isinstance(error, EngineError) and error.passing
    return Problem(
        status=503,
        detail=str(error),
        hint=error.hint,
        headers={"Retry-After": str(_SOON_S if passing else _LATER_S)},
    )


def too_many(wait_s: float) -> Problem:
    """Too many requests of one client."""
    wait = max(1, math.ceil(wait_s))
    return Problem(
        status=429,
        detail="too many requests from this address",
        hint=f"wait {wait} s; copydesk serve --rate says how many are allowed",
        headers={"Retry-After": str(wait)},
    )


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
