"""Opens the index that a run loads or a question asks."""

from __future__ import annotations

from engines import open_engine
from engines.contract import Engine
from flows.settings import Settings


def open_target(settings: Settings, target: str) -> Engine:
    """Open the index at `target` with the secrets of the settings. Nothing is connected to yet.

    Of a key and a password the key is used: the client takes only one of them, and the key may do less.
    """
    if not target.startswith(("http:", "https:")):
        return open_engine(target)
    return open_engine(
        target,
        user=None if settings.elastic_api_key else settings.elastic_user,
        password=None if settings.elastic_api_key else settings.elastic_password,
        api_key=settings.elastic_api_key,
        ca=settings.elastic_ca,
        fingerprint=settings.elastic_fingerprint,
    )
