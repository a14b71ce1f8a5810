"""The words attributed: what follows a cue, what precedes it."""

from __future__ import annotations

from stance.segment.attribution import Span
from stance.segment.clauses import is_clause, is_finite, skip_circumstances
from stance.segment.cues import LEXICON, CueClass
from stance.segment.tokens import Sentence

# Words that belong to a verb and to nothing behind it ("made it clear that …").
_PARTICLES = {"make": frozenset({"it", "clear"}), "point": frozenset({"out"})}
# How far the "that" of a reported clause may stand behind its verb: a listener and an occasion may come between.
_REACH = {"say": 22, "tell": 22}
_SHORT_REACH = 12
# The same for the clause behind a listener, and for an order given to one ("told residents to stay").
_MAX_LISTENER, _MAX_ORDER = 14, 8
# The same for a quotation behind the object of a verb ("denied the report: “…”").
_MAX_OBJECT = 10


def act_start(sentence: Sentence, verb: int) -> int:
    """Start of an act: the verb with the adverbs of manner before it."""
    index = verb
    while (before := sentence.low(index - 1)).endswith("ly") and before not in LEXICON.plain_ly:
        index -= 1
    return index - 2 if index > 1 and sentence.low(index - 1) == "to" else index


def content_before(sentence: Sentence, end: int) -> Span | None:
    """What precedes a trailing "he said": from the start of the sentence to the comma or closing mark."""
    tokens, quoted = sentence.tokens, sentence.quoted
    while end > 0 and not quoted[end - 1] and tokens[end - 1].low in LEXICON.before_trailing:
        end -= 1
    if end == 0 or not (quoted[end - 1] or tokens[end].low in {",", "—", "–"}):
        return None
    words = sum(token.is_word for token in tokens[:end])
    return (0, end) if words >= (1 if quoted[end - 1] else 2) else None


def content_after(sentence: Sentence, cue: int, cut: CueClass) -> Span | None:
    """What follows the cue, to the end of the sentence, or ``None`` if nothing of substance does."""
    stop, begin = sentence.stop, _skip_to_content(sentence, cue)
    # "condemned it", but not "asked he"
    is_object = sentence.low(begin) not in LEXICON.subject_pronouns or sentence.low(begin) in {"it", "this", "these"}
    if begin == stop and LEXICON.lemma(sentence.low(cue)) in LEXICON.alone and not any(sentence.quoted):
        return act_start(sentence, cue), stop
    is_short_act = cut in {"act", "claim"} and stop - begin == 1 and is_object
    if stop - begin < 2 and not is_short_act:
        return None
    act = act_start(sentence, cue), stop
    that = _complementizer(sentence, cue, begin, cut)
    if cut == "quote" and not any(sentence.quoted[begin:stop]):
        return None
    if cut == "act":
        content: Span | None = act
    elif that is not None:
        content = (that + 1, stop) if stop - that > 2 else None
    elif sentence.quoted[begin]:
        content = begin, stop
    elif cut == "tell" or LEXICON.lemma(sentence.low(cue)) in LEXICON.listened:
        content = _behind_listener(sentence, begin, cut) or act
    elif cut == "claim" and not is_clause(sentence, begin):
        content = _introduced_quote(sentence, begin) or act
    else:
        content = None if cut == "quote" else _said(sentence, begin, cut)
    return content


def _skip_to_content(sentence: Sentence, cue: int) -> int:
    """Index behind the verb's particles, its circumstances and the comma or colon after them."""
    begin, particles = cue + 1, _PARTICLES.get(LEXICON.lemma(sentence.low(cue)), frozenset())
    while sentence.low(begin) in particles and sentence.low(begin - 1) not in particles - {"it"}:
        begin += 1
    begin = skip_circumstances(sentence, begin)
    while sentence.low(begin) in {",", ":", "—", "–"}:
        begin += 1
    return begin


def _complementizer(sentence: Sentence, cue: int, begin: int, cut: CueClass) -> int | None:
    """Index of the "that" (or the colon) that opens the reported clause."""
    for index in range(cue + 1, min(sentence.stop - 1, cue + _REACH.get(cut, _SHORT_REACH))):
        low = sentence.tokens[index].low
        if sentence.quoted[index]:
            return None
        if low == ":":
            return index if _introduces(sentence, begin, index, cut) else None
        if low == "that":
            if sentence.low(index - 1) in LEXICON.content_nouns:
                return None  # "said fears that … were unfounded"
            following = sentence.low(cue + 1)
            # "insisted on Monday that …", but not "insisted on respect for the truce that …"
            is_passed = following in LEXICON.before_that and (following != "on" or begin > cue + 1)
            return index if index == begin or cut in _REACH or is_passed else None
        verb = LEXICON.verbs.get(low)
        # "told delegates, adding that …"
        is_next = verb is not None and (
            "past" in verb.forms or ("ing" in verb.forms and sentence.low(index - 1) == ",")
        )
        if is_next or low in LEXICON.auxiliary_verbs:
            return None
    return None


def _introduces(sentence: Sentence, begin: int, colon: int, cut: CueClass) -> bool:
    """Whether a colon opens what is said, not an explanation ("denied the raid: its planes were grounded")."""
    is_told = is_clause(sentence, begin) or any(is_finite(sentence, k) for k in range(begin, colon))
    if colon > begin and is_told:
        return False  # "says it is over: the bloc has left"
    return cut != "claim" or colon < begin or sentence.quoted[colon + 1]


def _behind_listener(sentence: Sentence, begin: int, cut: CueClass) -> Span | None:
    """The clause behind a listener ("told the council the truce was over"); an order to one is no clause."""
    tokens, quoted, stop = sentence.tokens, sentence.quoted, sentence.stop
    ordered = range(begin + 1, min(len(tokens), begin + _MAX_ORDER))
    if cut == "tell" and any(tokens[index].low == "to" and not quoted[index] for index in ordered):
        return None
    for index in range(begin, min(stop - 1, begin + _MAX_LISTENER)):
        if quoted[index]:
            return index, stop
        if tokens[index].low == "," and tokens[index + 1].low.endswith("ing"):
            return None  # "told delegates, adding it would …"
        if cut != "tell" and tokens[index].low in {"and", "but", "while", ";", ":"}:
            return None  # "promised a vote and said it …"
        if index > begin and tokens[index].low in LEXICON.clause_openers and is_clause(sentence, index):
            return index, stop
    return None


def _introduced_quote(sentence: Sentence, begin: int) -> Span | None:
    """A quotation behind the object of a verb, with a colon or comma before it."""
    reach = range(begin, min(sentence.stop, begin + _MAX_OBJECT))
    quote = next((index for index in reach if sentence.quoted[index]), None)
    return (quote, sentence.stop) if quote is not None and sentence.low(quote - 1) in {":", ","} else None


def _said(sentence: Sentence, begin: int, cut: CueClass) -> Span | None:
    """The rest of the sentence, but for circumstances that only look like something said."""
    low, stop = sentence.low(begin), sentence.stop
    if cut == "say":
        if low in LEXICON.circumstances:
            return None
        if (low in LEXICON.subordinators or low in LEXICON.unsaid) and not is_clause(sentence, begin + 1):
            quote = next((index for index in range(begin, stop) if sentence.quoted[index]), None)
            return None if quote is None else (quote, stop)
    return begin, stop
