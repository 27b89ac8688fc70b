"""A real server over an index of the seeds and a few hundred stories, and a real browser that plays scenarios.mjs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.web.browser.copy import write_copy
from tests.web.browser.prepare import find_chromium, missing

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
#: Kept to be looked at.
SCREENSHOTS = ROOT / "build" / "screenshots"
ENVIRONMENT = os.environ  # noqa: TID251 (tests have no settings of their own)
TOKEN = "a token for the tests of the login form"
PATIENCE_S = 600


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """What was wrong with each scenario, by name."""
    if problem := missing():
        if ENVIRONMENT.get("CI") == "true":
            pytest.fail(problem)
        pytest.skip(problem)
    folder = tmp_path_factory.mktemp("browser")
    target = f"file:{folder / 'index'}"
    write_copy(folder / "copy")
    ingest = [sys.executable, "-m", "copydesk", "ingest", "seeds", str(folder / "copy"), "--to", target]
    subprocess.run([*ingest, "--workers", "0"], cwd=ROOT, capture_output=True, check=False)
    with _serving(target) as base, _serving(target, COPYDESK_TOKEN=TOKEN) as locked:
        return _play(base=base, locked=locked, token=TOKEN)


@contextmanager
def _serving(target: str, **variables: str) -> Iterator[str]:
    """Give the address of `copydesk serve`, as it says it itself."""
    serve = [sys.executable, "-m", "copydesk", "serve", "--to", target, "--port", "0", "--rate", "0"]
    with subprocess.Popen(
        serve, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**ENVIRONMENT, **variables}
    ) as server:
        try:
            said = server.stderr.readline()
            assert "http://" in said, said
            yield said.split()[1].rstrip("/")
        finally:
            server.terminate()
            server.stderr.read()


def _play(**desk: str) -> Mapping[str, list[str]]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    order = {**desk, "chromium": find_chromium(), "screenshots": str(SCREENSHOTS)}
    node = subprocess.run(
        ["node", "scenarios.mjs", json.dumps(order)], cwd=HERE, capture_output=True, text=True, timeout=PATIENCE_S,
        check=False,
    )  # fmt: skip
    assert node.returncode == 0, node.stderr[-2000:]
    results = map(json.loads, node.stdout.splitlines())
    return {result["name"]: result["problems"] for result in results}
