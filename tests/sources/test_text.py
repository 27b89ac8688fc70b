"""Plain text: blocks of whole articles, the same whatever the blocks of the file."""

from __future__ import annotations

import pytest

from sources.contract import Limits, Reading
from sources.opened import Opened
from sources.text import article_starts, read_text
from transforms.records import RawDocument


def last_start(text: str) -> int:
    return text.rfind("\n# ") + 1


def story(number: int) -> str:
    return f"# Story {number}\n\nPARIS: " + f"Été number {number} was warm. " * (number % 40) + "\n\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("size", [1, 70_000, 1 << 20])
def test_same_articles_whatever_the_blocks(tmp_path, encoding, size):
    text = "".join(story(number) for number in range(3000))
    path = tmp_path / "wire.txt"
    path.write_bytes(text.encode(encoding))
    with Opened(str(path)) as opened:
        opened.blocks = lambda whole=opened.blocks: whole(size)  # type: ignore[method-assign]
        documents = list(read_text(opened, Reading(last_article_start=last_start)))
    assert "".join(document.text for document in documents) == text
    assert len(documents) > 1 or size == 1 << 20
    content = path.read_bytes()
    lines = text.split("\n")
    for document in documents:
        assert isinstance(document, RawDocument)
        assert document.text.startswith("# Story")
        assert document.origin == f"{path}#{document.line}"
        assert document.text.startswith(lines[document.line - 1])
        name = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(encoding, encoding)
        assert content[document.offset :].startswith(document.text[:40].encode(name))


def test_line_ends_of_other_systems(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"# One\r\nwords\r\n# Two\rmore\r")
    with Opened(str(path)) as opened:
        documents = list(read_text(opened, Reading(last_article_start=lambda text: 0)))
    assert [document.text for document in documents] == ["# One\nwords\n# Two\nmore\n"]


def test_lines_are_counted_past_what_is_dropped(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("# One\nwords\n" + "# Two\n" + "long\n" * 100_000 + "# Three\nwords\n")
    reading = Reading(last_article_start=last_start, limits=Limits(article=50_000))
    with Opened(str(path)) as opened:
        opened.blocks = lambda whole=opened.blocks: whole(1000)  # type: ignore[method-assign]
        items = list(read_text(opened, reading))
    assert [(item.origin, item.offset) for item in items] == [
        (f"{path}#1", 0),
        (f"{path}#3", 12),
        (f"{path}#100004", 500_018),
    ]


def test_article_starts_in_windows():
    text = "".join(story(number) for number in range(3000))
    expected, at = [], 0
    while (at := text.find("\n# ", at) + 1) > 0:
        expected.append(at)
    assert list(article_starts(text, last_start)) == expected


def test_damage_far_from_any_start(tmp_path):
    path = tmp_path / "a.txt"
    long = "# Two\n" + "Été long\n" * 10_000
    content = ("# One\nété\n" + long).encode() + b"\xff\n" + (long + "# Four\nété\n").encode()
    path.write_bytes(content)
    with Opened(str(path)) as opened:
        items = list(read_text(opened, Reading(last_article_start=last_start)))
    assert [getattr(item, "text", None) for item in items] == ["# One\nété\n", None, long + "# Four\nété\n"]
    assert items[1].offset == content.index(b"\xff")
