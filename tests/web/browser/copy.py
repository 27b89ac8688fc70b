"""A few hundred stories of our own sentences, as JSON lines: of many towns, days and languages, the same every time."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CORPUS = HERE.parents[1] / "cases" / "corpus.jsonl"
ENGLISH = 220
OF_A_LANGUAGE = 14
LAST_DAY = datetime(2025, 6, 30, 18, tzinfo=UTC)
HOSTILE = {
    "url": "https://example.org/hostile",
    "headline": "<script>alert(1)</script> hostile & loud",
    "publisher": "</bdi><img src=x onerror=alert(3)>",
    "section": '"><b>Section',
    "published_at": "2025-06-01T10:00:00Z",
    "body": "A hostile story says that 1 < 2 and that <img src=x onerror=alert(4)> is no picture of anything.",
}


def write_copy(folder: Path) -> None:
    """Write one file a language."""
    folder.mkdir(parents=True)
    dice = random.Random(20250630)
    for line in CORPUS.read_text("utf-8").splitlines():
        texts = json.loads(line)
        if texts["language"] != "und":
            lines = (json.dumps(story, ensure_ascii=False) for story in stories(texts, dice))
            (folder / f"{texts['language']}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "hostile.jsonl").write_text(json.dumps(HOSTILE) + "\n", "utf-8")
    (folder / "broken.jsonl").write_text('{"headline": "Cut off in the mid\n', "utf-8")


def stories(texts: dict[str, Any], dice: random.Random) -> Iterator[dict[str, Any]]:
    """Make the stories of one language. Large towns are in the news more often than small ones."""
    language = texts["language"]
    places = [name for name, _ in texts["places"]]
    if language == "en":
        places = (HERE / "towns.txt").read_text("utf-8").split("\n")[:-1]
    for number in range(ENGLISH if language == "en" else OF_A_LANGUAGE):
        place = places[min(int(dice.expovariate(0.09)), len(places) - 1)] if places else None
        sentences = dice.sample(texts["sentences"], k=min(len(texts["sentences"]), 6))
        agency = f" ({texts['agency']})" if texts["agency"] else ""
        dateline = f"{place}{agency} — " if place else ""
        when = LAST_DAY - timedelta(hours=dice.triangular(0, 24 * 500, 24 * 40))
        yield {
            "url": f"https://example.org/{language}/{number}",
            "headline": dice.choice(texts["headlines"]),
            "publisher": dice.choice(texts["publishers"]),
            "section": dice.choice(texts["sections"]) if texts["sections"] else None,
            "language": language,
            "published_at": when.isoformat(),
            "body": dateline + " ".join(sentences[:3]) + "\n\n" + " ".join(sentences[3:]),
        }
