"""Fit the weights of `transforms/data/breaks.json`: where one paste's stories begin.

`python -m evals.fit_breaks DATA` writes the weights; `--check` prints what cross-validation finds instead. Learned from
the pastes of several stories, and from pages joined in the ways that people paste: as they are, stories alone with or
without their headline's stamp, with one blank line, several or none, one language and theme after the other.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.fit_prose import FOLDS, fold_of, make_example
from evals.paste import read_rows
from transforms.paste.breaks import Gap, collect_signs
from transforms.paste.normalise import normalise
from transforms.paste.prose import rate_rows
from transforms.paste.rows import read_rows as rows_of
from transforms.paste.split import walk_gaps

_RIDGE = 2e-3
_STEPS = 400
_RARE = 6  # signs seen less often are left out
_MADE = 3  # pastes made for each page
_LEAST_HALVED = 4  # paragraphs
_SHORT_WIRE, _MOST_WIRE = 400, 300
_SAME_THEME = 0.4  # of the made pastes hold stories of one theme
_STYLES = ("page", "site", "site", "plain", "wire", "wire", "mail", "digest")
_BUTTONS = (
    "Updated 3 May 2024",
    "Share",
    "By Ana Ruiz",
    "Follow",
    "12:40",
    "Short Url",
    "AFP",
    "Updated 22 sec ago",
)
_AGENCIES = ("AFP", "PTI", "dpa", "Reuters")
_DATELINES = ("PARIS:", "NEW YORK, May 3 -", "BERLIN (dpa) -", "Rome –", "LONDON (Reuters) -", "OSLO:")
_MADE_MASS = 0.4  # of the made places together, to the real ones together
_CUT_COSTS = 2.0  # a story cut in two is worse than two left together


@dataclass(frozen=True, slots=True)
class Place:
    """A row that may open a story."""

    id: str  # of the page; of the second page where two meet
    signs: tuple[str, ...]
    opens: bool
    made: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A page or a story that pastes are made of."""

    id: str
    text: str
    title: str
    story: tuple[str, ...]


def read_places(data: Path) -> list[Place]:
    """Every candidate of the pages, of the pastes of several, and of pastes made of pages."""
    parts: dict[str, Part] = {}
    places: list[Place] = []
    for row in read_rows(data / "paste" / "articles_dev.jsonl.gz"):
        parts[row["id"]] = _part(row["id"], row["text"], row["title"] or "", row["body"])
        places += _places(row["text"], [1], [row["id"]], made=False)
    for row in read_rows(data / "paste" / "multi_dev.jsonl.gz"):
        lines = row["text"].split("\n")
        starts = [article["start_line"] + 1 for article in row["articles"]]
        ids = [article["id"] for article in row["articles"]]
        places += _places(row["text"], starts, ids, made=False)
        for article in row["articles"]:
            text = "\n".join(lines[article["start_line"] : article["end_line"] + 1])
            parts.setdefault(article["id"], _part(article["id"], text, article["title"], article["body"]))
    for part in _read_bodies(data):
        parts.setdefault(part.id, part)
        places += _places(f"{part.title}\n\n{part.text}", [1], [part.id], made=True)
    for part in (*_read_wire(data), *_read_languages(data)):
        parts[part.id] = part
    return places + list(_make_places(list(parts.values())))


def _read_bodies(data: Path) -> Iterator[Part]:
    """Stories of web pages, with their sub-heads and lists."""
    for folder in ("wcxb_dev", "fundus_dev"):
        with (data / "html" / folder / "truth.jsonl").open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                body = row["body"] or ""
                name = f"{'??' if folder == 'wcxb_dev' else row['id'][:2]}/{hash_of(body[:200])}"
                yield Part(name, body, row["headline"] or "", tuple(filter(None, body.split("\n"))))


