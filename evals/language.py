"""How well the language is found: title, sentence and article, in the languages langdetect knows and in others.

Macro: an item is a language, its value the share of its texts that came out right. The 54 are asked both alone
("core.54") and among all our tags ("core"). Traditional and Simplified Chinese are both zh, Bokmål and Nynorsk
both no. langdetect is measured beside ours, on the same texts and in the same run.
"""

from __future__ import annotations

import gzip
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from transforms.language import detect_language, primary_tag

TASK = "language"
KINDS = {"title": "title", "sentence": "sentence", "art800": "article"}
_ROUNDS, _TIMED = 3, 40  # the quickest of so many rounds counts, on so many texts of a kind
Row = dict[str, Any]


def items(data: Path) -> Iterator[tuple[str, str, float]]:
    """(metric, language, share right), then the speed."""
    with gzip.open(data / "language" / "ntrex_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    core = tuple(sorted({row["lang"] for row in rows if row["grp"] == "core"}))
    known = [row for row in rows if row["grp"] == "core"]
    others = [row for row in rows if primary_tag(row["lang"]) not in core]
    yield from score("core.54", known, lambda text: detect_language(text, languages=core).language)
    yield from score("core", known, lambda text: detect_language(text).language)
    yield from score("others", others, lambda text: detect_language(text).language)
    second = "langdetect"
    yield from score(
        second, known, lambda text: detect_language(text, languages=core, detector=second).language
    )
    for kind, name in KINDS.items():
        timed = [row["text"] for row in known if row["kind"] == kind][:: max(1, len(known) // 3 // _TIMED)]
        ours = spent(lambda text: detect_language(text, languages=core), timed)
        theirs = spent(langdetect_alone, timed)
        yield f"{name}_per_s", "all", len(timed) / ours
        yield f"{name}_times_langdetect_ratio", "all", theirs / ours


def score(metric: str, rows: list[Row], detect: Callable[[str], str]) -> Iterator[tuple[str, str, float]]:
    """One value a language and kind of text."""
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for row in rows:
        right[KINDS[row["kind"]], row["label"]].append(detect(row["text"]) == primary_tag(row["lang"]))
    for (kind, label), values in right.items():
        yield f"{metric}.{kind}", label, sum(values) / len(values)


def spent(detect: Callable[[str], object], texts: list[str]) -> float:
    """Seconds of CPU for all the texts, in the quickest round."""
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.process_time()
        for text in texts:
            detect(text)
        best = min(best, time.process_time() - started)
    return best


def langdetect_alone(text: str) -> object:
    """The library as its own page says to use it."""
    import langdetect

    langdetect.DetectorFactory.seed = 0
    try:
        return langdetect.detect_langs(text)
    except langdetect.LangDetectException:
        return None
