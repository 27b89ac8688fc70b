"""Fit the weights of `transforms/data/prose.json` on the pasted copy of a data folder.

`python -m evals.fit_prose DATA` writes the weights; `--check` only prints how well weights read pages that they were not
fitted on, through labels and all. Trained on the pastes as they are, on pages as they would be pasted, and on pastes
made of them in the ways that people paste: a story alone, cut short, with a site's buttons, stamps, bullets and repeated
headlines in front. Rows weigh as much as their words weigh in the score. The second look is fitted on first looks with
weights that did not know the page: what it will meet is as unsure as that.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.pages_as_pastes import read_pages
from evals.paste import BODY_LETTERS, ENGLISH, count_shingles, f1_of, read_rows
from transforms.paste.context import name_context
from transforms.paste.evidence import ask, collect_evidence
from transforms.paste.lines import label_rows
from transforms.paste.normalise import normalise
from transforms.paste.prose import Looks, first_chances, make_looks, rate_rows
from transforms.paste.rows import Row, repeated_keys
from transforms.paste.rows import read_rows as rows_of

_RIDGE = 2e-3
_STEPS = 250
_RARE = 8  # evidence seen less often is left out
_SMALL = 0.02  # weights below it are left out
FOLDS = 5
_MADE = 0.4  # what a paste that was made of a page weighs beside it
_OF_ANY_KIND = 0.5  # what a page that need not be news weighs
_NOT_ENGLISH = 2.0  # what a page weighs that is not in English, as four in five are
_BY_HAND = 3.0  # what a paste weighs whose lines were labelled by hand
_VARIED = "made of pages"
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


Sample = tuple[Sequence[str], bool, float]  # what speaks of a row, whether it is body, what it weighs


@dataclass(frozen=True, slots=True)
class Example:
    """A paste, what its rows show, and which of them are body."""

    id: str
    kind: str  # where it comes from
    rows: Sequence[Row]
    evidence: Sequence[Sequence[str] | None]  # None for rows that are decided without weights
    truth: Sequence[bool]
    body: str
    share: float  # what it weighs

    def samples(self, said: Iterable[Sequence[str] | None]) -> list[Sample]:
        """The rows that weights decide, with what is said of each."""
        total = sum(row.size for row, is_body in zip(self.rows, self.truth, strict=True) if is_body) or 1000
        return [
            (names, is_body, self.share * (min(0.3, row.size / total) + 0.004))
            for names, row, is_body in zip(said, self.rows, self.truth, strict=True)
            if names is not None
        ]


def read_examples(data: Path) -> list[Example]:
    """The pastes, the parts of pastes of several stories, and the pages, each once; then pastes made of them."""
    found: dict[str, Example] = {}
    titles: dict[str, str] = {}
    for row in read_rows(data / "paste" / "articles_dev.jsonl.gz"):
        found[row["id"]] = make_example(row["id"], row["text"], row["body"], *_kind(row["lang"]))
        titles[row["id"]] = row["title"] or ""
    for row in read_rows(data / "paste" / "multi_dev.jsonl.gz"):
        lines = row["text"].split("\n")
        for article in row["articles"]:
            part = "\n".join(lines[article["start_line"] : article["end_line"] + 1])
            titles[article["id"]] = article["title"]
            found.setdefault(
                article["id"], make_example(article["id"], part, article["body"], *_kind(row["lang"]))
            )
    for page in read_pages(data):
        share = _OF_ANY_KIND if page.collection == "wcxb" else 1.0
        titles.setdefault(page.id, page.title)
        found.setdefault(page.id, make_example(page.id, page.text, page.body, page.collection, share))
    pages = [*found.values(), *_labelled(data / "paste" / "pasted_dev")]
    news = [page for page in found.values() if page.share >= 1.0]
    return pages + [made for page in news for made in _vary(page, titles[page.id], news)]


def _kind(language: str) -> tuple[str, float]:
    return ("pastes", 1.0) if language in ENGLISH else ("not in English", _NOT_ENGLISH)


def _labelled(folder: Path) -> Iterator[Example]:
    """The pastes whose lines were labelled by hand."""
    for name, letters in json.loads((folder / "line_labels.json").read_text("utf-8")).items():
        text = (folder / f"{name}.txt").read_text("utf-8")
        lines = [line for line in text.split("\n") if line.strip()]
        body = [line for line, letter in zip(lines, letters, strict=True) if letter in BODY_LETTERS]
        yield make_example(name, text, "\n".join(body), "labelled", _BY_HAND)


def make_example(name: str, text: str, body: str, kind: str = "", share: float = 1.0) -> Example:
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
    return Example(name, kind, rows, collect_evidence(rows, repeated_keys(rows)), truth, body, share)


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
        yield make_example(page.id, lead + between.join(part), "\n".join(part), _VARIED, _MADE)
    part = story[: dice.randint(2, 12)]
    lead = _dress(title, dice, pages)
    pasted = lead + dice.choice(("\n", "\n\n")).join(part)
    yield make_example(page.id, pasted, "\n".join(part), _VARIED, _MADE)


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


def fit(samples: Sequence[Sample]) -> dict[str, float]:
    """Weights by name, the bias as "", of a ridge logistic regression: by Adam on all rows at once."""
    seen = Counter(name for names, _, _ in samples for name in names)
    kept = [name for name, count in seen.items() if count >= _RARE]
    index = {name: at for at, name in enumerate(kept)}
    pieces = [[index[name] for name in names if name in index] for names, _, _ in samples]
    flat = np.concatenate([np.array(row, dtype=int) for row in pieces])
    owner = np.repeat(np.arange(len(pieces)), [len(row) for row in pieces])
    truth = np.array([is_body for _, is_body, _ in samples], dtype=float)
    mass = np.array([weight for _, _, weight in samples])
    mass /= mass.sum()
    theta = np.zeros(len(kept) + 1)
    mean, spread = np.zeros_like(theta), np.zeros_like(theta)
    for step in range(1, _STEPS + 1):
        score = np.bincount(owner, theta[flat], minlength=len(pieces)) + theta[-1]
        error = (1 / (1 + np.exp(-np.clip(score, -30, 30))) - truth) * mass
        slope = np.append(
            np.bincount(flat, error[owner], minlength=len(kept)) + _RIDGE * theta[:-1] / 10, error.sum()
        )
        mean = 0.9 * mean + 0.1 * slope
        spread = 0.98 * spread + 0.02 * slope * slope
        rate = 0.1 * min(1.0, (_STEPS - step) / 100 + 0.02)
        theta -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.98**step)) + 1e-9)
    weights = {
        name: round(weight, 2)
        for name, weight in sorted(zip(kept, theta.tolist(), strict=False))
        if abs(weight) >= _SMALL
    }
    return {"": round(float(theta[-1]), 2)} | weights


def fit_looks(examples: Sequence[Example]) -> tuple[dict[str, float], dict[str, float]]:
    """The weights of both looks."""
    again: list[Sample] = []
    for fold in range(FOLDS):
        others = [example for example in examples if fold_of(example.id, "look") != fold]
        looks = make_looks(fit_first(others), {"": 0.0})
        for example in examples:
            if fold_of(example.id, "look") == fold:
                again += example.samples(_context(example, looks))
    return fit_first(examples), fit(again)


def fit_first(examples: Iterable[Example]) -> dict[str, float]:
    """The weights of the first look."""
    return fit([sample for example in examples for sample in example.samples(example.evidence)])


def _context(example: Example, looks: Looks) -> Iterable[Sequence[str] | None]:
    answers = list(ask(example.rows, repeated_keys(example.rows), looks.first))
    chances = first_chances(example.rows, answers, looks.first_bias)
    return name_context(example.rows, chances, [answer is not None for answer in answers])


def check(examples: Sequence[Example]) -> Iterator[tuple[str, float, int]]:
    """For each kind of page the mean F1 of pages that the weights were not fitted on, and how many they are."""
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for fold in range(FOLDS):
        looks = make_looks(*fit_looks([example for example in examples if fold_of(example.id) != fold]))
        for example in examples:
            if fold_of(example.id) == fold:
                labelled = label_rows(example.rows, rate_rows(example.rows, looks))
                body = "\n".join(row.text for row, label, _ in labelled if label in ("body", "subhead"))
                scores[example.kind].append(f1_of(count_shingles(example.body, body)))
    for kind, found in scores.items():
        yield kind, sum(found) / len(found), len(found)


def fold_of(name: str, salt: str = "") -> int:
    """The part, 0 to FOLDS - 1, that a page is in while weights are fitted on the others: the same on every machine."""
    return int(hashlib.md5((name + salt).encode(), usedforsecurity=False).hexdigest()[:6], 16) % FOLDS


def main() -> None:
    """Read arguments, fit, write or print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    examples = read_examples(options.data)
    if options.check:
        for kind, f1, count in check(examples):
            print(f"{kind:14} F1 of {count:4} pages not fitted on: {f1:.4f}")
        return
    first, second = fit_looks(examples)
    target = Path(__file__).parent.parent / "transforms" / "data" / "prose.json"
    written = json.dumps({"first": first, "second": second}, ensure_ascii=False, indent=0)
    target.write_text(written + "\n", "utf-8")
    print(f"{len(first)} and {len(second)} weights from {len(examples)} pastes: {target.name}")


if __name__ == "__main__":
    main()
