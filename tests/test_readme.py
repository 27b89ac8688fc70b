"""The README tells the truth: its example runs, and the demo prints what it shows."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
#: What differs from run to run: times, rates, memory.
_VARIES = re.compile(r"\d[\d,.]* (?=(s|ms|kB|MB|articles/s)\b)")


EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_notebook_example_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    exec(compile(EXAMPLES[0], "README.md", "exec"), {})  # noqa: S102  # our own file
    assert capsys.readouterr().out.splitlines() == [
        (
            "Paris (48.85341, 2.3488) French-British blueprint doesn’t foresee deploying a ‘mass’ of soldiers in Ukraine:"
            " Macron"
        ),
        "Rome (41.8933, 12.4829) ICE agents to help with security at Winter Olympics",
        "de",
        "AFP",
    ]


def test_the_search_example_runs(tmp_path, monkeypatch, capsys):
    ingest = [
        sys.executable,
        "-m",
        "copydesk",
        "ingest",
        "seeds",
        "--to",
        f"file:{tmp_path / 'var' / 'demo'}",
    ]
    subprocess.run(ingest, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    monkeypatch.chdir(tmp_path)
    exec(compile(EXAMPLES[1], "README.md", "exec"), {})  # noqa: S102  # our own file
    assert capsys.readouterr().out.splitlines() == [
        (
            "2025-03-17 Paris 48.85341 French-British blueprint doesn’t foresee deploying a ‘mass’ of soldiers in Ukraine:"
            " Macron"
        ),
        "None Rome 41.8933 ICE agents to help with security at Winter Olympics",
        "{'Paris': 1, 'Rome': 1}",
    ]


def test_the_demo_prints_what_the_readme_shows(tmp_path):
    """`make demo` without the installing: the same recipe lines, into an index of their own."""
    done = subprocess.run(
        ["make", "-n", "demo", f"TARGET=file:{tmp_path / 'demo'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stdout.splitlines() if "-m copydesk" in line or line.startswith("echo")]
    lines = [line for line in lines if "installing" not in line]
    script = "\n".join(lines).replace(".venv/bin/python", sys.executable)
    out = subprocess.run(
        ["sh", "-e", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    (shown,) = re.findall(r"searches it:\n\n```text\n(.*?)```", README, re.DOTALL)
    assert normal(shown) == normal(out)


def normal(text: str) -> list[str]:
    return [" ".join(_VARIES.sub("# ", line).split()) for line in text.strip().splitlines()]


@pytest.mark.parametrize("command", re.findall(r"^\$ make (\w+)", README, re.MULTILINE))
def test_every_target_of_the_readme_is_there(command):
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
