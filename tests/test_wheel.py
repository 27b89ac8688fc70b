"""The wheel holds everything that runs: each data file of the packages, and a command that works from it alone."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ENVIRONMENT

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
PACKAGES = ("copydesk", "engines", "flows", "ledger", "sources", "transforms")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, built and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_every_file_of_the_packages_is_in_it(installed):
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert (installed / path.relative_to(ROOT)).is_file(), path


def test_it_works_alone(installed, tmp_path):
    copy = ROOT / "seeds/text/000_e10074b49ad8187b.txt"
    environment = {**ENVIRONMENT, "PYTHONPATH": str(installed)}
    for arguments in (["--help"], ["ingest", str(copy)], ["search", "olympics"], ["kibana", "export"]):
        subprocess.run(
            [sys.executable, "-P", "-m", "copydesk", *arguments],
            cwd=tmp_path, env=environment, check=True, capture_output=True,
        )  # fmt: skip
