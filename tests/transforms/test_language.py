import json
import threading
import time
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.language import _factory, check_tags, detect_language, primary_tag
from transforms.language.model import load_model, model_scores
from transforms.language.scripts import by_letters, count_words, main_script, script_of, tags, variant_of

CASES = Path(__file__).parents[1] / "cases"
ROWS = [json.loads(line) for line in (CASES / "languages.jsonl").read_text("utf-8").splitlines()]
#: Short headlines, also in capitals or full of names, and what is no language.
TITLES = [json.loads(line) for line in (CASES / "languages_titles.jsonl").read_text("utf-8").splitlines()]
RIGHT_TO_LEFT = {"ar", "ckb", "fa", "he", "ps", "sd", "ug", "ur"}
HOSTILE = (
    "a" * 1_000_000,
    "Aé " * 300_000,
    "\0" * 1_000_000,
    "字" * 1_000_000,
    "ا ب " * 250_000,
    "🙂" * 500_000,
)


def mark(row: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(reason=row["comment"])] if row["expect"] == "fail" else []
    return pytest.param(row, id=f"{row['label']}-{row.get('variant') or row['language']}", marks=marks)


@pytest.mark.parametrize(
    "row", [mark(row) for row in (*ROWS, *TITLES) if row in ROWS or row["expect"] == "fail"]
)
def test_language(row: dict[str, Any]) -> None:
    found = detect_language(row["text"])
    if row["label"] == "variant":
        assert found.variant == row["variant"]
    else:
        assert found.language == row["language"], found
    assert 0.0 <= found.confidence <= 1.0
    assert found.language == "und" or found.confidence >= 0.5


def test_headlines() -> None:
    found = {row["text"]: detect_language(row["text"]).language for row in TITLES if row["expect"] == "pass"}
    assert found == {row["text"]: row["language"] for row in TITLES if row["expect"] == "pass"}


def test_cases_cover_the_languages() -> None:
    assert len({row["language"] for row in ROWS if row["label"] == "sentence"}) >= 80


@pytest.mark.parametrize("row", [mark(row) for row in ROWS if row["label"] == "negative"])
def test_a_declared_language_wins_where_detection_is_weak(row: dict[str, Any]) -> None:
    found = detect_language(row["text"], declared="fr-CA")
    assert (found.language, found.declared, found.reason) == ("fr", "fr", "declared")


def test_a_declared_language_loses_against_evidence_and_is_kept() -> None:
    found = detect_language(
        "Der Hafen wurde am Montag wieder geöffnet, teilte die Stadt mit.", declared="en_US"
    )
    assert (found.language, found.declared) == ("de", "en")
    assert detect_language("Ninety-nine words are not needed for this", declared="tlh").declared is None


def test_a_declared_relative_wins_where_no_word_tells() -> None:
    text = "Mreže za energiju su prekinute u gradu."
    assert detect_language(text).language in ("hr", "bs", "sr")
    assert {detect_language(text, declared=tag).language for tag in ("hr", "bs")} == {"hr", "bs"}
    assert detect_language(text, declared="en").language != "en"


@pytest.mark.parametrize(
    ("declared", "tag"),
    [("nb-NO", "no"), ("iw", "he"), ("ZH_hant", "zh"), ("fil", "tl"), ("sh", "sr"), (" en ", "en"), ("x-default", None), ("", None), (None, None)],
)  # fmt: skip
def test_primary_tag(declared: str | None, tag: str | None) -> None:
    assert primary_tag(declared) == tag


def test_unknown_settings_say_what_is_valid() -> None:
    with pytest.raises(ValueError, match=r"unknown detector 'guess'; valid: py3langid, langdetect"):
        detect_language("text", detector="guess")
    with pytest.raises(ValueError, match=r"unknown language qq; valid: af, am, .*zu$"):
        detect_language("text", languages=["en", "qq"])
    assert check_tags(("fr", "en", "fr")) == ("en", "fr")


