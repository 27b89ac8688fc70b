"""Names of authors from what bylines and metadata hold."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise

_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*|\S+@\S+|@\w+")
#: A day with its year, and "on Tuesday," before it: bylines are printed beside dates.
_DAY = re.compile(
    r"(?:\s(?:on|am|le|el)\s{1,3}(?:[^\W\d_]{3,15},\s)?)?(?:(?<![^\W\d_])[^\W\d_]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d|"
    r"(?<!\d)\d{1,2}(?:\.|st|nd|rd|th)?\s(?:de\s)?[^\W\d_]{3,12}\.?,?\s(?:de\s)?(?:19|20)\d\d(?!\d)|"
    r"(?<!\d)\d{1,4}([./-])\d{1,2}\1\d{1,4}(?!\d))"
)
_BRACKETS = re.compile(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]")
_LONGEST_NAME = 60  # in characters
_MOST_WORDS = 6
_MOST_PERSON_WORDS = 5
_MOST_AUTHORS = 20
_LEAST_PUBLISHER = 6  # letters of a publisher's name that a person's would not have by chance
_PAGE_LEVELS = 4  # parts at the end of an address that may say that it is an author's
#: What follows a name as printed: "Ana Ruiz for The Daily Post", "Ana Ruiz in Local news".
_AFTER = re.compile(r"\s(?:for|in|at|[-–—])\s", re.IGNORECASE)


@cache
def _words() -> dict[str, frozenset[str]]:
    """The words of `data/bylines.toml`, by what they say."""
    raw = tomllib.loads(files("transforms").joinpath("data/bylines.toml").read_text("utf-8"))
    return {kind: frozenset(words) for kind, words in raw.items()}


@cache
def _by() -> re.Pattern[str]:
    """What a byline begins with; no space follows it in scripts that write none."""
    spaced: list[str] = []
    unspaced: list[str] = []
    for word in sorted(_words()["by"] | _words()["nouns"], key=len, reverse=True):
        (unspaced if _UNSPACED.search(word) else spaced).append(re.escape(word).replace(r"\ ", r"\s"))
    return re.compile(
        rf"(?:(?:{'|'.join(spaced)})\s{{0,3}}:?\s+|(?:{'|'.join(unspaced)})\s{{0,3}}[:：/／=＝\s]\s{{0,3}})(?=\S)",
        re.IGNORECASE,
    )


@cache
def _and() -> re.Pattern[str]:
    """What stands between two names."""
    words = "|".join(map(re.escape, sorted(_words()["and"])))
    return re.compile(rf"\s*(?:[,;|·•⋅、،/]|\s(?:{words})\s)\s*", re.IGNORECASE)


def split_authors(values: Iterable[str], publishers: Collection[str] = ()) -> tuple[str, ...]:
    """The names in bylines and author fields, each once and in order.

    A value that is a publisher's own name is left out where there is another one. `publishers` are
    case-folded letters and digits only.

    >>> split_authors(["By Ana Ruiz and Tom O'Neill, The Daily Post"], {"thedailypost"})
    ('Ana Ruiz', "Tom O'Neill")
    >>> split_authors(["Reuters"], {"reuters"})
    ('Reuters',)
    >>> split_authors(["https://example.org/people/ana"])
    ()
    >>> split_authors(["Ana Ruiz 4 August 2010"]), split_authors(["By Ana Ruiz on March 12, 2025"])
    (('Ana Ruiz',), ('Ana Ruiz',))
    """
    names = [name for value in values for part in _parts(value) if (name := _name(part))]
    unique = list({_letters(name): name for name in reversed(names)}.values())[::-1]
    people = [name for name in unique if not is_publisher(name, publishers)]
    return tuple((people or unique)[:_MOST_AUTHORS])


def is_publisher(name: str, publishers: Collection[str]) -> bool:
    """Whether a name is a publisher's, or has a long one in it: "Ediciones Valle Diario"."""
    letters = _letters(name)
    return letters in publishers or any(len(own) >= _LEAST_PUBLISHER and own in letters for own in publishers)


def people_in(text: str) -> tuple[str, ...]:
    """The names of people in a byline as printed; none when it reads like anything else.

    >>> people_in("By Ana Ruiz and Tom O'Neill")
    ('Ana Ruiz', "Tom O'Neill")
    >>> people_in("Read more about this author")
    ()
    >>> people_in("Ana Ruiz for The Daily Post"), people_in("By Ana Ruiz, Senior Editor")
    (('Ana Ruiz',), ('Ana Ruiz',))
    """
    names = [_AFTER.split(name)[0] for name in split_authors([text])]
    if not names or not _is_person(names[0]):
        return ()
    people = tuple(filter(_is_person, names))
    return tuple(name for name in people if not _is_job(name)) or people[:1]


def is_author_page(address: str) -> bool:
    """Whether an address is that of an author's own page: "/authors/ana-ruiz".

    >>> is_author_page("https://example.org/authors/ana-ruiz"), is_author_page("/author/")
    (True, False)
    """
    parts = address.casefold().split("?")[0].split("/")[-_PAGE_LEVELS:]
    return any(part in _words()["pages"] and after for part, after in pairwise(parts))


def is_byline_label(text: str) -> bool:
    """Whether the line is only what stands before a name: "Written by", "Author:".

    >>> is_byline_label("Written by"), is_byline_label("Autorin/Autor:"), is_byline_label("Text")
    (True, True, False)
    """
    line = text.lower().strip(" \u00a0:：")
    return line in _words()["nouns"] or (line in _words()["by"] and (" " in line or line == "by"))


def starts_byline(text: str) -> bool:
    """Whether the text begins with "By" in some language."""
    return _by().match(text) is not None


def _is_person(name: str) -> bool:
    words = name.split()
    cased = [word for word in words if word[0].lower() != word[0].upper()]
    small = sum(word[0].islower() for word in cased)
    if any(char.isdigit() for char in name) or "by" in name.casefold().split():
        return False  # "Written By", "Shop By Brand"
    return (
        2 <= len(words) <= _MOST_PERSON_WORDS and small <= len(words) // 3 or (not cased and len(name) <= 12)
    )


def _is_job(name: str) -> bool:
    """Whether it is what somebody is, or a desk: "Senior Editor", "Team Valley"."""
    words = name.casefold().split()
    return words[0] in _words()["jobs"] or words[-1] in _words()["jobs"]


def _parts(value: str) -> list[str]:
    value = _BRACKETS.sub(" ", _ADDRESS.sub(" ", value[:1_000])).split(" (")[0]
    value = _DAY.sub("|", value)
    value = _by().sub("", value.strip(), count=1) if starts_byline(value.strip()) else value
    return _and().split(value)


def _name(part: str) -> str:
    name = " ".join(part.split()).strip(" .:-–—*\"'“”|")
    words = name.split()
    fits = 2 <= len(name) <= _LONGEST_NAME and len(words) <= _MOST_WORDS
    return name if fits and not _is_nobody(name) and any(char.isalpha() for char in name) else ""


def _is_nobody(name: str) -> bool:
    return name.casefold() in _words()["nobody"] or _letters(name) in _words()["degrees"]


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
