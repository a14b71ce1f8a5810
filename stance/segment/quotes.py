"""Where quotation opens and closes, over paragraphs and in badly typeset text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import regex

_MARK = regex.compile(r"[\"“”„«»″]|''|``")
_OPENERS, _CLOSERS = frozenset("“„«") | {"``"}, frozenset("”»") | {"''"}
_BEFORE_OPEN = frozenset(" \t\n\r\u00a0([{—–-/:")
_AFTER_CLOSE = frozenset(" \t\n\r\u00a0)]}.,;:!?—–-/'’")

# A quote may run on over this many paragraph breaks before it counts as never closed.
MAX_PARAGRAPHS = 8


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation: offsets of its marks' inner side; ``closed`` is false when no closing mark belongs to it."""

    start: int
    end: int
    closed: bool

    @property
    def outer_start(self) -> int:
        """Offset of the opening mark."""
        return self.start - 1

    @property
    def outer_end(self) -> int:
        """Offset behind the closing mark."""
        return self.end + (1 if self.closed else 0)


def overlapping(quotes: Sequence[Quote], start: int, end: int) -> list[Quote]:
    """Those of the ``quotes`` of :func:`find_quotes` that, marks included, share a code point with ``start:end``."""
    first = bisect_right(quotes, start, key=lambda quote: quote.outer_end)
    return list(quotes[first : bisect_left(quotes, end, first, key=lambda quote: quote.outer_start)])


def _direction(text: str, start: int, end: int, inside: bool) -> str:
    """Whether the mark at ``text[start:end]`` opens or closes, by its own shape, else by its neighbours."""
    mark = text[start:end]
    before = text[start - 1] if start else "\n"
    after = text[end] if end < len(text) else "\n"
    if mark == "“" and inside and after in _AFTER_CLOSE and before not in _BEFORE_OPEN:
        return "close"  # a German or mistyped closing mark
    if mark in _OPENERS:
        return "open"
    if mark in _CLOSERS:
        return "close"
    can_open, can_close = before in _BEFORE_OPEN, after in _AFTER_CLOSE
    if can_open and not can_close:
        return "open"
    if can_close and not can_open:
        return "close"
    # Alone on its line, or squeezed between letters: whatever is missing.
    return "close" if inside else "open"


def find_quotes(text: str, breaks: Sequence[int]) -> list[Quote]:
    """All quotations of a text, in order, never nested, never overlapping.

    A quotation that meets a new opening mark at the start of a paragraph, or that runs over more than
    ``MAX_PARAGRAPHS`` breaks, ends with the paragraph it began in (the convention for quotes of several paragraphs).

    Args:
        text: the document.
        breaks: sorted offsets at which paragraphs end.
    """
    quotes: list[Quote] = []
    opened: int | None = None
    for match in _MARK.finditer(text):
        inside = opened is not None
        direction = _direction(text, match.start(), match.end(), inside)
        if direction == "open":
            if opened is not None:
                quotes.append(_cut_short(text, opened, match.start(), breaks))
            opened = match.end()
        elif opened is not None:
            crossed = bisect_right(breaks, match.start()) - bisect_right(breaks, opened)
            if crossed > MAX_PARAGRAPHS:
                quotes.append(_cut_short(text, opened, match.start(), breaks))
            else:
                quotes.append(Quote(opened, match.start(), closed=True))
            opened = None
    if opened is not None:
        quotes.append(_cut_short(text, opened, len(text), breaks))
    return [quote for quote in quotes if text[quote.start : quote.end].strip()]


def _cut_short(text: str, opened: int, limit: int, breaks: Sequence[int]) -> Quote:
    """An unclosed quotation: up to the end of its paragraph, or to the next mark if that comes first."""
    index = bisect_right(breaks, opened)
    end = min(breaks[index] if index < len(breaks) else len(text), limit)
    return Quote(opened, end, closed=False)
