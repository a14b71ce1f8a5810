"""Noun phrases that can speak: who stands before a verb, who behind it."""

from __future__ import annotations

from collections.abc import Sequence

from stance.segment.attribution import Span
from stance.segment.clauses import (
    clause_start,
    is_break,
    is_date,
    is_finite,
    is_manner,
    is_name,
    is_timely,
    without_bracket,
)
from stance.segment.cues import LEXICON
from stance.segment.openings import skip_opening_phrase
from stance.segment.tokens import Sentence, Token

# How nouns for persons end; "the 63-year-old" is one as well.
_PERSONS = (*LEXICON.agents, "-old")
# A longer phrase is none: a boundary was missed.
MAX_PHRASE = 28
# How far an insertion between commas may reach ("Doe, who is seen as moderate, said").
_MAX_INSERTION = 40
# How far a phrase of time or occasion, and the apposition behind an inverted verb, may reach.
_MAX_ADJUNCT, _MAX_APPOSITION = 9, 14


def can_speak(phrase: Sequence[Token], *, is_said: bool = False) -> bool:
    """Whether a noun phrase names somebody or something that can make a statement.

    Args:
        phrase: its tokens.
        is_said: whether its verb is "say" or "tell": what does so speaks, whatever it is called.
    """
    if not phrase or phrase[0].low in {"no", "none", "nobody"}:
        return False
    first = phrase[0]
    if len(phrase) == 1 and (first.low in LEXICON.pronouns or first.low in LEXICON.subject_pronouns):
        return first.low in LEXICON.pronouns
    head = phrase[next((k for k, t in enumerate(phrase) if k and t.low in LEXICON.after_head), len(phrase)) - 1]
    is_person = head.low in LEXICON.nouns or head.low in LEXICON.pronouns or head.low.endswith(_PERSONS)
    is_owned = first.low in LEXICON.own_articles or (first.is_possessive and is_name(first))
    is_whoever = is_said and is_owned and len(phrase) > 1 and head.low not in LEXICON.mute
    if is_whoever or (not is_name(head) and not is_person):
        return is_whoever
    # A capital that only the start of the sentence explains says nothing.
    starts_with_name = is_name(first) and first.low not in LEXICON.determiners
    if starts_with_name and len(phrase) > 1:
        starts_with_name = first.low not in LEXICON.leading
    if starts_with_name or any(is_name(token) for token in phrase[1:]):
        return True
    return first.low in LEXICON.groups or any(token.low in LEXICON.nouns for token in phrase)


def subject_before(sentence: Sentence, verb: int, floor: int = 0) -> Span | None:
    """The noun phrase that governs a verb standing behind it, or ``None`` if none can speak.

    Args:
        sentence: the sentence.
        verb: index of the verb.
        floor: first token the phrase may begin with.
    """
    behind, is_said = verb, LEXICON.lemma(sentence.low(verb)) in {"say", "tell"}
    verb = _over_relative(sentence, verb, floor)
    start = clause_start(sentence, verb, floor)
    if verb < behind and "and" not in sentence.lows(start, verb):
        # "Norway, host of the talks, which began in May, said"
        return _before_insertion(sentence, start, verb, is_said=is_said)
    end = without_bracket(sentence, start, _strip_tail(sentence, start, verb))
    if end > start and sentence.tokens[end - 1].low == ",":
        # "the minister, on Monday, said" and "Oleg, who declined to be named, said"
        return _before_insertion(sentence, start, end - 1, is_said=is_said)
    return _clean(sentence, _enumeration_start(sentence, start, end), end, is_said=is_said)


def subject_after(sentence: Sentence, verb: int, *, is_said: bool = False) -> Span | None:
    """The noun phrase behind an inverted verb (``"…," said the head of the mission, John Doe``).

    Args:
        sentence: the sentence.
        verb: index of the verb.
        is_said: see ``can_speak``.
    """
    tokens, stop = sentence.tokens, sentence.stop
    begin = end = verb + 1
    while end < min(stop, begin + MAX_PHRASE + 1) and not sentence.quoted[end]:
        token = tokens[end]
        if token.low == "." and end > begin and tokens[end - 1].low in LEXICON.abbreviations:
            end += 1  # "Gen. Doe"
            continue
        if token.low == ",":
            end = _apposition_end(sentence, end)
            break
        is_clause_break = token.low in LEXICON.subordinators and token.low != "that"
        is_day = is_date(sentence, end) and not token.text[:1].islower()
        if token.low in LEXICON.phrase_ends or is_clause_break or is_day or _opens_circumstance(sentence, begin, end):
            break
        end += 1
    if end - begin > MAX_PHRASE:
        return None
    return (begin, end) if can_speak(tokens[begin:end], is_said=is_said) else None


