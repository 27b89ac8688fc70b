"""Saved pages as somebody would paste them: all that is to be seen, from a little above the story to a little below.

What `paste/articles_dev` of the data folder is made of, for the other pages of its `html` folder. resiliparse writes a
page's text as a browser shows it, which is what a selection with the mouse yields (`pip install -e .[peers]`).

Source: the line counts are those of the data folder's own pastes
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ABOVE, _BELOW = 12, 8  # lines with something on them
_TELLING = 20  # letters; shorter lines may stand anywhere
_LEAST_FOUND = 0.8  # of the body; where less is found the page's text is not that of its truth
_MOST_AROUND = 4  # times the body


class Page(NamedTuple):
    """A page as it would be pasted."""

    id: str
    collection: str
    title: str
    text: str
    body: str


def read_pages(data: Path) -> Iterator[Page]:
    """The pages of scrapinghub's benchmark and of WCXB whose text can be told from what stands around it."""
    folder = data / "html" / "scrapinghub"
    for name, truth in sorted(json.loads((folder / "ground-truth.json").read_text("utf-8")).items()):
        page = _paste(folder / "html" / f"{name}.html.gz", "scrapinghub", "", truth["articleBody"])
        yield from page
    folder = data / "html" / "wcxb_dev"
    for line in (folder / "truth.jsonl").read_text("utf-8").splitlines():
        truth = json.loads(line)
        yield from _paste(
            folder / "html" / f"{truth['id']}.html.gz", "wcxb", truth["headline"] or "", truth["body"]
        )


def _paste(path: Path, collection: str, title: str, body: str) -> Iterator[Page]:
    lines = _render(gzip.decompress(path.read_bytes()).decode("utf-8", "replace")).split("\n")
    said = _letters(body)
    found = [
        at for at, line in enumerate(lines) if len(_letters(line)) >= _TELLING and _letters(line) in said
    ]
    if not found or sum(len(_letters(lines[at])) for at in found) < _LEAST_FOUND * len(said):
        return
    shown = [at for at, line in enumerate(lines) if line]
    start = shown[max(0, shown.index(found[0]) - _ABOVE)]
    end = shown[min(len(shown) - 1, shown.index(found[-1]) + _BELOW)]
    text = "\n".join(lines[start : end + 1])
    if len(text) <= _MOST_AROUND * (len(body) + 1000):
        yield Page(path.name.split(".")[0], collection, title, text, body)


def _render(html: str) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    text = extract_plain_text(html, main_content=False, alt_texts=False)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n")))


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())