def _read_wire(data: Path) -> Iterator[Part]:
    """Stories of a wire, which begin with a dateline."""
    rows = [
        row for row in read_rows(data / "dateline" / "reuters_dev.jsonl.gz") if len(row["text"]) > _SHORT_WIRE
    ]
    for row in rows[:_MOST_WIRE]:
        story = tuple(filter(None, map(str.strip, row["text"].split("\n"))))
        yield Part(f"wire/{row['id']}", row["text"], row["title"], story)


def _read_languages(data: Path) -> Iterator[Part]:
    """News in 96 languages, under a headline of another story."""
    rows = read_rows(data / "language" / "ntrex_dev.jsonl.gz")
    titles = {(row["lang"], row["id"].split("-")[-1]): row["text"] for row in rows if row["kind"] == "title"}
    by_language: dict[str, list[str]] = {}
    for (language, _), title in titles.items():
        by_language.setdefault(language, []).append(title)
    for row in rows:
        if row["kind"].startswith("art") and row["lang"] in by_language:
            title = by_language[row["lang"]].pop()
            yield Part(f"{row['lang']}/{row['id']}", row["text"], title, (row["text"],))


def _part(name: str, text: str, title: str, body: str) -> Part:
    example = make_example(name, text, body)
    story = [row.text for row, is_body in zip(example.rows, example.truth, strict=True) if is_body]
    return Part(name, text, title or (story[0][:70] if story else ""), tuple(story))


def _make_places(parts: Sequence[Part]) -> Iterator[Place]:
    """Pastes of two to five parts of the same fold and country, each in a form of its own."""
    by_kind: dict[tuple[int, str], list[Part]] = {}
    for part in parts:
        if part.story:
            by_kind.setdefault((fold_of(part.id), part.id.split("/")[0][:4]), []).append(part)
    for kind, same in sorted(by_kind.items()):
        dice = random.Random(str(kind))
        for _ in range(max(1, _MADE * len(same) // 4)):
            chosen = dice.sample(same, min(len(same), dice.randint(2, 5)))
            if dice.random() < _SAME_THEME:
                chosen = [half for part in chosen[:2] for half in _halves(part)] or chosen
            yield from _join(chosen, dice)


def _halves(part: Part) -> list[Part]:
    """Two stories that share their theme and words: every other paragraph of one."""
    if len(part.story) < _LEAST_HALVED:
        return []
    halves = (part.story[0::2], part.story[1::2])
    return [Part(part.id, part.text, " ".join(half[0].split()[:9]).rstrip(".,:;"), half) for half in halves]


def _join(chosen: Sequence[Part], dice: random.Random) -> Iterator[Place]:
    style = dice.choice(_STYLES)
    between = dice.choice(("\n", "\n\n", "\n\n"))
    apart = dice.choice(("\n", "\n\n", "\n\n\n", "\n\n\n\n", "\n\n***\n\n"))
    if between == "\n\n" and apart == "\n":
        apart = "\n\n"
    texts = [_write(part, number, style, between, dice) for number, part in enumerate(chosen, 1)]
    starts, line = [], 1
    for text in texts:
        starts.append(line)
        line += (text + apart).count("\n")
    yield from _places(apart.join(texts), starts, [part.id for part in chosen], made=True)


def _write(part: Part, number: int, style: str, between: str, dice: random.Random) -> str:
    if style == "page":
        return part.text.strip("\n")
    story = list(part.story[: dice.choice((1, 1, 2, 4, 8, 40))])
    if style in ("wire", "site") and not part.id.startswith("wire") and dice.random() < 0.7:
        story[0] = f"{dice.choice(_DATELINES)} {story[0]}"
    if style == "wire" and dice.random() < 0.5:
        story[-1] = f"{story[-1]} ({dice.choice(_AGENCIES)})"
    head = [{"mail": f"Subject: {part.title}", "digest": f"{number}. {part.title}"}.get(style, part.title)]
    if style == "site":
        head += ["", *dice.sample(_BUTTONS, dice.randint(1, 4))]
        head += ["", part.title] * dice.randint(0, 2)
    return "\n".join(head) + dice.choice((between, "\n\n")) + between.join(story)


def _places(text: str, starts: Sequence[int], ids: Sequence[str], *, made: bool) -> list[Place]:
    """The candidates of a paste: of those where two parts meet the first from the second's start on, of the others all."""
    rows = rows_of(normalise(text))
    found: list[Place] = []

    def choose(gap: Gap, candidates: Sequence[int]) -> int | None:
        first, last = rows[gap.before].number, rows[gap.after].number
        part = max(n for n, start in enumerate(starts) if start <= last)
        if first >= starts[part]:
            found.extend(Place(ids[part], collect_signs(rows, at, gap), False, made) for at in candidates)
            return None
        own = [at for at in candidates if rows[at].number >= starts[part]]
        if not own:
            return None
        found.append(Place(ids[part], collect_signs(rows, own[0], gap), True, made))
        return own[0]

    walk_gaps(rows, rate_rows(rows), choose)
    return found


def fit(places: Sequence[Place]) -> tuple[dict[str, float], float]:
    """Weights and bias of a ridge logistic regression, by Adam on all places at once."""
    seen = Counter(sign for place in places for sign in place.signs)
    names = [name for name, count in seen.items() if count >= _RARE]
    index = {name: at for at, name in enumerate(names)}
    table = np.zeros((len(places), len(names) + 1))
    table[:, -1] = 1
    for at, place in enumerate(places):
        table[at, [index[sign] for sign in place.signs if sign in index]] = 1
    truth = np.array([place.opens for place in places], dtype=float)
    mass = np.where(truth > 0, 1.0, _CUT_COSTS)
    made = np.array([place.made for place in places])
    mass[made] *= _MADE_MASS * mass[~made].sum() / (mass[made].sum() or 1.0)
    mass /= mass.sum()
    theta = np.zeros(len(names) + 1)
    mean, spread = np.zeros_like(theta), np.zeros_like(theta)
    for step in range(1, _STEPS + 1):
        error = (1 / (1 + np.exp(-np.clip(table @ theta, -30, 30))) - truth) * mass
        slope = table.T @ error
        slope[:-1] += _RIDGE * theta[:-1] / 10
        mean = 0.9 * mean + 0.1 * slope
        spread = 0.98 * spread + 0.02 * slope * slope
        rate = 0.1 * min(1.0, (_STEPS - step) / 100 + 0.02)
        theta -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.98**step)) + 1e-9)
    return dict(zip(names, theta[:-1].tolist(), strict=True)), float(theta[-1])


