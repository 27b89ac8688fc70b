"""Fit the weights of `transforms/data/prose.json` on the pasted copy of a data folder.

`python -m evals.fit_prose DATA` writes the weights; `--check` only prints a cross-validated F1 instead. Trained on the
pages as they are and on pastes made of them in the ways that people paste: a story alone, cut short, with a site's
buttons, stamps, bullets and repeated headlines in front. Rows weigh as much as their words weigh in the score.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path

import numpy as np

from evals.paste import count_shingles, f1_of, read_rows
from transforms.paste.evidence import collect_evidence
from transforms.paste.normalise import normalise
from transforms.paste.prose import settled_chance
from transforms.paste.rows import Row, repeated_keys
from transforms.paste.rows import read_rows as rows_of

_RIDGE = 6e-3
_STEPS = 250
_RARE = 8  # evidence seen less often is left out
_SMALL = 0.02  # weights below it are left out
_FOLDS = 5
_WIDGETS = (
    "Short Url",
    "Follow",
    "Share",
    "Updated 3 May 2024",
    "Updated 22 sec ago",
    "AFP",
    "Reuters",
    "1 / 3",
    "Print",
)


@dataclass(frozen=True, slots=True)
class Example:
    """A paste, what its rows show, and which of them are body."""

    id: str
    rows: Sequence[Row]
    evidence: Sequence[Sequence[str] | None]  # None for rows that are decided without weights
    truth: Sequence[bool]
    body: str
    made: bool  # of a page, for training only


def read_examples(data: Path) -> list[Example]:
    """The pages and the parts of pastes of several stories, each page once; then pastes made of them."""
    found: dict[str, Example] = {}
    titles: dict[str, str] = {}
    for row in read_rows(data / "paste" / "articles_dev.jsonl.gz"):
        found[row["id"]] = make_example(row["id"], row["text"], row["body"])
        titles[row["id"]] = row["title"] or ""
    for row in read_rows(data / "paste" / "multi_dev.jsonl.gz"):
        lines = row["text"].split("\n")
        for article in row["articles"]:
            part = "\n".join(lines[article["start_line"] : article["end_line"] + 1])
            titles[article["id"]] = article["title"]
            found.setdefault(article["id"], make_example(article["id"], part, article["body"]))
    pages = list(found.values())
    return pages + [made for page in pages for made in _vary(page, titles[page.id], pages)]


def make_example(name: str, text: str, body: str, *, made: bool = False) -> Example:
    """Rows of `text`, those marked true whose words stand in `body` (its last copy, where a line is repeated)."""
    rows = rows_of(normalise(text))
    body = normalise(body)
    whole = _squash(body)
    left = Counter(_squash(line) for line in body.split("\n"))
    truth = [False] * len(rows)
    for at in range(len(rows) - 1, -1, -1):
        said = _squash(rows[at].text)
        if left[said] > 0:
            left[said] -= 1
            truth[at] = bool(said)
        elif len(said) > 25 and said not in left:
            truth[at] = said in whole
    return Example(name, rows, collect_evidence(rows, repeated_keys(rows)), truth, body, made)


def _squash(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def _vary(page: Example, title: str, pages: Sequence[Example]) -> Iterator[Example]:
    """Three pastes of one page's story: as it is, cut short, and in the dress of a site that repeats itself."""
    dice = random.Random(page.id)
    story = [row.text for row, is_body in zip(page.rows, page.truth, strict=True) if is_body]
    if len(story) < 3:
        return
    title = title or story[0][:70]
    for cut in (len(story), dice.randint(2, 4)):
        part = story[:cut]
        between = dice.choice(("\n", "\n\n"))
        lead = dice.choice((f"{title}\n\n", "", _dress(title, dice, pages)))
        yield make_example(page.id, lead + between.join(part), "\n".join(part), made=True)
    part = story[: dice.randint(2, 12)]
    lead = _dress(title, dice, pages)
    yield make_example(page.id, lead + dice.choice(("\n", "\n\n")).join(part), "\n".join(part), made=True)