def _opens_circumstance(sentence: Sentence, begin: int, index: int) -> bool:
    """Whether a phrase of time, occasion or listener begins at ``index``, inside a phrase that begins at ``begin``."""
    word, following = sentence.low(index), sentence.low(index + 1)
    if word not in LEXICON.trailing_prepositions or not following:
        return False
    if is_timely(sentence.tokens[index + 1]):
        return True
    if word == "to" and index > begin + 1 and following in {"reporters", "journalists", "the"}:
        return True
    opens = following in LEXICON.determiners or following in LEXICON.occasions
    return opens and any(low in LEXICON.occasions for low in sentence.lows(index + 1, index + 7))


def _apposition_end(sentence: Sentence, comma: int) -> int:
    """End of an apposition behind a comma ("said the head of the mission, John Doe"), or the comma if there is none."""
    tokens, begin = sentence.tokens, comma + 1
    if begin >= sentence.stop or is_date(sentence, begin):
        return comma
    if not is_name(tokens[begin]) and tokens[begin].low not in LEXICON.determiners:
        return comma
    limit = min(sentence.stop, comma + _MAX_APPOSITION)
    missing = sentence.stop if limit == sentence.stop else comma
    return next((index for index in range(begin, limit) if tokens[index].low in {",", "."}), missing)


def _strip_tail(sentence: Sentence, start: int, end: int) -> int:
    """Leave out what stands between a speaker and the verb: adverbs, auxiliaries, days, "in a statement"."""
    while end > start:
        token = sentence.tokens[end - 1]
        if is_manner(token) or token.low in LEXICON.auxiliaries:
            end -= 1
            continue
        adjunct = _adjunct_start(sentence, start, end)
        if adjunct is None:
            return end
        end = adjunct
    return end


def _adjunct_start(sentence: Sentence, start: int, end: int) -> int | None:
    """Start of a phrase of time or occasion that ends right before ``end``, or ``None``."""
    tokens = sentence.tokens
    last = tokens[end - 1]
    if not is_timely(last) and last.low not in LEXICON.occasions and not is_name(last):
        return None
    for index in range(end - 1, max(start, end - _MAX_ADJUNCT), -1):
        if tokens[index].low == "," or is_break(tokens[index].low):
            break
        if tokens[index].low in LEXICON.prepositions and _is_adjunct(tokens[index:end]):
            return index
    index = end - 1
    if not is_date(sentence, index):
        return None
    while index - 1 > start and is_timely(tokens[index - 1]):
        index -= 1
    return index if index > start else None


def _is_adjunct(phrase: Sequence[Token]) -> bool:
    """Whether a phrase that begins with a preposition tells a time ("on Monday") or an occasion ("in a speech")."""
    preposition, inner = phrase[0], phrase[1:]
    if is_timely(phrase[-1]) and all(is_timely(t) or t.low in {"the", "of"} for t in inner):
        return True
    if preposition.low not in LEXICON.occasion_prepositions or not any(t.low in LEXICON.occasions for t in inner):
        return False
    return inner[0].low in LEXICON.determiners or inner[0].low in LEXICON.occasions


def _over_relative(sentence: Sentence, verb: int, floor: int) -> int:
    """Where the subject ends if a relative clause between commas stands before the verb, else the verb itself.

    Such a clause has conjunctions of its own ("Doe, who is seen as moderate, said") that must not end the search.
    """
    tokens, close = sentence.tokens, verb
    while close > floor and (tokens[close - 1].low in LEXICON.adverbs or tokens[close - 1].low in LEXICON.auxiliaries):
        close -= 1
    if close <= floor or tokens[close - 1].low != ",":
        return verb
    for index in range(close - 2, max(floor, close - _MAX_INSERTION), -1):
        if sentence.quoted[index]:
            return verb
        following = tokens[index + 1].low
        if tokens[index].low == "," and (following in LEXICON.relatives or following in LEXICON.occasion_prepositions):
            return index
    return verb


def _before_insertion(sentence: Sentence, start: int, comma: int, *, is_said: bool) -> Span | None:
    """The noun phrase before an insertion that a comma closes; a name or office inserted stays part of it."""
    commas = [index for index in range(start, comma) if sentence.tokens[index].low == ","]
    starts, ends = [start, *(index + 1 for index in commas)], [*commas, comma]
    pieces = [(begin, end) for begin, end in zip(starts, ends, strict=True) if begin < end]
    for place, (begin, end) in enumerate(pieces):
        subject = _clean(sentence, begin, without_bracket(sentence, begin, end), is_said=is_said)
        if subject is not None and _opens_adjunct(sentence.tokens[begin]):
            # "In Khartoum the president, Jan Doe, said", but not "in a letter to the minister, said"
            is_inner = subject[0] == begin or sentence.tokens[begin].low not in LEXICON.prepositions or place
            subject = None if is_inner else subject
        if subject is not None:
            following = pieces[place + 1] if place + 1 < len(pieces) else None
            return (subject[0], following[1]) if following and _is_apposition(sentence, following[0]) else subject
    return None


