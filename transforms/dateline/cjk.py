"""Datelines in Chinese, Japanese and Korean, which put no spaces or no dash where other scripts do.

Chinese: 新华社北京5月7日电, 本报北京5月4日讯记者李明报道：. Japanese: 【ワシントン共同】, ［東京 ３日 ロイター］ -. Korean:
(서울=연합뉴스) 김철수 기자 =. What stands before 电 or in the bracket decides: a known place, or a known agency.
"""

from __future__ import annotations

import re
from functools import cache

from transforms.dateline.agencies import agencies, find_agency
from transforms.dateline.evidence import Verdict
from transforms.dateline.grammar import Opening, body_start
from transforms.dateline.items import Item
from transforms.dateline.named_places import unknown_place
from transforms.dateline.place_choice import choose_place, is_region
from transforms.places import find_places
from transforms.records import Place

_LETTER = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
_CJK = re.compile(
    rf"[\s\ufeff]{{0,10}}(?:{_LETTER}|[(（【〔\[［](?:{_LETTER}|[^\n)）】〕\]］]{{2,30}}[)）】〕\]］]\s?{_LETTER}))"
)
_DIGITS = r"[\d０-９〇一二三四五六七八九十]{1,3}"
_DATE = rf"(?:(?:[\d０-９]{{4}}年)?{_DIGITS}月{_DIGITS}日|{_DIGITS}日)"
_DAY = re.compile(_DATE)
_FILED = r"(?:[专專]?[电電讯訊]|消息|(?:綜合)?(?:外電)?(?:報導|报道))"
_REPORTERS = r"[ 　]?[（(][^（()）\n]{0,30}[)）]"
_CREDIT = (
    r"(?:(?:新华社|本报)?(?:特约|驻[^\s，。：]{1,6})?(?:记者|通讯员|实习生)"
    r"[^\n，。：:]{1,40}?(?:报道|摄影报道|電|电)[：:，,]?)"
)
_DATED = re.compile(
    rf"[\s\ufeff]{{0,10}}[（(【]?(?P<place>[\u3400-\u9fff]{{2,8}}?)[ 　]?(?P<date>{_DATE})[ 　]?{_FILED}[】）)]?(?:{_REPORTERS})?[：:]?"
)
_CREDITED = re.compile(
    r"[\s\ufeff]{0,10}[【〔（(\[]?記者[\u3400-\u9fff、]{2,12}[／/]?(?P<place>[\u3400-\u9fff]{2,4})(?:綜合|連線)?報導[】〕）)\]]?[：:]?"
)
_BRACKET = re.compile(r"[\s\ufeff]{0,10}([(（【〔\[［])([^()（）【】〔〕\[\]［］\n]{2,60})[)）】〕\]］]")
_KOREAN_CREDIT = re.compile(
    r"\s?(?:[\uac00-\ud7a3·]{2,5}\s){1,5}?(?:[\uac00-\ud7a3]{0,4}(?:기자|특파원|통신원|객원기자|앵커))\s?(?:=|-)\s?"
)
_JOINT = re.compile(r"\s*[＝=／/、・·]\s*|[\s　]+")
_NAMES_REPORTER = re.compile(r"[＝=／]")
_FILED_FROM = re.compile(rf"{_FILED}$|支局$")
_TAIL = re.compile(r"[\s\-–—:：]{0,3}")
_DASH = re.compile(r"\s?[-–—]{1,2}(?=\s)")
_REPORTER_BEFORE_PLACE = re.compile(r"(?:記者|记者).{2,4}?(?=.{2})")
_SHORTEST_REGION, _LONGEST_REGION = 2, 4  # characters of a province or country written before the town


def read_cjk(text: str, at: int, language: str | None, country: str | None) -> tuple[Opening, Verdict] | None:
    """The dateline at `at` if it is Chinese, Japanese or Korean."""
    if text[at : at + 1].isascii() and text[at : at + 1].isalpha():
        return None
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
        return _read_dated(text, at, language, country)
    place = _read_place(match["place"], language, country) if match["place"] else None
    if match["place"] and not place:
        if not match["date"]:
            return None
        place = unknown_place(match["place"])
    date = Item(match["date"], "date") if match["date"] else None
    agency = Item(match["agency"], "agency")
    verdict = Verdict((place,) if place else (), date, agency, "agency and 电")
    dash = _DASH.match(text, match.end())
    return _opening(text, at, (dash or match).end()), verdict


def _read_dated(
    text: str, at: int, language: str | None, country: str | None
) -> tuple[Opening, Verdict] | None:
    """A town and 电 without an agency, "北京3月3日电", and a reporter's credit, "記者陳大明／台北報導"."""
    match = _DATED.match(text, at) or _CREDITED.match(text, at)
    found = match.groupdict() if match else {}
    place = _read_place(found["place"], language, country) if match else None
    if not match or not place:
        return None
    date = Item(found["date"], "date") if found.get("date") else None
    return _opening(text, at, match.end()), Verdict((place,), date, None, "place and 电")


def _read_place(text: str, language: str | None, country: str | None) -> Place | None:
    """The town, also behind its country or province (德国罗滕堡) or behind the reporter (記者李明台北)."""
    if reporter := _REPORTER_BEFORE_PLACE.match(text):
        starts = range(reporter.end(), min(reporter.end() + 3, len(text) - 1))
        text = next((text[start:] for start in starts if find_places(text[start:])), text)
    place, _ = choose_place(text, language=language, country=country)
    for cut in range(_SHORTEST_REGION, min(_LONGEST_REGION, len(text) - 2) + 1):
        if place:
            break
        around = (text[:cut],) if is_region(text[:cut]) else ()
        if around or find_places(text[cut:]):
            place, _ = choose_place(text[cut:], around, language=language, country=country)
    return place


def _read_bracket(
    text: str, at: int, language: str | None, country: str | None
) -> tuple[Opening, Verdict] | None:
    match = _BRACKET.match(text, at)
    if not match:
        return None
    places: list[Place] = []
    date = agency = None
    for part in _JOINT.split(match[2]):
        both = _split_town(part)
        town = both[0] if both else _FILED_FROM.sub("", part)
        place, _ = choose_place(town, language=language, country=country)
        if place and not find_agency(part if town == part else ""):
            places.append(place)
            agency = Item(both[1], "agency") if both else agency
        elif _DAY.fullmatch(part):
            date = Item(part, "date")
        elif not agency and find_agency(part):
            agency = Item(part, "agency")
    filed = _FILED_FROM.search(match[2])
    if not agency and not (places and (filed or _NAMES_REPORTER.search(match[2]))):
        return None
    credit = _KOREAN_CREDIT.match(text, match.end())
    tail = _TAIL.match(text, credit.end() if credit else match.end())
    verdict = Verdict(tuple(places), date, agency, "place or agency in brackets")
    return _opening(text, at, tail.end() if tail else match.end()), verdict


def _split_town(part: str) -> tuple[str, str] | None:
    """A town and the agency behind it in one word: "ワシントン共同", "台北中央社"."""
    for cut in range(2, len(part) - 1):
        if find_agency(part[cut:]) and find_places(part[:cut]):
            return part[:cut], part[cut:]
    return None


def _opening(text: str, start: int, stop: int) -> Opening:
    return Opening((), "none", body_start(text, start), stop, body_start(text, stop))
