"""trafilatura and htmldate: the readers that are asked where ours are unsure. Both are imported when first asked."""

from __future__ import annotations

from datetime import date, datetime

MAX_CHARACTERS = 1_000_000  # of HTML without scripts: trafilatura takes about a second for as much


def read_slowly(page: str) -> list[str]:
    """The paragraphs trafilatura finds; none when the page is too long for it or breaks it."""
    if len(page) > MAX_CHARACTERS:
        return []
    import trafilatura

    try:
        text = trafilatura.extract(page, include_comments=False)
    except Exception:  # noqa: BLE001 - foreign code on hostile pages; our reader's answer stands
        return []
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def find_date(page: str) -> date | None:
    """The day htmldate thinks the page was first published; None when it finds none.

    Its extensive search is left off: it takes ten times as long, and of the days that it adds most are of other things.
    """
    if len(page) > MAX_CHARACTERS:
        return None
    import htmldate

    try:
        found = htmldate.find_date(page, original_date=True, extensive_search=False)
    except Exception:  # noqa: BLE001 - as above
        return None
    return datetime.strptime(found, "%Y-%m-%d").date() if found else None
