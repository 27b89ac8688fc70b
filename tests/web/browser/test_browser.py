"""The pages in a real headless Chromium, driven by scenarios.mjs; `make` prepares what that needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

_SCENARIO = re.compile(r"^ *scenario\(([\"`])(.+?)\1,", re.MULTILINE)
_SOURCE = "".join(
    (Path(__file__).parent / name).read_text("utf-8")
    for name in ("scenarios.mjs", "languages.mjs", "looks.mjs")
)
#: Scenarios are many for one name that has `${…}`: there must be one at least.
NAMES = [name for _, name in _SCENARIO.findall(_SOURCE)]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", NAMES)
def test_scenario(name: str, played: Mapping[str, list[str]]) -> None:
    pattern = re.compile(".+".join(map(re.escape, re.split(r"\$\{\w+\}", name))))
    found = {one: problems for one, problems in played.items() if pattern.fullmatch(one)}
    assert found, f"nothing was played as {name}"
    assert not {one: problems for one, problems in found.items() if problems}
