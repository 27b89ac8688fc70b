"""What speaks for or against a row being part of a story: itself, its neighbours, its place.

Each piece of evidence is a short string; `transforms/data/prose.json` holds its weight. The weights are fitted by
`python -m evals.fit_prose` and hold nothing of the texts they were fitted on.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Generic, NamedTuple, TypeVar

from transforms.paste.islands import Island, find_islands
from transforms.paste.rows import Row

_SIZES = (12, 25, 45, 80, 120, 200, 350)  # upper bounds, in characters of an alphabet
_AMOUNTS = (1, 80, 250, 600, 1200)
_NEAR = 4  # rows: what stands close by
_FAR = 14  # rows: as far as a box of links reaches
_LONGEST_WEIGHED = 600
_HEADLINE = 130
_SHARES = (0.03, 0.1, 0.3, 0.6)
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
    spacing: Callable[..., Answer]
    around: Callable[..., Answer]
    amounts: Callable[..., Answer]
    places: Callable[..., Answer]


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
    sizes: list[int] = [
        row.size if shape[-1] in _PARAGRAPHS else 0 for row, shape in zip(rows, shapes, strict=True)
    ]
    sums: list[int] = [0, *accumulate(sizes)]
    counts: list[int] = [0, *accumulate(int(size > 0) for size in sizes)]
    islands = find_islands(rows, shapes, open_rows)
    words, spacing, around, amounts, places = questions
    last = len(rows) - 1
    for at, row in enumerate(rows):
        island = islands[at]
        if island is None or not open_rows[at]:
            yield None
            continue
        gap_after = rows[at + 1].gap if at < last else 2
        times = len(repeated.get(row.key, ()))
        label = row.known[0] if row.known else ""
        yield (
            words(row.text, row.key, row.size, row.shape, f"{label}{row.bullet[:1]}{row.end[:2]}")
            + spacing(row.shape, min(row.gap, 2), min(gap_after, 2), min(times, 3))
            + around(*padded[at : at + 5])
            + amounts(*_amount_values(at, row.shape, sums, counts))
            + places(*_place_values(row.shape, island))
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


def name_words(text: str, key: str, size: int, shape: str, kind: str) -> tuple[str, ...]:
    """What a row's own words say."""
    coarse = _COARSE.get(shape[-1], "k")
    first, last = text[0], text[-1]
    case = "l" if first.islower() else "q" if first in "\"“„«‘'「『" else "d" if first.isdigit() else "u"
    found = [
        f"k{kind}{bisect_right(_SIZES, size)}",
        f"f{shape}{case}",
        f"n{coarse}{min(text.count(','), 3)}{'|' in text}",
        f"e{coarse}{text[-3:] == '...' or last == '…'}{last == '?'}{last in ')]'}",
        f"s{shape}",
    ]
    if size < _LONGEST_WEIGHED:  # a longer row is hardly anything but a paragraph
        found += _tone(text, key, coarse)
        if size < _HEADLINE:
            shown = text.split()
            titled = sum([word[0].isupper() for word in shown])
            found.append(f"u{shape}{4 * titled // (len(shown) + 1)}{text.isupper()}")
    if _DATELINE_MARK.search(text, 1, _DATELINE_MARK_WITHIN) and _DATELINE.match(text):
        found.append(f"d{coarse}")
    return tuple(found)


def _tone(text: str, key: str, coarse: str) -> list[str]:
    said = key.split()
    pitch = 0 if _pitch_words().isdisjoint(said) else len(_pitch_words().intersection(said))
    found = [f"a{coarse}{min(pitch, 3)}"]
    if pitch:
        found.append(f"A{min(pitch, 3)}")
    head = text[:120]
    for part in _PERSON_PARTS:
        if part in head:
            if _PERSON.search(text, 0, 120):
                found.append(f"p{coarse}")
            break
    glued = text.encode("latin-1", "replace").translate(_CASES).count(_GLUED)
    if glued > 1:
        found.append(f"G{min(glued, 4)}")
    return found


def name_neighbours(before2: str, before: str, here: str, after: str, after2: str) -> tuple[str, ...]:
    """What the shapes of the two rows above and below say."""
    coarse = _COARSE.get(here[-1], "k")
    return (
        f"1{before}{here}",
        f"2{here}{after}",
        f"3{before}{here}{after}",
        f"4{before2}{before}{coarse}",
        f"5{coarse}{after}{after2}",
        f"b{before}{coarse}",
        f"c{coarse}{after}",
    )


def _amount_values(
    at: int, here: str, sums: Sequence[int], counts: Sequence[int]
) -> tuple[str, int, int, int, int, int, int]:
    last = len(sums) - 1
    next_ = at + 1
    return (
        _COARSE.get(here[-1], "k"),
        bisect_right(_AMOUNTS, sums[at] - sums[at - _NEAR if at > _NEAR else 0]),
        bisect_right(_AMOUNTS, sums[min(last, next_ + _NEAR)] - sums[next_]),
        min(counts[at] - counts[at - _FAR if at > _FAR else 0], 4),
        min(counts[min(last, next_ + _FAR)] - counts[next_], 4),
        min(counts[at], 3),
        min(counts[last] - counts[next_], 3),
    )


def name_amounts(
    coarse: str, near_before: int, near_after: int, far_before: int, far_after: int, before: int, after: int
) -> tuple[str, ...]:
    """How much text stands close by, as far as a box of links reaches, and on the whole."""
    return (
        f"6{coarse}{near_before}",
        f"7{coarse}{near_after}",
        f"8{coarse}{near_before}{near_after}",
        f"9{coarse}{far_before}{far_after}",
        f"0{coarse}{before}{after}",
    )


def _place_values(here: str, island: Island) -> tuple[str, int, str, int, bool, int, int]:
    share, side, distance, inside, mass_before, mass_after = island
    return (
        here,
        bisect_right(_SHARES, share),
        side,
        min(distance, 6),
        inside,
        bisect_right(_SHARES, mass_before),
        bisect_right(_SHARES, mass_after),
    )


def name_places(
    here: str, share: int, side: str, distance: int, inside: bool, mass_before: int, mass_after: int
) -> tuple[str, ...]:
    """Where the row stands in the text's islands: on the greatest, on a small one after it, in the sea."""
    coarse = _COARSE.get(here[-1], "k")
    return (
        f"I{coarse}{share}{side}",
        f"J{coarse}{side}{distance}{inside}",
        f"K{here}{share}{inside}",
        f"M{coarse}{mass_before}{mass_after}",
    )


NAMES: Questions[tuple[str, ...]] = Questions(
    name_words, name_spacing, name_neighbours, name_amounts, name_places
)
