"""Words become the same terms everywhere: in tantivy, in Python, and as Elasticsearch is told to."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.analysis import (
    CHAINS,
    _is_plain,
    elasticsearch_analysis,
    key_of,
    normalise_pattern,
    prepare,
    read_analysis,
    tokens_of,
    word_pattern,
)
from engines.contract import FACETS
from engines.fields import read_fields
from engines.terms import split_words, word_spans, words

KEYS = read_analysis().keys


@pytest.mark.parametrize(
    ("language", "key"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("EN_us", "en"),
        ("nn", "no"),
        ("zh-Hant", "other"),
        ("und", "other"),
        ("", "other"),
    ],
)
def test_key_of(language: str, key: str) -> None:
    assert key_of(language) == key


@pytest.mark.parametrize(
    ("key", "text", "terms"),
    [
        ("en", "Runners were running", ["runner", "were", "run"]),
        ("en", "naïve cafés U.S. l’avion", ["naiv", "cafe", "u", "s", "l", "avion"]),
        ("fr", "élections", ["elect"]),
        ("de", "Häuser Straße", ["haus", "strass"]),
        ("sv", "får", ["får"]),
        ("tr", "IŞIK İstanbul", ["isik", "istanbul"]),
        ("ru", "ёлка", ["елк"]),
        ("en", "北京大学 2024", ["北", "京", "大", "学", "2024"]),
        ("other", "コーヒー ที่ हिन्दी", ["コ", "ー", "ヒ", "ー", "ที่", "हिन्दी"]),
        ("other", "می‌شود كتاب", ["می", "شود", "کتاب"]),
        ("en", "x" * 201 + " y", ["y"]),
        ("en", "", []),
    ],
)
def test_terms(key: str, text: str, terms: list[str]) -> None:
    assert tokens_of(text, KEYS[key], "text") == terms


def test_chains() -> None:
    assert tokens_of("Malmö Får", KEYS["sv"], "exact") == ["malmö", "får"]
    assert tokens_of("Malmö Får", KEYS["sv"], "name") == ["malmo", "far"]
    assert tokens_of("Malmö Får", KEYS["sv"], "folded") == ["malmo far"]
    assert tokens_of("İstanbul", KEYS["en"], "folded") == ["istanbul"]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_renders_for_both_engines(key: str) -> None:
    for chain in CHAINS:
        assert tokens_of("Rain 12", KEYS[key], chain)
    rendered = elasticsearch_analysis(key)
    assert set(rendered["analyzer"]) | set(rendered["normalizer"]) == set(CHAINS)
    used = {name for chain in rendered["analyzer"].values() for name in chain["filter"]}
    assert used - {"lowercase", "asciifolding"} == set(rendered["filter"])


@pytest.mark.parametrize("tokenizer", ["alphabetic", "marks"])
def test_the_expressions_are_the_same_in_each_dialect(tokenizer: str) -> None:
    written = {word_pattern(tokenizer, dialect) for dialect in ("rust", "python")}
    plain = {re.sub(r"\\p\{(sc=|Is|Script=)?(\w+)\}", r"<\2>", one) for one in written}
    assert len(plain) == 1


@pytest.mark.parametrize("tokenizer", ["alphabetic", "marks"])
def test_what_java_is_told_finds_the_same_words(tokenizer: str) -> None:
    java = re.sub(r"\\x\{(\w+)\}", lambda m: f"\\U{int(m[1], 16):08x}", word_pattern(tokenizer, "java"))
    java = java.replace("{IsAlphabetic}", "{Alphabetic}")
    java = re.sub(r"\\p\{Is(\w+)\}", r"\\p{Script=\1}", java)
    every_character = "".join(
        chr(code) + ("x" if code % 3 else "") for code in range(0x30000) if not 0xD800 <= code < 0xE000
    )
    expected = regex.findall(word_pattern(tokenizer, "python"), every_character, regex.V1)
    assert regex.findall(java, every_character, regex.V1) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.sampled_from(sorted(KEYS)))
def test_no_text_breaks_an_analyzer(text: str, key: str) -> None:
    for chain in CHAINS:
        tokens_of(text, KEYS[key], chain)
    normalise_pattern(text, KEYS[key], "exact")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_spans_are_those_of_the_expression(text: str) -> None:
    assert word_spans(text) == [found.span() for found in words().finditer(text)]
    assert "".join(split_words(text)) == "".join(regex.findall(r"[\p{Alphabetic}\p{M}\p{N}]", text))


@pytest.mark.parametrize("size", [200_000])
@pytest.mark.parametrize("text", ["a", "é", "北", "a*", "\u0301", " ", "'"])
def test_long_runs_take_linear_time(text: str, size: int) -> None:
    run = text * (size // len(text))
    assert len(word_spans(run)) <= size
    assert isinstance(tokens_of(run, KEYS["en"], "text"), list)


def test_patterns_keep_their_signs() -> None:
    assert normalise_pattern(r"Él*\*?Ö", KEYS["fr"], "exact") == r"el*\*?o"
    assert normalise_pattern("Ö?", KEYS["sv"], "exact") == "ö?"
    assert normalise_pattern("Ö?", KEYS["sv"], "name") == "o?"


def test_names_of_queries_are_fields_of_one_kind() -> None:
    fields = read_fields()
    for paths in fields.names.values():
        assert len({fields.kinds[path] for path in paths}) == 1
        assert fields.kinds[paths[0]] in ("text", "name", "keyword", "date", "point")
    assert set(fields.default) <= set(fields.kinds)
    assert {fields.kinds[path] for path in FACETS.values()} == {"keyword", "date"}


def test_what_looks_plain_is_left_as_it_is() -> None:
    """The quick look at a text's bytes agrees with the tables of every language."""
    plain = "".join(map(chr, [*range(0x100), *range(0x2000, 0x2040)]))
    for key in KEYS.values():
        if key.key != "tr":  # whose I is replaced: its texts are never taken for plain
            assert prepare(plain, key) == plain
            assert prepare(f"{plain}☃", key) == f"{plain}☃"  # the snowman makes the tables be asked
    looked = [chr(code) for code in range(0x3400) if _is_plain(chr(code))]
    assert looked == list(plain)
