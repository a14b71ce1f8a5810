"""Where sentences end, inside and outside of quotations."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from stance.segment.quotes import Quote

_ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof gen lt col maj capt sgt sen rep gov hon rev fr st jr sr vs etc inc ltd co corp no nos art
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun approx dept est messrs amb brig adm
    u.s u.k u.n e.u a.m p.m i.e e.g d.c ph.d cf al fig vol ed pp""".split()
)
# Abbreviations that end a sentence when a new one plainly starts after them.
_MAY_END = frozenset("u.s u.k u.n e.u a.m p.m d.c etc inc ltd jr sr al".split())
_STARTERS = frozenset("the a an this that these those it he she they we i in on at but and however meanwhile".split())
_END = regex.compile(r"(?:[.!?…]+|[.!?]+[\"“”»'’)\]]+|[.!?]*[\"”»]+(?=\s))[)\]]*(?=\s|$)")
_LAST_WORD = regex.compile(r"(\p{L}[\p{L}.]*)\.$")
_NEXT = regex.compile(r"\s*([\"“„«(\[‘–—•-]*)\s*([@#]?[\p{L}\p{N}]+)?")


def _is_abbreviation(text: str, start: int, dot: int, following: str) -> bool:
    """Whether the full stop at ``dot`` belongs to an abbreviation or an initial and ends no sentence."""
    match = _LAST_WORD.search(text, max(start, dot - 12), dot + 1)
    if match is None:
        return False
    word = match.group(1).casefold()
    if len(word) == 1:
        return word != "i"
    if word not in _ABBREVIATIONS and not regex.fullmatch(r"(?:\p{L}\.)+\p{L}", word):
        return False
    return not (word in _MAY_END and following.casefold() in _STARTERS and following[:1].isupper())


def split_sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentence spans of ``text[start:end]``, trimmed of white space; line breaks do not end a sentence."""
    spans, begin = [], start
    for match in _END.finditer(text, start, end):
        if match.start() < begin:
            continue
        following = _NEXT.match(text, match.end(), end)
        word = (following.group(2) or "") if following else ""
        if word and word[0].islower() and word not in ("http", "https"):
            continue
        stop = text[match.start()]
        if stop not in ".!?…":
            # A closing mark without a stop ends a sentence only before a new line.
            continue
        if stop == "." and match.group().startswith(".") and _is_abbreviation(text, begin, match.start(), word):
            continue
        spans.append((begin, match.end()))
        begin = match.end()
    spans.append((begin, end))
    return [trimmed for span in spans if (trimmed := trim(text, *span))]


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without white space at its ends, or ``None`` if nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def split_outer(text: str, start: int, end: int, quotes: Sequence[Quote]) -> list[tuple[int, int]]:
    """Sentences of the narration: a quotation of several sentences with its "he said" is one of them.

    A stop within a quotation ends the outer sentence only when the quotation ends with it, and what follows is not
    the rest of the sentence ("…?" he said).
    """
    ends: list[int] = []
    for _, stop in split_sentences(text, start, end):
        holder = next((q for q in quotes if q.start < stop <= q.outer_end), None)
        if holder is None or stop == holder.outer_end:
            ends.append(stop)
    spans, begin = [], start
    for stop in ends:
        spans.append((begin, stop))
        begin = stop
    spans.append((begin, end))
    return [trimmed for span in spans if (trimmed := trim(text, *span))]
