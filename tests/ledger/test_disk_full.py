"""A full disk stops the run with a word and a hint, tears nothing, and the next run goes on."""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from ledger import LedgerError
from tests.ledger.driver import Corpus, Driver
from tests.ledger.test_laws import holds

CORPUS: Corpus = {
    f"folder/wire-{n:03}.jsonl": [(f"{n}-{i}", os.urandom(300).hex()) for i in range(30)] for n in range(60)
}


@pytest.fixture
def small_disk(mount_disk: Callable[[str], Path]) -> Path:
    return mount_disk("900k")


def fill(folder: Path, ballast: int) -> str:
    """Load until the disk is full; what was said."""
    (folder / "ballast").write_bytes(bytes(ballast))
    with pytest.raises((LedgerError, OSError)) as caught:
        drive(folder)
    assert isinstance(caught.value, LedgerError), caught.value
    assert "free some space" in caught.value.hint
    return str(caught.value)


def drive(folder: Path) -> None:
    engine = folder.parent / f"{folder.name}-engine"  # has a disk of its own
    engine.mkdir(exist_ok=True)
    (engine / "engine.log").touch()
    log = folder / "engine.log"
    if not log.is_symlink():
        log.symlink_to(engine / "engine.log")
    driver = Driver(folder)
    try:
        driver.run(CORPUS)
    finally:
        driver.ledger.close()
    driver.rejects.close()
    driver.raw.close()


@pytest.mark.parametrize("free", [60_000, 300_000])
def test_a_full_disk_stops_the_run_and_the_next_goes_on(small_disk: Path, free: int):
    said = fill(small_disk, 900 * 1024 - free)
    assert "cannot write" in said
    (small_disk / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    drive(small_disk)
    holds(small_disk, CORPUS)


def limited(folder: Path, limit: int, said: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        drive(folder)
    except LedgerError as err:
        said.send((str(err), err.hint))
    else:
        said.send(("it went well", ""))


@pytest.mark.parametrize("limit", [20_000, 200_000])
def test_a_file_that_may_not_grow_stops_the_run_and_the_next_goes_on(tmp_path: Path, limit: int):
    folder = tmp_path / "state"
    folder.mkdir()
    here, there = multiprocessing.Pipe(duplex=False)
    run = multiprocessing.get_context("fork").Process(target=limited, args=(folder, limit, there))
    run.start()
    message, hint = here.recv()
    run.join()
    here.close()
    there.close()
    assert "cannot write" in message
    assert "free some space" in hint
    drive(folder)
    holds(folder, CORPUS)
