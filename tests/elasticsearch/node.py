"""Start and stop a genuine Elasticsearch on loopback, for one test or a whole session."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.elasticsearch.lines import Line, find_jdk

NOBODY = 65534  # Elasticsearch refuses to run as root
START_TIMEOUT_S = 240  # on a machine that is busy with other tests; 8 on one that is not

#: Instead of the distribution's, which write into its own folder.
JVM_OPTIONS = "-Xms{heap}\n-Xmx{heap}\n-Djava.io.tmpdir=${{ES_TMPDIR}}\n"
QUICK_START = "-XX:+UseSerialGC\n-XX:TieredStopAtLevel=1\n"  # a second sooner, but never as fast

SETTINGS = {
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
}


@dataclass(slots=True, kw_only=True)
class Node:
    """One node and its run folder."""

    line: Line
    folder: Path
    port: int
    password: str | None = None  # of the user `elastic`; None: security is off
    settings: Mapping[str, str] = field(default_factory=dict)
    pid: int = 0

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> Mapping[str, str]:
        """What a plain HTTP request needs to be let in."""
        if self.password is None:
            return {}
        return {"Authorization": "Basic " + b64encode(f"elastic:{self.password}".encode()).decode()}

    def start(self) -> None:
        """Start it and wait until it answers. A killed node starts again on the same data."""
        pidfile = self.folder / "pid"
        pidfile.unlink(missing_ok=True)
        self._run("elasticsearch", "-d", "-p", str(pidfile))
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"Elasticsearch does not answer; see {self.folder / 'logs'}")
            time.sleep(0.1)
        self.pid = int(pidfile.read_text())

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it and wait until it is gone."""
        if not self.pid:
            return
        os.kill(self.pid, how)
        while Path(f"/proc/{self.pid}").exists() and not _is_zombie(self.pid):
            time.sleep(0.05)
        self.pid = 0

    def _answers(self) -> bool:
        """Whether it does. One with security first makes an index, and lets nobody in meanwhile."""
        path = "/_cluster/health" if self.password is None else "/_security/role/nobody"
        method, body = ("GET", None) if self.password is None else ("PUT", "{}")
        headers = {**self.headers, "Content-Type": "application/json"}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            try:
                connection.request(method, path, body, headers)
                return connection.getresponse().status == 200
            except OSError:
                return False

    def _run(self, program: str, *arguments: str, stdin: str = "") -> None:
        command = [str(self.line.home / "bin" / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]
        environment = {
            "PATH": os.defpath,
            "ES_JAVA_HOME": str(find_jdk(self.line.java)),
            "ES_PATH_CONF": str(self.folder / "config"),
            "ES_TMPDIR": str(self.folder / "tmp"),
        }
        run = subprocess.run(
            command,
            env=environment,
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
            cwd=self.folder,
        )
        if run.returncode:
            raise RuntimeError(f"{program}: {run.stdout[-2000:]}{run.stderr[-2000:]}")


@contextmanager
def running(
    line: Line,
    *,
    password: str | None = None,
    settings: Mapping[str, str] | None = None,
    jvm_options: str = JVM_OPTIONS.format(heap="512m") + QUICK_START,
) -> Iterator[Node]:
    """Give a started node; stop it and remove what it wrote."""
    folder = Path(tempfile.mkdtemp(prefix="copydesk-node-"))
    node = Node(line=line, folder=folder, port=_free_port(), password=password, settings=settings or {})
    try:
        _write_config(node, jvm_options)
        node.start()
        yield node
    finally:
        node.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _write_config(node: Node, jvm_options: str) -> None:
    config = node.folder / "config"
    shutil.copytree(node.line.home / "config", config)
    (config / "jvm.options").write_text(jvm_options)
    paths = {f"path.{name}": str(node.folder / name) for name in ("data", "logs")}
    ports = {"http.port": str(node.port), "transport.port": str(_free_port())}
    security = {"xpack.security.enabled": str(node.password is not None).lower()}
    merged = SETTINGS | paths | ports | security | dict(node.settings)
    yaml = "".join(f"{name}: {value}\n" for name, value in merged.items() if value is not None)
    (config / "elasticsearch.yml").write_text(yaml)
    for name in ("data", "logs", "tmp"):
        (node.folder / name).mkdir()
    if os.geteuid() == 0:
        for path in (node.folder, *node.folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    if node.password is not None:
        node._run("elasticsearch-keystore", "create")
        node._run("elasticsearch-keystore", "add", "-x", "bootstrap.password", stdin=node.password + "\n")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
