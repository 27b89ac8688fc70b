"""The two lines of Elasticsearch that are tested, and where a prepared one lies."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One release that the tests run against."""

    version: str
    sha256: str  # of the distribution: its registry serves no checksum beside it
    java: int  # the oldest Java that starts it

    @property
    def home(self) -> Path:
        """Where `prepare` puts it."""
        return cache_folder() / f"elasticsearch-{self.version}"

    @property
    def is_prepared(self) -> bool:
        """Whether it lies there with the plugin of today's source."""
        mark = self.home / "prepared"
        return mark.exists() and mark.read_text() == self.fingerprint

    @property
    def fingerprint(self) -> str:
        """Changes when the distribution or the plugin's source changes."""
        return hashlib.sha256(self.sha256.encode() + plugin_source().read_bytes()).hexdigest()


def read_line(name: str) -> Line:
    """The line "9" or "8"."""
    return Line(**json.loads((FOLDER / "lines.json").read_bytes())[name])


def plugin_source() -> Path:
    """Our plugin: one file of Java."""
    return FOLDER / "plugin" / "AnalysisForTests.java"


def cache_folder() -> Path:
    """Outside the work tree. Root's home is closed to the user that Elasticsearch runs as."""
    return Path("/var/cache/copydesk-tests") if os.geteuid() == 0 else Path.home() / ".cache/copydesk-tests"


@cache
def find_jdk(oldest: int) -> Path | None:
    """The lowest JDK that is new enough: the registered one and those that lie beside it."""
    found = sorted((version, home) for home in _jdk_homes() if (version := _java_version(home)) >= oldest)
    return found[0][1] if found else None


def _jdk_homes() -> set[Path]:
    registered = shutil.which("javac")
    if registered is None:
        return set()
    home = Path(registered).resolve().parent.parent
    return {javac.resolve().parent.parent for javac in home.parent.glob("*/bin/javac")} | {home}


def _java_version(home: Path) -> int:
    run = subprocess.run([home / "bin/javac", "-version"], capture_output=True, text=True, check=False)
    match = re.search(r"javac (\d+)", run.stdout + run.stderr)
    return int(match[1]) if match else 0
