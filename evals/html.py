"""Pages against their true bodies, metadata and captions.

Scored as scrapinghub's article-extraction-benchmark does: shingles of four tokens, precision and recall averaged
over pages, F1 of the two averages. As the runner averages values over items, a page's F1 value here is its share
of that F1: F1 is homogeneous of degree one, so the shares' mean is the F1 of the means (Euler's theorem).

Source: https://github.com/scrapinghub/article-extraction-benchmark (evaluate.py)
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from evals.peers import installed
from transforms.language import detect_language
from transforms.page import read_page
from transforms.paste.normalise import normalise
from transforms.records import Copy, Given

TASK = "html"
Item = tuple[str, str, float]

_TOKEN = re.compile(r"\w+")
_SETS = ("scrapinghub", "fundus", "wcxb")


@dataclass(slots=True)
class Case:
    """A page and what is true of it."""

    id: str
    page: bytes
    url: str
    truth: dict[str, Any]
    copy: Copy | None = None
    peers: dict[str, str] = field(default_factory=dict)  # the text that other readers give
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """Our body; with the deck that the page shows, where the truth counts it in."""
        if self.copy is None:
            return ""
        text = "\n".join(self.copy.paragraphs)
        shown = dict(self.copy.sources).get("summary", "").startswith("page:")
        deck = [line for line in self.copy.summary if shown and line not in text]
        return "\n".join((*deck, text)) if self.truth.get("summary") is not None else text


def items(data: Path) -> Iterator[Item]:
    """Every value of every page: `metric, page, value`."""
    spent: Counter[str] = Counter()
    _read(next(_cases(data / "html", "fundus")))  # imports and caches count for neither
    for name in _SETS:
        cases = list(_cases(data / "html", name))
        for case in cases:
            _read(case)
            spent.update(case.seconds)
        yield from _bodies(name, cases)
        if name == "fundus":
            for case in cases:
                yield from _metadata(case)
                yield from _captions(case)
    yield "speed.times_trafilatura", "all", spent["trafilatura"] / spent["ours"]
    yield "speed.pages_per_second", "all", spent["pages"] / spent["ours"]


def _cases(folder: Path, name: str) -> Iterator[Case]:
    if name == "scrapinghub":
        truth = json.loads((folder / name / "ground-truth.json").read_text("utf-8"))
        rows = [{"id": key, "url": row["url"], "body": row["articleBody"]} for key, row in truth.items()]
        where = folder / name / "html"
    else:
        lines = (folder / f"{name}_dev" / "truth.jsonl").read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        where = folder / f"{name}_dev" / "html"
    for row in rows:
        path = where / (row.get("html") or f"{row['id']}.html.gz")
        yield Case(row["id"], gzip.decompress(path.read_bytes()), row["url"], row)


def _read(case: Case) -> None:
    """All tools on the same page, one after the other, so that their times can be compared."""
    start = time.process_time()
    answer = read_page(case.page, Given(), case.id)
    case.seconds = {"ours": time.process_time() - start, "pages": 1}
    case.copy = answer[0] if isinstance(answer, list) else None
    for name, reader in installed().items():
        start = time.process_time()
        try:
            case.peers[name] = reader(case.page, case.url)
        except Exception:  # noqa: BLE001  # whatever another reader stumbles over counts as nothing said
            case.peers[name] = ""
        case.seconds[name] = time.process_time() - start


def _bodies(name: str, cases: list[Case]) -> Iterator[Item]:
    for who in ("ours", *cases[0].peers):
        texts = [case.body if who == "ours" else case.peers[who] for case in cases]
        label = f"{name}.{{}}" if who == "ours" else f"{name}.{{}}.{who}"
        pairs = [_precision_recall(text, case.truth["body"]) for text, case in zip(texts, cases, strict=True)]
        for case, text, share in zip(cases, texts, _f1_shares(pairs), strict=True):
            if name == "wcxb":
                yield label.format("word_f1"), case.id, _word_f1(text, case.truth["body"])
            else:
                yield label.format("f1"), case.id, share
                yield label.format("exact"), case.id, float(_tokens(text) == _tokens(case.truth["body"]))


def _tokens(text: str) -> list[str]:
    """The words, of the true text as of any tool's in regular characters: a soft hyphen is no end of a word."""
    return _TOKEN.findall(normalise(text))


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = _tokens(text)
    return (
        Counter(tuple(tokens[at : at + 4]) for at in range(max(1, len(tokens) - 3))) if tokens else Counter()
    )


