"""Runs `copydesk …` in a process of its own that is a hundredth of a second away, to be killed at any moment.

As a program it loads all that an ingest needs, then makes a child for each line of JSON that it is given. A
child is the command from its first line on, with small shards, so that a short run has many points to be
killed at. `Nursery` is its other end.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.phases import VARIABLE, tell_phases

ROOT = Path(__file__).parents[2]
SHARD_DOCUMENTS = 25
BATCH_DOCUMENTS = 5


@dataclass(slots=True)
class Child:
    """A command under way, in a session of its own."""

    pid: int
    output: Path
    nursery: Nursery
    code: int | None = None  # negative: the signal that ended it

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Send it, and all its workers, a signal; nothing when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, how)

    def wait(self) -> int:
        """Wait for its end; its exit code, or the signal that ended it as a negative number."""
        if self.code is None:
            self.code = self.nursery.ask({"wait": self.pid})
        return self.code

    def poll(self) -> int | None:
        """As `wait`, but None when it still runs."""
        if self.code is None and not _is_running(self.pid):
            self.wait()
        return self.code

    def said(self) -> str:
        """What it has printed so far, on both streams."""
        return self.output.read_text(errors="replace")


class Nursery:
    """A started nursery."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._number = 0

    def start(self, *arguments: str, **environment: str) -> Child:
        """Begin `copydesk ARGUMENTS`; keyword arguments are variables of its environment."""
        self._number += 1
        output = self._folder / f"{self._number}.txt"
        order = {"arguments": arguments, "environment": environment, "output": str(output)}
        return Child(self.ask(order), output, self)

    def run(self, *arguments: str, **environment: str) -> Child:
        """Run `copydesk ARGUMENTS` to its end."""
        child = self.start(*arguments, **environment)
        child.wait()
        return child

    def ask(self, order: Mapping[str, object]) -> int:
        """Give an order; the number that it is answered with."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def opened_nursery(folder: Path) -> Iterator[Nursery]:
    """Start a nursery; end it, and what it has under way, on leaving."""
    command = [sys.executable, "-m", "tests.chaos.nursery"]
    # Not measured: a Ctrl-C that comes while coverage holds its own lock would leave the child waiting for ever.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}  # noqa: TID251
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=unmeasured
    ) as process:
        assert process.stdin is not None
        try:
            yield Nursery(process, folder)
        finally:
            process.stdin.close()  # it ends


def _is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def run_copydesk(arguments: Sequence[str]) -> None:
    """Run the command with small shards; it ends the process."""
    import flows.reading
    import flows.shards
    from copydesk.cli import main

    flows.reading._BATCH_DOCUMENTS = BATCH_DOCUMENTS
    flows.shards._SHARD_DOCUMENTS = SHARD_DOCUMENTS
    if told := os.environ.get(VARIABLE):  # noqa: TID251 (a child's own)
        tell_phases(told)
    main(arguments)


def serve() -> None:
    """Carry out orders until standard input ends."""
    _load_everything()
    children: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
            children.discard(order["wait"])
        else:
            answer = _fork(order)
            children.add(answer)
        print(answer, flush=True)
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)


def _load_everything() -> None:
    """Do once what would take each child a second: import, and shape a story of each language."""
    for name in ("copydesk.run", "copydesk.generations", "engines.embedded", "engines.elastic"):
        importlib.import_module(name)
    from tests.chaos.corpus import LANGUAGES, story
    from transforms.recipe import to_articles
    from transforms.records import RawDocument

    for language in LANGUAGES:
        text = story(1, language=language)["body"]
        to_articles(RawDocument(origin="warm#1", media="text", text=text, single=True))


def _fork(order: Mapping[str, object]) -> int:
    output = os.open(str(order["output"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    pid = os.fork()
    if pid:
        os.close(output)
        _wait_for_group(pid)
        return pid
    os.setsid()
    for stream in (1, 2):
        os.dup2(output, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(order["environment"])  # type: ignore[call-overload]  # noqa: TID251 (a child's own)
    run_copydesk(order["arguments"])  # type: ignore[arg-type]
    raise AssertionError("main ends the process")


def _wait_for_group(pid: int) -> None:
    """Wait until the child leads a group of its own, so that a signal reaches it."""
    while True:
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(pid) == pid:
                return
        time.sleep(0.0005)


if __name__ == "__main__":
    if sys.argv[1:]:
        run_copydesk(sys.argv[1:])
    serve()
