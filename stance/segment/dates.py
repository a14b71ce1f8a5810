"""When something was said: calendar dates and weekdays in the text."""

from __future__ import annotations

import datetime as dt

import regex
from dateutil import parser
from dateutil.relativedelta import FR, MO, SA, SU, TH, TU, WE, relativedelta

_WEEKDAYS = {"monday": MO, "tuesday": TU, "wednesday": WE, "thursday": TH, "friday": FR, "saturday": SA, "sunday": SU}
_MONTHS = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_DATE = regex.compile(
    rf"\b(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}|{_MONTHS}\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? {_MONTHS}\b\.?(?:,? \d{{4}})?)"
)
_WEEKDAY = regex.compile(r"(?i)\b(" + "|".join(_WEEKDAYS) + r")\b")
_TEXTS = r"(?P<text>communiqu[eé]|declaration|joint statement|letter|note|resolution|statement)"
_ISSUED = regex.compile(
    rf"(?i)\b{_TEXTS}\b[^.!?\n\"“”]{{0,100}}?\b(?:adopted|circulated|issued|published|released)"
    r"(?P<when> (?:late |early )?on [^.!?\n\"“”]{0,30})"
)
_NAMED_TEXT = regex.compile(rf"(?i)\b(?:the|its|this|that) {_TEXTS}\b")


def find_date(text: str, anchor: dt.date | None = None) -> dt.date | None:
    """The first calendar date in a text, or ``None``.

    Args:
        text: a short piece: a dateline, the words around a reporting verb.
        anchor: gives the year to a date without one: the latest such day that is not after the anchor.
    """
    match = _DATE.search(text)
    if match is None:
        return None
    words = match.group()
    has_year = regex.search(r"\d{4}", words) is not None
    if not has_year and anchor is None:
        return None
    default = dt.datetime.combine(anchor or dt.date(2000, 1, 1), dt.time())
    try:
        found: dt.date = parser.parse(words, default=default, dayfirst="." in words or "/" in words).date()
    except (ValueError, OverflowError):
        return None
    if not has_year and anchor is not None and found > anchor:
        found += relativedelta(years=-1)
    return found


def said_on(text: str, anchor: dt.date | None) -> dt.date | None:
    """The day named around a reporting verb ("on Friday", "on January 5"); weekdays count back from the anchor."""
    found = find_date(text, anchor)
    if found is not None or anchor is None:
        return found
    match = _WEEKDAY.search(text)
    if match is None:
        return None
    day: dt.date = anchor + relativedelta(weekday=_WEEKDAYS[match.group(1).casefold()](-1))
    return day


def issued_texts(text: str, anchor: dt.date | None) -> list[tuple[int, str, dt.date]]:
    """Where a document says on which day a text came out ("the declaration released on Saturday").

    Returns:
        The offset behind each such place, what the text is called in small letters, and the day; in order.
    """
    found = ((match, said_on(match["when"], anchor)) for match in _ISSUED.finditer(text))
    return [(match.end(), match["text"].lower(), day) for match, day in found if day]


def text_named(words: str) -> str | None:
    """The text that words refer to as known ("according to the declaration"), as :func:`issued_texts` calls it."""
    match = _NAMED_TEXT.search(words)
    return match and match["text"].lower()
