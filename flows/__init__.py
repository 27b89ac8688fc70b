"""DRIVE: the steps in plain Python, and the thin Prefect flows around them.

Prefect reports what it does to its makers unless told not to, before it is imported: that is done here, as
this package is the only one that imports it.
"""

import os

_ENVIRONMENT = os.environ  # noqa: TID251  # for Prefect, which has no other way to be told
_ENVIRONMENT.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
_ENVIRONMENT.setdefault("DO_NOT_TRACK", "1")
# A server of its own takes up to 25 s to start on a busy machine; Prefect gives it 20.
_ENVIRONMENT.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
