"""Texts in the first person: speeches, declarations and letters, whose sentences are their author's own words."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from stance.segment.attribution import Attribution
from stance.segment.layout import Layout
from stance.segment.quotes import Quote, overlapping
from stance.segment.sentences import split_outer
from stance.segment.tokens import Sentence
from stance.speakers.mentions import read_mention
from stance.speakers.registry import Registry

# Share of first-person sentences outside quotations from which on a whole text counts as somebody's address.
ADDRESS_SHARE = 0.25

_FIRST_PERSON = regex.compile(r"(?<![\p{L}.])(?:[Ww]e|[Oo]urs?|us|I|[Mm]y)(?:['’](?:m|ve|re|ll|d))?(?![\p{L}.])")
_SPEAKING, _OWN = frozenset({"we", "i"}), frozenset({"our", "my", "us"})
# "Joint statement by the foreign ministers of Norway and Sweden on …": what it is, and by whom.
_BY = regex.compile(
    r"(?i)(?:\w+ )?(?:statement|remarks|address|speech|declaration|letter|message|op-ed)s? (?:by|of|from) "
    r"(.+?)(?= (?:on|at|regarding|concerning|following|to|in|about|after|ahead|during)\b|[:,–—]|$)"
)


def is_first_person(sentence: Sentence) -> bool:
    """Whether "we" or "I" stands outside quotations."""
    return any(
        not quoted and _FIRST_PERSON.fullmatch(token.text)
        for token, quoted in zip(sentence.tokens, sentence.quoted, strict=True)
    )


def is_told_by_others(sentence: Sentence, attribution: Attribution) -> bool:
    """Whether somebody else speaks in a sentence of the first person ("the envoy told us that …")."""
    first, _ = attribution.subject
    before = [token.low for token in sentence.tokens[: max(first + 1, attribution.cue)]]
    return (
        attribution.role in {"finite", "coordinated"}
        and before[first] not in _OWN
        and not _SPEAKING.intersection(before)
    )


def is_address(text: str, layout: Layout, quotes: Sequence[Quote]) -> bool:
    """Whether the whole text is a speech, declaration or letter: "we" and "I" outside quotations throughout."""
    if any(block.kind in {"turn", "question"} for block in layout.blocks):
        return False
    total = hits = 0
    for block in layout.blocks:
        if block.kind != "body":
            continue
        for start, end in split_outer(text, block.start, block.end, quotes):
            if not overlapping(quotes, start, end):
                total += 1
                hits += _FIRST_PERSON.search(text, start, end) is not None
    return total > 0 and hits / total >= ADDRESS_SHARE


def titled_author(text: str, layout: Layout, registry: Registry) -> str | None:
    """Who wrote a text by its title ("Remarks by Foreign Minister Jane Doe on …"), where that is a name."""
    for block in layout.blocks:
        match = _BY.match(text, block.start, block.end) if block.kind == "title" else None
        if match is not None:
            reading = read_mention(match[1], registry)
            return match[1] if reading.entry or reading.person or reading.body else None
    return None
