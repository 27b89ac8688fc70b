"""Every line of a story gets one label, and the rule that gave it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from transforms.dateline import parse_dateline
from transforms.page.captions import split_credit
from transforms.paste.evidence import CERTAIN
from transforms.paste.headline import find_headline, repeats_headline
from transforms.paste.prose import BODY, rate_rows
from transforms.paste.rows import Row
from transforms.records import Line

_SUBHEAD = 110  # characters; a longer line without an end mark is a paragraph
_DECK_SIZES = range(35, 500)
_KICKER = 45
_BULLET = 18
_MOST_BULLETS = 8
_TEASERS = 0.3  # share of a story's text that may stand over its headline and be teasers
_AFTER_HEADLINE = 25  # rows
_SENTENCES = re.compile(
    r"[^\W\d_]{3}[.!?]['\"”’»]?\s+[\"“‘„«¿¡']?[^\W\d_a-zß-ÿа-я]|[。！？।؟](?=[^\s”’」』]{5})"
)
_SURE = 0.85  # a chance that outweighs a phrase: "Analysis" inside a story is a sub-head
_CLOCK = re.compile(r"\d[:.]\d\d|\b(?:19|20)\d\d\b")
#: One of these stands in whatever ends in a credit: most lines hold none, and looking for the credit itself is dear.
_CREDIT_SIGN = re.compile("[].:：/©=＝)）】]")
_CREDIT_END = re.compile(r"[(（\[][^()（）\[\]]{2,60}[)）\]]\.?$")


class Labelled(NamedTuple):
    """A row with its label and the rule behind it."""

    row: Row
    label: str  # one of records.LABELS
    rule: str


class _Around(NamedTuple):
    """The places in a story that a row's label depends on."""

    title: int | None
    title_again: int  # where the headline stands last over the body; -1 without one
    first: int  # the first row of body
    last: int
    captions: dict[str, int]  # where each caption stands first, by its key
    credited: frozenset[int]  # the rows over a credit on a line of its own


def label_lines(rows: Sequence[Row], headline: str | None = None) -> list[Line]:
    r"""A Line for every non-blank line that `rows` came from; `headline` is one the input gave.

    >>> from transforms.paste.rows import read_rows
    >>> [line.label for line in label_lines(read_rows("Rain stops play\n\nUpdated 2 hours ago\nFollow"))]
    ['title', 'timestamp', 'share']
    """
    return to_lines(label_rows(rows, rate_rows(rows), headline))


def to_lines(labelled: Sequence[Labelled]) -> list[Line]:
    """Rows as the lines they were read from: a paragraph that was joined gives each of its lines the label."""
    return [
        Line(number=each.row.number + at, text=part.strip(), label=each.label, rule=each.rule)
        for each in labelled
        for at, part in enumerate(each.row.parts)
    ]


def label_rows(
    rows: Sequence[Row], chances: Sequence[float], given: str | None = None, cut: float = BODY
) -> list[Labelled]:
    """Label the rows of one story: the body by its chances, the rest by words, repetition and place."""
    body = [_is_body(row, chance, cut) for row, chance in zip(rows, chances, strict=True)]
    for n in _summary_rows(rows, body):
        body[n] = False
    at = find_headline(rows, body, given)
    title = rows[at].key if at is not None else None
    if title is not None and not given:
        for n in _teaser_rows(rows, body, title):
            body[n] = False
    said_again = _repeats(rows, title)
    texts = [n for n, is_body in enumerate(body) if is_body]
    first = next((n for n in texts if n not in said_again), len(rows))
    last = texts[-1] if texts else -1
    around = _around(rows, at, first, last)
    labelled = []
    for n, row in enumerate(rows):
        if n == at:
            label, rule = "title", "given:headline" if given else "place:headline"
        elif n in said_again and (not body[n] or row.size < _SUBHEAD * 2):
            label, rule = "repeated-title", "repeats:title"
        elif body[n] and (row.end == "stop" or n not in around.credited):
            label, rule = _body_label(row, chances[n], is_last=n >= last)
        else:
            label, rule = _other_label(rows, n, around)
        labelled.append(Labelled(row, label, rule))
    return labelled


def _is_body(row: Row, chance: float, cut: float) -> bool:
    if row.known is not None and row.known[0] in CERTAIN:
        return False
    return chance >= (cut if row.known is None else max(cut, _SURE))


def _summary_rows(rows: Sequence[Row], body: Sequence[bool]) -> list[int]:
    """Rows over the story that read like body and are not: its bullets, captions, a sentence that the body says again."""
    plain = [n for n, is_body in enumerate(body) if is_body and not rows[n].bullet and rows[n].end == "stop"]
    if not plain:
        return []
    found = [n for n in range(plain[0]) if body[n] and rows[n].bullet][:_MOST_BULLETS]
    said = {rows[n].key for n in plain[1:]}
    lead = next((n for n in plain if rows[n].is_prose), plain[0])
    buttons = max((n for n in range(lead) if rows[n].known_label in CERTAIN), default=-1)
    found += [
        n
        for n in range(lead)
        if body[n]
        and _CREDIT_END.search(rows[n].text)
        and (n < buttons or split_credit(rows[n].text).credit is not None)
    ]
    return found + [n for n in plain[:1] if rows[n].key in said]


