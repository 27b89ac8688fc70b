"""The login form: a browser gives the token once, and gets a cookie for it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from copydesk.web.login import COOKIE, SESSION_S, Keys
from copydesk.web.pages.render import login_page
from copydesk.web.problems import Problem

_FIELDS = 4  # of the form, at most


def router(
    keys: Keys, blame: Callable[[Request], None], answered: Callable[[Problem], Response]
) -> APIRouter:
    """Give the routes of the form. `blame` is told of whoever gave a wrong token."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/login")
    def ask(request: Request) -> Response:
        return login_page(next_url=local_path(request.query_params.get("next", "/")))

    @routes.post("/login")
    async def log_in(request: Request) -> Response:
        if not _is_ours(request):
            return answered(_FOREIGN)
        form = await _form(request)
        next_url = local_path(form.get("next", "/"))
        if not keys.fits(form.get("token", "")):
            blame(request)
            return login_page(next_url=next_url, wrong=True)
        answer = RedirectResponse(next_url, status_code=303)
        answer.set_cookie(
            COOKIE, keys.session(), max_age=SESSION_S, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    @routes.post("/logout")
    def log_out(request: Request) -> Response:
        if not _is_ours(request):
            return answered(_FOREIGN)
        answer = RedirectResponse("/login", status_code=303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    return routes


_FOREIGN = Problem(
    status=403, detail="this form was sent from a page that is not ours", hint="log in at /login itself"
)


def local_path(asked: str) -> str:
    r"""A path of ours to go to; "/" for what leads, or may be taken to lead, elsewhere.

    >>> local_path("/?q=rain"), local_path("//example.org"), local_path("/\\example.org"), local_path("https:x")
    ('/?q=rain', '/', '/', '/')
    """
    is_ours = asked.startswith("/") and asked[1:2] not in ("/", "\\") and asked.isprintable()
    return asked if is_ours and asked.isascii() else "/"


async def _form(request: Request) -> dict[str, str]:
    """The first value of each field; the gate has seen that the body is short."""
    text = (await request.body()).decode("ascii", "replace")
    try:
        fields = parse_qs(text, max_num_fields=_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _is_ours(request: Request) -> bool:
    """Whether the form comes from a page of ours; a browser says so with every form, a program need not."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
