"""Articles like one: the same on both engines, and not the first that share a word."""

from __future__ import annotations

import pytest

from engines.contract import Engine, Hit
from tests.engines.corpus import document_of, read_cases
from tests.engines.stories import article
from transforms.records import Document

OVERLAP = 0.9
TIES = 1e-3


@pytest.mark.elastic
def test_both_engines_find_the_same(embedded: Engine, elastic: Engine, corpus: list[Document]) -> None:
    shares = []
    for document in corpus[::7]:
        ours, theirs = embedded.similar(document.id), elastic.similar(document.id)
        assert len(ours) == len(theirs)
        shares.append(same_best(ours, theirs))
    assert min(shares) >= OVERLAP
    assert len(shares) > 80


def same_best(ours: tuple[Hit, ...], theirs: tuple[Hit, ...]) -> float:
    """Share of ours that theirs has too, or that ties with theirs' last."""
    known = {hit.id for hit in theirs}
    last = (theirs[-1].score or 0.0) if theirs else 0.0
    good = [hit.id in known or (hit.score or 0.0) <= last * (1 + TIES) for hit in ours]
    return sum(good) / len(good) if good else 1.0


def test_of_its_language_best_first_without_itself(loaded: Engine, corpus: list[Document]) -> None:
    for document in corpus[:: len(read_cases("corpus"))]:
        hits = loaded.similar(document.id, size=7)
        assert 0 < len(hits) <= 7
        assert document.id not in {hit.id for hit in hits}
        assert {hit.article.language for hit in hits} == {document.language}
        scores = [hit.score or 0.0 for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert all(score > 0 for score in scores)


def test_what_is_alike(engine: Engine) -> None:
    assert engine.similar("f" * 32) == ()
    flood = "The river Elde burst its banks near Parchim and flooded the old mill."
    told_again = "Near Parchim the Elde burst its banks; an old mill was flooded."
    other = "The minister opened the fair and said that the weather was fine."
    chinese = "北京大学的学生在雨中观看了新的大桥。"
    stories = [
        article(1, headline="Flood at the mill", body=flood),
        article(2, headline="Mill under water", body=told_again),
        *(article(n, headline=f"Fair number {n}", body=other) for n in range(10, 40)),
        article(50, language="zh", headline="新大桥", body=chinese),
        article(51, language="zh", headline="大桥开通", body="学生在新的大桥上。"),
        *(article(n, language="zh", headline="天气", body="今天的天气很好。") for n in range(60, 70)),
    ]
    list(engine.load(document_of(one) for one in stories))
    engine.commit()
    assert engine.similar(f"{1:032x}")[0].id == f"{2:032x}"
    assert [hit.id for hit in engine.similar(f"{2:032x}")][:1] == [f"{1:032x}"]
    assert [hit.id for hit in engine.similar(f"{50:032x}")] == [f"{51:032x}"]
    assert len(engine.similar(f"{10:032x}", size=5)) == 5
    assert engine.similar(f"{10:032x}", size=0) == ()
    engine.delete([f"{2:032x}"])
    engine.commit()
    assert f"{2:032x}" not in {hit.id for hit in engine.similar(f"{1:032x}")}
    assert engine.similar(f"{2:032x}") == ()


def test_an_article_of_no_words(engine: Engine) -> None:
    list(engine.load(document_of(article(n, headline=None, body="")) for n in range(3)))
    engine.commit()
    assert engine.similar(f"{1:032x}") == ()