def _teaser_rows(rows: Sequence[Row], body: Sequence[bool], title: str) -> list[int]:
    """Body-like rows over the last copy of the headline, where nearly all of the text stands below it: other stories'."""
    copies = [n for n, row in enumerate(rows) if row.key == title]
    if len(copies) < 2:
        return []
    sizes = [row.size if is_body else 0 for row, is_body in zip(rows, body, strict=True)]
    total = sum(sizes)
    over = [n for n in copies if sum(sizes[:n]) <= _TEASERS * total]
    return [n for n in range(over[-1]) if body[n]] if over else []


def _repeats(rows: Sequence[Row], title: str | None) -> frozenset[int]:
    """Where the headline stands."""
    if not title:
        return frozenset()
    return frozenset(
        [n for n, row in enumerate(rows) if title in row.key and repeats_headline(row.key, title)]
    )


def _body_label(row: Row, chance: float, *, is_last: bool) -> tuple[str, str]:
    rule = _rule_for(chance)
    if row.end == "" and row.size <= _SUBHEAD and not is_last and not row.bullet:
        return "subhead", rule
    return "body", rule


@lru_cache(maxsize=1024)
def _rule_for(chance: float) -> str:
    return f"neighbours:{chance:.2f}"


def _around(rows: Sequence[Row], title: int | None, first: int, last: int) -> _Around:
    captions: dict[str, int] = {}
    for n, row in enumerate(rows):
        if row.known is not None and row.known[0] == "caption":
            captions.setdefault(row.key, n)
    again = [n for n in range(first) if title is not None and rows[n].key == rows[title].key]
    return _Around(title, again[-1] if again else -1, first, last, captions, _credited(rows))


def _other_label(rows: Sequence[Row], n: int, around: _Around) -> tuple[str, str]:
    row, title = rows[n], around.title
    if row.known is not None:
        label, rule = row.known
        if label == "navigation" and title == n + 1 and not row.bullet:
            return "kicker", "place:above-title"
        if label == "caption" and around.captions[row.key] < n:
            return "repeated-caption", "repeats:caption"
        return label, rule
    if n < around.first:
        return _label_above(rows, n, around)
    if n in around.credited:
        return "caption", "neighbours:credit"
    return _label_below(row, "after" if n > around.last else "inside")


def _label_above(rows: Sequence[Row], n: int, around: _Around) -> tuple[str, str]:
    row, title = rows[n], around.title
    if n in around.credited:
        return "caption", "neighbours:credit"
    if row.size >= _BULLET and not row.bullet and _is_credited(row.text):
        return "caption", "shape:ends-in-a-credit"
    if title is None or n < title:
        near = title == n + 1 and _could_be_kicker(row)
        return ("kicker", "place:above-title") if near else ("navigation", "place:above-title")
    if row.bullet and row.size >= _BULLET:
        return "bullet", "place:bullet-above-body"
    if row.size in _DECK_SIZES and n - title <= _AFTER_HEADLINE and not row.bullet:
        return _deck_label(rows, n, around)
    again = around.title_again == n + 1 and all(other.known is None for other in rows[title:n])
    if again and _could_be_kicker(row):
        return "kicker", "place:above-title"
    return "navigation" if row.bullet else "widget", "place:between-title-and-body"


def _deck_label(rows: Sequence[Row], n: int, around: _Around) -> tuple[str, str]:
    """A deck, unless the story itself begins with it: after a dateline, or as several sentences right on the body."""
    row = rows[n]
    if row.end == "stop" and (
        (n + 1 == around.first and _SENTENCES.search(row.text)) or parse_dateline(row.text) is not None
    ):
        return "body", "place:opens-body"
    if row.end != "stop" and _CLOCK.search(row.text) and row.size <= _SUBHEAD:
        return "widget", "place:between-title-and-body"
    return "deck", "place:between-title-and-body"


def _could_be_kicker(row: Row) -> bool:
    """A few words of a section or a theme; no sentence, no stamp and nothing that goes on below."""
    return row.size <= _KICKER and not row.bullet and row.end == "" and not _CLOCK.search(row.text)


def _is_credited(text: str) -> bool:
    if not _CREDIT_SIGN.search(text):
        return False
    return _CREDIT_END.search(text) is not None or split_credit(text).credit is not None


def _credited(rows: Sequence[Row]) -> frozenset[int]:
    """Rows over a credit on a line of its own ("Photo: …"): what stands on it is the picture's text."""
    return frozenset(
        [
            n
            for n, (row, below) in enumerate(pairwise(rows))
            if below.known is not None
            and below.known[0] == "caption"
            and below.known[1]
            != "pattern:credit-end"  # that is a whole caption, and the row over it is not its text
            and below.size <= _SUBHEAD
            and below.gap <= 1
            and row.size >= _BULLET
            and not _CREDIT_END.search(row.text)
        ]
    )


def _label_below(row: Row, place: str) -> tuple[str, str]:
    if row.bullet:
        return ("related" if row.size >= _BULLET else "navigation"), f"place:bullet-{place}-body"
    return ("related" if row.size >= _BULLET else "widget"), f"place:{place}-body"
