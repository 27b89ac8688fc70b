"""The dateline of a story: where, when and through whom it was filed ("PARIS, March 3 (Reuters) -").

The shapes are in dateline/grammar.py (words between spaces) and dateline/cjk.py, the decision in
dateline/evidence.py, the places in dateline/place_choice.py and places.py. The place table is opened on first use.
"""

from __future__ import annotations

import datetime

from transforms.dateline.late import read_late
from transforms.dateline.reader import build_dateline, read_dateline
from transforms.records import Dateline


def parse_dateline(
    text: str, language: str | None = None, *, around: datetime.date | None = None, country: str | None = None
) -> Dateline | None:
    """Find the dateline that opens `text`; None when it opens without one.

    Only the opening is looked at: a city and a dash inside a story mean nothing. `around` is the story's own
    date, from which the year is completed; `country` the publisher's, which decides between equals.

    >>> found = parse_dateline("PARIS, March 3 (Reuters) - Shares fell.", around=datetime.date(2025, 3, 4))
    >>> found.text, found.places[0].name, found.date, found.agency, found.end
    ('PARIS, March 3 (Reuters) -', 'Paris', datetime.date(2025, 3, 3), 'Reuters', 27)

    Source: tests/cases/dateline.jsonl
    """
    found = read_dateline(text, 0, language, country)
    return build_dateline(text, found, language, around) if found else None


def find_late_dateline(
    text: str, language: str | None = None, *, around: datetime.date | None = None, country: str | None = None
) -> Dateline | None:
    """Find a dateline behind the headline, standfirst or byline that `text` still carries; None without one.

    A second pass, for texts where `parse_dateline` finds nothing: it asks for more than a place and a dash.

    >>> find_late_dateline("Ferry opens today By Ana Lima PORTO ALEGRE, May 2 (AP) — Police").text
    'PORTO ALEGRE, May 2 (AP) —'

    Source: tests/cases/dateline.jsonl
    """
    found = read_late(text, language, country)
    return build_dateline(text, found, language, around) if found else None
