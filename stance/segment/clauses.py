"""Verbs and clauses: what is finite, negated or passive, where a clause begins, what a verb's circumstances are.

There is no parser here: clauses are bounded by conjunctions, marks and word lists. That reads tens of thousands of
words a second and is right on the sentences that reports are made of.
"""

from __future__ import annotations

from stance.segment.cues import LEXICON
from stance.segment.tokens import Sentence, Token

_BREAKS = frozenset({";", ":", "—", "–", "--", "(", ")", "…", "[", "]", '"', "“", "”", "„", "«", "»", "?", "!"})
# How far a clause is followed back from its verb, and a phrase or clause forward, in tokens.
MAX_CLAUSE = 80
_MAX_PHRASE = 12
_MAX_BRACKET = 8
_MAX_FORWARD = 22
# How far the verb of what no one does may stand behind "said no …".
_MAX_DENIED = 9


def is_name(token: Token) -> bool:
    """Whether a token looks like (part of) a proper name: a capital, and no day."""
    return token.is_capital and token.low not in LEXICON.time and token.is_word


def is_timely(token: Token) -> bool:
    """Whether a token can belong to a date or time of day."""
    return token.low in LEXICON.time or token.low in LEXICON.months or token.text.isdigit()


def is_date(sentence: Sentence, index: int) -> bool:
    """Whether a token without a preposition belongs to a date or time of day: months only beside a number."""
    low = sentence.low(index)
    beside = sentence.low(index - 1).isdigit() or sentence.low(index + 1).isdigit()
    return low in LEXICON.time or low.isdigit() or (low in LEXICON.months and beside)


def is_manner(token: Token) -> bool:
    """Whether a token is an adverb that may stand between a speaker and the verb."""
    return token.low in LEXICON.adverbs or (token.low.endswith("ly") and not token.is_capital)


def is_finite(sentence: Sentence, index: int) -> bool:
    """Whether the word is plainly a finite verb (auxiliaries, frequent irregular pasts, lower-case "-ed" forms)."""
    token = sentence.tokens[index]
    if token.low in LEXICON.finite:
        is_auxiliary = token.low in LEXICON.be or token.low in {"has", "have", "had"}  # "His was the last word"
        if sentence.low(index - 1) in {"the", "a", "an", "its", "his", "their"} and not is_auxiliary:
            return False  # "the met office"
        return not token.is_capital or index == 0 or sentence.is_title  # "Theresa May said"
    if not token.low.endswith("ed") or token.is_capital or len(token.low) < 5:
        return False
    before = sentence.low(index - 1)
    return before not in LEXICON.determiners and not before.endswith("ly")


def is_negated(sentence: Sentence, verb: int) -> bool:
    """Whether the verb is denied or withheld ("did not condemn", "stopped short of condemning", "said nothing")."""
    window: list[str] = []
    for index in range(verb - 1, max(-1, verb - 5), -1):
        token = sentence.tokens[index]
        is_closed = token.low == "," and index == verb - 1  # "…, without a word, said"
        if token.low in {"and", "but", ";"} or is_closed or sentence.quoted[index]:
            break  # "without preconditions, and offered …"
        window.append(token.low)
        is_word = index == 0 or not token.is_capital  # and no name ("Doctors Without Borders")
        if is_word and (token.low in LEXICON.negations or token.low.endswith("n't")):
            return True
    if "short" in window and "of" in window:
        return True
    following = sentence.low(verb + 1)
    if following in {"neither", "no"}:  # "said no talks", but "said no order to shoot would be given"
        return LEXICON.finite.isdisjoint(sentence.lows(verb + 2, verb + _MAX_DENIED))
    return following in {"nothing", "little"} and sentence.low(verb + 2) not in LEXICON.modals


def is_withheld(sentence: Sentence, begin: int) -> bool:
    """Whether words that begin at an index tell of an act denied or withheld ("refused to condemn", "said no to")."""
    words = sentence.lows(max(begin - 1, 0), begin + 2)
    return any(word in LEXICON.negations or word == "no" or word.endswith("n't") for word in words)


def has_be(sentence: Sentence, verb: int) -> bool:
    """Whether a form of "be" governs the verb, adverbs between them allowed."""
    for word in reversed(sentence.lows(max(0, verb - 4), verb)):
        if word in LEXICON.be:
            return True
        if not (word.endswith("ly") or word in LEXICON.adverbs or word == "not"):
            return False
    return False


def clause_start(sentence: Sentence, verb: int, floor: int) -> int:
    """Index of the first token that may belong to the clause of the verb, not before ``floor``."""
    index, floor = verb, max(floor, verb - MAX_CLAUSE)
    while index > floor:
        low = sentence.tokens[index - 1].low
        if low == ")" and not sentence.quoted[index - 1]:
            opening = _opening_bracket(sentence, index - 1, floor)
            if opening is not None:
                index = opening
                continue
        if sentence.quoted[index - 1] or low in _BREAKS:
            break
        if low in LEXICON.subordinators and not _is_adverbial(sentence, index - 1):
            break
        index -= 1
    return index


