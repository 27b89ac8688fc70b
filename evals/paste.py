"""How well pasted copy is read: bodies, lines, splitting, speed.

`python -m evals.paste DATA` prints the averages and the worst items. Bodies are scored as scrapinghub's
article-extraction-benchmark does: shingles of four tokens, precision and recall averaged over items, F1 of the two
averages. As a runner averages values over items, an item's F1 value is its share of that F1: F1 is homogeneous of
degree one, so the shares' mean is the F1 of the means (Euler's theorem).

Source: https://github.com/scrapinghub/article-extraction-benchmark (evaluate.py)
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from transforms.paste import read_copy
from transforms.records import Copy, Given

TASK = "paste"
Item = tuple[str, str, float]
Counts = tuple[float, float, float]  # true positives, false positives, false negatives
Row = dict[str, Any]

_TOKEN = re.compile(r"\w+")
_FOUND = 0.9  # of F1: an article counts as found
BODY_LETTERS = "BH"  # of line_labels.json
ENGLISH = ("en", "??")
_BODY_LABELS = ("body", "subhead")


def score(data: Path) -> dict[str, float]:
    """The average of every metric."""
    values: defaultdict[str, list[float]] = defaultdict(list)
    for metric, _, value in items(data):
        values[metric].append(value)
    return {metric: sum(found) / len(found) for metric, found in values.items()}


def items(data: Path) -> Iterator[Item]:
    """(metric, item, value) for every pasted article, line and paste of several."""
    folder = data / "paste"
    articles = read_rows(folder / "articles_dev.jsonl.gz")
    several = read_rows(folder / "multi_dev.jsonl.gz")
    read_copy(
        f"{articles[0]['text']}\nMacronâ€™s plan", Given()
    )  # imports do not count, nor what repairs that
    started = time.process_time()
    read = [read_copy(row["text"], Given()) for row in articles]
    spent = time.process_time() - started
    yield from score_bodies(articles, read)
    yield from score_lines(folder / "pasted_dev")
    yield from score_splits(articles, read, several)
    yield "speed.mb_per_second", "all", sum(len(row["text"].encode()) for row in articles) / spent / 1e6


def read_rows(path: Path) -> list[Row]:
    """The rows of a packed file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def score_bodies(articles: list[Row], read: list[list[Copy]]) -> Iterator[Item]:
    """F1, precision, recall and exactness of the body of every pasted article."""
    counts = {
        row["id"]: count_shingles(row["body"], body_of(copies))
        for row, copies in zip(articles, read, strict=True)
    }
    yield from _shares("article", counts)
    yield from _shares(
        "article.other", {row["id"]: counts[row["id"]] for row in articles if row["lang"] not in ENGLISH}
    )
    for row, copies in zip(articles, read, strict=True):
        yield "article.exact", row["id"], float(tokens_of(row["body"]) == tokens_of(body_of(copies)))


def body_of(copies: Iterable[Copy]) -> str:
    """The bodies of all stories that were found, as one text."""
    return "\n".join(part for copy in copies for part in copy.paragraphs)


def tokens_of(text: str) -> list[str]:
    """Words, as the benchmark counts them."""
    return _TOKEN.findall(text)


def count_shingles(true: str, found: str) -> Counts:
    """What both texts share, what only `found` has and what only `true` has, in shingles of four tokens."""
    wanted, got = _shingles(true), _shingles(found)
    shared = sum((wanted & got).values())
    return shared, sum(got.values()) - shared, sum(wanted.values()) - shared


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = tokens_of(text)
    return Counter(tuple(tokens[at : at + 4]) for at in range(max(1, len(tokens) - 3)) if tokens)


def f1_of(counts: Counts) -> float:
    """F1 of one item."""
    shared, extra, missing = counts
    return 2 * shared / (2 * shared + extra + missing) if shared else 0.0


def _shares(name: str, counts: dict[str, Counts]) -> Iterator[Item]:
    precisions = {key: tp / (tp + fp) if tp + fp else 0.0 for key, (tp, fp, _) in counts.items()}
    recalls = {key: tp / (tp + fn) if tp + fn else 0.0 for key, (tp, _, fn) in counts.items()}
    precision = sum(precisions.values()) / len(precisions)
    recall = sum(recalls.values()) / len(recalls)
    total = (precision + recall) or 1.0
    for key in counts:
        yield f"{name}.precision", key, precisions[key]
        yield f"{name}.recall", key, recalls[key]
        share = (
            2 * (recall * recall * precisions[key] + precision * precision * recalls[key]) / (total * total)
        )
        yield f"{name}.f1", key, share


def score_lines(folder: Path) -> Iterator[Item]:
    """For every labelled line: was a body line kept, was another line left in the body."""
    labels = json.loads((folder / "line_labels.json").read_text("utf-8"))
    for name, letters in labels.items():
        copies = read_copy((folder / f"{name}.txt").read_text("utf-8"), Given())
        kept = {line.number for copy in copies for line in copy.lines if line.label in _BODY_LABELS}
        text = (folder / f"{name}.txt").read_text("utf-8")
        numbers = [number for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        for number, letter in zip(numbers, letters, strict=True):
            metric = "lines.body_kept" if letter in BODY_LETTERS else "lines.junk_left"
            yield metric, f"{name}:{number}:{letter}", float(number in kept)


def score_splits(articles: list[Row], read: list[list[Copy]], several: list[Row]) -> Iterator[Item]:
    """For every article of a paste of several: was it found; for every single one: was it cut in two."""
    for row, copies in zip(articles, read, strict=True):
        yield "split.single_cut", row["id"], float(len(copies) > 1)
    for number, row in enumerate(several):
        copies = read_copy(row["text"], Given())
        if len(row["articles"]) == 1:
            yield "split.single_cut", f"multi:{number}", float(len(copies) > 1)
            continue
        for at, article in enumerate(row["articles"]):
            best = max(
                (f1_of(count_shingles(article["body"], body_of([copy]))) for copy in copies), default=0.0
            )
            yield "split.found", f"multi:{number}:{at}", float(best >= _FOUND)
            yield "split.f1", f"multi:{number}:{at}", best


def main(data: Path, worst: int = 10) -> None:
    """Print every average, and the worst items of each metric that has many."""
    values: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for metric, item, value in items(data):
        values[metric].append((value, item))
    for metric, found in values.items():
        print(f"{metric:24} {sum(value for value, _ in found) / len(found):8.4f}  n={len(found)}")
    for metric in ("article.f1", "split.f1"):
        print(f"\nworst of {metric}:")
        for value, item in sorted(values[metric])[:worst]:
            print(f"  {value:.3f} {item}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