def _precision_recall(text: str, true: str) -> tuple[float | None, float | None]:
    """Of one page; None where it does not count (nothing said, nothing to say)."""
    ours, theirs = _shingles(text), _shingles(true)
    both = (ours & theirs).total()
    return (
        both / ours.total() if ours else None,
        both / theirs.total() if theirs else None,
    )


def _f1_shares(pairs: list[tuple[float | None, float | None]]) -> list[float]:
    precisions = [precision for precision, _ in pairs if precision is not None]
    recalls = [recall for _, recall in pairs if recall is not None]
    p = sum(precisions) / max(1, len(precisions))
    r = sum(recalls) / max(1, len(recalls))
    if not p + r:
        return [0.0 for _ in pairs]
    by_p, by_r = 2 * r * r / (p + r) ** 2, 2 * p * p / (p + r) ** 2
    return [by_p * (p if a is None else a) + by_r * (r if b is None else b) for a, b in pairs]


def _word_f1(text: str, true: str) -> float:
    ours, theirs = Counter(_tokens(text.lower())), Counter(_tokens(true.lower()))
    both = (ours & theirs).total()
    return 2 * both / (ours.total() + theirs.total()) if both else 0.0


def _bare(text: str) -> str:
    return " ".join(_tokens(text.casefold()))


def _metadata(case: Case) -> Iterator[Item]:
    copy, truth = case.copy or Copy(), case.truth
    headline = _bare(copy.headline or "")
    if truth["headline"]:
        true = _bare(truth["headline"])
        yield "meta.headline", case.id, float(headline == true)
        yield "meta.headline_close", case.id, float(bool(headline) and (headline in true or true in headline))
    if truth["authors"]:
        yield (
            "meta.authors",
            case.id,
            float({_bare(name) for name in copy.authors} == {_bare(name) for name in truth["authors"]}),
        )
    if truth["published"]:
        yield "meta.date", case.id, float(_same_day(copy, datetime.fromisoformat(truth["published"])))
    lead = "\n".join((copy.headline or "", *copy.paragraphs[:4]))[:1_000]
    language = detect_language(lead, declared=copy.declared_language).language
    yield "meta.language", case.id, float(_primary(language) == _language_of(truth["body"]))
    yield "meta.canonical", case.id, float(_place(copy.url or "") == _place(case.url))


def _same_day(copy: Copy, true: datetime) -> bool:
    values = [stamp.value for stamp in copy.stamps if stamp.kind != "updated" and stamp.value is not None]
    return bool(values) and bool(_days(values[0]) & _days(true))


def _days(value: date | datetime) -> set[date]:
    """The day as written, and the day in UTC."""
    if not isinstance(value, datetime):
        return {value}
    return {value.date(), value.astimezone(UTC).date()} if value.tzinfo else {value.date()}


def _primary(language: str | None) -> str:
    primary = (language or "").split("-")[0].lower()
    return "no" if primary in ("nb", "nn") else primary


def _language_of(body: str) -> str:
    """Of the true body; the truth has no language of its own, and long news text leaves little doubt."""
    import py3langid

    return _primary(py3langid.classify(body[:5_000])[0])


def _place(url: str) -> str:
    parts = urlsplit(unquote(url))
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}".lower()


def _captions(case: Case) -> Iterator[Item]:
    read = case.copy.captions if case.copy else ()
    ours = [_bare(text) for c in read for text in (c.text, f"{c.text} {c.credit or ''}")]
    paragraphs = {_bare(text) for text in (case.copy.paragraphs if case.copy else ())}
    for number, image in enumerate(case.truth["images"]):
        true = _bare(image.get("caption") or "")
        if len(true) < 12:
            continue
        key = f"{case.id}#{number}"
        yield (
            "captions.found",
            key,
            float(any(true in text or (text in true and 2 * len(text) > len(true)) for text in ours)),
        )
        inside = any(true in text and len(text) < 1.3 * len(true) for text in paragraphs)
        yield "captions.leaked", key, float(inside and true not in _bare(case.truth["body"]))
