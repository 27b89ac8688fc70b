"""What speaks for or against a row being part of a story at first sight: its words, and the shapes of its neighbours.

Each piece of evidence is a short string; `transforms/data/prose.json` holds its weight. The weights are fitted by
`python -m evals.fit_prose` and hold nothing of the texts they were fitted on.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Generic, NamedTuple, TypeVar

from transforms.paste.rows import Row

_SIZES = (12, 25, 45, 80, 120, 200, 350)  # upper bounds, in characters of an alphabet
_LONGEST_WEIGHED = 600
_HEADLINE = 130
# Words of neighbouring links, run together: a capital right after a small letter, in Latin-1.
_SMALL = bytes((*range(ord("a"), ord("z") + 1), *range(0xDF, 0x100)))
_LARGE = bytes((*range(ord("A"), ord("Z") + 1), *range(0xC0, 0xDF)))
_CASES = bytes.maketrans(_SMALL + _LARGE, b"a" * len(_SMALL) + b"A" * len(_LARGE))
_GLUED = b"aA"
_PERSON = re.compile(
    r"\b(?:is an? |was an? |covers |reports on |has worked |schreibt |arbeitet |studierte |ist Redakteur|ist Journalist|"
    r"berichtet |Jahrgang |est journaliste|es periodista|è giornalista)",
)
#: One of these stands in whatever _PERSON matches: looked for first, as most lines hold none.
_PERSON_PARTS = (
    "is a", "was a", "covers ", "reports on ", "has worked ", "schreibt ", "arbeitet ", "studierte ", "ist Redakteur",
    "ist Journalist", "berichtet ", "Jahrgang ", "est journaliste", "es periodista", "è giornalista",
)  # fmt: skip
_DATELINE = re.compile(r"[^\W\d_][^:–—\n]{1,48}(?::|\s?[–—]|\s-\s|\)\s)\s?\S")
_DATELINE_MARK = re.compile("[:–—)-]")
_DATELINE_MARK_WITHIN = 52
_QUOTES = "\"“„«‘'「『"
_PERSON_WITHIN = 120
#: Labels that a phrase gives for certain, whatever stands around it.
CERTAIN = frozenset(("timestamp", "separator", "share", "advert", "copyright", "topics"))
_PARAGRAPHS = frozenset("PQ")
_COARSE = {"P": "p", "Q": "p", "L": "p", "S": "s", "s": "s", "c": "s", "H": "h", "T": "h"}


@cache
def _pitch_words() -> frozenset[str]:
    lines = files("transforms").joinpath("data/pitch.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("##"))


Answer = TypeVar("Answer", int, tuple[str, ...])


class Questions(NamedTuple, Generic[Answer]):
    """What is asked of a row, each of a few small values: answered with names to fit, or with what they weigh."""

    words: Callable[..., Answer]
    tone: Callable[..., Answer]
    spacing: Callable[..., Answer]
    neighbours: Callable[..., Answer]
    above: Callable[..., Answer]
    below: Callable[..., Answer]


def collect_evidence(rows: Sequence[Row], repeated: dict[str, list[int]]) -> list[tuple[str, ...] | None]:
    """The evidence of each row, in their order; None for a row that needs none.

    That is a paragraph between paragraphs, and a line whose words are proof enough.
    """
    return list(ask(rows, repeated, NAMES))


def ask(
    rows: Sequence[Row], repeated: dict[str, list[int]], questions: Questions[Answer]
) -> Iterator[Answer | None]:
    """The answers to all questions added up, for each row; None for a row that needs none."""
    shapes: list[str] = [row.shape for row in rows]
    padded = ["^", "^", *shapes, "$", "$"]
    open_rows = _open_rows(rows, padded, repeated)
    text = "\n".join([row.text for row in rows])
    people = [part for part in _PERSON_PARTS if part in text]
    words, tone, spacing, neighbours, above, below = questions
    last = len(rows) - 1
    for at, is_open in enumerate(open_rows):
        if not is_open:
            yield None
            continue
        row, here = rows[at], shapes[at]
        before2, before, _, after, after2 = padded[at : at + 5]
        gap, gap_after = row.gap, rows[at + 1].gap if at < last else 2
        times = len(repeated[row.key]) if row.key in repeated else 0
        yield (
            words(*_word_values(row))
            + tone(*_tone_values(row, people))
            + spacing(here, min(2, gap), min(2, gap_after), min(3, times))
            + neighbours(before, here, after)
            + above(before2, before, here)
            + below(here, after, after2)
        )


def _open_rows(rows: Sequence[Row], padded: Sequence[str], repeated: dict[str, list[int]]) -> list[bool]:
    """For each row, whether evidence decides it."""
    is_text = [shape in _PARAGRAPHS for shape in padded]
    return [
        row.known[0] not in CERTAIN
        if row.known is not None
        else not (is_text[at] and is_text[at - 1] and is_text[at + 1]) or row.key in repeated
        for at, row in enumerate(rows, 2)
    ]


def name_spacing(shape: str, gap: int, gap_after: int, times: int) -> tuple[str, ...]:
    """The space around a row, and how often it stands."""
    return f"g{shape}{gap}{gap_after}", f"r{_COARSE.get(shape[-1], 'k')}{times}"


def _word_values(row: Row) -> tuple[str, str, str, str, int, str, int, bool, bool, bool, bool]:
    text = row.text
    first, last = text[0], text[-1]
    return (
        row.shape,
        row.known[0] if row.known is not None else "",
        row.bullet,
        row.end,
        bisect_right(_SIZES, row.size),
        "l" if first.islower() else "q" if first in _QUOTES else "d" if first.isdigit() else "u",
        min(3, text.count(",")),
        "|" in text,
        last == "…" or (last == "." and text.endswith("...")),
        last == "?",
        last in ")]",
    )


def name_words(
    shape: str, label: str, bullet: str, end: str, length: int,
    case: str, commas: int, bar: bool, trails_off: bool, asks: bool, closes: bool,
) -> tuple[str, ...]:  # fmt: skip
    """What a row begins and ends with, and how long it is."""
    coarse = _COARSE.get(shape[-1], "k")
    return (
        f"k{label}{bullet[:1]}{end[:2]}{length}",
        f"f{shape}{case}",
        f"n{coarse}{commas}{bar}",
        f"e{coarse}{trails_off}{asks}{closes}",
        f"s{shape}",
    )


def _tone_values(row: Row, people: Sequence[str]) -> tuple[str, int, bool, int, int, bool, bool]:
    """A row of `_LONGEST_WEIGHED` is hardly anything but a paragraph: it is asked for a dateline only.

    `people` are those of `_PERSON_PARTS` that stand anywhere in the text.
    """
    text = row.text
    pitch, is_person, glued, titled, is_upper = -1, False, 0, -1, False
    if row.size < _LONGEST_WEIGHED:
        said = row.key.split()
        pitch = 0 if _pitch_words().isdisjoint(said) else min(len(_pitch_words().intersection(said)), 3)
        head = text[:_PERSON_WITHIN]
        is_person = any(map(head.__contains__, people)) and _PERSON.search(head) is not None
        glued = min(text.encode("latin-1", "replace").translate(_CASES).count(_GLUED), 4)
        if row.size < _HEADLINE:
            shown = text.split()
            titled = 4 * sum([word[0].isupper() for word in shown]) // (len(shown) + 1)
            is_upper = text.isupper()
    return row.shape, pitch, is_person, glued, titled, is_upper, _opens_as_dateline(text)


def _opens_as_dateline(text: str) -> bool:
    return (
        _DATELINE_MARK.search(text, 1, _DATELINE_MARK_WITHIN) is not None
        and _DATELINE.match(text) is not None
    )


def name_tone(
    shape: str, pitch: int, is_person: bool, glued: int, titled: int, is_upper: bool, opens: bool
) -> tuple[str, ...]:
    """How a row speaks: as an offer, of a person, as links run together, in capitals, as a wire."""
    coarse = _COARSE.get(shape[-1], "k")
    found = [f"a{coarse}{pitch}"] if pitch >= 0 else []
    if pitch > 0:
        found.append(f"A{pitch}")
    if is_person:
        found.append(f"p{coarse}")
    if glued > 1:
        found.append(f"G{glued}")
    if titled >= 0:
        found.append(f"u{shape}{titled}{is_upper}")
    if opens:
        found.append(f"d{coarse}")
    return tuple(found)


def name_neighbours(before: str, here: str, after: str) -> tuple[str, ...]:
    """What the shapes of the rows above and below say."""
    coarse = _COARSE.get(here[-1], "k")
    return (
        f"1{before}{here}",
        f"2{here}{after}",
        f"3{before}{here}{after}",
        f"b{before}{coarse}",
        f"c{coarse}{after}",
    )


def name_above(before2: str, before: str, here: str) -> tuple[str, ...]:
    """What the two rows above say."""
    return (f"4{before2}{before}{_COARSE.get(here[-1], 'k')}",)


def name_below(here: str, after: str, after2: str) -> tuple[str, ...]:
    """What the two rows below say."""
    return (f"5{_COARSE.get(here[-1], 'k')}{after}{after2}",)


NAMES: Questions[tuple[str, ...]] = Questions(
    name_words, name_tone, name_spacing, name_neighbours, name_above, name_below
)
