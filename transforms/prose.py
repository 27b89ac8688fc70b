"""How likely each row of a paste belongs to a story's body."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp

from transforms.evidence import collect_evidence
from transforms.rows import Row, repeated_keys

#: From this chance on a row is body: the middle, as evidence is weighed to be right on average.
BODY = 0.5
_LIMIT = 30.0  # beyond it exp() says nothing new


@dataclass(frozen=True, slots=True)
class _Model:
    bias: float
    weights: dict[str, float]


@cache
def _model() -> _Model:
    data = json.loads(files("transforms").joinpath("data/prose.json").read_text("utf-8"))
    return _Model(data["bias"], data["weights"])


def rate_rows(rows: Sequence[Row]) -> list[float]:
    """The chance, 0 to 1, that each row is body; in the order of `rows`.

    A logistic sum over the evidence of the row and its neighbours: linear, so that every decision can be told as a list
    of weights, and as quick as a few dozen look-ups a row.

    Source: evals/fit_prose.py, where the weights come from
    """
    model = _model()
    weight = model.weights.get
    chances = []
    for evidence in collect_evidence(rows, repeated_keys(rows)):
        total = model.bias
        for piece in evidence:
            total += weight(piece, 0.0)
        chances.append(1.0 / (1.0 + exp(-max(-_LIMIT, min(_LIMIT, total)))))
    return chances
