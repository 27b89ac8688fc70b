"""Whole pages of our own making, and exactly what is read from them."""

import json
from pathlib import Path
from typing import Any

import pytest

from transforms.page import read_page
from transforms.records import Copy, Given

GOLDEN = Path(__file__).parents[1] / "golden"
PAGES = ("flood", "ueberschwemmung")


def as_json(copy: Copy) -> dict[str, Any]:
    return {
        "headline": copy.headline,
        "summary": list(copy.summary),
        "byline": copy.byline,
        "authors": list(copy.authors),
        "captions": [[caption.text, caption.credit] for caption in copy.captions],
        "stamps": [
            [stamp.kind, stamp.value and stamp.value.isoformat(), stamp.precision] for stamp in copy.stamps
        ],
        "paragraphs": list(copy.paragraphs),
        "tags": list(copy.tags),
        "url": copy.url,
        "publisher": copy.publisher,
        "section": copy.section,
        "image": copy.image,
        "declared_language": copy.declared_language,
    }


@pytest.mark.parametrize("name", PAGES)
def test_golden(name: str) -> None:
    answer = read_page((GOLDEN / f"{name}.html").read_bytes(), Given(), f"{name}.html")
    assert isinstance(answer, list)
    assert as_json(answer[0]) == json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
