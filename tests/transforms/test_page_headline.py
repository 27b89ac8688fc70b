"""Which of the titles that a page gives itself is the headline."""

from __future__ import annotations

import pytest

from transforms.page import read_page
from transforms.records import Given

STORY = (
    "<p>The river rose two metres overnight and the lower town was evacuated before dawn, the mayor said on Tuesday.</p>"
    "<p>Engineers expect the water to fall by Thursday, when the bridge is to be inspected for the second time.</p>"
    "<p>The council will meet on Friday to decide whether the school in Mill Lane can open again next week.</p>"
)
LONG = "River rises two metres and the lower town is cleared"
NIGHT = "The river, the flood and all that is known about the night"
SEARCH = "River rise latest: all you need to know about the flood"


def headline(*, title: str = "", og: str = "", ld: str = "", h1: str = "", kind: str = "NewsArticle") -> str:
    head = f"<title>{title}</title><meta property='og:title' content='{og}'><meta property='og:site_name' content='The Post'>"
    if ld:
        head += f'<script type="application/ld+json">{{"@type": "{kind}", "headline": "{ld}"}}</script>'
    page = f"<html><head>{head}</head><body><article><h1>{h1}</h1>{STORY}</article></body></html>"
    answer = read_page(page.encode(), Given(), "page.html")
    assert isinstance(answer, list)
    return answer[0].headline or ""


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        ({"title": f"{SEARCH} | The Post", "og": LONG, "ld": SEARCH, "h1": SEARCH}, LONG),
        ({"title": f"{SEARCH} | The Post", "og": SEARCH, "ld": LONG, "h1": SEARCH}, LONG),
        ({"title": SEARCH, "og": SEARCH, "h1": NIGHT}, NIGHT),
        ({"title": SEARCH, "og": SEARCH, "ld": SEARCH, "h1": NIGHT}, SEARCH),
        ({"title": SEARCH, "og": SEARCH, "h1": "A word from our editor in chief"}, SEARCH),
        ({"title": f"Flood: {LONG}", "og": f"Flood: {LONG}", "h1": LONG}, f"Flood: {LONG}"),
        ({"title": LONG, "h1": f"Flood : {LONG}"}, LONG),
        ({"title": f"{LONG} | News | The Post", "og": f"{LONG} | News | The Post"}, LONG),
        ({"title": f"{LONG} - The Post", "h1": LONG}, LONG),
        ({"og": "LIVE | Everything that is known about the river in the valley"}, "LIVE | Everything that is known about the river in the valley"),
        ({"og": "River rises – and why nobody in the town had seen it coming"}, "River rises – and why nobody in the town had seen it coming"),
        ({"h1": LONG}, LONG),
        ({"og": "Ri\u00adver ri\u00adses two metres"}, "River rises two metres"),
        ({}, ""),
    ],
)  # fmt: skip
def test_headline(titles: dict[str, str], expected: str) -> None:
    assert headline(**titles) == expected
