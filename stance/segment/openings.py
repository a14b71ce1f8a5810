"""Phrases of time and place that open a sentence without a comma, and the speaker that follows them."""

from __future__ import annotations

from stance.segment.clauses import is_name, is_timely
from stance.segment.cues import LEXICON
from stance.segment.tokens import Sentence


def skip_opening_phrase(sentence: Sentence, begin: int, end: int) -> int:
    """Drop a phrase of time or place that opens the sentence without a comma ("On Monday the ministry said")."""
    tokens = sentence.tokens
    if begin >= end or (
        tokens[begin].low not in LEXICON.prepositions and tokens[begin].low not in {"by", "late", "early"}
    ):
        return begin
    index = begin + 1
    while index < end and is_timely(tokens[index]):
        index += 1
    if index > begin + 1:
        return index
    starts = [k for k in range(begin + 2, end) if tokens[k].low in LEXICON.determiners and _closes(sentence, k - 1)]
    return starts[-1] if starts else _name_behind_place(sentence, begin, end)


def _closes(sentence: Sentence, index: int) -> bool:
    """Whether a noun phrase can end with a word: no preposition, article or verb to which the next one belongs."""
    low = sentence.low(index)
    inner = low in LEXICON.prepositions or low in LEXICON.determiners or low in {"of", "by", "as", "than", "between"}
    return not inner and not low.endswith("ing")


def _name_behind_place(sentence: Sentence, begin: int, end: int) -> int:
    """Start of the name behind a place or occasion ("On the radio President Doe", "In Washington Jane Doe")."""
    tokens = sentence.tokens
    first = next((k for k in range(begin + 1, end) if is_name(tokens[k])), end)
    if first < end and not is_name(tokens[end - 1]):
        return next((k for k in range(first, end) if tokens[k - 1].low == "and"), end)
    run = end
    while run > first and (is_name(tokens[run - 1]) or tokens[run - 1].low == "of"):
        run -= 1
    if tokens[run - 1].low == "and" or (run > begin + 1 and _closes(sentence, run - 1)):
        return run
    title = next((k for k in range(run + 1, end) if tokens[k].low in LEXICON.nouns), end)
    while title < end and title - 1 > run and tokens[title - 1].low in LEXICON.nouns | LEXICON.fields:
        title -= 1
    return title if title < end else (run + 1 if end - run > 1 else end)
