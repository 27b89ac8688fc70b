"""Pasted copy → its stories, each taken apart: headline, summary, captions, stamps, body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from transforms.authors import split_authors
from transforms.dates import parse_stamps
from transforms.page.captions import split_credit
from transforms.paste.lines import Labelled, label_rows, to_lines
from transforms.paste.normalise import normalise
from transforms.paste.prose import BODY, rate_rows
from transforms.paste.rows import CAPITALS, Row, end_of, read_rows
from transforms.paste.split import Block, split_rows
from transforms.records import Caption, Copy, Given, Line, Stamp

#: A format that holds one story a record carries less around it than a page does.
_SINGLE = 0.3
_BODY_LABELS = frozenset(("body", "subhead"))
_SUBJECT = re.compile(
    r"(?:Subject|Betreff|Objet|Asunto|Assunto|Oggetto|Тема|件名|主题|主旨|الموضوع):\s*", re.IGNORECASE
)
#: "Words. (credit)" in any script; the word before a colon in the brackets says only that a credit follows.
_BRACKETED = re.compile(
    r"([^()（）]{10,600}?)\s*[(（](?:[^\s():：=＝（）]{1,10}[:：=＝]\s?)?([^()（）]{2,60})[)）]\.?$"
)
_LONG_LINE = 120  # characters
_LEAST_BODY = 30  # in characters of an alphabet; less is no story


def read_copy(text: str, given: Given, *, single: bool = False) -> list[Copy]:
    r"""Take a paste apart: a Copy for each of its stories, in order; none when there is no story in it.

    `single` says that the format itself holds one story (a JSON line): it is not split, and little is taken for
    boilerplate. A headline that the input gives is kept, and a line that repeats it is not body.

    >>> copies = read_copy("Rain stops final\nFollow\n\nROME: It rained on Monday, and the final was put off.", Given())
    >>> copies[0].headline, copies[0].paragraphs
    ('Rain stops final', ('ROME: It rained on Monday, and the final was put off.',))
    """
    rows = read_rows(normalise(text))
    if single:
        block = Block(tuple(rows), tuple(rate_rows(rows)))
        return [_read_story(block, given, _SINGLE)] if rows else []
    copies: list[Copy] = []
    around: tuple[Line, ...] = ()
    for block in split_rows(rows):
        copy = _read_story(block, given, BODY)
        if any(_is_text(part) for part in copy.paragraphs):
            copies.append(replace(copy, lines=around + copy.lines) if around else copy)
            around = ()
        elif copies:  # scraps are no story, and still lines that somebody may look for
            copies[-1] = replace(copies[-1], lines=copies[-1].lines + copy.lines)
        else:
            around += copy.lines
    return copies


def _is_text(paragraph: str) -> bool:
    """More than a line of a list: it ends as sentences do, or is too long for a headline."""
    return (
        len(paragraph) >= _LONG_LINE or end_of(paragraph) == "stop" or CAPITALS.match(paragraph) is not None
    )


def _read_story(block: Block, given: Given, cut: float) -> Copy:
    labelled = label_rows(block.rows, block.chances, given.headline, cut)
    labelled = _rescue_body(labelled, every=cut < BODY)
    said = _texts_by_label(labelled)
    headline = given.headline or _first(said, "title")
    return Copy(
        headline=_SUBJECT.sub("", headline) if headline else None,
        kicker=_first(said, "kicker"),
        summary=given.summary or _summary(said),
        byline=_first(said, "byline"),
        authors=given.authors or split_authors(said.get("byline", [])),
        captions=_captions(labelled) if "caption" in said else (),
        stamps=_stamps(said.get("timestamp", []), given),
        paragraphs=tuple(_paragraphs(labelled)),
        lines=tuple(to_lines(labelled)),
        tags=given.tags,
        url=given.url,
        publisher=given.publisher,
        section=given.section,
        declared_language=given.language,
        sources=_sources(labelled, given),
    )


def _rescue_body(labelled: list[Labelled], *, every: bool) -> list[Labelled]:
    """A story too short for its neighbours to speak: what could be its text is its text."""
    if sum(each.row.size for each in labelled if each.label in _BODY_LABELS) >= _LEAST_BODY:
        return labelled
    return [
        Labelled(each.row, "body", "place:only-text") if _could_be_body(each, every=every) else each
        for each in labelled
    ]


def _could_be_body(each: Labelled, *, every: bool) -> bool:
    if each.label in ("title", "repeated-title") or each.row.known is not None:
        return each.label in _BODY_LABELS
    return every or (each.row.end == "stop" and each.row.size >= _LEAST_BODY)


def _texts_by_label(labelled: Sequence[Labelled]) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for row, label, _ in labelled:
        said.setdefault(label, []).append(row.text)
    return said


def _first(said: Mapping[str, list[str]], label: str) -> str | None:
    return said[label][0] if label in said else None


def _summary(said: Mapping[str, list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said.get("bullet") or said.get("deck") or []))


def _captions(labelled: Sequence[Labelled]) -> tuple[Caption, ...]:
    """Each caption once; a credit on a line of its own goes with the text over it."""
    texts: list[str] = []
    is_open = False
    for each in labelled:
        if is_open and each.label == "caption":
            texts[-1] = f"{texts[-1]} {each.row.text}"
        elif each.label == "caption":
            texts.append(each.row.text)
        is_open = each.rule == "neighbours:credit" and not is_open
    return tuple(dict.fromkeys(map(_caption, texts)))


def _caption(text: str) -> Caption:
    """A caption with its credit apart: marked by a word or an agency's name, else what the line's last brackets hold."""
    caption = split_credit(text)
    match = _BRACKETED.match(text) if caption.credit is None else None
    return Caption(text=match[1], credit=match[2]) if match else caption


def _stamps(lines: Iterable[str], given: Given) -> tuple[Stamp, ...]:
    found: Iterable[Stamp] = (
        stamp
        for line in dict.fromkeys(lines)
        for stamp in parse_stamps(line, given.language, given.fetched_at)
    )
    return tuple(dict.fromkeys(found))


def _paragraphs(labelled: Sequence[Labelled]) -> Iterable[str]:
    for row, label, _ in labelled:
        if label in _BODY_LABELS:
            text = _as_written(row)
            if "\n" in text:  # blocks of markup that stood on one line
                yield from filter(None, text.split("\n"))
            else:
                yield text


def _as_written(row: Row) -> str:
    if row.bullet != "bullet":
        return row.text
    written = row.parts[0].strip()
    return written if written.endswith(row.text) else f"• {row.text}"


def _sources(labelled: Sequence[Labelled], given: Given) -> tuple[tuple[str, str], ...]:
    found = (
        [("headline", "field")]
        if given.headline
        else [("headline", each.rule) for each in labelled if each.label == "title"]
    )
    if given.summary:
        found.append(("summary", "field"))
    return tuple(found)
