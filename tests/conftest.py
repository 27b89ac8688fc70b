"""Fixtures for every test: a genuine Elasticsearch, when one is prepared or pointed at.

Settings, read here only:
COPYDESK_TEST_ELASTICSEARCH: address of a full cluster to use instead of a node of our own;
COPYDESK_TEST_ELASTICSEARCH_API_KEY, _CA: how to get in there;
COPYDESK_TEST_ELASTICSEARCH_LINE: "9" (default) or "8";
CI: "true" makes a missing engine a failure.
"""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.elasticsearch.lines import Line, read_line
from tests.elasticsearch.node import Node, running

ENVIRONMENT = os.environ  # noqa: TID251 (tests have no settings of their own)
ADDRESS = "COPYDESK_TEST_ELASTICSEARCH"


@pytest.fixture(scope="session")
def elasticsearch_line() -> Line:
    """The line that this session tests, prepared."""
    name = ENVIRONMENT.get(f"{ADDRESS}_LINE", "9")
    line = read_line(name)
    if not line.is_prepared:
        _missing(f"Elasticsearch {line.version} is not prepared: run `make elasticsearch`")
    return line


@pytest.fixture(scope="session")
def start_elasticsearch(elasticsearch_line: Line) -> Callable[..., AbstractContextManager[Node]]:
    """For tests that need a node with settings, faults or security of its own."""

    def start(**options: object) -> AbstractContextManager[Node]:
        return running(elasticsearch_line, **options)

    return start


@pytest.fixture(scope="session")
def elasticsearch_options() -> dict[str, str]:
    """What opens the engine besides its address."""
    names = {"api_key": f"{ADDRESS}_API_KEY", "ca": f"{ADDRESS}_CA"}
    return {option: ENVIRONMENT[name] for option, name in names.items() if name in ENVIRONMENT}


@pytest.fixture(scope="session")
def elasticsearch_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a genuine Elasticsearch, without an index name."""
    if ADDRESS in ENVIRONMENT:
        yield ENVIRONMENT[ADDRESS].rstrip("/")
        return
    with running(request.getfixturevalue("elasticsearch_line")) as node:
        yield node.url


@pytest.fixture
def elasticsearch_index(elasticsearch_url: str, elasticsearch_options: dict[str, str]) -> Iterator[str]:
    """Address of an index that no other test uses: `http://…/copydesk-test-…`; removed afterwards."""
    from elasticsearch import Elasticsearch

    name = f"copydesk-test-{uuid.uuid4().hex[:12]}"
    yield f"{elasticsearch_url}/{name}"
    options = {"ca_certs" if key == "ca" else key: value for key, value in elasticsearch_options.items()}
    with Elasticsearch(elasticsearch_url, **options) as client:
        if found := list(client.indices.get(index=f"{name}.*", filter_path="*.aliases").body):
            client.indices.delete(index=",".join(found))


@pytest.fixture
def mount_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Give a function that makes a disk in memory of a size such as "64m", at most one a test; needs root."""
    folder = tmp_path / "disk"

    def mount(size: str) -> Path:
        if os.geteuid() != 0:
            pytest.skip("mounting a small tmpfs needs root")
        folder.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip(f"cannot mount a small tmpfs: {mounted.stderr.strip()}")
        return folder

    yield mount
    if folder.is_mount():
        subprocess.run(["umount", folder], check=True)


def _missing(reason: str) -> None:
    if ENVIRONMENT.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
