"""The flows on a genuine Prefect server, started and stopped here; runs are processes of their own, as in life."""

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import orjson
import pytest

from tests.conftest import ENVIRONMENT

pytest.importorskip("prefect", reason="Prefect is not installed: pip install 'copydesk[flows]'")
pytestmark = [pytest.mark.prefect, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
SEED = "seeds/text/000_e10074b49ad8187b.txt"
START_S = 180
COUNTS = ("files", "read", "indexed", "updated", "unchanged", "duplicate", "rejected", "verified")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The environment of a client of a server that runs while the module's tests do."""
    port = free_port()
    environment = {
        **ENVIRONMENT,
        "PREFECT_HOME": str(tmp_path_factory.mktemp("prefect")),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    log = tmp_path_factory.mktemp("log") / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            env={**environment, "PREFECT_API_URL": ""}, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        wait_until(lambda: ask(environment, "health") is True, START_S, log)
        yield environment
    finally:
        server.terminate()
        server.wait(30)


def ask(environment, path, body=None):
    request = urllib.request.Request(
        f"{environment['PREFECT_API_URL']}/{path}",
        data=None if body is None else orjson.dumps(body),
        headers={"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return orjson.loads(answer.read())
    except OSError:
        return None


def wait_until(holds, seconds, log=None):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.5)
    raise AssertionError(log.read_text() if log else f"not within {seconds} s")


def test_the_flow_reports_what_the_command_line_does(environment, tmp_path):
    reports = []
    for name, module in (("flow", "flows.ingest"), ("command", "copydesk")):
        verb = ["ingest", "--json"] if module == "copydesk" else []
        command = [sys.executable, "-m", module, *verb, SEED, "--to", f"file:{tmp_path / name}"]
        done = subprocess.run(command, env=environment, capture_output=True, cwd=ROOT, check=True)
        reports.append(orjson.loads(done.stdout))
    assert {key: reports[0][key] for key in COUNTS} == {key: reports[1][key] for key in COUNTS}
    assert reports[0]["indexed"] == 2
    artifacts = ask(environment, "artifacts/filter", {})
    by_key = {artifact["key"]: artifact for artifact in artifacts}
    assert float(by_key["ingest-progress"]["data"]) == 100
    assert {"articles": "indexed", "count": 2} in orjson.loads(by_key["ingest-report"]["data"])
    tasks = ask(environment, "task_runs/filter", {})
    assert [task["name"] for task in tasks] == ["shard 1: 2 documents"]


def test_what_cannot_run_is_2_with_a_hint(environment, tmp_path):
    command = [sys.executable, "-m", "flows.ingest", "no-such-folder", "--to", f"file:{tmp_path / 'i'}"]
    done = subprocess.run(command, check=False, env=environment, capture_output=True, cwd=ROOT)
    assert done.returncode == 2
    assert b"there is no file or folder" in done.stderr


def test_a_served_flow_runs_when_it_is_told_to(environment, tmp_path):
    target = f"file:{tmp_path / 'index'}"
    log = tmp_path / "serve.log"
    with log.open("wb") as out:
        serving = subprocess.Popen(
            [sys.executable, "-m", "copydesk", "flows", "serve", SEED, "--to", target, "--cron", "0 3 * * *"],
            env=environment, cwd=ROOT, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        wait_until(lambda: ask(environment, "deployments/name/ingest/copydesk"), START_S, log)
        deployment = ask(environment, "deployments/name/ingest/copydesk")
        assert [schedule["schedule"]["cron"] for schedule in deployment["schedules"]] == ["0 3 * * *"]
        run = ask(
            environment, f"deployments/{deployment['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}}
        )
        ended = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        wait_until(lambda: ask(environment, f"flow_runs/{run['id']}")["state"]["type"] in ended, START_S, log)
        assert ask(environment, f"flow_runs/{run['id']}")["state"]["type"] == "COMPLETED"
    finally:
        serving.terminate()
        serving.wait(30)
    found = subprocess.run(
        [sys.executable, "-m", "copydesk", "search", "olympics", "--to", target, "--json"],
        capture_output=True, cwd=ROOT, check=True,
    )  # fmt: skip
    assert orjson.loads(found.stdout)["total"] == 1


def test_a_schedule_needs_a_server(environment):
    command = [sys.executable, "-m", "copydesk", "flows", "serve", SEED]
    done = subprocess.run(
        command, check=False, env={**environment, "PREFECT_API_URL": ""}, capture_output=True, cwd=ROOT
    )
    assert done.returncode == 2
    assert b"prefect server start" in done.stderr


def test_prefect_is_told_to_keep_to_itself():
    code = (
        "import flows, os; print(os.environ['PREFECT_SERVER_ANALYTICS_ENABLED'], os.environ['DO_NOT_TRACK'])"
    )
    bare = {
        key: value for key, value in ENVIRONMENT.items() if "PREFECT" not in key and key != "DO_NOT_TRACK"
    }
    done = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, cwd=ROOT, check=True)
    assert done.stdout.split() == [b"false", b"1"]
