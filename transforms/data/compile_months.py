"""Write months.json: month and weekday names and "… ago" patterns of 100-odd languages, out of CLDR.

Run it again when babel brings a newer CLDR: `python transforms/data/compile_months.py`. Babel is needed
for this only, never at run time.

Source: Unicode CLDR through https://babel.pocoo.org (Unicode licence v3)
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from babel import Locale, localedata

HERE = Path(__file__).parent
#: Locales whose names differ from those of the bare language: Levantine, Maghrebi and Iraqi month names,
#: Austrian "Jänner", Serbian in Latin letters, European Portuguese.
REGIONAL = {
    "ar": ("ar_SY", "ar_IQ", "ar_LB", "ar_JO", "ar_MA", "ar_DZ", "ar_TN", "ar_MR"),
    "de": ("de_AT",),
    "en": ("en_AU", "en_CA"),
    "es": ("es_MX", "es_AR", "es_PE", "es_UY"),
    "fr": ("fr_CA",),
    "it": ("it_CH",),
    "no": ("nb", "nn"),
    "pt": ("pt_PT",),
    "sr": ("sr_Latn", "sr_Latn_BA", "sr_Cyrl_BA"),
    "uz": ("uz_Cyrl",),
    "zh": ("zh_Hant", "zh_Hant_HK"),
}
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
EXACT = {"one": 1, "two": 2}  # the plural forms that may stand without their number


def names(locale: Locale, kind: str) -> dict[str, int]:
    """Wide and abbreviated names, in the form used in a date and in the one used alone."""
    found: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in getattr(locale, kind)[context][width].items():
                if not re.search(r"\d", name):
                    found.setdefault(name.lower(), int(number))
    return found


def ago(locale: Locale) -> dict[str, list[str]]:
    """Patterns of the past: {"hour": ["{0} hours ago", …]}; "2=…" is one that stands for two without a number."""
    data: Any = locale._data["date_fields"]
    found: dict[str, list[str]] = {}
    for unit in UNITS:
        for form in (unit, f"{unit}-short", f"{unit}-narrow"):
            past, future = (dict(data.get(form, {}).get(way, {})) for way in ("past", "future"))
            for plural, pattern in past.items():
                if pattern in future.values():
                    continue
                if "{0}" not in pattern:
                    if plural not in EXACT:
                        continue
                    pattern = f"{EXACT[plural]}={pattern}"
                if re.search(r"[^\W\d_]{1}", pattern.replace("{0}", "")) and not pattern.startswith(
                    ("-", "\u2212")
                ):
                    found.setdefault(unit, []).append(pattern.lower())
    return {unit: sorted(set(patterns)) for unit, patterns in found.items()}


def entry(language: str) -> dict[str, Any]:
    """Everything of one language; names of its regional forms are added, never changed."""
    found: dict[str, Any] = {"months": {}, "weekdays": {}, "ago": {}}
    for name in (language, *REGIONAL.get(language, ())):
        localedata._cache.clear()  # or names of one language leak into the next (babel 2.17: shared aliases of root)
        locale = Locale.parse(name)
        for kind, key in (("months", "months"), ("days", "weekdays")):
            for word, number in names(locale, kind).items():
                found[key].setdefault(word, number)
        for unit, patterns in ago(locale).items():
            found["ago"][unit] = sorted({*found["ago"].get(unit, ()), *patterns})
    return found


def main() -> None:
    """Write the table for every language of languages.json that CLDR has."""
    tags = json.loads((HERE / "languages.json").read_text(encoding="utf-8"))["languages"]
    table = {tag: entry(tag) for tag in sorted(tags) if localedata.exists(tag)}
    text = ",\n".join(
        f"{json.dumps(tag)}: {json.dumps(value, ensure_ascii=False, sort_keys=True)}"
        for tag, value in table.items()
    )
    (HERE / "months.json").write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
