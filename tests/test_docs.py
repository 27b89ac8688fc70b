"""The documents cannot drift: every command, option and setting is in them, every link leads somewhere."""

import re
from pathlib import Path

import click
import pytest

from copydesk.cli import cli
from flows import settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "seeds/README.md"])


def commands(group: click.Group, path: str = "copydesk"):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


@pytest.mark.parametrize(("name", "command"), list(commands(cli)), ids=lambda value: str(value)[:30])
def test_every_command_and_option_is_described(name, command):
    text = (ROOT / "docs/commands.md").read_text("utf-8")
    assert f"## `{name}" in text
    assert command.help
    assert command.params
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.name} has no help"
            assert any(written in text for written in (*option.opts, *option.secondary_opts)), (
                f"{name} {option.opts}"
            )


def test_every_setting_is_described():
    source = Path(settings.__file__).read_text("utf-8")
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    named = set(re.findall(r'"(COPYDESK_[A-Z_]+)"', source))
    assert named
    for name in named:
        assert f"`{name}`" in text, name
    for name in re.findall(r"`(COPYDESK_[A-Z_]+)`", text):
        assert name in named or name.removesuffix("_FILE") in named, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_dependency_has_its_reason():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / "docs/dependencies.md").read_text("utf-8")
    extras = project["optional-dependencies"]
    for requirement in [*project["dependencies"], *extras["flows"], *extras["build"]]:
        name = re.match(r"[A-Za-z0-9_-]+", requirement)[0]
        assert name in text, name