def test_a_narrowed_set_is_kept_to() -> None:
    text = "Luka je u ponedjeljak ponovno otvorena nakon što je oluja prošla, rekli su ljudi."
    assert detect_language(text, languages=["hr", "en"]).language == "hr"
    assert detect_language(text, languages=["sr", "en"]).language in ("sr", "und")
    assert detect_language("Το λιμάνι άνοιξε ξανά τη Δευτέρα", languages=["en", "fr"]).language == "und"


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["label"] == "sentence"][:11], ids=lambda row: row["language"]
)
def test_langdetect_can_be_chosen(row: dict[str, Any]) -> None:
    first = detect_language(row["text"], detector="langdetect")
    assert first.language == row["language"]
    assert first == detect_language(row["text"], detector="langdetect")


def test_langdetect_is_kept_from_its_mistakes_by_script() -> None:
    chosen = {"detector": "langdetect"}
    assert detect_language("風暴過後，港口星期一重新開放，當局說。", **chosen).language == "zh"  # alone: ko
    assert detect_language("პორტი ორშაბათს კვლავ გაიხსნა", **chosen).language == "ka"  # alone: et, 1.00
    assert detect_language("ወደቡ ሰኞ ዕለት ተከፍቷል", **chosen).language == "und"  # no features: it would raise
    assert detect_language("qqq www zzz kkk jjj vvv xxx", languages=["en", "de"], **chosen).language in (
        "und",
        "en",
        "de",
    )


def test_langdetect_may_be_loaded_by_several_threads_at_once() -> None:
    _factory.cache_clear()
    found: list[str] = []
    text = "Der Hafen wurde am Montag wieder geöffnet, teilte die Stadt mit."
    threads = [
        threading.Thread(target=lambda: found.append(detect_language(text, detector="langdetect").language))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["de"] * 4


def test_detection_is_the_same_in_threads() -> None:
    texts = [row["text"] for row in ROWS]
    alone = [detect_language(text) for text in texts]
    together: dict[int, list[object]] = {}
    threads = [
        threading.Thread(target=lambda n=n: together.update({n: [detect_language(t) for t in texts]}))
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found == alone for found in together.values())


@pytest.mark.parametrize("row", ROWS[::3], ids=lambda row: row["text"][:20])
def test_the_model_answers_as_py3langid_does(row: dict[str, Any]) -> None:
    asked = copy(load_model())
    labels = tuple(label for label in asked.labels if label != "zxx")[::2]
    asked.set_languages([*labels, "zxx"])
    theirs = dict(asked.rank(row["text"]))
    ours = dict(model_scores(row["text"], labels))
    assert {label: ours[label] for label in theirs} == pytest.approx(theirs, abs=1e-3)


def test_tables_agree() -> None:
    known = tags()
    assert len(known) == 96
    assert all(
        entry["direction"] in ("ltr", "rtl") and entry["scripts"] and entry["name"]
        for entry in known.values()
    )
    assert {tag for tag, entry in known.items() if entry["direction"] == "rtl"} == RIGHT_TO_LEFT


def test_scripts() -> None:
    assert main_script("").name == "Zyyy"
    assert main_script("12 % —").letters == 0
    assert main_script("港は月曜日に再開された").name == "Jpan"
    assert script_of("Ꭰ") == "Zzzz"
    assert script_of("\u0001") is None
    assert main_script("ᎠᏂᏣᎳᎩ").name == "Zzzz"


def test_letters_and_words_decide_only_where_they_can() -> None:
    assert by_letters("plain", "Latn", ("en",)) is None
    assert by_letters("بندر باز شد", "Arab", ("fa", "ar")) is None
    assert count_words("anything", "en") == {}
    assert variant_of("zh", "上海", main_script("上海")) is None
    assert variant_of("en", "colour", main_script("colour")) is None


@given(st.text(max_size=500))
@settings(max_examples=200, deadline=None)  # the first one loads two models
def test_no_string_raises(text: str) -> None:
    found = detect_language(text)
    assert found.language == "und" or found.language in tags()
    detect_language(text[:60], detector="langdetect")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_long_texts_take_no_time(text: str) -> None:
    detect_language("Warm the model up before the clock is started, please.")
    started = time.process_time()
    detect_language(text)
    assert time.process_time() - started < 0.5
