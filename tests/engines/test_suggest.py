"""Suggestions for mistyped words, by a table on both engines."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.contract import Engine, Query
from engines.suggest import MAX_CHARACTERS, MAX_WORDS, correctable
from tests.engines.corpus import document_of, read_cases
from tests.engines.stories import article

CASES = read_cases("suggest")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_the_likeliest(loaded: Engine, case: dict) -> None:
    found = loaded.suggest(case["text"])
    assert (found[0] if found else None) == case["best"]
    if found:
        assert case["text"] not in found
        assert len(set(found)) == len(found) <= 5


@pytest.mark.elastic
def test_both_engines_suggest_the_same(embedded: Engine, elastic: Engine) -> None:
    for case in CASES:
        assert embedded.suggest(case["text"], 8) == elastic.suggest(case["text"], 8), case["label"]


def test_what_is_suggested_is_found(loaded: Engine) -> None:
    for text in ("farmrs AND tractrs", "place:Lodnon", "author:Martines"):
        (best, *_) = loaded.suggest(text)
        assert loaded.search(Query(text=text)).total == 0
        assert loaded.search(Query(text=best)).total > 0


def test_order_and_number(engine: Engine) -> None:
    assert engine.suggest("bridqe") == ()
    words = ["ridge"] * 3 + ["bridge"] * 2 + ["fridge"] * 5 + ["bride"] + ["Bridle"]
    documents = [article(n, headline=word, body="It rained.") for n, word in enumerate(words)]
    list(engine.load(document_of(one) for one in documents))
    engine.commit()
    # One edit before two, the same first letter before another, then by how many have it.
    assert engine.suggest("bridqe", 10) == ("bridge", "bride", "bridle")
    assert engine.suggest("bridqe", 1) == ("bridge",)
    assert engine.suggest("bridqe", 0) == ()
    assert engine.suggest("xridge", 10) == ("fridge", "ridge", "bridge")
    assert engine.suggest("rainde") == ("rained",)
    assert engine.suggest("Rainde AND bridqe", 3) == (
        "Rained AND bridge",
        "Rained AND bride",
        "Rained AND bridle",
    )
    engine.delete([one.id for one in documents if one.headline == "Bridle"])
    engine.commit()
    assert "bridle" not in engine.suggest("bridqe", 10)


@pytest.mark.parametrize(
    "text",
    ["farmrs " * 100_000, "x" * 1_000_000, '"' * 5000, "(" * 5000, "farmrs\ud800", "\x00", "a:" * 400]
    + [" ".join(f"wrd{chr(97 + n)}" for n in range(MAX_WORDS + 1))],
)
def test_any_text_in_little_time(loaded: Engine, text: str) -> None:
    started = time.process_time()
    loaded.suggest(text)
    assert time.process_time() - started < 5


@given(st.text(alphabet=st.sampled_from(' ab"()[]{}:*?~^+-!/\\.,placeANDOR北é\n'), max_size=60))
def test_words_are_where_they_are_said_to_be(text: str) -> None:
    for word in correctable(text):
        assert len(text) <= MAX_CHARACTERS
        assert word.text.replace("\\", "") in text[word.start : word.end].replace("\\", "")