def _opens_adjunct(token: Token) -> bool:
    """Whether a comma-bound piece that starts with this word is a circumstance, not a speaker."""
    low = token.low
    return low in LEXICON.prepositions or low in LEXICON.insertions or low.endswith(("ing", "ed"))


def _is_apposition(sentence: Sentence, begin: int) -> bool:
    """Whether an inserted piece names the speaker once more ("the minister, Jane Doe, said")."""
    first = sentence.tokens[begin]
    if _opens_adjunct(first) or is_date(sentence, begin):
        return False
    return is_name(first) or first.is_possessive or first.low in LEXICON.determiners or first.low in LEXICON.nouns


def _enumeration_start(sentence: Sentence, start: int, end: int) -> int:
    """Start of the last piece between commas, or of the names that they join ("Germany, the UK and Italy said")."""
    tokens = sentence.tokens
    commas = [index for index in range(start, end) if tokens[index].low == ","]
    begins = [start, *(comma + 1 for comma in commas)]
    begin = begins.pop()
    joint = next((index for index in range(begin, end) if tokens[index].low == "and"), None)
    if joint is None and sentence.is_title and begins and _is_name_run(tokens[begin:end]):
        joint = end  # "EU, US slam vote"
    if joint is None or not _is_name_run(tokens[begin:joint]):
        return begin
    while begins and _is_name_run(tokens[begins[-1] : begin - 1]):
        begin = begins.pop()
    # "The foreign ministers of France, Germany and Italy said"
    if begins and _is_office_of_many(tokens[begins[-1] : begin - 1]):
        begin = begins.pop()
    return begin


def _is_office_of_many(piece: Sequence[Token]) -> bool:
    """Whether a piece between commas is an office in the plural and the first of those that hold it."""
    of = next((k for k in range(len(piece) - 1, 0, -1) if piece[k].low in {"of", "from"}), 0)
    return of > 0 and piece[of - 1].low.endswith("s") and can_speak(piece[:of]) and _is_name_run(piece[of + 1 :])


def _is_name_run(piece: Sequence[Token]) -> bool:
    """Whether a piece between commas is nothing but a name, with or without an article."""
    name = piece[1:] if piece and piece[0].low == "the" else piece
    if not 0 < len(name) <= 4 or name[0].low in LEXICON.adverbs or name[0].low in LEXICON.leading:
        return False
    return is_name(name[0]) and is_name(name[-1])


def _clean(sentence: Sentence, begin: int, end: int, *, is_said: bool) -> Span | None:
    """Trim a candidate to the noun phrase and check that it can speak."""
    tokens = sentence.tokens
    if end - begin > 1 and tokens[end - 1].low in {"he", "she", "it", "they", "we"}:
        if tokens[end - 1].low == "it" and (tokens[end - 2].low in LEXICON.prepositions or tokens[end - 2].low == "of"):
            return None  # "he had nothing to do with it, said"
        begin = end - 1
    begin = skip_opening_phrase(sentence, begin, end)
    behind = _behind_verb(sentence, begin, end)
    if behind is None:
        return None
    # "an explosion which the rebels said …"
    begin = max((k + 1 for k in range(behind + 1, end - 1) if tokens[k].low == "which"), default=behind)
    while begin < end and (tokens[begin].low in LEXICON.leading or not tokens[begin].is_word):
        begin += 1
    if end - begin > 1 and tokens[end - 1].low in {"who", "which"}:
        end -= 1
    if end - begin > 1 and tokens[begin].low in {"which", "whom"}:
        begin += 1  # "a mobilisation which the envoy called …"
    # "… calm and Tehran warned": what cannot speak before the joint is the object of the verb before it.
    joint = next((k for k in range(begin + 1, end - 1) if tokens[k].low == "and"), None)
    if joint is not None and is_name(tokens[joint + 1]) and not can_speak(tokens[begin:joint]):
        begin = joint + 1
    if begin >= end or end - begin > MAX_PHRASE:
        return None
    return (begin, end) if can_speak(tokens[begin:end], is_said=is_said) else None


def _behind_verb(sentence: Sentence, begin: int, end: int) -> int | None:
    """Where a candidate starts if a finite verb stands in it: behind the joint after it, ``None`` without a joint."""
    tokens = sentence.tokens
    relative = next((k for k in range(begin, end) if tokens[k].low in {"who", "which"}), end)
    for index in range(end - 1, begin, -1):
        if index <= relative and is_finite(sentence, index):
            return next((k + 1 for k in range(index + 1, end) if tokens[k].low in {"and", "or", ","}), None)
    return begin
