"""Captions and photo credits of the story's own pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transforms.blocks import Block, Frame
from transforms.classes import meanings
from transforms.records import Caption

_LONGEST = 800  # in characters; a longer one is text that carries a caption's name
_SHORTEST = 3
#: A credit at the end of a caption: in brackets, or after a word for it.
#: Source: tests/cases/credits.jsonl
_CREDIT = re.compile(
    r"""[\s.]*(?:
        [(\[]\s*(?P<bracket>[^()\[\]]{2,100})[)\]]
      | (?:photo(?:graph)?s?(?:\s(?:by|credit))?|picture|image|credit|copyright|source|foto|fotos|bild|bildquelle|quelle|crédit|crédits|fuente|crédito|fotografía|imagen|reprodução|foto\sde|via|©|\(c\)|写真|图|사진)\s?[:/©]\s?(?P<word>[^:]{2,100})
      | ©\s?(?P<sign>[^©]{2,100})
    )\s*\.?$""",
    re.IGNORECASE | re.VERBOSE,
)
_AGENCY = re.compile(
    r"[/|]|\b(?:AP|AFP|EPA|EFE|ANSA|dpa|APA|Reuters|Getty|Images|Shutterstock|Photo|Foto|File|Courtesy|Bloomberg|Xinhua|TASS|Press|Alamy|Imago|iStock|Unsplash|Pexels)\b",
    re.IGNORECASE,
)


def read_captions(blocks: Iterable[Block], within: Frame) -> tuple[Caption, ...]:
    """The captions inside `within`, each once, with the credit taken out of the text where it is marked."""
    found: dict[str, Caption] = {}
    for owner, members in _by_owner(blocks, within).items():
        caption = _caption(owner, members)
        if caption is not None:
            found.setdefault(caption.text, caption)
    return tuple(found.values())


def _by_owner(blocks: Iterable[Block], within: Frame) -> dict[Frame, list[Block]]:
    owners: dict[Frame, list[Block]] = {}
    for block in blocks:
        owner = block.frame.caption
        if owner is not None and any(frame is within for frame in owner.chain()) and not _is_foreign(owner):
            owners.setdefault(owner, []).append(block)
    return owners


def _is_foreign(owner: Frame) -> bool:
    """Whether the picture is a teaser's: the boilerplate begins above the caption."""
    return bool(owner.dropped) and owner.parent is not None and bool(owner.parent.dropped)


def _caption(owner: Frame, members: list[Block]) -> Caption | None:
    text = " ".join(block.text for block in members)
    credit = _marked_credit(owner)
    if credit and text.endswith(credit):
        text = text.removesuffix(credit).rstrip(" |-–—/")
    return split_credit(text, credit) if _SHORTEST <= len(text) <= _LONGEST else None


def split_credit(text: str, credit: str | None = None) -> Caption:
    """A caption and the credit at its end.

    >>> split_credit("The bridge at dawn. (Ana Ruiz/AP)")
    Caption(text='The bridge at dawn.', credit='Ana Ruiz/AP')
    >>> split_credit("The bridge (right) at dawn")
    Caption(text='The bridge (right) at dawn', credit=None)
    """
    match = _CREDIT.search(text, max(0, len(text) - 140)) if credit is None else None
    if match is None or match.start() == 0:
        return Caption(text=text, credit=_tidy(credit))
    said = match["bracket"] or match["word"] or match["sign"]
    if match["bracket"] and not _AGENCY.search(said):
        return Caption(text=text)
    kept = text[: match.start()]
    return Caption(
        text=kept + "." if text[match.start() : match.start() + 1] == "." else kept, credit=_tidy(said)
    )


def _marked_credit(owner: Frame) -> str | None:
    for node in owner.node.css("[class], cite, small")[:20]:
        names = node.attributes.get("class") or ""
        if "credit" in meanings(names) or node.tag == "cite":
            text = " ".join(node.text(separator=" ").split())
            if text:
                return text
    return None


def _tidy(credit: str | None) -> str | None:
    if credit is None:
        return None
    return (
        re.sub(
            r"^(?:\W|photo(?:graph)?s?\b|foto\b|credits?\b|copyright\b|image\b|by\b|bild\b|quelle\b|source\b)+",
            "",
            credit,
            flags=re.IGNORECASE,
        ).rstrip(" .)|")
        or None
    )
