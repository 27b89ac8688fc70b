"""Tables of pasted copy: labels of lines, beginnings of stories, wrapped paragraphs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from transforms.paste.lines import label_lines
from transforms.paste.normalise import normalise
from transforms.paste.rows import read_rows
from transforms.paste.split import last_article_start, split_text
from transforms.paste.unwrap import read_lines
from transforms.records import LABELS

CASES = Path(__file__).parent.parent / "cases"


def table(name):
    rows = [json.loads(line) for line in (CASES / name).read_text("utf-8").splitlines()]
    return [
        pytest.param(
            row,
            id=row["label"],
            marks=[pytest.mark.xfail(reason=row["comment"])] if row["expect"] == "fail" else [],
        )
        for row in rows
    ]


@pytest.mark.parametrize("row", table("lines.jsonl"))
def test_every_line_has_its_label(row):
    lines = label_lines(read_rows(normalise(row["text"])))
    assert [line.label for line in lines] == row["labels"]
    assert {line.label for line in lines} <= set(LABELS)
    assert all(line.rule for line in lines)


@pytest.mark.parametrize("row", table("pastes.jsonl"))
def test_stories_begin_where_they_should(row):
    blocks = split_text(row["text"])
    assert [block.first_line for block in blocks] == row["starts"]
    start = last_article_start(row["text"])
    assert row["text"][:start].count("\n") + 1 == (row["starts"] or [1])[-1]


@pytest.mark.parametrize("row", table("wrapped.jsonl"))
def test_wrapped_paragraphs_are_joined(row):
    assert [line.text.strip() for line in read_lines(row["text"])] == row["expected"]
