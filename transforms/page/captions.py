"""Captions and photo credits of the story's own pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from transforms.page.blocks import Block, Frame
from transforms.page.classes import meanings, rules
from transforms.records import Caption

_LONGEST = 800  # in characters; a longer one is text that carries a caption's name
_SHORTEST = 3
_BOX_CHARACTERS = 400  # of all text in a picture's box; with more the box holds a story
_BOX_BLOCKS = 4
_BOX_LEVELS = 3
_TAIL = 140  # characters at a caption's end that may hold its credit
_AGENCY = re.compile(
    r"[/|]|\b(?:AP|AFP|EPA|EFE|ANSA|dpa|APA|Reuters|Getty|Images|Shutterstock|Photo|Foto|Courtesy|Bloomberg|Xinhua|TASS|Press|"
    r"Alamy|Imago|iStock|Unsplash|Pexels|Instagram|YouTube|Wikimedia|Keystone|Picture Alliance)\b",
    re.IGNORECASE,
)
#: After the last sentence "EFE/Archivo", an agency in capitals and its archive or photographer, or "/ Ana Ruiz".
_SLASHED = re.compile(
    r"[.!?…]\s(?:(?P<said>[A-Z]{2,8}\s?/\s?[^\W\d_][\w .-]{1,40})|/\s?(?P<name>[^\W\d_][\w .-]{2,40}))\.?$"
)
_SPOKEN = re.compile(r"\d{1,2}:\d\d\s")  # a line of a recording's transcript


@cache
def _credit() -> re.Pattern[str]:
    """A credit at the end of a caption: in brackets, after a word for it, or after ©."""
    words = "|".join(re.escape(word).replace(r"\ ", r"\s") for word in rules().credit_marks)
    shorts = "|".join(rules().credit_shorts)
    return re.compile(
        rf"\s*(?:[(\[（【]\s?(?P<bracket>[^()\[\]（）【】]{{2,100}})[)\]）】]"
        rf"|(?<!\w)(?:(?:{words})\s?[:：/©=＝]|(?:{shorts})\.)\s?(?P<word>[^:：]{{2,100}})|©\s?(?P<sign>[^©]{{2,100}}))\.?$",
        re.IGNORECASE,
    )


@cache
def _credit_word() -> re.Pattern[str]:
    """What stands before the name in a credit."""
    words = "|".join(re.escape(word).replace(r"\ ", r"\s") for word in (*rules().credit_marks, "by"))
    shorts = "|".join(rules().credit_shorts)
    return re.compile(rf"^(?:[\W_]|(?:{words}|{shorts})(?!\w)|(?:{words})(?=[:：=＝]))+", re.IGNORECASE)


def mark_pictures(blocks: Sequence[Block]) -> None:
    """Mark as captions the few words in a picture's own box, where no <figcaption> says so.

    Such a box is called after pictures, holds one, and has no heading: a teaser has.
    """
    inside: dict[Frame, list[Block]] = {}
    for block in blocks:
        for frame in _near(block.frame):
            inside.setdefault(frame, []).append(block)
    for frame, members in inside.items():
        if _is_picture_box(frame, members):
            for block in members:
                if block.frame.caption is None:
                    block.frame.caption, block.frame.kind = frame, "caption"


def _near(frame: Frame) -> Iterable[Frame]:
    for level, outer in enumerate(frame.chain()):
        if level > _BOX_LEVELS:
            return
        if outer.image and outer.names and outer.tag not in rules().keep_tags:
            yield outer


def _is_picture_box(frame: Frame, members: list[Block]) -> bool:
    return (
        len(members) <= _BOX_BLOCKS
        and sum(len(block.text) for block in members) <= _BOX_CHARACTERS
        and not any(block.kind == "heading" or 2 * block.links > len(block.text) for block in members)
        and bool(rules().pictures.search(frame.names))
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
    """Whether it is a teaser's: boilerplate begins above its figure, and it is not a gallery of the story's own."""
    figure = next((frame for frame in owner.chain() if frame.tag == "figure"), owner)
    outer = figure.parent
    rule = outer.dropped.removeprefix("class:") if outer is not None else ""
    return bool(rule) and rule not in rules().words["gallery"]


def _caption(owner: Frame, members: list[Block]) -> Caption | None:
    text = " ".join(block.text for block in members)
    credit = _marked_credit(owner)
    if credit and credit != text and text.endswith(credit):
        text = text.removesuffix(credit).rstrip(" |-–—/")
    fits = _SHORTEST <= len(text) <= _LONGEST and not _SPOKEN.match(text)
    return split_credit(text, credit) if fits else None


def split_credit(text: str, credit: str | None = None) -> Caption:
    """A caption and the credit at its end.

    >>> split_credit("The bridge at dawn. (Ana Ruiz/AP)")
    Caption(text='The bridge at dawn.', credit='Ana Ruiz/AP')
    >>> split_credit("The bridge at dawn Photo: Ana Ruiz")
    Caption(text='The bridge at dawn', credit='Ana Ruiz')
    >>> split_credit("路上のバス（写真＝共同通信）")
    Caption(text='路上のバス', credit='共同通信')
    >>> split_credit("El faro, de noche. EFE/Archivo").credit
    'EFE/Archivo'
    >>> split_credit("El faro, de noche. / ANA RUIZ").credit
    'ANA RUIZ'
    >>> split_credit("The mayor (right)")
    Caption(text='The mayor (right)', credit=None)
    """
    tail = max(0, len(text) - _TAIL)
    match = None if credit else _credit().search(text, tail)
    if match is None and not credit and (slashed := _SLASHED.search(text, tail)):
        said = slashed["said"] or slashed["name"]
        return Caption(text=text[: slashed.end() - len(slashed[0]) + 1].rstrip(), credit=said)
    if match is None or match.start() == 0:
        return Caption(text=text, credit=_tidy(credit or ""))
    said = match["bracket"] or match["word"] or match["sign"]
    if match["bracket"] and not _AGENCY.search(said) and not _is_marked(said):
        return Caption(text=text)
    return Caption(text=text[: match.start()].rstrip(" |-–—/"), credit=_tidy(said))


def _marked_credit(owner: Frame) -> str | None:
    for node in owner.node.css("[class], cite, small")[:20]:
        if node.tag == "cite" or "credit" in meanings(node.attributes.get("class") or ""):
            text = " ".join(node.text(separator=" ").split())
            if text:
                return text
    return None


def _is_marked(said: str) -> bool:
    """Whether brackets say themselves that they hold a credit: "(Foto: …)", "（写真＝…）"."""
    return any(sign in said for sign in ":：=＝") and _credit().fullmatch(said) is not None


def _tidy(credit: str) -> str | None:
    return _credit_word().sub("", credit).rstrip(" .)|") or None
