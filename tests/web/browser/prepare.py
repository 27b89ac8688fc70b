"""Get what the browser tests need: `python -m tests.web.browser.prepare`.

Chromium is Debian's package: as root it is installed when it is missing, else this says what to do. What drives it
(playwright-core) and what looks for barriers (axe-core) come by npm, as package-lock.json has them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENT = os.environ  # noqa: TID251 (tests have no settings of their own)
#: Where the browser is, when it is none of the usual ones.
VARIABLE = "COPYDESK_TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
OLDEST_NODE = 20


def find_chromium() -> str | None:
    """Give the path of the browser; None when there is none."""
    if told := ENVIRONMENT.get(VARIABLE):
        return told
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def missing() -> str | None:
    """Say what the tests lack; None when they can run."""
    if find_chromium() is None:
        return f"Chromium is not here: apt-get install chromium, or set {VARIABLE} to its path"
    if _node_version() < OLDEST_NODE:
        return f"Node {OLDEST_NODE} or newer is not here"
    if not (HERE / "node_modules" / "playwright-core").is_dir():
        return "playwright-core is not here: python -m tests.web.browser.prepare"
    return None


def main() -> int:
    """Get what is missing; 0 when the tests can run, 1 with the reason on standard error."""
    if find_chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        subprocess.run(["apt-get", "update", "-q"], check=False)
        subprocess.run(install, check=False, env={**ENVIRONMENT, "DEBIAN_FRONTEND": "noninteractive"})
    if shutil.which("npm"):
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(npm, cwd=HERE, check=False)
    if problem := missing():
        print(f"browser tests: {problem}", file=sys.stderr)
        return 1
    print(f"browser tests: ready, with {find_chromium()}")
    return 0


def _node_version() -> int:
    if not shutil.which("node"):
        return 0
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return int(told.removeprefix("v").split(".")[0] or 0)


if __name__ == "__main__":
    sys.exit(main())
