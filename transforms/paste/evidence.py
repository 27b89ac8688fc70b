"""What speaks for or against a row being part of a story: itself, its neighbours, its place.

Each piece of evidence is a short string; `transforms/data/prose.json` holds its weight. The weights are fitted by
`python -m evals.fit_prose` and hold nothing of the texts they were fitted on.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

from transforms.paste.islands import Island, find_islands
from transforms.paste.rows import Row

_SIZES = (12, 25, 45, 80, 120, 200, 350)  # upper bounds, in characters of an alphabet
_AMOUNTS = (1, 80, 250, 600, 1200)
_NEAR = 4  # rows: what stands close by
_FAR = 14  # rows: as far as a box of links reaches
_LONGEST_WEIGHED = 600
_HEADLINE = 130
_SHARES = (0.03, 0.1, 0.3, 0.6)
_GLUED = re.compile("[a-zß-ÿ][A-ZÀ-Þ]")  # words of neighbouring links, run together
_PERSON = re.compile(
    r"\b(?:is an? |was an? |covers |reports on |has worked |schreibt |arbeitet |studierte |ist Redakteur|ist Journalist|"
    r"berichtet |Jahrgang |est journaliste|es periodista|è giornalista)",
)
_DATELINE = re.compile(r"[^\W\d_][^:–—\n]{1,48}(?::|\s?[–—]|\s-\s|\)\s)\s?\S")
#: Labels that a phrase gives for certain, whatever stands around it.
CERTAIN = frozenset(("timestamp", "separator", "share", "advert", "copyright", "topics"))
_PARAGRAPHS = frozenset("PQ")
_COARSE = {"P": "p", "Q": "p", "L": "p", "S": "s", "s": "s", "c": "s", "H": "h", "T": "h"}


@cache
def _pitch_words() -> frozenset[str]:
    lines = files("transforms").joinpath("data/pitch.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("##"))


def shape_of(row: Row) -> str:
    """One letter or two for what a row looks like: the alphabet that neighbours are told in."""
    if row.known is not None:
        return {"byline": "Y", "timestamp": "Y", "caption": "C", "kicker": "H", "separator": "X"}.get(
            row.known[0], "K"
        )
    mark = "b" if row.bullet == "bullet" else ""
    if row.end == "stop":
        return mark + ("P" if row.size >= 200 else "Q" if row.size >= 80 else "S" if row.size >= 30 else "s")
    if row.end == "colon":
        return mark + "c"
    return mark + ("L" if row.size > 120 else "H" if row.size > 25 else "T")


def collect_evidence(rows: Sequence[Row], repeated: dict[str, list[int]]) -> list[list[str] | None]:
    """The evidence of each row, in their order; None for a row that needs none.

    That is a paragraph between paragraphs, and a line whose words are proof enough.
    """
    own = [shape_of(row) for row in rows]
    shapes = ["^", "^", *own, "$", "$"]
    sums = [0]
    counts = [0]
    for row, shape in zip(rows, own, strict=True):
        size = row.size if shape[-1] in "PQ" else 0
        sums.append(sums[-1] + size)
        counts.append(counts[-1] + (size > 0))
    islands = find_islands(rows, own)
    last = len(rows)
    found: list[list[str] | None] = []
    for at, row in enumerate(rows):
        if row.known is not None:
            is_settled = row.known[0] in CERTAIN
        else:
            is_settled = (
                _PARAGRAPHS.issuperset((own[at], shapes[at + 1], shapes[at + 3])) and row.key not in repeated
            )
        if is_settled:
            found.append(None)
            continue
        evidence = _alone(
            row, own[at], rows[at + 1].gap if at + 1 < last else 2, len(repeated.get(row.key, ()))
        )
        evidence += _around(*shapes[at : at + 5])
        evidence += _amounts(at, last, own[at], sums, counts)
        evidence += _places(own[at], islands[at])
        found.append(evidence)
    return found


def _alone(row: Row, shape: str, gap_after: int, times: int) -> list[str]:
    known = row.known[0] if row.known else ""
    kind = f"k{known}{row.bullet[:1]}{row.end[:2]}{bisect_right(_SIZES, row.size)}"
    spacing = _spacing(shape, min(row.gap, 2), min(gap_after, 2), min(times, 3))
    return [kind, *spacing, *_words(row.text, row.key, row.size, shape)]


@lru_cache(maxsize=2048)  # a paste is rated whole and then story by story; pages repeat their lines
def _words(text: str, key: str, size: int, shape: str) -> tuple[str, ...]:
    """What a row's own words say."""
    coarse = _COARSE.get(shape[-1], "k")
    first, last = text[0], text[-1]
    case = "l" if first.islower() else "q" if first in "\"“„«‘'「『" else "d" if first.isdigit() else "u"
    found = [
        f"f{shape}{case}",
        f"n{coarse}{min(text.count(','), 3)}{'|' in text}",
        f"e{coarse}{text[-3:] == '...' or last == '…'}{last == '?'}{last in ')]'}",
        f"s{shape}",
    ]
    if size < _LONGEST_WEIGHED:  # a longer row is hardly anything but a paragraph
        found += _tone(text, key, coarse)
        if size < _HEADLINE:
            shown = text.split()
            titled = sum(word[0].isupper() for word in shown)
            found.append(f"u{shape}{4 * titled // (len(shown) + 1)}{text.isupper()}")
    if _DATELINE.match(text):
        found.append(f"d{coarse}")
    return tuple(found)


