"""Numbers that Chinese and Japanese dates write in characters, and the years that they count from an era."""

from __future__ import annotations

import re

#: The year before the first of an era: 令和7年 is 2025, 民國114年 too.
_ERAS = {"民國": 1911, "民国": 1911, "令和": 2018, "平成": 1988, "昭和": 1925}
_DIGITS = {sign: str(number) for number, sign in enumerate("〇一二三四五六七八九")} | {"零": "0", "元": "1"}
_NUMBER = re.compile(r"([〇零元一二三四五六七八九十]{1,4})(?=[年月日])")
_ERA_YEAR = re.compile(rf"({'|'.join(_ERAS)})\s?(\d{{1,3}})年")


def plain_numbers(text: str) -> str:
    """The same date in figures and years of our count.

    >>> plain_numbers("二〇二五年三月二十一日"), plain_numbers("令和7年3月3日"), plain_numbers("民國一一四年")
    ('2025年3月21日', '2025年3月3日', '2025年')
    """
    text = _NUMBER.sub(lambda match: _in_figures(match[1]), text)
    return _ERA_YEAR.sub(lambda match: f"{_ERAS[match[1]] + int(match[2])}年", text)


def _in_figures(signs: str) -> str:
    """十 is ten, 二十一 twenty-one, 二〇二五 a year digit by digit."""
    if "十" not in signs:
        return "".join(_DIGITS[sign] for sign in signs)
    tens, _, ones = signs.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return signs
    return str(10 * int(_DIGITS.get(tens, "1")) + int(_DIGITS.get(ones, "0")))
