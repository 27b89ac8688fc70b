"""`copydesk kibana install`, against a server in Kibana's place: what it sends, and what it makes of answers."""

import base64
import shutil
import socket
import subprocess
import threading

import pytest

from copydesk.cli import main
from copydesk.kibana import read_objects
from tests.kibana.stand_in import accepted, standing_in

SECRETS = (
    "COPYDESK_ELASTIC_API_KEY",
    "COPYDESK_ELASTIC_PASSWORD",
    "COPYDESK_ELASTIC_USER",
    "COPYDESK_ELASTIC_CA",
)
PASSWORD = "s3cret-välue"
KEY = "a2V5LWlkOmtleS1zZWNyZXQ="


@pytest.fixture
def stand_in():
    with standing_in() as server:
        yield server


@pytest.fixture
def copydesk(capsys, monkeypatch):
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["kibana", *arguments])
        told = capsys.readouterr()
        for secret in (PASSWORD, KEY, base64.b64encode(f"elastic:{PASSWORD}".encode()).decode()):
            assert secret not in told.out + told.err
        return end.value.code, told.out, told.err

    return run


def test_one_request_with_the_file_as_a_form(copydesk, stand_in):
    code, out, err = copydesk("install", "--kibana", stand_in.url)
    assert (code, err) == (0, "")
    (asked,) = stand_in.asked
    assert (asked.method, asked.path) == ("POST", "/api/saved_objects/_import?overwrite=true")
    assert asked.headers["kbn-xsrf"] == "true"
    assert asked.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert "authorization" not in asked.headers
    field, name, content = asked.file
    assert (field, name) == ("file", "newsroom.ndjson")
    assert content.rstrip("\r\n") == read_objects().rstrip("\n")
    assert "installed 6 objects" in out
    assert f"Newsroom: {stand_in.url}/app/dashboards#/view/copydesk-news-newsroom" in out
    assert f"Pipeline health: {stand_in.url}/app/dashboards#/view/copydesk-news-pipeline-health" in out


def test_index_space_and_base_path(copydesk, stand_in):
    code, out, _ = copydesk(
        "install", "--kibana", f"{stand_in.url}/kib/", "--index", "archive", "--space", "desk-1"
    )
    assert code == 0
    (asked,) = stand_in.asked
    assert asked.path == "/kib/s/desk-1/api/saved_objects/_import?overwrite=true"
    assert asked.file[2].rstrip("\r\n") == read_objects("archive").rstrip("\n")
    assert f"{stand_in.url}/kib/s/desk-1/app/dashboards#/view/copydesk-archive-newsroom" in out


def test_password_and_user_as_for_elasticsearch(copydesk, stand_in, monkeypatch):
    monkeypatch.setenv("COPYDESK_ELASTIC_PASSWORD", PASSWORD)
    monkeypatch.setenv("COPYDESK_ELASTIC_USER", "ana")
    assert copydesk("install", "--kibana", stand_in.url)[0] == 0
    given = stand_in.asked[0].headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(given).decode() == f"ana:{PASSWORD}"


