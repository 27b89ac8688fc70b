"""From a story's text to its words found: what language it is in, which analyzer that is, and a search, on each engine."""

from __future__ import annotations

import pytest

from engines.analysis import OTHER, key_of, read_analysis
from engines.contract import Engine, Loaded, Query
from tests.engines.corpus import document_of, read_cases
from transforms.language import detect_language
from transforms.records import Article, Document

CASES = read_cases("search_languages")
STEMMED = [case for case in CASES if "inflected" in case]


def story(number: int, case: dict) -> Document:
    """One sentence, in the language that the detector says."""
    language = detect_language(case["text"]).language
    origin = f"wire/{number}.txt"
    return document_of(
        Article(id=f"{number:032x}", origin=origin, source=origin, body=case["text"], language=language)
    )


@pytest.fixture
def library(engine: Engine) -> Engine:
    """An engine that holds the sentence of every case."""
    outcomes = list(engine.load([story(number, case) for number, case in enumerate(CASES)]))
    assert all(isinstance(outcome, Loaded) for outcome in outcomes)
    engine.commit()
    return engine


def found(engine: Engine, text: str) -> list[str]:
    hits = engine.search(Query(text=text, size=len(CASES))).hits
    return [hit.article.language for hit in hits]


def test_the_table_has_every_analyzer_and_thirty_languages() -> None:
    assert len({case["language"] for case in CASES}) == len(CASES) >= 30
    assert {key_of(case["language"]) for case in STEMMED} == set(read_analysis().keys) - {OTHER}
    for case in CASES:
        words = case["text"].split()
        assert case["word"] not in (words[0], words[-1])
        assert case.get("inflected") not in words


def test_a_word_in_the_middle_of_a_sentence_is_found(library: Engine) -> None:
    for number, case in enumerate(CASES):
        id, language = f"{number:032x}", case["language"]
        assert library.stored([id])[id].index == key_of(language)
    missed = [case["language"] for case in CASES if case["language"] not in found(library, case["word"])]
    assert missed == []
    of_field = [c["language"] for c in CASES if c["language"] not in found(library, f"body:{c['word']}")]
    assert of_field == []
    inflected = [c["language"] for c in STEMMED if c["language"] not in found(library, c["inflected"])]
    assert inflected == []
