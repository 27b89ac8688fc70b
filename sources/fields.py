"""What a JSON record calls its headline, text, dates and the rest: names as data, types checked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from transforms.records import Given

#: Numbers that are a time: seconds since 1970 up to the year 5138, above that milliseconds.
MAX_SECONDS = 1e11
_MARKUP = re.compile(r"\s*<(?:!doctype|html|body|article|section|div|p|h[1-6])\b", re.IGNORECASE)


class BadFieldError(ValueError):
    """A field whose value is of another kind than its name promises."""


@cache
def field_names() -> Mapping[str, tuple[str, int]]:
    """Read which field each name means, and how strongly: a lower rank wins over a higher one."""
    table = json.loads(files("sources").joinpath("fields.json").read_text("utf-8"))
    return {name: (kind, rank) for kind, names in table.items() for rank, name in enumerate(names)}


@cache
def names_of(kind: str) -> frozenset[str]:
    """Give the names that one field goes by."""
    return frozenset(name for name, (each, _) in field_names().items() if each == kind)


def pick_fields(record: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """Map each field to the name it goes by here and its value; empty values and unknown names are left out.

    >>> pick_fields({"title": "Rain", "headline": None, "likes": 3})
    {'headline': ('title', 'Rain')}
    """
    picked: dict[str, tuple[str, Any]] = {}
    for kind, name in _candidates(tuple(record)):
        if kind not in picked:
            value = record[name]
            if value is not None and value != "" and value != []:
                picked[kind] = (name, value)
    return picked


@lru_cache(maxsize=1024)
def _candidates(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Find the fields that these names may be, best names first; the lines of a file mostly share them."""
    known = field_names()
    hits = [(known.get(name) or known.get(name.lower().replace("-", "_")), name) for name in names]
    found = sorted((rank, kind, name) for hit, name in hits if hit for kind, rank in (hit,))
    return tuple((kind, name) for _, kind, name in found)


def clean_text(value: str) -> str:
    r"""Drop NUL, which no engine stores.

    >>> clean_text("a\x00b")
    'ab'
    """
    return value.replace("\0", "") if "\0" in value else value


def read_text(picked: Mapping[str, tuple[str, Any]], kind: str) -> str:
    """Read the copy itself: a string, or a list of paragraphs; "" when there is none."""
    if kind not in picked:
        return ""
    name, value = picked[kind]
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n\n".join(map(clean_text, value))
    raise BadFieldError(f"{name}: expected text, found {_kind(value)}")


def looks_like_markup(text: str) -> bool:
    """Tell whether a text field holds HTML blocks, as feeds do."""
    return text.lstrip()[:1] == "<" and "</" in text and _MARKUP.match(text) is not None


def to_given(picked: Mapping[str, tuple[str, Any]], fetched_at: datetime | None) -> Given:
    """Check every field that is there; BadFieldError names the first that is of the wrong kind."""
    values: dict[str, Any] = {}
    for kind, (name, value) in picked.items():
        if type(value) is str and kind in _PLAIN:  # nearly always
            values[kind] = clean_text(value.strip()) or None
        elif (checker := CHECKERS.get(kind)) is not None:
            values[kind] = checker(name, value)
    if fetched_at is not None:
        values.setdefault("fetched_at", fetched_at)
    return Given(**values)


def _check_string(name: str, value: Any) -> str | None:
    if isinstance(value, str):
        return clean_text(value.strip()) or None
    raise BadFieldError(f"{name}: expected text, found {_kind(value)}")


def _check_name(name: str, value: Any) -> str | None:
    """Accept "Reuters", {"name": "Reuters"} and a list whose first one counts."""
    if isinstance(value, str):
        return _check_string(name, value)
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name") or value.get("title") or value.get("domain")
        if value is None:
            return None
    return _check_string(name, value)


def _check_names(name: str, value: Any) -> tuple[str, ...]:
    """Accept one name or several, each as text or as an object with a name."""
    values = value if isinstance(value, list) else [value]
    found = [_check_name(name, each) for each in values if each is not None]
    return tuple([text for text in found if text])


def _check_tags(name: str, value: Any) -> tuple[str, ...]:
    """Accept a list, or one string with commas between."""
    if isinstance(value, str):
        value = re.split(r"[,;]", value)
    return _check_names(name, value)


def _check_stamp(name: str, value: Any) -> str | None:
    """Keep a date as written; a number is a time since 1970, written out in ISO 8601."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(name, value).isoformat()
    return _check_string(name, value)


def _check_moment(name: str, value: Any) -> datetime:
    """Read an exact time, ISO 8601 or as mail headers write it; without a zone it is UTC, as crawlers mean it."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(name, value)
    text = _check_string(name, value) or ""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    raise BadFieldError(f"{name}: expected a time such as 2025-03-17T08:30:00Z, found {text[:40]!r}")


def _from_number(name: str, value: float) -> datetime:
    try:
        return datetime.fromtimestamp(value if abs(value) < MAX_SECONDS else value / 1000, UTC)
    except (ValueError, OverflowError, OSError) as err:
        raise BadFieldError(f"{name}: {value} is not a time") from err


def _kind(value: Any) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(value), type(value).__name__)


CHECKERS: Mapping[str, Callable[[str, Any], Any]] = {
    "url": _check_string,
    "headline": _check_string,
    "language": _check_string,
    "section": _check_name,
    "publisher": _check_name,
    "summary": _check_names,
    "authors": _check_names,
    "tags": _check_tags,
    "published_at": _check_stamp,
    "updated_at": _check_stamp,
    "fetched_at": _check_moment,
}
_PLAIN = frozenset({"url", "headline", "language", "section", "publisher", "published_at", "updated_at"})