def _opening_bracket(sentence: Sentence, closing: int, floor: int) -> int | None:
    """Index of the bracket that opens a short insertion ("the Organization (OSCE) said")."""
    reach = range(closing - 1, max(floor, closing - _MAX_BRACKET) - 1, -1)
    return next((index for index in reach if sentence.tokens[index].low == "("), None)


def without_bracket(sentence: Sentence, start: int, end: int) -> int:
    """The end of a phrase before a short insertion in brackets that it ends with."""
    opening = _opening_bracket(sentence, end - 1, start) if end > start and sentence.low(end - 1) == ")" else None
    return end if opening is None else opening


def is_break(word: str) -> bool:
    """Whether a mark ends every phrase."""
    return word in _BREAKS


def _is_adverbial(sentence: Sentence, index: int) -> bool:
    """Whether a conjunction is none here: "as well as", "has since said"."""
    low = sentence.tokens[index].low
    if low == "as":
        return "well" in sentence.lows(max(0, index - 1), index + 2)
    return low in {"since", "yet"} and sentence.low(index - 1) in {"has", "have", "had"}


def is_clause(sentence: Sentence, begin: int) -> bool:
    """Whether the words from ``begin`` on are a clause with a subject and a verb, not a bare object."""
    if sentence.low(begin) in LEXICON.subject_pronouns and begin + 1 < sentence.stop:
        verb = begin + 1
        while sentence.low(verb) in LEXICON.adverbs:
            verb += 1
        following = sentence.low(verb)
        return following not in LEXICON.prepositions and following not in {"", "and", ",", ".", "as"}
    for index in range(begin, min(sentence.stop, begin + _MAX_FORWARD)):
        token, low = sentence.tokens[index], sentence.tokens[index].low
        if low in LEXICON.clause_ends or (low == "," and index > begin + 8):
            return False
        if low in LEXICON.finite and (sentence.is_title or not token.is_capital):
            return index > begin
    return False


def skip_circumstances(sentence: Sentence, begin: int) -> int:
    """Index behind days, occasions and listeners that follow a verb ("said on Monday in a statement …")."""
    index = begin
    while index < sentence.stop:
        token = sentence.tokens[index]
        is_day = is_date(sentence, index) and not token.text.isdigit() and token.low not in {"this", "last"}
        is_adverb = token.low in LEXICON.adverbs and not token.is_capital
        if is_day or is_adverb or (token.low == "," and index > begin and is_date(sentence, index + 1)):
            index += 1
        elif token.low in LEXICON.prepositions:
            end = _phrase_end(sentence, index)
            if end is None:
                return index
            index = end
        else:
            return index
    return index


def _phrase_end(sentence: Sentence, begin: int) -> int | None:
    """End of a phrase of time, place or occasion that starts at ``begin``, or ``None`` if it is something else."""
    tokens, limit = sentence.tokens, min(sentence.stop, begin + _MAX_PHRASE)
    index = begin + 1
    while index < limit and (is_timely(tokens[index]) or tokens[index].low == "the"):
        index += 1
    while tokens[index - 1].low == "the":
        index -= 1  # "after midnight the two sides …"
    if index > begin + 1 and is_timely(tokens[index - 1]):
        return index
    if tokens[begin].low not in LEXICON.circumstantial or _is_infinitive(sentence, begin):
        return None
    for index in range(begin + 1, limit):
        low = tokens[index].low
        if low in LEXICON.occasions or low in LEXICON.listeners:
            return _passed_on(sentence, index + 1)
        if low in {",", ".", "that", ";", ":"} or low in LEXICON.finite or low in LEXICON.prepositions:
            break
    index = begin + 1
    while index < limit and is_name(tokens[index]):
        index += 1
    return index if index > begin + 1 and tokens[begin].low in {"in", "at", "from", "to"} else None


def _is_infinitive(sentence: Sentence, to: int) -> bool:
    """Whether a "to" opens an infinitive, not a phrase ("threatened to leave the talks")."""
    if sentence.low(to) != "to" or to + 1 >= sentence.stop:
        return False
    following = sentence.tokens[to + 1]
    is_noun = following.low in LEXICON.determiners or following.low in LEXICON.listeners | LEXICON.occasions
    return not is_noun and not following.is_capital and not following.low.endswith("s")


def _passed_on(sentence: Sentence, begin: int) -> int:
    """End of what tells by which medium an occasion came about ("in comments carried by state television")."""
    if sentence.low(begin) not in LEXICON.passed_on:
        return begin
    for index in range(begin, min(sentence.stop, begin + _MAX_PHRASE)):
        if sentence.quoted[index] or sentence.low(index) in {",", "that", ":"}:
            return index
        if sentence.low(index) in LEXICON.finite:
            return begin
    return sentence.stop if sentence.stop <= begin + _MAX_PHRASE else begin
