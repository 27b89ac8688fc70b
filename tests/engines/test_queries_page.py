"""The page about queries cannot drift: every example is asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engines.contract import Engine, Query
from engines.fields import read_fields
from engines.lucene import MAX_CHARACTERS, MAX_DEPTH, MAX_PATTERN, MAX_PATTERNS, MAX_TERMS, MAX_WILDCARDS

PAGE = (Path(__file__).parents[2] / "docs/queries.md").read_text("utf-8")
ROWS = [
    (query.replace(r"\|", "|"), said)
    for query, said in re.findall(r"^\| `((?:[^`\\]|\\.)+)` \| (.*) \|$", PAGE, re.MULTILINE)
]
STRANGE = PAGE.partition("## When it is understood otherwise")[2]


@pytest.mark.parametrize(("query", "said"), ROWS, ids=[query for query, _ in ROWS])
def test_every_example_does_what_is_said(embedded: Engine, query: str, said: str) -> None:
    page = embedded.search(Query(text=query))
    if f"| `{query}` |" in STRANGE:
        assert page.notes == (said,)
    else:
        assert page.notes == ()
        assert page.total > 0


def test_every_field_and_bound_is_told() -> None:
    told = set(re.findall(r"`(\w+):", PAGE)) | set(re.findall(r"`(\w+)`", PAGE))
    rare = {"text", "run", "version"}
    assert set(read_fields().names) - rare <= told
    for bound in (f"{MAX_CHARACTERS:,}", MAX_TERMS, MAX_PATTERN, MAX_PATTERNS, MAX_WILDCARDS, MAX_DEPTH):
        assert str(bound) in PAGE


def test_in_text_examples(embedded: Engine) -> None:
    assert embedded.search(Query(text="cafe")).total == embedded.search(Query(text="café")).total > 0
    assert embedded.search(Query(text="far")).total == 0 < embedded.search(Query(text="får")).total
    assert embedded.search(Query(text="publisher:harbour")).total == 0
    assert embedded.search(Query(text="publisher:harbour*")).total > 0
    assert embedded.suggest("farmrs") == ("farmers",)
