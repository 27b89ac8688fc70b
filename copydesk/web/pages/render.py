"""Templates to answers. Everything is escaped but what says that it is HTML."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from copydesk import __version__
from copydesk.web.pages.days import moment_in_words
from copydesk.web.pages.names import country_name, language_of


def show(template: str, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """Answer with a page. What cannot be written in UTF-8, as the bytes of odd file names, is spelled out."""
    page = _environment().get_template(template).render(context)
    return HTMLResponse(page.encode("utf-8", "backslashreplace"), status_code=status_code)


def error_page(status: int, message: str = "", hint: str = "") -> HTMLResponse:
    """Answer with a page that says what went wrong, and what to do."""
    title = HTTPStatus(status).phrase
    return show("error.html", status_code=status, code=status, title=title, message=message, hint=hint)


def login_page(*, next_url: str = "/", wrong: bool = False) -> HTMLResponse:
    """Ask for the token. The form posts `token` and `next` to /login."""
    return show("login.html", status_code=401 if wrong else 200, next_url=next_url, wrong=wrong)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("copydesk.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(static=_static, version=__version__, language_of=language_of)
    environment.filters.update(
        number="{:,}".format, country=country_name, moment=moment_in_words, sentence=_sentence, times=_times
    )
    return environment


def _sentence(text: str) -> str:
    """Make a sentence of a message.

    >>> _sentence("there is no index in var/index"), _sentence("")
    ('There is no index in var/index.', '')
    """
    ended = text if text.endswith((".", "!", "?", "…")) or not text else f"{text}."
    return ended[:1].upper() + ended[1:]


def _times(count: int, one: str, many: str | None = None) -> str:
    """Count a thing in words.

    >>> _times(1, "article"), _times(1200, "article"), _times(2, "story", "stories")
    ('1 article', '1,200 articles', '2 stories')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


@cache
def _static(name: str) -> str:
    """Give a file's address, which changes with its content, so that browsers may keep it."""
    content = files("copydesk.web.pages").joinpath("static", name).read_bytes()
    return f"/static/{name}?{blake2b(content, digest_size=4).hexdigest()}"
