"""Makes news-like copy of any size: seeded, so that two runs read the same bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import orjson

_PLACES = ["PARIS", "ROME", "LONDON", "CAIRO", "TOKYO", "NAIROBI", "LIMA", "OSLO", "DELHI", "SYDNEY"]
_PEOPLE = ["Maria Rossi", "John Okafor", "Anna Lindgren", "Ahmed Saleh", "Keiko Tanaka", "Luis Ortega"]
_THINGS = [
    "talks",
    "budget",
    "strike",
    "election",
    "harvest",
    "bridge",
    "verdict",
    "summit",
    "reform",
    "drought",
    "festival",
    "rescue",
    "inquiry",
    "port",
    "pipeline",
    "vaccine",
    "tariff",
    "museum",
    "stadium",
    "railway",
    "census",
    "refinery",
    "embassy",
    "glacier",
]
_VERBS = [
    "announced",
    "postponed",
    "defended",
    "rejected",
    "welcomed",
    "questioned",
    "approved",
    "reviewed",
    "delayed",
    "funded",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
_SENTENCES = [
    "{who} told reporters on {day} that the {thing} in {town} would be {did} because of the {other}.",
    "The {name} ministry said in a statement that at least {number} people were affected by the {thing}.",
    "“We have {did} the {thing} and nothing will change before {day},” said {who}, a spokesman for {name}.",
    "According to officials in {town}, the {other} was {did} after {number} days of talks over the {thing}.",
    "A report published on {day} by the {name} institute put the cost of the {thing} at {number} million dollars.",
    "Residents of {town} have long {did} the {thing}, which opposition leaders call a threat to the {other}.",
    "The company, which employs {number} people near {town}, {did} an offer from {name} earlier this year.",
    "It was the second {thing} in {number} weeks, and {who} said that the {other} should be {did} as well.",
]


def stories(count: int, size: int = 2_000, seed: int = 1) -> Iterator[dict[str, str]]:
    """Make `count` stories of about `size` characters: headline, dateline, paragraphs of sentences."""
    chance = random.Random(seed)
    rare = [
        f"{a}{b}{c}"
        for a in "bcdfglmnprst"
        for b in "aeiou"
        for c in ("rel", "tan", "mor", "vik", "sso", "ndi")
    ]
    for number in range(count):
        who, what, how = chance.choice(_PEOPLE), chance.choice(_THINGS), chance.choice(_VERBS)
        headline = f"{who} {how} {what} plan number {number}"
        paragraphs, length = [], 0
        while length < size - len(headline) - 60:
            paragraph = _paragraph(chance, rare)
            paragraphs.append(paragraph)
            length += len(paragraph) + 1
        paragraphs[0] = f"{chance.choice(_PLACES)}: {paragraphs[0]}"
        yield {
            "headline": headline,
            "body": "\n".join(paragraphs),
            "url": f"https://example.com/{seed}/{number}",
        }


def _paragraph(chance: random.Random, rare: list[str]) -> str:
    def one(pattern: str) -> str:
        return pattern.format(
            who=chance.choice(_PEOPLE), thing=chance.choice(_THINGS), other=chance.choice(_THINGS),
            did=chance.choice(_VERBS), name=chance.choice(rare).capitalize(), town=chance.choice(rare).capitalize(),
            day=chance.choice(_DAYS), number=chance.randint(2, 900),
        )  # fmt: skip

    return " ".join(one(chance.choice(_SENTENCES)) for _ in range(chance.randint(2, 4)))


def write_jsonl(path: Path, count: int, seed: int = 1) -> int:
    """Write stories as JSON lines; the file's size in bytes."""
    with path.open("wb") as file:
        for story in stories(count, seed=seed):
            file.write(orjson.dumps(story) + b"\n")
    return path.stat().st_size


def write_paste(path: Path, count: int, seed: int = 1) -> int:
    """Write stories as one paste with a page's widgets in it; the file's size in bytes."""
    with path.open("w", encoding="utf-8") as file:
        for story in stories(count, seed=seed):
            head = story["headline"]
            file.write(f"{head}\n\nUpdated 17 March 2025\nFollow\n\n{head}\n\n{story['body']}\n\n\n")
    return path.stat().st_size
