"""The words around an attribution: what stands outside quotations, what may hold its date, what others say in it."""

from __future__ import annotations

from collections.abc import Sequence

from stance.segment.attribution import Attribution
from stance.segment.tokens import Sentence, Token


def outside(sentence: Sentence, stop: int | None = None, start: int = 0) -> str:
    """The words of a sentence outside quotations, between two tokens."""
    pairs = zip(sentence.tokens[start:stop], sentence.quoted[start:stop], strict=True)
    return " ".join(token.text for token, quoted in pairs if not quoted)


def around(text: str, tokens: Sequence[Token], attribution: Attribution) -> str:
    """The words of a reporting clause that may hold a date: between speaker and content, or behind a trailing verb."""
    cue, (begin, end) = attribution.cue, attribution.content
    left = min(cue, attribution.subject[0])
    if begin > cue or begin <= cue < end:
        lead = text[tokens[0].start : tokens[left].start] if left < 6 else ""
        right = begin if begin > cue else cue + 1
        return lead + text[tokens[left].start : tokens[right - 1].end]
    return text[tokens[left].start : tokens[-1].end]