def _tone(text: str, key: str, coarse: str) -> list[str]:
    pitch = len(_pitch_words().intersection(key.split()))
    found = [f"a{coarse}{min(pitch, 3)}"]
    if pitch:
        found.append(f"A{min(pitch, 3)}")
    if _PERSON.search(text, 0, 120):
        found.append(f"p{coarse}")
    glued = len(_GLUED.findall(text))
    if glued > 1:
        found.append(f"G{min(glued, 4)}")
    return found


@lru_cache(maxsize=4096)
def _spacing(shape: str, gap: int, gap_after: int, times: int) -> tuple[str, ...]:
    return f"g{shape}{gap}{gap_after}", f"r{_COARSE.get(shape[-1], 'k')}{times}"


@lru_cache(maxsize=16384)  # few combinations are common, and they make most rows
def _around(before2: str, before: str, here: str, after: str, after2: str) -> tuple[str, ...]:
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


def _amounts(at: int, last: int, here: str, sums: Sequence[int], counts: Sequence[int]) -> tuple[str, ...]:
    return _amounts_of(
        _COARSE.get(here[-1], "k"),
        bisect_right(_AMOUNTS, sums[at] - sums[max(0, at - _NEAR)]),
        bisect_right(_AMOUNTS, sums[min(last, at + 1 + _NEAR)] - sums[at + 1]),
        (
            min(counts[at] - counts[max(0, at - _FAR)], 4),
            min(counts[min(last, at + 1 + _FAR)] - counts[at + 1], 4),
        ),
        (min(counts[at], 3), min(counts[last] - counts[at + 1], 3)),
    )


@lru_cache(maxsize=16384)
def _amounts_of(
    coarse: str, near_before: int, near_after: int, far: tuple[int, int], every: tuple[int, int]
) -> tuple[str, ...]:
    return (
        f"6{coarse}{near_before}",
        f"7{coarse}{near_after}",
        f"8{coarse}{near_before}{near_after}",
        f"9{coarse}{far[0]}{far[1]}",
        f"0{coarse}{every[0]}{every[1]}",
    )


def _places(here: str, island: Island) -> tuple[str, ...]:
    """Where the row stands in the text's islands: on the greatest, on a small one after it, in the sea."""
    return _places_of(
        here,
        bisect_right(_SHARES, island.share),
        (island.side, min(island.distance, 6), island.inside),
        bisect_right(_SHARES, island.mass_before),
        bisect_right(_SHARES, island.mass_after),
    )


@lru_cache(maxsize=16384)
def _places_of(
    here: str, share: int, lie: tuple[str, int, bool], mass_before: int, mass_after: int
) -> tuple[str, ...]:
    coarse = _COARSE.get(here[-1], "k")
    side, distance, inside = lie
    return (
        f"I{coarse}{share}{side}",
        f"J{coarse}{side}{distance}{inside}",
        f"K{here}{share}{inside}",
        f"M{coarse}{mass_before}{mass_after}",
    )
