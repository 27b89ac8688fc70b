"""Which language a text is in, as a BCP 47 tag: by script, by letters, by py3langid, by words; "und" when weak.

The model (93 MB in memory) is loaded on first use, once per process. Rules: data/languages.json (the tags),
data/language_rules.json (letters and words that tell close languages apart).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log
from operator import itemgetter
from typing import Any

from transforms.language.model import model_labels, model_scores
from transforms.language.scripts import (
    Script,
    by_few_words,
    by_letters,
    by_small_words,
    count_words,
    main_script,
    relatives,
    tags,
    variant_of,
)

LONGEST_SAMPLE = 400  # in characters: headline and lead; more costs time and adds nothing (0.9 kB: 100 %)
LONGEST_FOR_WORDS = 2000  # the words that tell Serbian from Bosnian are few and far between
FEWEST_LETTERS = 10
LEAST_CONFIDENCE = 0.5
_SECOND_OPINION = 0.7  # below it langdetect is asked as well
_NEAR_ENOUGH = 0.35  # of a language and its relatives together, when two detectors were asked
_FEW = 0.6  # of the letters: "The Best Boots For Winter" keeps none without its capitalised words
_SURE = 0.97  # above it neither words nor a second opinion have changed an answer for the better
_TRIALS, _STEPS = 2, 150  # how long langdetect may think about a second opinion; its own: 7, 1000
_TINY = 1e-3
_WORD_WEIGHT = 2.0
_LONGEST_OTHER = (
    200  # in characters: other scripts take two or three bytes a letter, and have fewer languages
)
_LOOKALIKES = str.maketrans("aceijopxyABCEHIJKMOPTX", "асеіјорхуАВСЕНІЈКМОРТХ")
_LATIN = re.compile(r"\b[A-Za-z\u00c0-\u024f]+\b")
_CAPITALISED = re.compile(r"(?<!^)\b[A-Z\u00c0-\u00de][\w'’-]*")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S{1,400}|(?<!\S)[@#]\w{1,60}|[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{1,60}"
)
_IN_ADDRESSES = ("@", "#", "://", "www.")
DETECTORS = ("py3langid", "langdetect")
UNDETERMINED = "und"
#: What other tools and pages call a language of ours.
_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "fil": "tl", "cmn": "zh", "yue": "zh", "wuu": "zh",
         "zh-cn": "zh", "zh-tw": "zh", "srl": "sr", "kmr": "ku", "sh": "sr", "mo": "ro", "arz": "ar", "ary": "ar", "uzs": "uz"}  # fmt: skip
_ALSO_ASKED = ("nn", "srl")  # labels of the model that stand for a language of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The language of a text, how sure that is, and why."""

    language: str  # BCP 47 primary; "und" when the evidence is weak
    confidence: float  # 0 to 1
    variant: str | None = None  # "zh-Hant", "sr-Latn", "nb", "pt-BR", where known
    declared: str | None = None  # what the copy says of itself, as a primary tag
    reason: str = ""  # "script", "letters", "py3langid", "words", "declared", "too-short", "weak"


def detect_language(
    text: str,
    *,
    declared: str | None = None,
    detector: str = "py3langid",
    languages: Sequence[str] | None = None,
) -> Language:
    """The language of `text`; "und" under ten letters or fifty percent.

    A declared language (html lang, a JSON field) is evidence, not truth: it is kept, and decides only where
    detection is weak. `languages` narrows what is looked for; the default is every tag of languages.json.

    >>> detect_language("Οι αγορές έκλεισαν με άνοδο την Παρασκευή").language
    'el'
    >>> detect_language("12 %", declared="de-AT")
    Language(language='de', confidence=0.0, variant=None, declared='de', reason='declared')

    Source: tests/cases/languages.jsonl
    """
    if detector not in DETECTORS:
        raise ValueError(f"unknown detector {detector!r}; valid: {', '.join(DETECTORS)}")
    wanted = check_tags(tuple(languages)) if languages is not None else tuple(tags())
    said = primary_tag(declared)
    text = _without_addresses(text[:LONGEST_FOR_WORDS])
    sample = text[:LONGEST_SAMPLE]
    script = main_script(sample)
    if script.letters < FEWEST_LETTERS and not script.certain:
        return _weak(said, "too-short")
    tag, confidence, reason = _decide(text, script, wanted, detector)
    if confidence < LEAST_CONFIDENCE and detector == DETECTORS[0] and (few := by_few_words(sample, wanted)):
        tag, confidence, reason = few, LEAST_CONFIDENCE, "small words"
    if tag not in wanted or confidence < LEAST_CONFIDENCE:  # "zxx" is the model's word for no language
        return _weak(said, "weak", confidence)
    if said in relatives(tag) - {tag} and confidence < _SECOND_OPINION and reason != "words":
        tag, reason = str(said), "declared"  # Bosnian or Croatian: the page knows better
    return Language(
        language=tag,
        confidence=round(confidence, 4),
        variant=variant_of(tag, sample, script),
        declared=said,
        reason=reason,
    )


