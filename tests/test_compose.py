"""docker-compose.yml, read: what it exposes, pins and needs. Nothing is started."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")
SERVICES = yaml.safe_load(COMPOSE)["services"]
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / ".env.example").read_text("utf-8").splitlines()
    if "=" in line and not line.startswith("#")
)
OFFICIAL = re.compile(r"(elasticsearch|kibana|postgres|prefecthq/prefect):\d+\.\d+(\.\d+)?(-\w[\w.]*)?")


def test_the_services_are_there():
    assert set(SERVICES) == {
        "elasticsearch", "elasticsearch-users", "kibana", "postgres", "prefect", "worker",
    }  # fmt: skip


@pytest.mark.parametrize("name", SERVICES)
def test_every_port_is_bound_to_loopback(name):
    for port in SERVICES[name].get("ports", ()):
        assert str(port).startswith("127.0.0.1:"), port


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_memory_limit_and_says_when_it_is_well(name):
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert ("healthcheck" in service) != (service["restart"] == "no")  # a one-off has an exit code instead


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_official_and_pinned(name):
    if name == "worker":
        assert SERVICES[name]["build"] == "."
        assert (ROOT / "Dockerfile").is_file()
    else:
        assert OFFICIAL.fullmatch(SERVICES[name]["image"])


def test_dependencies_wait_for_health():
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            one_off = SERVICES[other]["restart"] == "no"
            assert how["condition"] == ("service_completed_successfully" if one_off else "service_healthy")


def test_data_is_in_named_volumes():
    declared = set(yaml.safe_load(COMPOSE)["volumes"])
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert declared == {source for source in mounted if source.isalnum()}


def test_every_variable_is_defined_in_the_example():
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE))
    assert used == set(EXAMPLE) - {"COMPOSE_PROJECT_NAME"}
    defaults = dict(re.findall(r"(?<!\$)\$\{(\w+):-([^}]*)\}", COMPOSE))
    assert defaults == {name: EXAMPLE[name] for name in defaults}


def test_every_secret_is_required_and_none_is_written_down():
    secrets = {name for name, value in EXAMPLE.items() if value == "change-me"}
    assert secrets == {name for name in EXAMPLE if name.endswith(("PASSWORD", "KEY"))}
    for name in secrets:
        assert f"${{{name}:?" in COMPOSE
        assert f"${{{name}}}" not in COMPOSE
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").split()


def test_security_is_on_and_nobody_is_told():
    assert SERVICES["elasticsearch"]["environment"]["xpack.security.enabled"] == "true"
    assert SERVICES["kibana"]["environment"]["TELEMETRY_OPTIN"] == "false"
    assert SERVICES["prefect"]["environment"]["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert SERVICES["worker"]["environment"]["COPYDESK_ELASTIC_USER"] == "copydesk"


def test_versions_agree():
    assert SERVICES["elasticsearch"]["image"].split(":")[1] == SERVICES["kibana"]["image"].split(":")[1]
    assert SERVICES["elasticsearch"]["image"] == SERVICES["elasticsearch-users"]["image"]
    locked = re.search(
        r"^prefect==([\d.]+)", (ROOT / "requirements-dev.lock").read_text("utf-8"), re.MULTILINE
    )
    assert locked
    assert SERVICES["prefect"]["image"].startswith(f"prefecthq/prefect:{locked[1]}-")


def make_env(target: Path) -> dict[str, str]:
    subprocess.run(["sh", ROOT / "docker" / "make-env.sh", target], check=True, capture_output=True)
    lines = target.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def test_make_env_writes_fresh_secrets_once(tmp_path):
    first, second = make_env(tmp_path / "a"), make_env(tmp_path / "b")
    assert first.keys() == EXAMPLE.keys()
    for name, value in EXAMPLE.items():
        if value == "change-me":
            assert re.fullmatch(r"[0-9a-f]{48}", first[name])
            assert first[name] != second[name]
        else:
            assert first[name] == value
    assert len(set(first.values())) == len(first)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert make_env(tmp_path / "a") == first


def test_compose_itself_takes_it(tmp_path):
    docker = shutil.which("docker")
    plugin = (
        docker
        and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0
    )
    command = [docker, "compose"] if plugin else [shutil.which("docker-compose")]
    if command[0] is None:
        pytest.skip("neither docker compose nor docker-compose is installed")
    make_env(tmp_path / ".env")
    files = ["--env-file", str(tmp_path / ".env"), "-f", str(ROOT / "docker-compose.yml")]
    done = subprocess.run([*command, *files, "config"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) == set(SERVICES)


def test_nightly_deployment_is_one_flow_at_a_time():
    (deployment,) = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
    path, name = deployment["entrypoint"].split(":")
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)
    assert deployment["schedules"][0]["cron"] == "0 3 * * *"
    assert deployment["concurrency_limit"] == 1
    worker = (ROOT / "docker" / "worker.sh").read_text("utf-8")
    assert f"--pool {deployment['work_pool']['name']} " in worker
    templated = set(re.findall(r"\{\{ \$(\w+) \}\}", (ROOT / "prefect.yaml").read_text("utf-8")))
    given = set(SERVICES["worker"]["environment"]) | set(
        re.findall(r"(\w+)=", (ROOT / "Dockerfile").read_text("utf-8"))
    )
    assert templated <= given


def test_the_image_gets_what_it_copies():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines():
        if line.startswith("COPY"):
            for source in line.split()[1:-1]:
                assert f"!{source.split('/')[0]}" in ignored, source
                assert (ROOT / source).exists(), source


@pytest.mark.parametrize("script", ["make-env.sh", "worker.sh", "make-users.sh"])
def test_scripts_parse(script):
    shell = "bash" if script == "make-users.sh" else "sh"
    subprocess.run([shell, "-n", ROOT / "docker" / script], check=True)
