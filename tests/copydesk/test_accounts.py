"""verify, rejects and elastic role, as a user runs them; and that no secret is ever printed or written."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
import zstandard

from copydesk.cli import main
from engines import open_engine
from tests.engines.test_contract import article
from tests.flows.test_run import story, write

ROOT = Path(__file__).parents[2]
PASSWORD, API_KEY = "swordfish-0451", "c3dvcmRmaXNoOmtleS0wNDUy"
SECRETS = (PASSWORD, API_KEY)


@pytest.fixture
def copydesk(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COPYDESK_WORKERS", "0")

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return end.value.code, told.out, told.err

    return run


@pytest.fixture
def loaded(copydesk, tmp_path) -> tuple[str, Path]:
    """An index of four good articles and two rejects, and the file they are in."""
    path = write(tmp_path / "wire.jsonl", map(story, range(4)))
    with path.open("ab") as file:
        file.write(b"{broken\n" + orjson.dumps({"headline": "No text"}) + b"\n")
    target = f"file:{tmp_path / 'index'}"
    assert copydesk("ingest", path, "--to", target)[0] == 1
    return target, path


def spoil(target: str) -> tuple[str, str]:
    """Delete one that is known, add one that is not; their ids."""
    with open_engine(target) as engine:
        missing, stray = min(engine.ids())[0], article(1)
        engine.delete([missing])
        list(engine.load([stray]))
        engine.commit()
    return missing, stray.id


def test_verify_of_what_agrees(copydesk, loaded):
    target, _ = loaded
    code, out, _ = copydesk("verify", "--to", target)
    assert (code, out.split()[:3]) == (0, ["4", "of", "4"])
    code, out, _ = copydesk("verify", "--to", target, "--sample", "2", "--json")
    told = orjson.loads(out)
    assert (code, told["agrees"], told["asked"], told["repaired"]) == (0, True, 2, None)


def test_verify_names_what_differs_and_mends_it(copydesk, loaded):
    target, path = loaded
    missing, stray = spoil(target)
    code, out, _ = copydesk("verify", "--to", target)
    assert code == 1
    assert f"  {missing}  {path}#" in out
    assert stray in out
    code, out, _ = copydesk("verify", "--to", target, "--json")
    told = orjson.loads(out)
    assert (code, told["counts"]["missing"], told["counts"]["stray"]) == (1, 1, 1)
    code, out, _ = copydesk("verify", "--to", target, "--repair", "--json")
    told = orjson.loads(out)
    assert (code, told["agrees"], told["differences"]) == (0, True, [])
    assert (told["repaired"]["sent"], told["repaired"]["removed"]) == (1, 1)
    assert {one["id"] for one in told["repaired"]["found"]} == {missing, stray}
    assert copydesk("verify", "--to", target)[0] == 0


def test_verify_that_could_not_mend_is_1(copydesk, loaded):
    target, path = loaded
    missing, stray = spoil(target)
    path.unlink()
    code, out, _ = copydesk("verify", "--to", target, "--repair")
    assert code == 1
    assert out.rindex(missing) > out.index("removed 1")
    assert out.rindex(stray) < out.index("removed 1")


def test_verify_that_cannot_run_is_2(copydesk, tmp_path):
    code, out, err = copydesk("verify", "--to", f"file:{tmp_path / 'nothing'}")
    assert (code, out) == (2, "")
    assert "no accounts" in err
    assert copydesk("verify", "--repair", "--sample", "3")[0] == 2


def test_rejects_list_and_show(copydesk, loaded):
    target, path = loaded
    code, out, _ = copydesk("rejects", "list", "--to", target, "--json")
    told = orjson.loads(out)
    assert (code, told["total"], told["by_reason"]) == (0, 2, {"bad-json": 1, "no-text": 1})
    rows = {row["reason"]: row for row in told["rejects"]}
    assert rows["bad-json"]["origin"] == f"{path}#5"
    code, out, _ = copydesk("rejects", "list", "--to", target, "--reason", "no-text", "--origin", path.parent)
    assert (code, out.splitlines()[0]) == (0, "1 reject: 1 no-text")
    assert "bad-json" not in out
    key = rows["no-text"]["key"]
    code, out, _ = copydesk("rejects", "show", key, "--to", target)
    assert code == 0
    assert "No text" in out
    code, out, _ = copydesk("rejects", "show", key, "--to", target, "--json")
    assert orjson.loads(out)["record"] == '{"headline":"No text"}'
    path.unlink()
    assert "not kept" in copydesk("rejects", "show", key, "--to", target)[1]
    assert copydesk("rejects", "show", "000000000000", "--to", target)[0] == 1


def test_rejects_retry(copydesk, loaded):
    target, path = loaded
    code, out, _ = copydesk("rejects", "retry", "--to", target)
    assert code == 1
    assert out.startswith("tried 2: 0 succeeded, 2 still wrong")
    path.write_bytes(path.read_bytes().replace(b"{broken", orjson.dumps(story(9))))
    code, out, _ = copydesk("rejects", "retry", "--to", target, "--reason", "bad-json", "--json")
    told = orjson.loads(out)
    assert (code, told["tried"], told["succeeded"], told["rejects"]) == (0, 1, 1, [])
    assert orjson.loads(copydesk("search", "", "--to", target, "--json")[1])["total"] == 5
    assert copydesk("rejects", "list", "--to", target)[1].startswith("1 reject: 1 no-text")


def test_rejects_drop(copydesk, loaded):
    target, _ = loaded
    assert copydesk("rejects", "drop", "--to", target)[0] == 2
    code, out, err = copydesk("rejects", "drop", "--to", target, "--reason", "bad-json", "--json")
    assert (code, orjson.loads(out)) == (0, {"dropped": 1})
    assert "dropping 1 reject: 1 bad-json" in err
    assert copydesk("rejects", "drop", "--to", target, "--all")[0] == 0
    assert copydesk("rejects", "list", "--to", target)[1] == "no rejects\n"


def test_elastic_role(copydesk):
    code, out, _ = copydesk("elastic", "role", "--to", "https://h:9200/wire", "--name", "loader", "--json")
    told = orjson.loads(out)
    assert code == 0
    assert told["role"]["path"] == "/_security/role/loader"
    assert told["role"]["body"]["indices"][0]["names"] == ["wire", "wire.*"]
    assert told["api_key"]["body"]["role_descriptors"]["loader"] == told["role"]["body"]
    code, out, _ = copydesk("elastic", "role", "--index", "news")
    assert out.startswith("PUT /_security/role/copydesk\n{")
    assert copydesk("elastic", "role", "--index", "Ne/ws")[0] == 2


# Secrets


def everything_of(folder: Path, target: str, *arguments: object, **more: str) -> tuple[int, bytes]:
    """Run a command; what it printed, with all that lies in the folder afterwards, unpacked."""
    environ = {**os.environ, "COPYDESK_STATE": str(folder / "state"), "COPYDESK_WORKERS": "0", **more}  # noqa: TID251
    done = subprocess.run(
        [sys.executable, "-m", "copydesk", *map(str, arguments), "--to", target],
        cwd=ROOT, env=environ, capture_output=True, check=False,
    )  # fmt: skip
    told = done.stdout + done.stderr
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            told += str(path).encode() + data
            if path.suffix == ".zst":
                reader = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True)
                told += reader.read()
    return done.returncode, told


def inputs(folder: Path) -> Path:
    path = write(folder / "wire.jsonl", map(story, range(6)))
    with path.open("ab") as file:
        file.write(b"{broken\n")
    return path


@pytest.mark.parametrize(
    ("command", "target"),
    [("ingest", "https://127.0.0.1:9/news")]
    + [(name, "http://127.0.0.1:9/news") for name in ("ingest", "search", "status", "doctor", "verify")],
)
def test_a_run_that_fails_tells_no_secret(tmp_path, command, target):
    arguments = [command, inputs(tmp_path)] if command == "ingest" else [command]
    secrets = {"COPYDESK_ELASTIC_PASSWORD": PASSWORD, "COPYDESK_ELASTIC_API_KEY": API_KEY}
    code, told = everything_of(tmp_path, target, *arguments, **secrets)
    assert code in (1, 2)
    assert b"127.0.0.1:9" in told
    for secret in SECRETS:
        assert secret.encode() not in told
    assert b"Traceback" not in told


@pytest.mark.elastic
def test_the_whole_job_with_the_least_key_and_no_secret_told(start_elasticsearch, tmp_path, copydesk):
    from elasticsearch import Elasticsearch

    with start_elasticsearch(password=PASSWORD) as node:
        target = f"{node.url}/news"
        requests = orjson.loads(copydesk("elastic", "role", "--to", target, "--json")[1])
        with Elasticsearch(node.url, basic_auth=("elastic", PASSWORD)) as admin:
            role, wanted = requests["role"], requests["api_key"]
            json = {"accept": "application/json", "content-type": "application/json"}
            for one in (role, wanted):
                answer = admin.perform_request(one["method"], one["path"], headers=json, body=one["body"])
            key = answer.body["encoded"]
        told = _whole_job(tmp_path, target, key)
        _change_generations(node.url, key)
        told += _refused(tmp_path / "refused", target, key)
    for secret in (*SECRETS, key):
        assert secret.encode() not in told


def _whole_job(folder: Path, target: str, key: str) -> bytes:
    """With the key in the environment, and a password beside it that is not needed."""
    path, told = inputs(folder), b""
    secrets = {"COPYDESK_ELASTIC_API_KEY": key, "COPYDESK_ELASTIC_PASSWORD": PASSWORD}

    def run(expected: int, *arguments: object) -> None:
        nonlocal told
        code, more = everything_of(folder, target, *arguments, **secrets)
        assert code == expected, more[:2000].decode("utf-8", "replace")
        told += more

    run(1, "ingest", path, "--report", folder / "report.json")
    run(0, "search", "harbour", "--json")
    run(0, "status")
    run(0, "doctor")
    run(0, "verify")
    with open_engine(target, api_key=key) as engine:
        engine.delete([min(engine.ids())[0]])
        list(engine.load([article(1, language="fr")]))
        engine.commit()
    run(1, "verify")
    run(0, "verify", "--repair")
    run(1, "rejects", "retry")
    run(0, "rejects", "drop", "--all")
    return told


def _change_generations(url: str, key: str) -> None:
    """What a new generation needs: an index beside the live one, one swap of the alias, the old one dropped."""
    from elasticsearch import Elasticsearch

    with Elasticsearch(url, api_key=key) as client:
        client.indices.create(index="news.g2.en")
        client.indices.update_aliases(
            actions=[
                {"remove": {"index": "news.g1.*", "alias": "news"}},
                {"add": {"index": "news.g2.en", "alias": "news"}},
            ]
        )
        client.indices.update_aliases(
            actions=[
                {"remove": {"index": "news.g2.en", "alias": "news"}},
                {"add": {"index": "news.g1.*", "alias": "news"}},
            ]
        )
        client.indices.delete(index="news.g2.en")


def _refused(folder: Path, target: str, key: str) -> bytes:
    """With a key that is none, with a password that is wrong, and with a key that may not write here."""
    folder.mkdir()
    path, told = inputs(folder), b""
    for index, access in (
        (target, {"COPYDESK_ELASTIC_API_KEY": API_KEY}),
        (target, {"COPYDESK_ELASTIC_PASSWORD": f"{PASSWORD}-wrong"}),
        (f"{target}-other", {"COPYDESK_ELASTIC_API_KEY": key}),
    ):
        code, more = everything_of(folder, index, "ingest", path, **access)
        assert code == 2
        assert b"copydesk: " in more
        told += more
    code, more = everything_of(folder, target, "ingest", path, COPYDESK_ELASTIC_PASSWORD=PASSWORD)
    assert code == 1
    return told + more


def test_help_keeps_its_lines(copydesk):
    _, out, _ = copydesk("search", "--help")
    assert "\\b" not in out
    assert any(line.split() == ["headline:ceasefire", "olymp*", "minneapolls~1"] for line in out.splitlines())
