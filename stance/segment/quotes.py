"""Where quotation opens and closes, over paragraphs and in badly typeset text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import regex

# A mark that is set twice is one; a low single mark opens where it is no comma.
_MARK = regex.compile(r"([\"“”„«»″])\1?|''|``|(?<![\p{L}\p{N}])‚(?=\p{L})")
# Single marks count only around what ends like a sentence or part of one, straight ones only in texts without double.
_SINGLE = regex.compile(
    r"(?<![\p{L}\p{N}])(?:‘([^‘\n]{3,999}?[,.!?…])’|'([^'\n][^\n]{2,999}?[,.!?…])')(?![\p{L}\p{N}])"
)
_OPENERS, _CLOSERS = frozenset("“„‚") | {"``"}, frozenset("”")
# French open with the first and close with the second, Germans the other way round.
_GUILLEMETS = {"«": "open", "»": "close"}
_BEFORE_OPEN = frozenset(" \t\n\r\u00a0([{—–-/:")
_AFTER_CLOSE = frozenset(" \t\n\r\u00a0)]}.,;:!?—–-/'’")

# What closes a quotation whose own mark is missing, and where the sentence that it is part of ends.
_CLOSING_SINGLE = regex.compile(r"(?<=\p{L}|[.,!?])['’‘](?=[.,;:!?]|$)|(?<=[.,!?])['’‘](?=\s)")
_SPEAKER = regex.compile(
    r" ?,(?= (?:(?:(?:the|a|his|her|its) )?(?:[\p{L}'’.\-]++ ){1,4})?(?:said|says|added|told)(?:[ ,.]|$))"
)
_STOP = regex.compile(r"(?<=[\p{Ll}\d]{2}) ?[.!?](?=\s|$)")

# What comes before a quotation that is a name or a slogan; it stands within so many characters before it.
_TITLED = regex.compile(
    r"(?i)\b(?:entitled|titled|called|named|dubbed|headlined|slogans?|reading|so-called|chanting|known as)"
    r"[\s:,]*+[\"“„«]?\s*$"
)
_MAX_TITLED = 40
# A quote may run on over this many paragraph breaks before it counts as never closed.
MAX_PARAGRAPHS = 8


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation.

    Attributes:
        start: offset behind the opening mark.
        end: offset of the closing mark, or where the quotation breaks off.
        outer_start: offset of the opening mark.
        outer_end: offset behind the closing mark.
        closed: whether a closing mark belongs to it.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    closed: bool


def is_titled(text: str, start: int, begin: int) -> bool:
    """Whether a quotation that begins at ``begin``, in a sentence from ``start`` on, is a name or a slogan."""
    return _TITLED.search(text, max(start, begin - _MAX_TITLED), begin) is not None


def overlapping(quotes: Sequence[Quote], start: int, end: int) -> list[Quote]:
    """Those of the ``quotes`` of :func:`find_quotes` that, marks included, share a code point with ``start:end``."""
    first = bisect_right(quotes, start, key=lambda quote: quote.outer_end)
    return list(quotes[first : bisect_left(quotes, end, first, key=lambda quote: quote.outer_start)])


def find_quotes(text: str, breaks: Sequence[int]) -> list[Quote]:
    """All quotations of a text, in order, never nested, never overlapping.

    A quotation that meets a new opening mark at the start of a paragraph, or that runs over more than
    ``MAX_PARAGRAPHS`` breaks, ends with the paragraph it began in (the convention for quotes of several paragraphs).

    Args:
        text: the document.
        breaks: sorted offsets at which paragraphs end.
    """
    quotes: list[Quote] = []
    opened: tuple[int, int] | None = None
    marks = 0
    for match in _MARK.finditer(text):
        marks += 1
        is_opening = _opens(text, *match.span(), inside=opened is not None)
        if opened is not None:
            crossed = bisect_right(breaks, match.start()) - bisect_right(breaks, opened[1])
            if is_opening or crossed > MAX_PARAGRAPHS:
                quotes.append(_cut_short(text, opened, match.start(), breaks))
            else:
                quotes.append(Quote(opened[1], match.start(), opened[0], match.end(), closed=True))
        opened = match.span() if is_opening else None
    if opened is not None:
        quotes.append(_cut_short(text, opened, len(text), breaks))
    found = quotes if marks else _single(text)
    if marks:  # a text that mixes both
        apart = [q for q in _single(text) if text[q.outer_start] == "‘" and not overlapping(quotes, *_outer(q))]
        found = sorted(quotes + apart, key=lambda quote: quote.start)
    return [quote for quote in found if text[quote.start : quote.end].strip()]


def _opens(text: str, start: int, end: int, *, inside: bool) -> bool:
    """Whether the mark at ``text[start:end]`` opens or closes, by its own shape, else by its neighbours."""
    mark = text[start:end] if text[start] in "'`" else text[start]
    before = text[start - 1] if start else "\n"
    after = text[end] if end < len(text) else "\n"
    can_open, can_close = before in _BEFORE_OPEN, after in _AFTER_CLOSE
    if mark == "“" and inside and can_close:
        return False  # a German or mistyped closing mark
    if mark == "”" and not inside and not can_close:
        return True  # a Swedish or mistyped opening mark
    if mark == "«" and not inside and text[end : end + 2].strip()[:1].isalpha():
        return True  # without the space before it
    if mark in _OPENERS or mark in _CLOSERS:
        return mark in _OPENERS
    if can_open != can_close:
        return can_open
    # Free of both neighbours, or squeezed between letters: whatever is missing.
    return _GUILLEMETS[mark] == "open" if mark in _GUILLEMETS else not inside


def _outer(quote: Quote) -> tuple[int, int]:
    return quote.outer_start, quote.outer_end


def _single(text: str) -> list[Quote]:
    """Quotations between single marks."""
    groups = ((match, 1 if match[1] is not None else 2) for match in _SINGLE.finditer(text))
    return [Quote(*match.span(group), *match.span(), closed=True) for match, group in groups]


def _cut_short(text: str, opened: tuple[int, int], limit: int, breaks: Sequence[int]) -> Quote:
    """An unclosed quotation: up to the end of its paragraph, or to the next mark if that comes first.

    A single mark before a stop closes it, and so does the speaker who is named in it ("We are full, Doe said"); a part
    of a sentence ("found „arms in a barn. They …") ends with that.
    """
    index = bisect_right(breaks, opened[1])
    end = min(breaks[index] if index < len(breaks) else len(text), limit)
    if match := _CLOSING_SINGLE.search(text, opened[1], end):
        return Quote(opened[1], match.start(), opened[0], match.end(), closed=True)
    if match := _SPEAKER.search(text, opened[1], end):
        return Quote(opened[1], match.start(), opened[0], match.end(), closed=True)
    if text[opened[1] : opened[1] + 2].lstrip()[:1].islower() and (match := _STOP.search(text, opened[1], end)):
        end = match.start()
    return Quote(opened[1], end, opened[0], end, closed=False)
