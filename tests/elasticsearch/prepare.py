"""Put a genuine Elasticsearch together for the tests: `python -m tests.elasticsearch.prepare [--line 9]`.

The engine is Elastic's integration-test distribution, fetched by its Maven coordinates under Elastic's
licence terms and kept outside the work tree; the plugin is ours (plugin/AnalysisForTests.java).
Needs Maven and a JDK (17 for 8.x, 21 for 9.x). A second time there is nothing to do.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.elasticsearch.lines import Line, cache_folder, find_jdk, plugin_source, read_line

COORDINATES = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:{version}:zip"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
NAME = "analysis-for-tests"

DESCRIPTOR = """\
description=Analysis that the integration-test distribution lacks
version=1
name={name}
classname=copydesk.tests.AnalysisForTests
java.version={java}
elasticsearch.version={version}
"""


def main(arguments: list[str]) -> int:
    """Prepare the lines asked for; 0 when they are ready, 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(description="Prepare a genuine Elasticsearch for the tests.")
    parser.add_argument("--line", choices=["8", "9"], action="append", help="default: both")
    for name in parser.parse_args(arguments).line or ["9", "8"]:
        line = read_line(name)
        if (problem := prepare(line)) is not None:
            print(f"elasticsearch {line.version}: {problem}", file=sys.stderr)
            return 1
        print(f"elasticsearch {line.version}: ready in {line.home}")
    return 0


def prepare(line: Line) -> str | None:
    """Fetch, check, unpack and add the plugin; the reason when it cannot be done."""
    if line.is_prepared:
        return None
    jdk = find_jdk(line.java)
    if jdk is None:
        return f"needs a JDK {line.java} or newer"
    if shutil.which("mvn") is None:
        return "needs Maven (mvn)"
    cache_folder().mkdir(parents=True, exist_ok=True)
    archive = cache_folder() / f"elasticsearch-{line.version}.zip"
    if not archive.exists() and (problem := _fetch(line)) is not None:
        return problem
    if (found := _sha256(archive)) != line.sha256:
        return f"{archive} has the SHA-256 {found}, not the pinned one; delete it and try again"
    shutil.rmtree(line.home, ignore_errors=True)
    _unpack(archive)
    _add_plugin(line, jdk)
    (line.home / "prepared").write_text(line.fingerprint)
    return None


def _fetch(line: Line) -> str | None:
    coordinates = COORDINATES.format(version=line.version)
    command = ["mvn", "-B", "-q", COPY, f"-Dartifact={coordinates}", f"-DoutputDirectory={cache_folder()}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if run.returncode == 0 else f"mvn could not fetch {coordinates}\n{run.stdout[-2000:]}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(archive: Path) -> None:
    with zipfile.ZipFile(archive) as contents:
        for item in contents.infolist():
            target = Path(contents.extract(item, cache_folder()))
            mode = item.external_attr >> 16  # zipfile forgets which files can be run
            target.chmod(0o755 if item.is_dir() or mode & 0o100 else 0o644)


def _add_plugin(line: Line, jdk: Path) -> None:
    folder = line.home / "plugins" / NAME
    classes = folder / "classes"
    jars = ":".join(str(jar) for jar in (line.home / "lib").glob("*.jar"))
    compile_ = [jdk / "bin/javac", "--release", str(line.java), "-proc:none", "-nowarn", "-cp", jars]
    subprocess.run([*compile_, "-d", classes, plugin_source()], check=True)
    subprocess.run([jdk / "bin/jar", "cf", folder / f"{NAME}.jar", "-C", classes, "."], check=True)
    shutil.rmtree(classes)
    descriptor = DESCRIPTOR.format(name=NAME, java=line.java, version=line.version)
    (folder / "plugin-descriptor.properties").write_text(descriptor)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
