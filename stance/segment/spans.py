"""Spans of statements: a content cut into sentences, freed of marks, and how much of it is quoted."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from stance.segment.quotes import Quote, overlapping
from stance.segment.sentences import split_sentences, trim
from stance.segment.tokens import Token
from stance.types import Kind

Span = tuple[int, int]
# A quotation of up to this many words without a stop is part of the phrase it stands in.
MAX_SOFT_WORDS = 3
# Nor is it longer, in characters.
_MAX_SOFT = 200

_WORD = regex.compile(r"[\p{L}\p{N}]+")
_LETTER = regex.compile(r"\p{L}")
_PARAGRAPH = regex.compile(r"(?<=[.!?…\"”»’'\])])[ \t]*+[\n\r]++|\n\s*\n")
_EDGES = ",;:–—-"
_MARKS = "\"“”„«»″'‘’`"


def count_words(text: str, start: int, end: int) -> int:
    """Words in ``text[start:end]``."""
    return len(_WORD.findall(text, start, end))


def is_soft(text: str, quote: Quote) -> bool:
    """Whether a quotation is a word or two within a phrase ("defence minister"), to be read like the rest of it."""
    if quote.end - quote.start > _MAX_SOFT:
        return False
    last = text[quote.start : quote.end].rstrip()[-1:]
    return quote.closed and last not in ",.!?;" and count_words(text, quote.start, quote.end) <= MAX_SOFT_WORDS


def without_soft_marks(tokens: Sequence[Token], soft: Sequence[Quote]) -> list[Token]:
    """The tokens but for the marks of soft quotations."""
    marks = {place for q in soft for place in (*range(q.outer_start, q.start), *range(q.end, q.outer_end))}
    return [token for token in tokens if token.start not in marks]


def inside_quotes(tokens: Sequence[Token], quotes: Sequence[Quote]) -> list[bool]:
    """For each token whether it stands inside a quotation, marks included; both sequences are in order."""
    flags, place = [], 0
    for token in tokens:
        while place < len(quotes) and quotes[place].outer_end <= token.start:
            place += 1
        flags.append(place < len(quotes) and quotes[place].outer_start <= token.start)
    return flags


def pieces(text: str, span: Span, quotes: Sequence[Quote]) -> list[Span]:
    """A content cut into sentences, quotation marks and loose punctuation left outside."""
    found: list[Span] = []
    for line in _paragraphs(text, *span):
        for start, end in split_sentences(text, *line):
            around = overlapping(quotes, start, end + 1)
            quote = next((q for q in around if q.outer_start <= start + 1 and _is_inside(text, start, end, q)), None)
            piece = (start, end) if quote is None else (max(start, quote.start), min(end, quote.end))
            piece = strip(text, *piece, edges=_EDGES if quote is None else _EDGES + _MARKS)
            if _LETTER.search(text, *piece):
                found.append(piece if quote else _with_marks(piece, around))
    return found


def _with_marks(span: Span, quotes: Sequence[Quote]) -> Span:
    """The span with the marks of quotations that it holds to the last word but without a mark."""
    start, end = span
    for quote in quotes:
        if quote.closed and quote.end == end and quote.outer_start >= start:
            end = quote.outer_end
        elif quote.closed and quote.start == start and quote.outer_end <= end:
            start = quote.outer_start
    return start, end


def kind_of(text: str, span: Span, quotes: Sequence[Quote]) -> Kind:
    """Whether the words of a span are all quoted (``direct``), partly (``mixed``) or not (``indirect``)."""
    start, end = span
    spans = [(max(start, q.start), min(end, q.end)) for q in overlapping(quotes, start, end)]
    quoted = sum(count_words(text, *inner) for inner in spans)
    if not quoted:
        return "indirect"
    return "direct" if quoted >= count_words(text, start, end) else "mixed"


def _paragraphs(text: str, start: int, end: int) -> list[Span]:
    """The span cut at paragraph ends."""
    spans, begin = [], start
    for match in _PARAGRAPH.finditer(text, start, end):
        spans.append((begin, match.start()))
        begin = match.end()
    spans.append((begin, end))
    return [trimmed for span in spans if (trimmed := trim(text, *span))]


def _is_inside(text: str, start: int, end: int, quote: Quote) -> bool:
    """Whether all words of the span lie within the quotation."""
    if end > quote.outer_end + 1:
        return False
    return not _WORD.search(text, start, max(start, quote.start)) and not _WORD.search(text, min(end, quote.end), end)


def strip(text: str, start: int, end: int, *, edges: str = _EDGES) -> Span:
    """The span without white space and the characters of ``edges`` at both ends."""
    while start < end and (text[start] in edges or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in edges or text[end - 1].isspace()):
        end -= 1
    return start, end
