"""Where sentences end, inside and outside of quotations."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import regex

from stance.segment.cues import LEXICON
from stance.segment.quotes import Quote

# Stops with the marks that close behind them; the look-behind keeps a row of dots from being tried at each of them.
# The second form has lost the space behind it ("the victims.Moscow said").
_END = regex.compile(
    r"(?<![.!?…])[.!?…]++(?:[\"“”»'’)\]]*+(?=\s|$)"
    r"|[”»’)\]]?+(?<=[\p{Ll}\d]{2}[.!?][”»’)\]]?)(?=[\"“„«]?\p{Lu}[\p{Ll}’'\s]))"
)
_LAST_WORD = regex.compile(r"(\p{L}[\p{L}.]*)\.$")
_INITIALS = regex.compile(r"(?:\p{L}\.)+\p{L}")
_NEXT = regex.compile(r"\s*+[\"“„«(\[‘–—•-]*+\s*+([@#]?[\p{L}\p{N}]++)?")
# No abbreviation is longer.
_MAX_ABBREVIATION = 12
# A sentence that only names the speaker of the question before it is no longer, in characters and words.
_MAX_TRAILER, _MAX_TRAILER_WORDS = 120, 10


def split_sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentence spans of ``text[start:end]``, trimmed of white space; line breaks do not end a sentence."""
    spans, begin = [], start
    for match in _END.finditer(text, start, end):
        following = _NEXT.match(text, match.end(), end)
        word = (following.group(1) or "") if following else ""
        if word[:1].islower() and word not in ("http", "https"):
            continue
        if text[match.start()] == "." and _is_abbreviation(text, begin, match.start(), word):
            continue
        spans.append((begin, match.end()))
        begin = match.end()
    spans.append((begin, end))
    return [trimmed for span in spans if (trimmed := trim(text, *span))]


def split_outer(text: str, start: int, end: int, quotes: Sequence[Quote]) -> list[tuple[int, int]]:
    """Sentences of the narration: a quotation of several sentences with its "he said" is one of them.

    A stop within a quotation ends the outer sentence only when the quotation ends with it, and what follows is not
    the rest of the sentence ("…?" he said).

    Args:
        text: the document.
        start: where to begin.
        end: where to stop.
        quotes: all quotations of the document, in order.
    """
    spans, begin = [], start
    sentences = split_sentences(text, start, end)
    for (_, stop), following in zip(sentences, [*sentences[1:], None], strict=True):
        place = bisect_left(quotes, stop, key=lambda quote: quote.outer_end)
        is_inside = place < len(quotes) and quotes[place].start < stop < quotes[place].outer_end
        ends_quote = place < len(quotes) and quotes[place].outer_end == stop and text[quotes[place].end - 1] in "?!"
        if is_inside or (ends_quote and following is not None and _is_trailer(text, *following)):
            continue
        spans.append((begin, stop))
        begin = stop
    spans.append((begin, end))
    return [trimmed for span in spans if (trimmed := trim(text, *span))]


def _is_trailer(text: str, start: int, end: int) -> bool:
    """Whether a sentence only says who spoke before it ("Doe asked.")."""
    words = text[start : min(end, start + _MAX_TRAILER)].casefold().rstrip(".").split()
    if end - start >= _MAX_TRAILER or not 1 < len(words) <= _MAX_TRAILER_WORDS:
        return False
    verbs = (LEXICON.verbs.get(word.rstrip(",")) for word in words[1:])
    return any(verb is not None and (verb.cut != "act" or verb.lemma == "ask") for verb in verbs)


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without white space at its ends, or ``None`` if nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _is_abbreviation(text: str, start: int, dot: int, following: str) -> bool:
    """Whether the full stop at ``dot`` belongs to an abbreviation or an initial and ends no sentence."""
    match = _LAST_WORD.search(text, max(start, dot - _MAX_ABBREVIATION), dot + 1)
    if match is None:
        return False
    word = match.group(1).casefold()
    if len(word) == 1:
        return word != "i"
    if word not in LEXICON.abbreviations and not _INITIALS.fullmatch(word):
        return False
    return not (word in LEXICON.may_end and following[:1].isupper() and following.casefold() in LEXICON.starters)