def _dress(title: str, dice: random.Random, pages: Sequence[Example]) -> str:
    """What some sites print over a story: headline, caption, buttons, stamp, headline again, bullets."""
    other = dice.choice(pages)
    said = [row.text.rstrip(".") for row in other.rows if 40 < row.size < 140][:6]
    lines = [title, ""]
    if said and dice.random() < 0.6:
        lines += [f"{said[0]}. (AFP)"] * dice.randint(1, 2)
    lines += [*dice.sample(_WIDGETS, dice.randint(1, 4)), ""]
    lines += [title, ""] * dice.randint(0, 2)
    if dice.random() < 0.5:
        lines += [f"  • {line}" for line in said[1 : dice.randint(2, 4)]]
    return "\n".join([*lines, "", ""])


def fit(examples: Sequence[Example]) -> tuple[dict[str, float], float]:
    """Weights and bias of a ridge logistic regression, by Adam on all rows at once."""
    seen = Counter(piece for example in examples for row in example.evidence for piece in row or ())
    names = [name for name, count in seen.items() if count >= _RARE]
    index = {name: at for at, name in enumerate(names)}
    pieces = [
        [index[piece] for piece in row if piece in index]
        for example in examples
        for row in example.evidence
        if row
    ]
    flat = np.concatenate([np.array(row, dtype=int) for row in pieces])
    owner = np.repeat(np.arange(len(pieces)), [len(row) for row in pieces])
    truth = np.array(
        [is_body for example in examples for is_body in _open(example, example.truth)], dtype=float
    )
    mass = np.array([weight for example in examples for weight in _open(example, _weights(example))])
    mass /= mass.sum()
    theta = np.zeros(len(names) + 1)
    mean, spread = np.zeros_like(theta), np.zeros_like(theta)
    for step in range(1, _STEPS + 1):
        score = np.bincount(owner, theta[flat], minlength=len(pieces)) + theta[-1]
        error = (1 / (1 + np.exp(-np.clip(score, -30, 30))) - truth) * mass
        slope = np.append(
            np.bincount(flat, error[owner], minlength=len(names)) + _RIDGE * theta[:-1] / 10, error.sum()
        )
        mean = 0.9 * mean + 0.1 * slope
        spread = 0.98 * spread + 0.02 * slope * slope
        rate = 0.1 * min(1.0, (_STEPS - step) / 100 + 0.02)
        theta -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.98**step)) + 1e-9)
    return dict(zip(names, theta[:-1].tolist(), strict=True)), float(theta[-1])


def _open(example: Example, values: Iterable[float]) -> Iterable[float]:
    """The values of rows that the weights decide."""
    return [value for value, row in zip(values, example.evidence, strict=True) if row]


def _weights(example: Example) -> Iterable[float]:
    total = sum(row.size for row, is_body in zip(example.rows, example.truth, strict=True) if is_body) or 1000
    share = 0.4 if example.made else 1.0
    return [share * (min(0.3, row.size / total) + 0.004) for row in example.rows]


def check(examples: Sequence[Example]) -> float:
    """F1 (mean over pages) of pages that the weights were not fitted on."""
    scores = []
    for fold in range(_FOLDS):
        weights, bias = fit([example for example in examples if _fold(example.id) != fold])
        for example in examples:
            if _fold(example.id) == fold and not example.made:
                chances = [
                    settled_chance(row) if evidence is None else _chance(weights, bias, evidence)
                    for row, evidence in zip(example.rows, example.evidence, strict=True)
                ]
                body = "\n".join(
                    row.text for row, chance in zip(example.rows, chances, strict=True) if chance >= 0.5
                )
                scores.append(f1_of(count_shingles(example.body, body)))
    return sum(scores) / len(scores)


def _fold(name: str) -> int:
    return int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:6], 16) % _FOLDS


def _chance(weights: dict[str, float], bias: float, evidence: Sequence[str]) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, bias + sum(weights.get(piece, 0.0) for piece in evidence)))))


def main() -> None:
    """Read arguments, fit, write or print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    examples = read_examples(options.data)
    if options.check:
        print(f"F1 of pages not fitted on: {check(examples):.4f}")
        return
    weights, bias = fit(examples)
    kept = {name: round(weight, 2) for name, weight in sorted(weights.items()) if abs(weight) >= _SMALL}
    target = Path(__file__).parent.parent / "transforms" / "data" / "prose.json"
    target.write_text(
        json.dumps({"bias": round(bias, 2), "weights": kept}, ensure_ascii=False, indent=0) + "\n", "utf-8"
    )
    print(f"{len(kept)} weights from {len(examples)} pastes: {target.name}")


if __name__ == "__main__":
    main()