def primary_tag(declared: str | None) -> str | None:
    """Our tag for what a page says of itself: "de-AT" and "de_DE" are "de", "nb" is "no"; None when not known.

    >>> primary_tag("zh-Hant-TW"), primary_tag("nb-NO"), primary_tag("x-klingon")
    ('zh', 'no', None)
    """
    first = (declared or "").strip().lower().replace("_", "-").split("-")[0]
    first = _SAME.get(first, first)
    return first if first in tags() else None


@lru_cache(maxsize=16)
def check_tags(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The same tags without repeats; ValueError names the unknown ones and lists the valid."""
    unknown = sorted(set(wanted) - set(tags()))
    if unknown:
        raise ValueError(f"unknown language {', '.join(unknown)}; valid: {', '.join(tags())}")
    return tuple(sorted(set(wanted)))


def _weak(said: str | None, reason: str, confidence: float = 0.0) -> Language:
    if said:
        return Language(language=said, confidence=round(confidence, 4), declared=said, reason="declared")
    return Language(language=UNDETERMINED, confidence=round(confidence, 4), reason=reason)


def _decide(more: str, script: Script, wanted: tuple[str, ...], detector: str) -> tuple[str, float, str]:
    """Tag, confidence and reason: the cheap and certain first."""
    sample = more[:LONGEST_SAMPLE]
    able = _able(script.name, wanted)
    if not able:
        return UNDETERMINED, 0.0, "script"
    if len(able) == 1:
        return able[0], max(script.share, 0.9), "script"
    lettered = by_letters(sample, script.name, able)
    if lettered:
        return lettered, 0.99, "letters"
    if detector == "langdetect":
        found = _langdetect(sample, able) or {UNDETERMINED: 0.0}
        return *max(found.items(), key=lambda item: item[1]), "langdetect"
    if script.name == "Latn" and (full := by_small_words(sample, able)):
        return full, 0.99, "small words"
    plain = _without_names(sample, script)
    answers = model_scores(plain, _asked(able))
    label, confidence = max(answers, key=itemgetter(1))
    tag = _SAME.get(label, label)
    if confidence >= (_SURE if relatives(tag) <= _known_labels() | {tag} else 1.1):
        return tag, confidence, "py3langid"
    scores = _by_tag(answers, able)
    tag, reason = _likeliest(scores, more)
    near = sum(scores.get(other, 0.0) for other in relatives(tag))
    if near < _SECOND_OPINION:
        return _second_opinion(sample, scores, able)
    return tag, max(scores.get(tag, 0.0), LEAST_CONFIDENCE), reason


def _likeliest(scores: dict[str, float], sample: str) -> tuple[str, str]:
    """The likeliest language; among its close relatives a word of their own weighs as much as odds of 7 to 1."""
    best = max(scores, key=lambda tag: scores[tag])
    words = {tag: count for tag, count in count_words(sample, best).items() if tag in scores}
    if not any(words.values()):
        return best, "py3langid"
    known = _known_labels()
    odds = {tag: log((scores[tag] if tag in known else scores[best]) + _TINY) for tag in words}
    chosen = max(words, key=lambda tag: odds[tag] + _WORD_WEIGHT * words[tag])
    return chosen, "words" if chosen != best else "py3langid"


@lru_cache(maxsize=512)
def _able(script: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The wanted languages that are written in a script."""
    return tuple(tag for tag in wanted if script in tags()[tag]["scripts"])


def _by_tag(answers: Iterable[tuple[str, float]], able: tuple[str, ...]) -> dict[str, float]:
    """The probability of each of the able languages; 0 for those the model lacks."""
    scores = dict.fromkeys(able, 0.0)
    for label, score in answers:
        tag = _SAME.get(label, label)
        scores[tag] = scores.get(tag, 0.0) + score
    return scores


def _without_addresses(text: str) -> str:
    """Without what is no word of any language: web and mail addresses, names of accounts, tags."""
    return _ADDRESS.sub(" ", text) if any(sign in text for sign in _IN_ADDRESSES) else text


def _without_names(sample: str, script: Script) -> str:
    """Without Latin names, in a text of another script; "сaд" typed with a Latin a is Cyrillic all the same."""
    if script.name == "Latn":
        return sample
    plain = _LATIN.sub(" ", sample[:_LONGEST_OTHER])
    return plain.translate(_LOOKALIKES) if script.name == "Cyrl" else plain


def _second_opinion(sample: str, scores: dict[str, float], able: tuple[str, ...]) -> tuple[str, float, str]:
    """Where the model is unsure: itself and langdetect on the text without its capitalised words, which are names.

    Where little is left without them they may be an English headline's words, or German nouns: then it is enough
    that both agree on the text as it stands.
    """
    plain = _CAPITALISED.sub(" ", sample)
    letters = sum(map(str.isalpha, plain))
    other = _langdetect(sample, able, steps=_STEPS) if letters < _FEW * sum(map(str.isalpha, sample)) else {}
    if other and max(scores, key=lambda tag: scores[tag]) == max(other, key=lambda tag: other[tag]):
        scores = {tag: (2 * score + other.get(tag, 0.0)) / 3 for tag, score in scores.items()}
    elif letters >= FEWEST_LETTERS:
        again = _by_tag(model_scores(plain, _asked(able)), able)
        other = _langdetect(plain, able, steps=_STEPS)
        scores = {tag: (score + again[tag] + other.get(tag, 0.0)) / 3 for tag, score in scores.items()}
    tag, _ = _likeliest(scores, sample)
    near = sum(scores.get(other, 0.0) for other in relatives(tag))
    return tag, max(scores[tag], LEAST_CONFIDENCE) if near >= _NEAR_ENOUGH else scores[tag], "both"


@cache
def _known_labels() -> frozenset[str]:
    return frozenset(_SAME.get(label, label) for label in model_labels())


@lru_cache(maxsize=32)
def _asked(able: tuple[str, ...]) -> tuple[str, ...]:
    """The labels of the model that stand for some languages."""
    return (*able, *(label for label in _ALSO_ASKED if _SAME[label] in able))


@cache
def _factory() -> Any:
    """The profiles of langdetect, seeded: without a seed two titles in a hundred change from run to run.

    A factory of our own: langdetect's shared one breaks when two threads load it at once.
    """
    from langdetect import PROFILES_DIRECTORY, DetectorFactory

    DetectorFactory.seed = 0
    made = DetectorFactory()
    made.load_profile(PROFILES_DIRECTORY)
    return made


def _langdetect(sample: str, able: tuple[str, ...], steps: int | None = None) -> dict[str, float]:
    """What langdetect says among the languages able to be it.

    The script decides before: it calls Traditional Chinese Korean, and Georgian Estonian at 1.00.
    """
    from langdetect import LangDetectException

    asked = _factory().create()
    if steps:  # it goes on for a thousand on the very texts that nobody can tell
        asked.n_trial, asked.ITERATION_LIMIT = _TRIALS, steps
    asked.append(sample.encode("utf-8", "replace").decode("utf-8"))
    try:
        found = [(_SAME.get(one.lang, one.lang), one.prob) for one in asked.get_probabilities()]
    except LangDetectException:  # no features in the text
        return {}
    return {tag: prob for tag, prob in found if tag in able}
