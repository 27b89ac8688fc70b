"""Who signs a dateline: news agencies and outlets under one name each, in all scripts (data/agencies.toml)."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from transforms.places import fold_name

_LONGEST = 60
_MOST_WORDS = 6
_CALL_LETTERS = re.compile(r"[KW][A-Z]{2,3}(?:[ -](?:TV|FM|AM|DT))?(?: ?\d{1,2})?", re.ASCII)
_AND = re.compile(r"\s*(?:[/،,+＝=、]|\s-\s|\bet\b|\band\b|\bund\b|\by\b|\sو)\s*")
_ON_THE_WEB = re.compile(
    r"[\w-]{2,24}\.(?:com|net|org|co|id|ru|kz|ua|tv|info|news|in|az|md|uz|by|cr|mx|ar)(?:\.\w{2})?",
    re.IGNORECASE,
)
_QUOTES = " \t\n.'’‘\"“”„«»()[]/*"


def find_agency(text: str) -> str | None:
    """The agency that signs with `text`, by its usual name; None when it is not one that we know.

    >>> find_agency("Agence France-Presse"), find_agency("أ ف ب"), find_agency("Barnim")
    ('AFP', 'AFP', None)
    """
    return _find(text) if len(text) <= _LONGEST else None


def name_agency(text: str) -> str:
    """The usual name of the agency that `text` is or, among other words, holds; else `text` itself.

    >>> name_agency("РИА Новости"), name_agency("Корр. ТАСС Иван Иванов"), name_agency("Radio Norte")
    ('RIA Novosti', 'TASS', 'Radio Norte')
    """
    if name := find_agency(text):
        return name
    words = text.split()[:_MOST_WORDS]
    return next((name for w in words if w.isupper() and len(w) > 2 and (name := find_agency(w))), text)


def is_call_letters(text: str) -> bool:
    """Whether `text` names an American radio or television station: "KTRK", "WPLG-TV"."""
    return bool(_CALL_LETTERS.fullmatch(text.strip(_QUOTES)))


@lru_cache(maxsize=1024)
def _find(text: str) -> str | None:
    bare = text.strip(_QUOTES)
    known = agencies()
    if name := known.get(fold_name(bare)):
        return name
    for part in _AND.split(bare)[:4]:
        if name := known.get(fold_name(part)):
            return name
    joined = [known.get(fold_name(part)) for part in bare.split("-")]  # "TT-Ritzau"
    if len(joined) == 2 and all(joined):
        return joined[0]
    return bare if _ON_THE_WEB.fullmatch(bare) else None


@cache
def agencies() -> dict[str, str]:
    """Every folded name of an agency, and the name under which it goes."""
    table = tomllib.loads((files("transforms") / "data" / "agencies.toml").read_text("utf-8"))
    return {fold_name(text): name for name, others in table.items() for text in (name, *others)}
