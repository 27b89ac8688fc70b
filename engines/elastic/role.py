"""The least that an Elasticsearch must allow: a role, and a request for an API key that can do no more."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Any

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request for an administrator to send."""

    method: str
    path: str
    body: bytes  # JSON


def role_requests(index: str, role: str) -> tuple[Request, Request]:
    """Give the requests that make the role, and the API key, for the index of that name; either is enough.

    >>> role, key = role_requests("news", "copydesk")
    >>> role.method, role.path, key.path
    ('PUT', '/_security/role/copydesk', '/_security/api_key')
    """
    allowed = _allowed(index)
    return (
        Request(method="PUT", path=f"/_security/role/{role}", body=orjson.dumps(allowed)),
        Request(
            method="POST",
            path="/_security/api_key",
            body=orjson.dumps({"name": role, "role_descriptors": {role: allowed}}),
        ),
    )


def _allowed(index: str) -> dict[str, Any]:
    data = orjson.loads(resources.files("engines").joinpath("elastic/role.json").read_bytes())
    indices = [
        {**one, "names": [name.replace("NAME", index) for name in one["names"]]} for one in data["indices"]
    ]
    return {"cluster": data["cluster"], "indices": indices}
