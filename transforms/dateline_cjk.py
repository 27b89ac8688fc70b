"""Datelines in Chinese, Japanese and Korean, which put no spaces or no dash where other scripts do.

Chinese: 新华社北京5月7日电, 本报北京5月4日讯记者李明报道：. Japanese: 【ワシントン共同】, 【パリ＝山田太郎】. Korean:
(서울=연합뉴스) 김철수 기자 =. What a bracket holds decides: a known place, or a known agency.
"""

from __future__ import annotations

import re
from functools import cache

from transforms.agencies import agencies, find_agency
from transforms.dateline_evidence import ENOUGH, Verdict
from transforms.dateline_grammar import Opening, body_start
from transforms.dateline_items import Item
from transforms.place_choice import choose_place, is_region
from transforms.places import find_places
from transforms.records import Place

_CJK = re.compile(r"[\s\ufeff]{0,10}[(（【〔\[［]?[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_DATE = r"(?:(?:[\d０-９]{4}年)?[\d０-９〇一二三四五六七八九十]{1,3}月[\d０-９〇一二三四五六七八九十]{1,3}日|[\d０-９]{1,2}日)"
_FILED = r"(?:专?[电電讯訊]|消息|報導|报道)"
_REPORTERS = r"[（(][^（()）\n]{0,30}[)）]"
_CREDIT = r"(?:(?:新华社|本报)?(?:特约|驻[^\s，。：]{1,6})?(?:记者|通讯员|实习生)[^\n，。：:]{1,40}?(?:报道|摄影报道|電|电)[：:，,]?)"
_BRACKET = re.compile(r"[\s\ufeff]{0,10}([(（【〔\[［])([^()（）【】〔〕\[\]［］\n]{2,60})[)）】〕\]］]")
_KOREAN_CREDIT = re.compile(
    r"\s?(?:[\uac00-\ud7a3·]{2,5}\s){1,5}?(?:[\uac00-\ud7a3]{0,4}(?:기자|특파원|통신원|객원기자|앵커))\s?(?:=|-)\s?"
)
_EQUALS = re.compile(r"\s*[＝=／/、・]\s*")
_TAIL = re.compile(r"[\s\-–—:：]{0,3}")
_JAPANESE_CREDIT = re.compile(r"(.{2,12}?)(?:共同|時事|ＡＦＰ|AFP|ロイター)$")


def read_cjk(text: str, at: int, language: str | None, country: str | None) -> tuple[Opening, Verdict] | None:
    """The dateline at `at` if it is Chinese, Japanese or Korean."""
    if not _CJK.match(text, at):
        return None
    return _read_signed(text, at, language, country) or _read_bracket(text, at, language, country)


@cache
def _signed() -> re.Pattern[str]:
    """Agency, place, date, 电: the agencies are those of the table that are written in Han characters."""
    names = [name for name in agencies() if re.fullmatch(r"[\u3400-\u9fff]{2,8}\d?", name)]
    agency = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(
        rf"[\s\ufeff]{{0,10}}[（(【]?(?:据|又据|據)?(?P<agency>{agency})(?:[、/](?:{agency}))?[ 　，,]?"
        rf"(?P<place>[^\d０-９\s，。：:（()）、“”]{{0,12}}?)[ 　，,]?(?:(?P<date>{_DATE})[ 　]?(?:{_FILED})?|{_FILED})"
        rf"[】）)]?(?P<by>{_REPORTERS})?(?P<credit>{_CREDIT})?[：:]?"
    )


def _read_signed(
    text: str, at: int, language: str | None, country: str | None
) -> tuple[Opening, Verdict] | None:
    match = _signed().match(text, at)
    if not match:
        return None
    place = _read_place(match["place"], language, country) if match["place"] else None
    if match["place"] and not place:
        if not match["date"]:
            return None
        place = Place(
            text=match["place"], name=match["place"], country=None, admin1=None, location=None, confidence=0.3
        )
    date = Item(match["date"], "date") if match["date"] else None
    verdict = Verdict(
        (place,) if place else (), date, Item(match["agency"], "agency"), ENOUGH, "agency, date, 电"
    )
    opening = Opening((), "none", at, match.end(), body_start(text, match.end()))
    return opening, verdict


def _read_place(text: str, language: str | None, country: str | None) -> Place | None:
    """The town, also behind its country: 德国罗滕堡 is Rottenburg in Germany."""
    place, _ = choose_place(text, language=language, country=country)
    for cut in (2, 3, 4):
        if not place and len(text) > cut + 1 and is_region(text[:cut]):
            place, _ = choose_place(text[cut:], (text[:cut],), language=language, country=country)
    return place


def _read_bracket(
    text: str, at: int, language: str | None, country: str | None
) -> tuple[Opening, Verdict] | None:
    match = _BRACKET.match(text, at)
    if not match:
        return None
    inside = match[2]
    places: list[Place] = []
    agency: Item | None = None
    for part in _EQUALS.split(inside):
        town = re.sub(r"報導|报道|[電电]$|支局$", "", part).strip()
        credit = _JAPANESE_CREDIT.match(part)
        if credit and find_places(credit[1]):
            town, agency = credit[1], Item(part[len(credit[1]) :], "agency")
        if find_places(town):
            place, _ = choose_place(town, language=language, country=country)
            places += [place] if place else []
        elif not agency and find_agency(part):
            agency = Item(part, "agency")
    if not (places and (agency or _EQUALS.search(inside))) and not (agency and not places):
        return None
    end = match.end()
    if credit := _KOREAN_CREDIT.match(text, end):
        end = credit.end()
    end = (_TAIL.match(text, end) or match).end()
    opening = Opening((), "none", at, end, body_start(text, end))
    return opening, Verdict(tuple(places), None, agency, ENOUGH, "place and agency in brackets")
