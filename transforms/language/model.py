"""The model of py3langid, asked five times as fast as by itself: the same tables, the same answers.

py3langid walks its automaton byte by byte, in Python, through 39 MB of table. No state of it is more than six
bytes deep, so here every place of a text starts six bytes back and all of them walk at once, in numpy. Its
probabilities are kept as 32-bit numbers in the order in which they are read. Imports numpy and the model (93 MB)
on first use. Source: tests/transforms/test_language.py holds the answers against py3langid's own.
"""

from __future__ import annotations

from copy import copy
from functools import cache, lru_cache
from math import sqrt
from typing import Any, NamedTuple

NO_LANGUAGE = "zxx"  # the model's own word for what is none


class Narrowed(NamedTuple):
    """The model for some languages."""

    labels: tuple[str, ...]
    table: Any  # float32, a row a feature, a column a label
    prior: Any
    same: tuple[tuple[int, int], ...]  # columns of one label, first and other


class Walk(NamedTuple):
    """The automaton as arrays."""

    rows: Any  # of each state: where its 256 next states begin
    states: Any  # the next state, by row and byte
    features: Any  # of each state, -1 for none
    depth: int  # bytes from the first state to the farthest


def model_scores(text: str, labels: tuple[str, ...]) -> list[tuple[str, float]]:
    """The probability of each of some languages, in the order of the model; they add up to one."""
    import numpy as np

    narrowed = _narrow(labels)
    data = load_model()._encode(text)
    found = _features(data)
    if len(found):
        features, counts = np.unique(found, return_counts=True)
        weights = np.log1p(counts.astype(np.float32))
        scores = weights @ narrowed.table.take(features, axis=0) + narrowed.prior
    else:
        scores = np.zeros(len(narrowed.labels), dtype=np.float32)
    scores *= 1.0 / sqrt(len(data) or 1)  # as py3langid does: calibrated for any length
    scores = np.exp(scores - scores.max())
    scores /= scores.sum()
    for first, other in narrowed.same:
        scores[first] += scores[other]
    once = dict(
        zip(reversed(narrowed.labels), reversed(scores.tolist()), strict=True)
    )  # the first of a label
    return list(once.items())


def model_labels() -> frozenset[str]:
    """What the model can answer."""
    return frozenset(load_model().labels)


@cache
def load_model() -> Any:
    """py3langid's identifier, with probabilities that add up to one."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # numpy and 93 MB: only when a text needs it

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@lru_cache(maxsize=32)
def _narrow(labels: tuple[str, ...]) -> Narrowed:
    import numpy as np

    made = copy(load_model())
    made.set_languages([label for label in (*labels, NO_LANGUAGE) if label in model_labels()])
    return Narrowed(
        tuple(made.nb_classes),
        np.ascontiguousarray(made.nb_ptc, dtype=np.float32),
        made.nb_pc.astype(np.float32),
        tuple(made._alias_pairs),
    )


@cache
def _walk() -> Walk:
    import numpy as np

    model = load_model()
    states = np.frombuffer(model.tk_nextmove, dtype=f"u{model.tk_nextmove.itemsize}")
    rows = np.asarray(model.tk_row, dtype=np.intp)
    return Walk(rows << 8, states, np.asarray(model.tk_output, dtype=np.int32), _depth(rows, states))


def _depth(rows: Any, states: Any) -> int:
    """How many bytes the farthest state is from the first."""
    import numpy as np

    table, seen = states.reshape(-1, 256), np.zeros(len(rows), dtype=bool)
    reached = np.zeros(len(rows), dtype=bool)
    reached[0] = True
    depth = -1
    while reached.any():
        seen |= reached
        depth += 1
        front = np.unique(rows[reached])
        reached = np.zeros(len(rows), dtype=bool)
        reached[table[front]] = True
        reached &= ~seen
    return depth


def _features(data: bytes) -> Any:
    """The features of a text, in its order."""
    import numpy as np

    walk = _walk()
    letters = np.frombuffer(data, dtype=np.uint8)
    at = np.zeros(len(letters), dtype=np.intp)
    for back in range(min(walk.depth, len(letters)) - 1, -1, -1):
        at[back:] = walk.states[walk.rows[at[back:]] + letters[: len(letters) - back]]
    found = walk.features[at]
    return found[found >= 0]
