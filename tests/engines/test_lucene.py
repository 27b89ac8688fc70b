"""The query language, by a table; and that any string is understood."""

from __future__ import annotations

import json
import threading
from dataclasses import fields, is_dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.lucene import MAX_CHARACTERS, MAX_TERMS, NOTHING, parse
from engines.tree import Bool, Everything, Exists, Node, Range, Term
from tests.engines.corpus import CASES, read_cases


def written(node: Node) -> object:
    """Write a tree as the table does: "kind:field:text~distance^boost", lists for Bool."""
    match node:
        case Term():
            kind = "" if node.kind == "word" else f"{node.kind} "
            field = f"{node.field}:" if node.field else ""
            distance = f"~{node.distance}" if node.distance else ""
            boost = f"^{node.boost:g}" if node.boost != 1 else ""
            return f"{kind}{field}{node.text}{distance}{boost}"
        case Range():
            low, high = ("[" if node.include_low else "{"), ("]" if node.include_high else "}")
            return f"range {node.field}:{low}{node.low or '*'} TO {node.high or '*'}{high}"
        case Exists():
            return f"exists {node.field}"
        case Everything():
            return "everything"
    parts = {name: [written(part) for part in getattr(node, name)] for name in ("must", "should", "must_not")}
    return {name: part for name, part in parts.items() if part} | (
        {"boost": node.boost} if node.boost != 1 else {}
    )


@pytest.mark.parametrize("case", read_cases("queries"), ids=lambda case: case["label"])
def test_parse(case: dict) -> None:
    parsed = parse(case["text"])
    assert written(parsed.node) == case["tree"]
    assert list(parsed.notes) == case.get("notes", [])


def test_the_table_has_no_text_twice() -> None:
    texts = [json.loads(line)["text"] for line in (CASES / "queries.jsonl").read_text().splitlines()]
    assert len(texts) == len(set(texts))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from(' ab"()[]{}:*?~^+-!&|/\\.,TOANDRdate\ud8000١北é\n'), max_size=60))
def test_any_string_is_understood(text: str) -> None:
    parsed = parse(text)
    assert depth_of(parsed.node) < 200


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_understood(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("a " * MAX_CHARACTERS, f"the query is longer than {MAX_CHARACTERS} characters"),
        ("a " * (MAX_TERMS + 1), f"the query has more than {MAX_TERMS} words"),
        ("(" * 60 + "a" + ")" * 60, "the query is nested deeper than 40"),
        ("-" * 1000 + "a", "the query is nested deeper than 40"),
        ("a OR (" * 500 + "b" + ")" * 500, "the query is nested deeper than 40"),
    ],
)
def test_a_query_that_is_too_much(text: str, note: str) -> None:
    parsed = parse(text)
    assert parsed.notes[0].startswith(note)
    assert "searched for these words instead: a" in parsed.notes[0]


def test_nothing_is_not_everything() -> None:
    assert parse("...").node == NOTHING
    assert parse("").node == Everything()


def test_threads_do_not_mix() -> None:
    wrong: list[str] = []

    def ask(word: str) -> None:
        for _ in range(50):
            node = parse(f"{word} AND headline:{word}").node
            if not isinstance(node, Bool) or {part.text for part in node.must} != {word}:  # type: ignore[union-attr]
                wrong.append(word)

    threads = [threading.Thread(target=ask, args=(word,)) for word in ("rome", "paris", "oslo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def depth_of(node: object) -> int:
    if not is_dataclass(node):
        return 0
    values = [getattr(node, field.name) for field in fields(node)]
    return 1 + max(
        (depth_of(one) for value in values if isinstance(value, tuple) for one in value), default=0
    )
