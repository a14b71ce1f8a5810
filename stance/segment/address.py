"""Texts in the first person: speeches, declarations and letters, whose sentences are their author's own words."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from stance.segment.attribution import Attribution, Span
from stance.segment.cues import LEXICON
from stance.segment.layout import Layout
from stance.segment.quotes import Quote, overlapping
from stance.segment.sentences import split_outer
from stance.segment.tokens import Sentence
from stance.speakers.mentions import read_mention
from stance.speakers.registry import Registry

# Share of first-person sentences outside quotations from which on a whole text counts as somebody's address.
ADDRESS_SHARE = 0.25
# The same for a text that begins like a letter, and how many blocks its beginning has.
HEADED_SHARE, _HEAD_BLOCKS = 0.12, 4

_FIRST_PERSON = regex.compile(r"(?<![\p{L}.])(?:[Ww]e|[Oo]urs?|us|I|[Mm]y)(?:['’](?:m|ve|re|ll|d))?(?![\p{L}.])")
# What ends a letter or declaration: by whom and where it was signed.
_FORMULA = regex.compile(r"(?:Signed|Done|Adopted|Issued|Given|Drawn up) (?:by|in|at|on|this)\b")
# What nobody known says ("The minister is said to have laughed").
_HEARSAY = regex.compile(r"\b(?:is|are|was|were|been) said to\b")
# A heading that promises an address: fewer sentences in the first person make it one.
_HEADING = regex.compile(r"(?i)\b(?:letter|appeal|statement|declaration|message|telegram|cable|pronouncement)s?\b")
# The salutation of a letter is no longer, in words.
_MAX_SALUTATION = 6
# Words between "we" and its verb.
_BETWEEN = frozenset({"not", "also", "therefore", "hereby", "do", "did"})
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


def speaks_for_itself(sentence: Sentence, mention: Span) -> bool:
    """Whether a mention is "we" or "I" outside quotations: the author's, whose sentences the address takes whole."""
    words = zip(sentence.tokens[slice(*mention)], sentence.quoted[slice(*mention)], strict=True)
    return any(token.low in _SPEAKING and not quoted for token, quoted in words)


def is_told_by_others(sentence: Sentence, attribution: Attribution) -> bool:
    """Whether somebody else speaks in a sentence of the first person ("the envoy told us that …")."""
    first, _ = attribution.subject
    before = [token.low for token in sentence.tokens[: max(first + 1, attribution.cue)]]
    return (
        attribution.role in {"finite", "coordinated"}
        and before[first] not in _OWN
        and not _SPEAKING.intersection(before)
    )


def own_clauses(text: str, sentence: Sentence) -> list[Span]:
    """The statements of a sentence in the first person: one for each "we" with a verb of speech, else all of it.

    Salutations, the heads of clauses, places, dates and signatures are none.
    """
    tokens = sentence.tokens
    start, end = tokens[0].start, tokens[-1].end
    is_head = text[end - 1] == "," or (text[end - 1] == ":" and len(tokens) <= _MAX_SALUTATION)
    if is_head or _FORMULA.match(text, start, end) or _HEARSAY.search(text, start, end):
        return []
    cuts = [k for k, token in enumerate(tokens) if token.low == "we" and k > 1 and _speaks(sentence, k + 1)]
    edges = [k - 1 if sentence.low(k - 1) in {"and", "but"} else k for k in cuts]
    clauses = []
    for cut, edge in zip(cuts, edges, strict=True):
        if edge < cut or sentence.low(edge - 1) in {",", ";"}:
            clauses.append((start, tokens[edge - 1].end))
            start = tokens[cut].start
    return [*clauses, (start, end)]


def _speaks(sentence: Sentence, index: int) -> bool:
    """Whether a verb of speech follows, auxiliaries and adverbs before it."""
    while sentence.low(index) in LEXICON.auxiliaries or sentence.low(index) in LEXICON.adverbs | _BETWEEN:
        index += 1
    cue = LEXICON.verbs.get(sentence.low(index))
    return cue is not None and not cue.forms.isdisjoint({"base", "past", "participle"})


def is_address(text: str, layout: Layout, quotes: Sequence[Quote], *, has_author: bool) -> bool:
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
    return total > 0 and hits / total >= (
        HEADED_SHARE if _is_headed(text, layout, has_author=has_author) else ADDRESS_SHARE
    )


def _is_headed(text: str, layout: Layout, *, has_author: bool) -> bool:
    """Whether a text begins like a letter or declaration: by a salutation, or the heading of one that has an author."""
    for block in layout.blocks[:_HEAD_BLOCKS]:
        if has_author and block.kind == "title" and _HEADING.search(text, block.start, block.end):
            return True
        is_short = len(text[block.start : block.end].split(None, _MAX_SALUTATION)) <= _MAX_SALUTATION
        if is_short and text[block.end - 1] == "," and text[block.start].isupper():
            return True
    return False


def titled_author(text: str, layout: Layout, registry: Registry) -> str | None:
    """Who wrote a text by its title ("Remarks by Foreign Minister Jane Doe on …"), where that is a name."""
    for block in layout.blocks:
        match = _BY.match(text, block.start, block.end) if block.kind == "title" else None
        if match is not None:
            reading = read_mention(match[1], registry)
            return match[1] if reading.entry or reading.person or reading.body else None
    return None
