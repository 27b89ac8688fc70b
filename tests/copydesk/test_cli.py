"""The command line, as a user runs it: what it prints, and what it exits with."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from copydesk.cli import main

ROOT = Path(__file__).parents[2]
SEED = "seeds/text/000_e10074b49ad8187b.txt"
PROMISED = [
    "run_id", "target", "files", "read", "indexed", "updated", "unchanged", "duplicate", "rejected", "verified",
    "seconds", "documents_per_second",
]  # fmt: skip


@pytest.fixture
def copydesk(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return end.value.code, told.out, told.err

    return run


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """An index of the seeds, made by a process of its own as a user would."""
    target = f"file:{tmp_path_factory.mktemp('seeded') / 'index'}"
    done = subprocess.run(
        [sys.executable, "-m", "copydesk", "ingest", "seeds", "--to", target, "--json"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    return target, orjson.loads(done.stdout)


def test_the_report_as_json_has_the_promised_keys_first(seeded):
    _, report = seeded
    assert list(report)[: len(PROMISED)] == PROMISED
    ends = sum(report[end] for end in ("indexed", "updated", "unchanged", "duplicate"))
    assert report["read"] == ends + report["rejected"]["total"]
    assert report["verified"] == report["indexed"] + report["updated"]
    assert report["rejected"] == {"total": 0, "by_reason": {}}


def test_the_search_of_the_demo(copydesk, seeded):
    target, _ = seeded
    code, out, _ = copydesk("search", "olympics security", "--to", target, "--json")
    answer = orjson.loads(out)
    assert code == 0
    assert answer["hits"][0]["article"]["headline"] == "ICE agents to help with security at Winter Olympics"
    assert any(
        "<mark>" in fragment for found in answer["hits"][0]["highlights"].values() for fragment in found
    )
    assert set(answer) >= {"total", "took_ms", "hits", "facets", "cursor"}
    code, out, _ = copydesk("search", "olympics security", "--to", target, "--country", "FR", "--json")
    assert [hit["article"]["dateline"]["places"][0]["country"] for hit in orjson.loads(out)["hits"]] == ["FR"]


def test_search_for_people(copydesk, seeded):
    target, _ = seeded
    code, out, _ = copydesk("search", "olympics", "--to", target)
    assert code == 0
    assert "ICE agents to help with security" in out
    assert "Rome (IT)" in out
    assert "updated 59 min 16 sec ago" in out


def test_pages_and_cursor_go_on_where_the_page_before_ended(copydesk, seeded):
    target, report = seeded
    _, out, _ = copydesk("search", "", "--to", target, "--sort", "newest", "--size", "4", "--json")
    first = orjson.loads(out)
    _, out, _ = copydesk(
        "search", "", "--to", target, "--sort", "newest", "--size", "4", "--page", "2", "--json"
    )
    by_page = [hit["id"] for hit in orjson.loads(out)["hits"]]
    _, out, _ = copydesk(
        "search", "", "--to", target, "--sort", "newest", "--size", "4", "--cursor", first["cursor"], "--json"
    )
    assert [hit["id"] for hit in orjson.loads(out)["hits"]] == by_page
    assert not {hit["id"] for hit in first["hits"]} & set(by_page)
    assert first["total"] == report["indexed"]


def test_nothing_found_is_1(copydesk, seeded):
    target, _ = seeded
    code, out, _ = copydesk("search", "xylophonist", "--to", target)
    assert code == 1
    assert out.startswith("0 articles")


def test_show_names_every_file_it_was_read_from(copydesk, seeded):
    target, _ = seeded
    _, out, _ = copydesk("search", "olympics", "--to", target, "--json")
    id = orjson.loads(out)["hits"][0]["id"]
    code, out, _ = copydesk("show", id, "--to", target, "--json")
    assert code == 0
    assert orjson.loads(out)["origins"] == [f"{SEED}#25"]
    code, out, _ = copydesk("show", id, "--to", target)
    assert "Agents from the divisive" in out
    code, _, err = copydesk("show", "0" * 32, "--to", target)
    assert code == 1
    assert "no article" in err


def test_status(copydesk, seeded):
    target, report = seeded
    code, out, _ = copydesk("status", "--to", target, "--json")
    status = orjson.loads(out)
    assert code == 0
    assert sum(status["documents"].values()) == report["indexed"]
    assert status["files"] == report["files"]
    code, out, _ = copydesk("status", "--to", target)
    assert "tantivy" in out


def test_doctor(copydesk, seeded, tmp_path):
    target, _ = seeded
    code, out, _ = copydesk("doctor", "--to", target)
    assert code == 0
    assert "✗" not in out
    code, out, _ = copydesk("doctor", "--to", "http://127.0.0.1:9/news", "--json")
    findings = orjson.loads(out)["findings"]
    assert code == 1
    assert any(f["level"] == "error" and f["hint"] for f in findings)


def test_explain_shows_every_line_with_label_and_rule(copydesk):
    code, out, _ = copydesk("explain", SEED, "--json")
    told = orjson.loads(out)
    assert code == 0
    assert (told["origin"], told["format"], told["rejects"]) == (SEED, "text", [])
    assert len(told["articles"]) == 2
    numbers = [line["number"] for article in told["articles"] for line in article["lines"]]
    text = (ROOT / SEED).read_text("utf-8").splitlines()
    assert numbers == [number for number, line in enumerate(text, 1) if line.strip()]
    for article in told["articles"]:
        assert all(line["label"] and line["rule"] for line in article["lines"])
    code, out, _ = copydesk("explain", SEED)
    assert "share" in out
    assert "Short Url" in out


def test_brackets_in_names_are_no_markup(copydesk, tmp_path):
    folder = tmp_path / "[/b]"  # two folders, whose names together end what was never begun
    folder.mkdir(parents=True)
    (folder / "[red].txt").write_text(
        "Rain\n\nPARIS: It rained all day on Monday in the city, and nobody minded."
    )
    target = ("--to", f"file:{folder / 'index'}")
    told = [copydesk("explain", folder / "[red].txt"), copydesk("ingest", folder / "[red].txt", *target)]
    for command in (
        "status",
        "verify",
        "doctor",
        "reindex",
        "generations list",
        "rejects list",
        "search rain",
    ):
        told.append(copydesk(*command.split(), *target))
    assert [code for code, _, _ in told] == [0] * len(told), told
    assert "[/b]/[red].txt" in told[0][1]


def test_explain_of_what_holds_no_article_is_1(copydesk, tmp_path):
    (tmp_path / "empty.txt").write_bytes(b"")
    code, out, _ = copydesk("explain", tmp_path / "empty.txt")
    assert code == 1
    assert "read/empty" in out


def test_rejects_are_1_and_named(copydesk, tmp_path):
    path = tmp_path / "wire.jsonl"
    path.write_text(
        '{"headline": "Rain", "body": "PARIS: It rained all day on Monday in the city."}\n{broken\n'
    )
    code, out, _ = copydesk(
        "ingest", path, "--to", f"file:{tmp_path / 'index'}", "--report", tmp_path / "r.json"
    )
    assert code == 1
    assert "bad-json" in out
    assert orjson.loads((tmp_path / "r.json").read_bytes())["rejected"]["by_reason"] == {"bad-json": 1}


def test_standard_input(tmp_path):
    copy = (ROOT / SEED).read_bytes()
    command = [sys.executable, "-m", "copydesk", "ingest", "-", "--to", f"file:{tmp_path / 'i'}", "--json"]
    for count in (2, 0):
        done = subprocess.run(
            [*command, "--workers", "0"], input=copy, capture_output=True, check=True, cwd=ROOT
        )
        assert orjson.loads(done.stdout)["indexed"] == count


CANNOT_RUN = [
    (["ingest", "no-such-folder"], "there is no file or folder"),
    (["search", "x", "--to", "file:no/such/index"], "no index"),
    (["search", "x", "--to", "news"], "has no scheme"),
    (["search", "x", "--to", "http://127.0.0.1:9/news"], "127.0.0.1:9"),
    (["search", "x", "--sort", "upwards"], "upwards"),
    (["ingest", SEED, "--detector", "oracle"], "no detector oracle"),
    (["explain", SEED, "--detector", "oracle"], "one of py3langid, langdetect"),
    (["nonsense"], "nonsense"),
]


@pytest.mark.parametrize(("arguments", "said"), CANNOT_RUN, ids=lambda value: " ".join(value)[:40])
def test_what_cannot_run_is_2_and_says_why_and_what_to_do(copydesk, arguments, said, tmp_path):
    extra = ["--to", f"file:{tmp_path / 'i'}"] if arguments[0] == "ingest" else []
    code, out, err = copydesk(*arguments, *extra)
    assert code == 2
    assert out == ""
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("COPYDESK_WORKERS", "many", "COPYDESK_WORKERS"),
        ("COPYDESK_DETECTOR", "oracle", "one of py3langid, langdetect"),
        ("COPYDESK_LANGUAGES", "en,tlh", "some of af, am, ar"),
    ],
)
def test_settings_that_cannot_be_used_are_2(copydesk, monkeypatch, variable, value, said):
    monkeypatch.setenv(variable, value)
    code, _, err = copydesk("status")
    assert code == 2
    assert said in err


def test_only_the_languages_of_the_setting_are_looked_for(copydesk, monkeypatch, tmp_path):
    monkeypatch.setenv("COPYDESK_LANGUAGES", "ar,fa")
    _, out, _ = copydesk("explain", SEED, "--json")
    assert {one["article"]["language"] for one in orjson.loads(out)["articles"]} == {"und"}
    target = f"file:{tmp_path / 'index'}"
    copydesk("ingest", SEED, "--to", target, "--workers", "0")
    _, out, _ = copydesk("search", "", "--language", "und", "--to", target, "--json")
    assert orjson.loads(out)["total"] == 2


def test_control_characters_of_copy_never_reach_the_terminal(copydesk, tmp_path):
    path = tmp_path / "wire.jsonl"
    path.write_bytes(
        orjson.dumps({"headline": "\x1b[31mRed\x07 alert", "body": "PARIS: It rained all day on Monday."})
    )
    target = f"file:{tmp_path / 'index'}"
    copydesk("ingest", path, "--to", target)
    _, out, _ = copydesk("search", "rained", "--to", target)
    assert "\x1b" not in out
    assert "\x07" not in out


def test_help_names_every_command(copydesk):
    code, out, _ = copydesk("--help")
    assert code == 0
    for name in ("ingest", "search", "show", "status", "explain", "doctor", "flows"):
        assert name in out
