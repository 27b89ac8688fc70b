"""What the pages load. Their addresses change with the content, so that browsers may keep it for good."""

from __future__ import annotations

import os
from importlib.resources import files

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_FOR_GOOD = "public, max-age=31536000, immutable"


class _Kept(StaticFiles):
    """Starlette's, with leave to be kept; without the digest in the address only until it changes."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = _FOR_GOOD if scope["query_string"] else "no-cache"
        return response


def static_files() -> StaticFiles:
    """Give what is to be mounted under /static."""
    return _Kept(directory=str(files("copydesk.web.pages") / "static"))