def check(places: Sequence[Place]) -> dict[str, float]:
    """Of places that the weights were not fitted on: starts found and others taken for starts, in real and made pastes."""
    right: Counter[tuple[bool, bool]] = Counter()
    total: Counter[tuple[bool, bool]] = Counter()
    for fold in range(FOLDS):
        weights, bias = fit([place for place in places if fold_of(place.id) != fold])
        for place in places:
            if fold_of(place.id) == fold:
                score = bias + sum(weights.get(sign, 0.0) for sign in place.signs)
                total[place.made, place.opens] += 1
                right[place.made, place.opens] += score > 0
    return {
        f"{'made' if made else 'real'}, {'starts found' if opens else 'others taken'}": right[made, opens]
        / count
        for (made, opens), count in sorted(total.items())
    }


def hash_of(name: str) -> str:
    """A name of fixed length for a text; the same on every machine."""
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def main() -> None:
    """Read arguments, fit, write or print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    places = read_places(options.data)
    if options.check:
        for name, share in check(places).items():
            print(f"{name}: {share:.4f}")
        return
    weights, bias = fit(places)
    kept = {name: round(weight, 2) for name, weight in sorted(weights.items()) if abs(weight) >= 0.01}
    target = Path(__file__).parent.parent / "transforms" / "data" / "breaks.json"
    target.write_text(
        json.dumps({"bias": round(bias, 2), "weights": kept}, ensure_ascii=False, indent=0) + "\n", "utf-8"
    )
    print(f"{len(kept)} weights from {len(places)} places: {target.name}")


if __name__ == "__main__":
    main()
