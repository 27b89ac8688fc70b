"""What speaks for or against a row being part of a story: itself, its neighbours, its place.

Each piece of evidence is a short string; `transforms/data/prose.json` holds its weight. The weights are fitted by
`python -m evals.fit_prose` and hold nothing of the texts they were fitted on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.rows import Row

_SIZES = (12, 25, 45, 80, 120, 200, 350)  # upper bounds, in characters of an alphabet
_AMOUNTS = (1, 80, 250, 600, 1200)
_NEAR = 4  # rows: what stands close by
_FAR = 14  # rows: as far as a box of links reaches
_ADDRESSED = re.compile(
    r"newsletter|subscri|sign up|inbox|cookie|privacy|click|download|\bapp\b|e-?mail|@|https?:|www\.|abonn|anmeld|datenschutz|"
    r"registr|suscr|inscri|iscri|prenumer|assin|подпис|підпис|订阅|訂閱|登録|会員|구독|اشترك|सब्सक्राइब|©|affiliate|"
    r"\bcommission\b|whatsapp|telegram|follow us|facebook|twitter|instagram|kommentar|comment",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:is an? |was an? |covers |reports on |has worked |schreibt |arbeitet |studierte |ist Redakteur|ist Journalist|"
    r"berichtet |Jahrgang |est journaliste|es periodista|è giornalista)",
)
_DATELINE = re.compile(r"[^\W\d_][^:–—\n]{1,48}(?::|\s?[–—]|\s-\s|\)\s)\s?\S")


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


def collect_evidence(rows: Sequence[Row], repeated: dict[str, list[int]]) -> list[list[str]]:
    """The evidence of each row, in their order."""
    pad = ["^", "^"]
    shapes = pad + [shape_of(row) for row in rows] + ["$", "$"]
    prose = [row.size if shape[-1] in "PQ" else 0 for row, shape in zip(rows, shapes[2:], strict=False)]
    sums = [0]
    counts = [0]
    for size in prose:
        sums.append(sums[-1] + size)
        counts.append(counts[-1] + (size > 0))
    last = len(rows)
    return [
        _alone(row, rows[at + 1].gap if at + 1 < last else 2, len(repeated.get(row.key, ())))
        + _around(at, shapes)
        + _amounts(at, last, shapes[at + 2], sums, counts)
        for at, row in enumerate(rows)
    ]


def _alone(row: Row, gap_after: int, times: int) -> list[str]:
    shape = shape_of(row)
    text = row.text
    known = row.known[0] if row.known else ""
    first = text[0]
    case = "l" if first.islower() else "q" if first in "\"“„«‘'「『" else "d" if first.isdigit() else "u"
    found = [
        f"k{known}{row.bullet[:1]}{row.end[:2]}{_bucket(row.size, _SIZES)}",
        f"g{shape}{min(row.gap, 2)}{min(gap_after, 2)}",
        f"r{shape}{min(times, 3)}",
        f"f{shape}{case}",
        f"n{shape}{min(text.count(','), 3)}{'|' in text}",
        f"e{shape}{text[-3:] == '...' or text[-1] == '…'}{text[-1] == '?'}{text[-1] in ')]'}",
    ]
    if row.size < 600:
        if _ADDRESSED.search(text):
            found.append(f"a{shape}")
        if _PERSON.search(text, 0, 120):
            found.append(f"p{shape}")
        if row.size < 130:
            letters = [c for c in text if c.isalpha()]
            upper = sum(c.isupper() for c in letters)
            words = text.split()
            titled = sum(w[:1].isupper() for w in words)
            found.append(f"u{shape}{4 * upper // (len(letters) + 1)}{4 * titled // (len(words) + 1)}")
    if _DATELINE.match(text):
        found.append(f"d{shape}")
    return found


def _around(at: int, shapes: Sequence[str]) -> list[str]:
    before2, before, here, after, after2 = shapes[at : at + 5]
    return [
        f"1{before}{here}",
        f"2{here}{after}",
        f"3{before}{here}{after}",
        f"4{before2}{before}{here}",
        f"5{here}{after}{after2}",
    ]


def _amounts(at: int, last: int, here: str, sums: Sequence[int], counts: Sequence[int]) -> list[str]:
    near_before = _bucket(sums[at] - sums[max(0, at - _NEAR)], _AMOUNTS)
    near_after = _bucket(sums[min(last, at + 1 + _NEAR)] - sums[at + 1], _AMOUNTS)
    far_before = min(counts[at] - counts[max(0, at - _FAR)], 4)
    far_after = min(counts[min(last, at + 1 + _FAR)] - counts[at + 1], 4)
    return [
        f"6{here}{near_before}",
        f"7{here}{near_after}",
        f"8{here}{near_before}{near_after}",
        f"9{here}{far_before}{far_after}",
        f"0{here}{min(counts[at], 3)}{min(counts[last] - counts[at + 1], 3)}",
    ]


def _bucket(value: int, bounds: Sequence[int]) -> int:
    for at, bound in enumerate(bounds):
        if value < bound:
            return at
    return len(bounds)
