"""Pages of many makes, all of our own writing: exactly what is read from each.

A row holds `page` and `headline`, `authors`, `date`, `body`, `captions` (those it is about), or `reject`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from transforms.page import read_page
from transforms.records import Copy, Given, Reject

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases" / "pages.jsonl").read_text("utf-8").splitlines()
]


def known(row: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(reason=row["comment"], strict=True)] if row.get("expect") == "fail" else []
    return pytest.param(row, id=row["label"], marks=marks)


def as_row(copy: Copy) -> dict[str, Any]:
    published = [stamp.value for stamp in copy.stamps if stamp.kind != "updated" and stamp.value is not None]
    return {
        "headline": copy.headline,
        "authors": list(copy.authors),
        "date": published[0].isoformat()[:10] if published else None,
        "body": list(copy.paragraphs),
        "captions": [[caption.text, caption.credit] for caption in copy.captions],
    }


@pytest.mark.parametrize("row", [known(row) for row in ROWS])
def test_page(row: dict[str, Any]) -> None:
    answer = read_page(row["page"].encode(), Given(), "page.html")
    if "reject" in row:
        assert isinstance(answer, Reject)
        assert answer.reason == row["reject"]
        return
    assert isinstance(answer, list)
    (copy,) = answer
    found = as_row(copy)
    assert found == found | {name: row[name] for name in found if name in row}
