"""How likely each row of a paste belongs to a story's body."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import repeat
from math import exp
from typing import NamedTuple

from transforms.paste.context import name_context
from transforms.paste.evidence import NAMES, Questions, ask
from transforms.paste.rows import Row, repeated_keys

#: From this chance on a row is body: the middle, as evidence is weighed to be right on average.
BODY = 0.5
#: The chance of a paragraph between two paragraphs: 1,862 of 1,879 on pages that weights were fitted on.
BETWEEN_PARAGRAPHS = 0.99
#: The chance of a row that a dateline opens, whatever stands around it.
OPENING = 0.9
_UNDECIDED = 0.2  # below it much speaks against a row
_PARAGRAPH = 120
_SHORT = 30
_LIMIT = 30.0  # beyond it exp() says nothing new
_HUNDREDTHS = 100  # weights have two decimals
_ZEROS = repeat(0)


class Looks(NamedTuple):
    """What two looks at a paste weigh with, in hundredths: whole numbers add up to the same in any order."""

    first_bias: int
    first: Questions[int]
    second_bias: int
    second: Mapping[str, int]


def rate_rows(rows: Sequence[Row], looks: Looks | None = None) -> list[float]:
    """The chance, 0 to 1, that each row is body; in the order of `rows`. `looks`: other weights than those shipped.

    Two logistic sums: over what each row and its neighbours show, then over how the first sums lie around it. Linear,
    so that every decision can be told as a list of weights, and as quick as a few look-ups a row, as what few values
    weigh together is remembered.

    Source: evals/fit_prose.py, where the weights come from
    """
    looks = looks or _shipped()
    answers = list(ask(rows, repeated_keys(rows), looks.first))
    chances = first_chances(rows, answers, looks.first_bias)
    weigh = looks.second.get
    context = name_context(rows, chances, [answer is not None for answer in answers])
    chances = [
        chance if names is None else _chance(looks.second_bias + sum(map(weigh, names, _ZEROS)))
        for chance, names in zip(chances, context, strict=True)
    ]
    for at, chance in enumerate(chances):
        row = rows[at]
        if chance >= OPENING or row.known is not None:
            continue
        if row.capitals and opens_story(rows, at):
            chances[at] = OPENING
        elif (
            _UNDECIDED <= chance < BODY
            and at
            and row.is_prose
            and _goes_on(rows[at - 1], row, chances[at - 1])
        ):
            chances[at] = BODY
    return chances


def first_chances(rows: Sequence[Row], answers: Sequence[int | None], bias: int) -> list[float]:
    """What the first look sees: the chances of rows by what their evidence weighs, in hundredths."""
    return [
        settled_chance(row) if weight is None else _chance(bias + weight)
        for row, weight in zip(rows, answers, strict=True)
    ]


@lru_cache(maxsize=4096)
def _chance(weight: int) -> float:
    return 1.0 / (1.0 + exp(-max(-_LIMIT, min(_LIMIT, weight / _HUNDREDTHS))))


@cache
def _shipped() -> Looks:
    data = json.loads(files("transforms").joinpath("data/prose.json").read_text("utf-8"))
    return make_looks(data["first"], data["second"])


def make_looks(first: Mapping[str, float], second: Mapping[str, float]) -> Looks:
    """What weighs as these do, by name; the bias is named ""."""
    seen, around = (
        {name: round(weight * _HUNDREDTHS) for name, weight in of.items()} for of in (first, second)
    )

    def weigher(names: Callable[..., tuple[str, ...]]) -> Callable[..., int]:
        def weigh(*values: object) -> int:
            return sum(map(seen.get, names(*values), _ZEROS))

        return lru_cache(maxsize=16384)(weigh)

    return Looks(seen[""], Questions(*map(weigher, NAMES)), around[""], around)


def _goes_on(before: Row, row: Row, chance: float) -> bool:
    """A paragraph set off from the paragraph above as that one is: the story goes on unless much speaks against it."""
    return chance >= BODY and before.is_prose and row.gap <= max(1, before.gap)


def settled_chance(row: Row) -> float:
    """The chance of a row that needs no evidence."""
    return BETWEEN_PARAGRAPHS if row.known is None else 0.0


def opens_story(rows: Sequence[Row], at: int) -> bool:
    r"""A wire's dateline at the start of a row, where one stands: after stamps and buttons, or before a paragraph's text.

    >>> from transforms.paste.rows import read_rows
    >>> opens_story(read_rows("Updated 2 hours ago\nLOS ANGELES: The Spurs won by 20 points"), 1)
    True
    """
    row = rows[at]
    if row.bullet or not row.capitals:
        return False
    return row.size >= _PARAGRAPH or (at > 0 and rows[at - 1].known is not None and row.size >= _SHORT)