def test_the_key_wins_and_may_come_from_a_file(copydesk, stand_in, monkeypatch, tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\n")
    monkeypatch.setenv("COPYDESK_ELASTIC_API_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("COPYDESK_ELASTIC_PASSWORD", PASSWORD)
    assert copydesk("install", "--kibana", stand_in.url)[0] == 0
    assert stand_in.asked[0].headers["authorization"] == f"ApiKey {KEY}"


def test_a_key_that_is_none_is_not_shown(copydesk, stand_in, monkeypatch):
    monkeypatch.setenv("COPYDESK_ELASTIC_API_KEY", "shown-to-nobody\nX: y")
    code, out, err = copydesk("install", "--kibana", stand_in.url)
    assert code == 2
    assert "shown-to-nobody" not in out + err
    assert not stand_in.asked


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_told_and_gets_no_secret(copydesk, stand_in, monkeypatch, status):
    monkeypatch.setenv("COPYDESK_ELASTIC_PASSWORD", PASSWORD)
    with standing_in() as elsewhere:
        stand_in.status, stand_in.answer = status, b""
        stand_in.headers = {"Location": f"{elsewhere.url}/api/saved_objects/_import"}
        code, _, err = copydesk("install", "--kibana", stand_in.url)
        assert code == 2
        assert elsewhere.url in err
        assert not elsewhere.asked
    assert len(stand_in.asked) == 1


def test_success_false_in_a_200_names_each_object_and_why(copydesk, stand_in):
    stand_in.answer = {
        "success": False,
        "successCount": 3,
        "errors": [
            {"type": "map", "id": "m", "meta": {"title": "Where the news comes from"}, "error": {"type": "conflict"}},
            {"type": "dashboard", "id": "d", "meta": {"title": "Newsroom"}, "error": {
                "type": "missing_references", "references": [{"type": "index-pattern", "id": "gone"}]}},
            {"type": "search", "id": "s", "meta": {"title": "\x1b[31mred"}, "error": {
                "type": "unknown", "message": "belongs to a more recent version of Kibana", "statusCode": 422}},
        ],
    }  # fmt: skip
    code, out, err = copydesk("install", "--kibana", stand_in.url)
    assert (code, out) == (1, "")
    assert "map Where the news comes from: conflict: another object" in err
    assert "dashboard Newsroom: missing_references: index-pattern gone" in err
    assert "belongs to a more recent version" in err
    assert "installed 3 of 6 objects" in err
    assert "\x1b" not in err


@pytest.mark.parametrize(
    "changed",
    [
        {"successCount": 5},
        {"success": "true"},
        {"successCount": None},
        {"errors": [{"error": None}]},
    ],
)
def test_a_success_that_does_not_add_up_is_none(copydesk, stand_in, changed):
    stand_in.answer = accepted(read_objects()) | changed
    code, _, err = copydesk("install", "--kibana", stand_in.url)
    assert code == 1
    assert "of 6 objects" in err


def test_an_id_that_another_space_has_is_followed(copydesk, stand_in):
    stand_in.answer = accepted(read_objects())
    for entry in stand_in.answer["successResults"]:
        entry["destinationId"] = f"new-{entry['id']}"
    _, out, _ = copydesk("install", "--kibana", stand_in.url)
    assert "#/view/new-copydesk-news-newsroom" in out


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (401, {"statusCode": 401, "error": "Unauthorized", "message": "[security_exception]"}, "COPYDESK_ELASTIC_API_KEY"),
        (403, {"statusCode": 403, "message": "Unable to bulk_create dashboard"}, "Unable to bulk_create"),
        (404, {"statusCode": 404, "message": "Not Found"}, "--space|the space"),
        (400, {"statusCode": 400, "message": "[attributes.x]: definition for this key is missing"}, "definition for"),
        (413, b"", "maxImportPayloadBytes"),
        (422, {"message": "belongs to a more recent version"}, "8.8 or newer"),
        (503, b"Kibana server is not ready yet", "takes a minute"),
        (500, b"\xff\x00oops", "not as Kibana does"),
        (200, b"<html>hello</html>", "not as Kibana does"),
        (200, b"[]", "not as Kibana does"),
        (200, b"{}", "not as Kibana does"),
        (200, b"[" * 200_000, "not as Kibana does"),
        (200, b"", "not as Kibana does"),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_answers_that_are_none_are_2_with_what_to_do(copydesk, stand_in, status, answer, said):
    stand_in.status, stand_in.answer = status, answer
    code, out, err = copydesk("install", "--kibana", stand_in.url)
    assert (code, out) == (2, "")
    assert any(part in err for part in said.split("|"))
    assert "try: " in err


def test_nobody_there(copydesk):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code, _, err = copydesk("install", "--kibana", f"http://127.0.0.1:{port}")
    assert code == 2
    assert "cannot reach Kibana" in err


def test_what_speaks_no_http(copydesk):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"SSH-2.0-hello\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        code, _, err = copydesk("install", "--kibana", f"http://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert code == 2
    assert "cannot reach Kibana" in err


def test_https_that_is_none_and_an_authority_that_is_none(copydesk, stand_in, monkeypatch, tmp_path):
    code, _, err = copydesk("install", "--kibana", stand_in.url.replace("http:", "https:"))
    assert code == 2
    assert "does not speak https" in err
    monkeypatch.setenv("COPYDESK_ELASTIC_CA", str(tmp_path / "none.pem"))
    code, _, err = copydesk("install", "--kibana", "https://127.0.0.1:1")
    assert code == 2
    assert "none.pem" in err


def test_https_with_an_authority_of_ones_own(copydesk, monkeypatch, tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("makes its certificate with openssl, which is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
         "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("COPYDESK_ELASTIC_PASSWORD", PASSWORD)
    with standing_in(tls=(certificate, key)) as server:
        url = server.url.replace("http:", "https:")
        code, _, err = copydesk("install", "--kibana", url)
        assert code == 2
        assert "is not trusted" in err
        assert not server.asked
        monkeypatch.setenv("COPYDESK_ELASTIC_CA", str(certificate))
        assert copydesk("install", "--kibana", url)[0] == 0
        assert server.asked[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "url",
    [
        "localhost:5601", "ftp://localhost", "http://", "http://h:port", "http://h:99999", "http://[::1", "http://h:0",
        "http://h/?a=b", "http://h/#x", "http://h/a b", "http://h/\r\nX: y", "http://exämple.org", "",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(copydesk, url):
    code, _, err = copydesk("install", "--kibana", url)
    assert code == 2
    assert "http://localhost:5601" in err


@pytest.mark.parametrize("scheme", ["http://", "https://", "", "//"])
def test_an_address_with_a_password_is_refused_unseen(copydesk, scheme):
    code, _, err = copydesk("install", "--kibana", f"{scheme}ana:{PASSWORD}@localhost:5601")
    assert code == 2
    assert "COPYDESK_ELASTIC_USER" in err


@pytest.mark.parametrize("space", ["", "a/b", "../x", "A", "a b"])
def test_what_is_no_space_is_refused(copydesk, space):
    code, _, err = copydesk("install", "--kibana", "http://127.0.0.1:1", "--space", space)
    assert code == 2
    assert "not the identifier of a space" in err


def test_export_prints_the_file(copydesk):
    assert copydesk("export") == (0, read_objects(), "")
    assert copydesk("export", "--index", "archive")[1] == read_objects("archive")
    assert copydesk("export", "--index", "No.Name")[0] == 2
