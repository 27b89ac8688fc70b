"""Records that no loader should take, each kind with the reasons that it may be rejected for."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import orjson

from tests.chaos.corpus import story

Dice = random.Random

#: The field that is spoiled, and what it may hold: nothing that its name promises.
_WRONG: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("headline", (5, True, ["a"], {"a": 1}, 1.5)),
    ("body", (5, True, {"a": {"b": 1}}, [1, 2], [["a"]])),
    ("url", (7, False, ["http://a"], {"href": "x"})),
    ("language", (1, ["en"], {"tag": "en"})),
    ("authors", (7, [7], [[["x"]]])),
    ("tags", (3, [{"name": 4}])),
    ("published_at", (True, [2025], {"year": 2025}, 1e300, -(10**17))),
    ("updated_at", ([], {"a": []}, 10**18)[1:]),
    ("fetched_at", ("the day before", "2025-13-45T99:00:00Z", 1e300, [1])),
)


def _wrong_type(n: int, dice: Dice) -> bytes:
    name, values = dice.choice(_WRONG)
    return orjson.dumps({**story(n), name: dice.choice(values)})


def _no_text(n: int, dice: Dice) -> bytes:
    record = {**story(n), "body": dice.choice(["", " \n\t ", None, [], "\0"])}
    return orjson.dumps(record)


def _deep(n: int, dice: Dice) -> bytes:
    depth = dice.choice([2_000, 50_000])
    left, right = dice.choice([(b"[", b"]"), (b'{"a":', b"}")])
    return b'{"headline":"Deep %d","body":' % n + left * depth + b"1" + right * depth + b"}"


def _not_an_object(n: int, dice: Dice) -> bytes:
    return dice.choice([b"%d" % n, b'"Harbour %d"' % n, b"[%d]" % n, b"null", b"true"])


def _broken(n: int, dice: Dice) -> bytes:
    whole = orjson.dumps(story(n))
    return whole[: dice.randrange(2, len(whole) - 1)]


def _many_fields(n: int, _dice: Dice) -> bytes:
    return orjson.dumps({f"field{i}": i for i in range(50_000)} | {"n": n})


def _too_long(n: int, _dice: Dice) -> bytes:
    return orjson.dumps({**story(n), "body": "harbour " * (17 << 17)})


#: Each kind: how often among a hundred, and its reasons.
KINDS: tuple[tuple[Callable[[int, Dice], bytes], int, frozenset[str]], ...] = (
    (_wrong_type, 40, frozenset({"bad-field", "no-text"})),
    (_no_text, 15, frozenset({"no-text"})),
    (_deep, 8, frozenset({"bad-json", "bad-field"})),
    (_not_an_object, 12, frozenset({"bad-json"})),
    (_broken, 23, frozenset({"bad-json"})),
    (_many_fields, 1, frozenset({"no-text"})),
    (_too_long, 1, frozenset({"line-too-long"})),
)


def bad_records(count: int, dice: Dice) -> Iterator[tuple[bytes, frozenset[str]]]:
    """Give records, each on one line, and the reasons that each may be rejected for."""
    kinds = [(make, reasons) for make, often, reasons in KINDS for _ in range(often)]
    for n in range(count):
        make, reasons = kinds[n % 100]
        yield make(n, dice), reasons


def odd_records(count: int, dice: Dice) -> Iterator[bytes]:
    """Give records that look bad and are good: what is odd about them is mended or left out."""
    for n in range(count):
        record = orjson.dumps(story(n, more=f" Odd {n}."))[:-1]
        yield record + dice.choice(_ODD) + b"}"


_ODD = (
    b"",
    b',"published_at":"the 45th of Brumaire"',
    b',"published_at":"0000-00-00"',
    b',"updated_at":"9999-99-99T99:99:99Z"',
    b',"section":"half a pair \\ud83d"',
    b',"publisher":"\\udc00 Daily"',
    b',"likes":NaN',
    b',"likes":' + b"9" * 400,
    b',"nested":' + b"[" * 200 + b"]" * 200,
    b',"comments":[{"text":"nice","by":{"name":"x"}}]',
    b',"notes":"' + b"long " * 20_000 + b'"',
    b',"":""',
    b',"headline\\u0000":"x"',
)
