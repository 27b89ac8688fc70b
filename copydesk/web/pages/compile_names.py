"""Write names.json: what languages and countries are called in English, and languages by themselves.

Run by hand when languages.json has grown: `python -m copydesk.web.pages.compile_names`. Babel is needed for this
only, never at run time.

Source: Unicode CLDR through https://babel.pocoo.org (Unicode licence v3)
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError

OUTPUT = Path(__file__).parent / "names.json"


def languages() -> dict[str, dict[str, Any]]:
    """Every language that copy is told apart by, with its own name and the way it is written."""
    known = json.loads((files("transforms") / "data" / "languages.json").read_text("utf-8"))["languages"]
    return {
        tag: {"name": about["name"], "own": own_name(tag) or about["name"], "direction": about["direction"]}
        for tag, about in known.items()
    }


def own_name(tag: str) -> str | None:
    """What the language calls itself; None where CLDR does not know it."""
    try:
        return Locale.parse(tag).get_display_name(tag)
    except UnknownLocaleError:
        return None


def countries() -> dict[str, str]:
    """English names by ISO 3166-1 code."""
    names = Locale.parse("en").territories
    return {
        code: names[code]
        for code in sorted(names)
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    }


NOT_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}

if __name__ == "__main__":
    names: dict[str, dict[str, Any]] = {"languages": languages(), "countries": countries()}
    OUTPUT.write_text(json.dumps(names, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{OUTPUT}: {len(names['languages'])} languages, {len(names['countries'])} countries")
