"""A disk that fills up under the index, the ledger or the raw copy: a word and a hint, and the next run goes on."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from tests.chaos.corpus import as_lines, lay, story
from tests.chaos.holdings import agree, differences, read_holdings

pytestmark = pytest.mark.slow
STORIES = 300


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Stories that hardly compress, so that little copy needs much room."""
    dice = random.Random(5)
    stories = [story(n, more=" " + dice.randbytes(900).hex()) for n in range(STORIES)]
    return lay(tmp_path / "copy", {"wire.jsonl": as_lines(stories)}, second=1)


def resize(disk: Path, kilobytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", disk], check=True)


@pytest.mark.parametrize(
    ("full", "kilobytes"),
    [("index", 64), ("index", 700), ("ledger", 9), ("ledger", 100), ("raw copy", 9), ("raw copy", 150)],
)
def test_a_full_disk(nursery, copy, small_disk, tmp_path, full, kilobytes):
    index, state = tmp_path / "index", tmp_path / "state"
    command = ["ingest", str(copy), "--workers", "0"]
    if full == "index":
        index = small_disk / "index"
    elif full == "ledger":
        state = small_disk / "state"
        command.append("--no-keep")
    else:
        state.mkdir()
        (state / "raw").symlink_to(small_disk, target_is_directory=True)
    expected = nursery.run(*command, "--to", f"file:{tmp_path / 'undisturbed'}")
    assert expected.code == 0, expected.said()
    resize(small_disk, kilobytes)
    child = nursery.run(*command, "--to", f"file:{index}", COPYDESK_STATE=str(state))
    said = " ".join(child.said().split())
    assert child.code == 2, said
    assert "try: free some space" in said
    assert "Traceback" not in said
    resize(small_disk, 64_000)
    again = nursery.run(*command, "--to", f"file:{index}", COPYDESK_STATE=str(state))
    assert again.code == 0, again.said()
    held = read_holdings(f"file:{index}", state)
    agree(held)
    undisturbed = read_holdings(f"file:{tmp_path / 'undisturbed'}", tmp_path / "undisturbed" / "state")
    assert differences(held, undisturbed) == []
