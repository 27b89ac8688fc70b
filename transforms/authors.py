"""Names of authors from what bylines and metadata hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

#: "By", in the languages whose bylines have such a word.
_BY = re.compile(
    r"(?:(?:written |reported |story |words |text |article |updated |posted |published )?by|von|vom|par|por|door|di|da|av|af|av|oleh|autor(?:es|in|a)?|author|text|texte|testo|tekst|haber|szerző|auteur|von:|автор|מאת|بقلم|كتبت?|نویسنده|گزارش|tác giả|συντάκτης)\s{0,3}:?\s+(?=\S)",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*(?:[,;|·•⋅、،/]|\s(?:and|und|et|y|og|och|ja|dan|ve|és|и|&|with|mit|avec|con)\s)\s*", re.IGNORECASE
)
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
_NOT_A_NAME = frozenset(
    (
        "admin",
        "administrator",
        "editor",
        "redaktion",
        "staff",
        "webmaster",
        "null",
        "none",
        "undefined",
        "author",
        "unknown",
        "guest",
        "user",
    )
)


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
    people = [name for name in unique if _letters(name) not in publishers]
    return tuple((people or unique)[:_MOST_AUTHORS])


def people_in(text: str) -> tuple[str, ...]:
    """The names of people in a byline as printed; none when it reads like anything else.

    >>> people_in("By Ana Ruiz and Tom O'Neill")
    ('Ana Ruiz', "Tom O'Neill")
    >>> people_in("Read more about this author")
    ()
    """
    names = split_authors([text])
    return tuple(filter(_is_person, names)) if names and _is_person(names[0]) else ()


def starts_byline(text: str) -> bool:
    """Whether the text begins with "By" in some language."""
    return _BY.match(text) is not None


def _is_person(name: str) -> bool:
    words = name.split()
    cased = [word for word in words if word[0].lower() != word[0].upper()]
    small = sum(word[0].islower() for word in cased)
    if any(char.isdigit() for char in name):
        return False
    return (
        2 <= len(words) <= _MOST_PERSON_WORDS and small <= len(words) // 3 or (not cased and len(name) <= 12)
    )


def _parts(value: str) -> list[str]:
    value = _BRACKETS.sub(" ", _ADDRESS.sub(" ", value[:1_000])).split(" (")[0]
    value = _DAY.sub("|", value)
    value = _BY.sub("", value.strip(), count=1) if _BY.match(value.strip()) else value
    return _AND.split(value)


def _name(part: str) -> str:
    name = " ".join(part.split()).strip(" .:-–—*\"'“”|")
    words = name.split()
    fits = 2 <= len(name) <= _LONGEST_NAME and len(words) <= _MOST_WORDS
    return (
        name if fits and name.casefold() not in _NOT_A_NAME and any(char.isalpha() for char in name) else ""
    )


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
