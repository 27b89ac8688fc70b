"""Fixtures of the chaos tests: how many points, at which moments, and a nursery to run commands in.

Settings, read here only:
COPYDESK_TEST_CHAOS: "long" for the long form (make chaos);
COPYDESK_TEST_CHAOS_SEED: the seed of every random moment; it is printed when a test fails.

What was killed, and while it did what, is told at the end of the session.
"""

from __future__ import annotations

import os
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.nursery import Nursery, opened_nursery

ENVIRONMENT = os.environ  # noqa: TID251 (tests have no settings of their own)
Told = Callable[[str, Counter[str]], None]
_TOLD = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def long_form() -> bool:
    """Whether there is time for hundreds of points."""
    return ENVIRONMENT.get("COPYDESK_TEST_CHAOS") == "long"


@pytest.fixture
def chance() -> random.Random:
    """Random moments, the same again with the same seed."""
    print(f"COPYDESK_TEST_CHAOS_SEED={_seed()}")
    return random.Random(_seed())


def _seed() -> str:
    return ENVIRONMENT.get("COPYDESK_TEST_CHAOS_SEED", "1")


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Told:
    """Keep for the end of the session what was killed how often, by what it did, and nothing was lost by it."""
    lines = request.config.stash.setdefault(_TOLD, [])

    def keep(what: str, cut: Counter[str]) -> None:
        points = ", ".join(f"{count} {phase}" for phase, count in cut.most_common())
        lines.append(f"{what}: killed at {cut.total()} points, 0 lost, 0 doubled ({points})")

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was killed."""
    if lines := config.stash.get(_TOLD, []):
        terminalreporter.section(f"chaos, seed {_seed()}")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """A process that makes a `copydesk` in a hundredth of a second."""
    with opened_nursery(tmp_path_factory.mktemp("nursery")) as opened:
        yield opened


@pytest.fixture
def new_index(elasticsearch_url: str, elasticsearch_options: dict[str, str]) -> Iterator[Callable[[], str]]:
    """Give addresses of indexes that nobody else uses; removed afterwards."""
    from elasticsearch import Elasticsearch

    if elasticsearch_options:
        pytest.skip("the chaos tests speak to a node without security")
    names: list[str] = []

    def make() -> str:
        names.append(f"copydesk-chaos-{uuid.uuid4().hex[:12]}")
        return f"{elasticsearch_url}/{names[-1]}"

    yield make
    with Elasticsearch(elasticsearch_url) as client:
        for name in names:
            if found := list(client.indices.get(index=f"{name}.*", filter_path="*.aliases").body):
                client.indices.delete(index=",".join(found))


@pytest.fixture
def small_disk(mount_disk: Callable[[str], Path]) -> Path:
    """A disk in memory, of 64 MB, to be made small by `resize`."""
    return mount_disk("64m")
