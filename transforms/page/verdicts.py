"""Which elements of a page are boilerplate by their names and roles, and when such a rule is wrong about a page.

Imports selectolax at module level: import this module only where a page is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborNode

from transforms.page.classes import rules

if TYPE_CHECKING:
    from transforms.page.blocks import Block, Frame

_TEASER = "class:teaser"
_LINK_LEVELS = 4  # elements around a teaser, one of which may be the link
_HEADLINES = 5  # main headings looked at; a page has one, a careless one a few
_MAJORITY = (
    0.75  # a rule that would drop more of the page's prose for one element is wrong about that element
)
_LOOSE_MAJORITY = 0.5  # the same for all elements that a loose name met


def around_headlines(body: LexborNode) -> set[int]:
    """The elements that hold a main heading: whatever they are called, the story is likely in them."""
    found: set[int] = set()
    for heading in body.css("h1")[:_HEADLINES]:
        node = heading.parent
        while node is not None and node.mem_id not in found:
            found.add(node.mem_id)
            node = node.parent
    return found


def find_overreach(blocks: Sequence[Block]) -> int | str:
    """The element whose rule drops most of the prose, or the loose rule that does so over the whole page; or 0."""
    total = 0
    lost: dict[int | str, int] = {}
    for block in blocks:
        if block.prose:
            total += block.weight
            if block.frame.dropper:
                key = block.frame.dropped if _is_loose(block.frame.dropped) else block.frame.dropper
                lost[key] = lost.get(key, 0) + block.weight
    wrong = {
        key: weight / total
        for key, weight in lost.items()
        if weight > (_LOOSE_MAJORITY if isinstance(key, str) else _MAJORITY) * total
    }
    return max(wrong, key=lambda key: wrong[key], default=0)


def _is_loose(rule: str) -> bool:
    return rule.removeprefix("class:") in rules().words["loose"]


def judge(frame: Frame, rule: str, exempt: Collection[int | str]) -> None:
    """Mark a frame as boilerplate, unless the rule was taken back; a quotation in a social box comes back."""
    words = rules().words
    if frame.dropped:
        if frame.tag == "blockquote" and frame.dropped.removeprefix("class:") in words["quoted"]:
            frame.dropped, frame.dropper = "", 0
    elif frame.node.mem_id in exempt or rule in exempt:
        frame.pardoned |= {rule}
    elif rule and rule not in frame.pardoned and not (rule == _TEASER and not _leads_away(frame.node)):
        frame.dropped = rule
        frame.dropper = 0 if rule.removeprefix("class:") in words["hard"] else frame.node.mem_id


def _leads_away(node: LexborNode) -> bool:
    """Whether it holds a link or stands in one; what does not is no teaser of another story, whatever it is called."""
    outer: LexborNode | None = node
    for _ in range(_LINK_LEVELS):
        if outer is None:
            break
        if outer.tag == "a":
            return True
        outer = outer.parent
    return node.css_first("a[href]") is not None


def rule_against(attributes: dict[str, str | None], meaning: dict[str, str]) -> str:
    """The rule by which an element is boilerplate; empty when none says so."""
    word = meaning.get("hard") or meaning.get("drop")
    if (
        word
        and "unless" not in meaning
        and ("deck" not in meaning or word == "hidden")
        and not (word == "hidden" and "shown" in meaning)
    ):
        return f"class:{word}"
    role = attributes.get("role")
    if role and role in rules().drop_roles:
        return f"role:{role}"
    if "hidden" in attributes or "display:none" in (attributes.get("style") or "").replace(" ", ""):
        return "hidden"
    return ""


def is_junk_line(block: Block) -> bool:
    """Whether the whole line is one that sites print between the paragraphs of a story."""
    text = block.text.casefold()
    return (
        text.strip(" \u00a0:.…>»›-–|") in rules().lines
        or text.startswith(rules().line_starts)
        or (2 * block.links > len(text) and text.startswith(rules().linked_starts))
    )
