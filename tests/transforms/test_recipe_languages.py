"""Languages through the whole recipe: the finer tag, and what is looked for."""

import json
from pathlib import Path

import pytest

from transforms.document import to_fields
from transforms.recipe import to_articles
from transforms.records import Given, RawDocument

CASES = Path(__file__).parents[1] / "cases" / "languages.jsonl"
ROWS = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
VARIANTS = [row for row in ROWS if row["label"] == "variant"]
HARBOUR = "Harbour reopens\n\nThe harbour was reopened on Monday after the storm had passed, officials said."


def shape(text, given=None, **how):
    raw = RawDocument(origin="a.txt", media="text", text=text, single=True, given=given or Given())
    [article] = to_articles(raw, **how)
    return article


@pytest.mark.parametrize("row", VARIANTS, ids=lambda row: row["variant"])
def test_a_story_keeps_its_variant_beside_its_language(row):
    fields = to_fields(shape(row["text"], Given(headline="Reuters: 3-1")))
    assert (fields["language"], fields["language_variant"]) == (row["language"], row["variant"])


def test_every_variant_has_a_row():
    assert {row["variant"] for row in VARIANTS} == {
        "zh-Hans", "zh-Hant", "sr-Cyrl", "sr-Latn", "nb", "nn", "pt-BR", "pt-PT",
    }  # fmt: skip


def test_only_the_languages_asked_for_are_looked_for():
    assert shape(HARBOUR).language == "en"
    assert shape(HARBOUR, languages=("en", "ar")).language == "en"
    assert shape(HARBOUR, languages=("ar", "fa")).language == "und"
    with pytest.raises(ValueError, match="unknown language qq; valid: af"):
        shape(HARBOUR, languages=("en", "qq"))
