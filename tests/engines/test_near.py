"""Searching near a place: which place and how far is meant, and that both engines measure alike."""

from __future__ import annotations

import random
from math import acos, cos, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.contract import Engine, EngineError, Near, Query
from engines.near import read_near
from tests.engines.corpus import document_of, make_articles, read_cases
from tests.engines.stories import article
from transforms.records import Article, Dateline, Place

ALL = 1000
RADIUS_KM = 6371.0087714


@pytest.mark.parametrize("case", read_cases("near"), ids=lambda case: f"{case['label']}: {case['text']}")
def test_which_place_and_how_far(case: dict) -> None:
    found = read_near(case["text"])
    assert found.note == case.get("note", "")
    if "near" not in case:
        assert found.near is None
    else:
        assert found.near
        assert [found.near.latitude, found.near.longitude] == pytest.approx(case["near"][:2], abs=0.01)
        assert found.near.km == pytest.approx(case["near"][2])


@given(st.text(max_size=80))
def test_any_text_is_understood(text: str) -> None:
    found = read_near(text)
    assert found.near or found.note


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Not the formula that is tested: the angle between two vectors."""
    a, b = radians(one[0]), radians(other[0])
    cosine = sin(a) * sin(b) + cos(a) * cos(b) * cos(radians(other[1] - one[1]))
    return RADIUS_KM * acos(max(-1.0, min(1.0, cosine)))


def filed_near(articles: list[Article], centre: tuple[float, float], km: float) -> set[str]:
    return {
        one.id
        for one in articles
        for place in (one.dateline.places if one.dateline else ())
        if place.location and kilometres(centre, place.location) <= km
    }


def test_what_is_near_by_any_spot_and_radius(loaded: Engine) -> None:
    articles = make_articles()
    dice = random.Random(3)
    for _ in range(60):
        centre = (dice.uniform(-90, 90), dice.uniform(-180, 180))
        km = dice.choice([1, 50, 300, 1000, 3000, 9000, 15_000, 20_015])
        near = Near(latitude=centre[0], longitude=centre[1], km=km)
        page = loaded.search(Query(near=near, size=ALL))
        assert {hit.id for hit in page.hits} == filed_near(articles, centre, km), near


@pytest.mark.parametrize(
    ("text", "centre", "km"),
    [
        ("near:London", (51.50853, -0.12574), 50),
        ('near:"Paris, FR"~500km', (48.85341, 2.3488), 500),
        ("near:Berlin~600mi", (52.52437, 13.41053), 965.6),
        ('near:"-23.5475,-46.63611"~10km', (-23.5475, -46.63611), 10),
        ("near:-23.5475,-46.63611", (-23.5475, -46.63611), 50),
        ('near:"東京"~2500', (35.6895, 139.69171), 2500),
    ],
)
def test_written_in_a_query(loaded: Engine, text: str, centre: tuple[float, float], km: float) -> None:
    articles = make_articles()
    expected = filed_near(articles, centre, km)
    page = loaded.search(Query(text=text, size=ALL))
    assert expected
    assert {hit.id for hit in page.hits} == expected
    assert page.notes == ()
    outside = loaded.search(Query(text=f"-{text}", size=ALL))
    assert {hit.id for hit in outside.hits} == {one.id for one in articles} - expected


def test_with_words_and_filters(loaded: Engine) -> None:
    page = loaded.search(Query(text="storm AND near:London~100km", size=ALL))
    assert 0 < page.total < loaded.search(Query(text="near:London~100km")).total
    assert {place.name for hit in page.hits for place in hit.article.dateline.places} <= {  # type: ignore[union-attr]
        "London",
        "Washington",
    }
    both = loaded.search(Query(text="near:London~100km OR near:Paris", languages=("fr",), size=ALL))
    assert {hit.article.language for hit in both.hits} == {"fr"}


def test_a_place_that_nobody_knows_finds_nothing_and_says_so(loaded: Engine) -> None:
    page = loaded.search(Query(text="storm AND near:Nosuchtown~5km"))
    assert page.total == 0
    assert page.notes == ("no place is known by the name of 'Nosuchtown'; nothing was found for it",)
    assert (
        loaded.search(Query(text="storm OR near:Nosuchtown")).total
        == loaded.search(Query(text="storm")).total
    )


@pytest.mark.parametrize(
    "spot", [(91, 0, 1), (0, 181, 1), (0, 0, 0), (0, 0, float("nan")), (float("inf"), 0, 1)]
)
def test_a_spot_that_is_none(loaded: Engine, spot: tuple[float, float, float]) -> None:
    with pytest.raises(EngineError, match="not on the map|a distance"):
        loaded.search(Query(near=Near(latitude=spot[0], longitude=spot[1], km=spot[2])))


def test_a_story_of_two_places_is_near_each_and_not_between(engine: Engine) -> None:
    def place(name: str, latitude: float, longitude: float) -> Place:
        return Place(
            text=name, name=name, country=None, admin1=None, location=(latitude, longitude), confidence=1
        )

    places = (place("A", 10.0, 100.0), place("B", -60.0, -20.0))
    two = article(1, dateline=Dateline(text="A AND B:", places=places))
    edge = article(2, dateline=Dateline(text="C:", places=(place("C", 0.0, 179.9),)))
    list(engine.load([document_of(two), document_of(edge), document_of(article(3))]))
    engine.commit()

    def found(latitude: float, longitude: float, km: float) -> set[str]:
        near = Near(latitude=latitude, longitude=longitude, km=km)
        return {hit.id for hit in engine.search(Query(near=near)).hits}

    assert found(10, 100, 1) == found(-60, -20, 1) == {two.id}
    assert (
        found(10, -20, 500) == found(-60, 100, 500) == set()
    )  # not the latitude of one with the other's longitude
    assert found(0, -179.9, 30) == {edge.id}  # across the date line
    assert found(90, 0, 20_020) == {two.id, edge.id}
    assert engine.search(Query(text="near:*")).total == 2
    engine.delete([two.id])
    engine.commit()
    assert found(10, 100, 1) == set()
