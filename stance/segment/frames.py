"""Attributions by a frame instead of a reporting verb: according to, quoted as saying, colons, nouns of speech."""

from __future__ import annotations

from stance.segment.attribution import Attribution, Span
from stance.segment.clauses import has_be, is_break, is_clause, is_finite, is_name
from stance.segment.content import content_before
from stance.segment.cues import LEXICON
from stance.segment.phrases import can_speak, subject_after, subject_before
from stance.segment.tokens import Sentence

# How far "as saying" may stand behind "quoted", and "that" behind a noun of speech.
_MAX_SOURCE = 14
# In a headline, how many tokens may stand before the colon behind a name, and after the colon before one.
_MAX_LABEL, _MAX_SIGNATURE = 9, 6
# How many may stand before one in the text ("The archbishop of Colombo, speaking on the radio: …").
_MAX_SPOKEN_LABEL = 16


def according_to(sentence: Sentence) -> Attribution | None:
    """ "According to X, …" and "…, according to X"; the same with "in the words of X" and "as X put it"."""
    for index in range(len(sentence.tokens) - 2):
        last = None if sentence.quoted[index] else _source_phrase(sentence, index)
        if last is None:
            continue
        subject = _putting(sentence, index) if last == index else subject_after(sentence, last, is_said=True)
        found = None
        if subject is not None:
            opens = index == 0 or (index <= 2 and not sentence.tokens[index].is_capital)
            found = _opening(sentence, index, subject) if opens else _trailing(sentence, index, subject)
        if found is not None:
            return found
    return None


def _source_phrase(sentence: Sentence, index: int) -> int | None:
    """Index of the last word of a phrase behind which a source stands."""
    low, following = sentence.low(index), sentence.low(index + 1)
    if low == "according" and following == "to":
        return index + 1
    if low == "in" and following == "the" and sentence.lows(index + 2, index + 4) == ["words", "of"]:
        return index + 3
    return index if low == "as" and _putting(sentence, index) else None


def _putting(sentence: Sentence, index: int) -> Span | None:
    """Who puts it so, behind an "as" ("as the minister put it")."""
    reach = range(index + 2, min(sentence.stop - 1, index + _MAX_SOURCE))
    put = next((k for k in reach if sentence.low(k) in {"put", "puts"} and sentence.low(k + 1) == "it"), 0)
    return (index + 1, put) if put and can_speak(sentence.tokens[index + 1 : put]) else None


def _opening(sentence: Sentence, cue: int, subject: Span) -> Attribution | None:
    begin, stop = subject[0], sentence.stop
    comma = next((index for index in range(begin, stop) if sentence.tokens[index].low == ","), stop)
    if comma + 1 >= stop:
        return None
    return Attribution("according", "say", cue, (begin, min(subject[1], comma)), (comma + 1, stop), 0)


def _trailing(sentence: Sentence, cue: int, subject: Span) -> Attribution | None:
    content = content_before(sentence, cue)
    if content is None:
        return None
    comma = next(
        (k for k in range(subject[1] - 1, min(sentence.stop - 1, subject[1] + 3)) if sentence.low(k) == ","), 0
    )
    told = any(is_finite(sentence, k) for k in range(*content)) or any(sentence.quoted[: content[1]])
    if comma and (not told or sentence.low(content[1] - 1) in LEXICON.modals):
        content = 0, sentence.stop  # "The bridge, according to Norway, was mined"
    return Attribution("according", "say", cue, subject, content, cue)


def quoted_as(sentence: Sentence) -> Attribution | None:
    """ "The agency quoted witnesses as saying …" and "…, an official was quoted as saying"."""
    for index in range(1, len(sentence.tokens) - 1):
        if sentence.quoted[index] or sentence.low(index) not in LEXICON.quoting:
            continue
        saying = _as_saying(sentence, index)
        if saying is None:
            continue
        is_passive = has_be(sentence, index)
        subject = subject_before(sentence, index) if is_passive else _source(sentence, index + 1, saying - 1)
        if subject is None:
            continue
        content: Span | None = _behind(sentence, saying)
        if saying + 2 >= sentence.stop or sentence.low(saying + 1) in LEXICON.after_participle:
            outlet = subject if is_passive else subject_before(sentence, index)
            content = content_before(sentence, outlet[0]) if outlet else None
        if content is not None and content[0] < content[1]:
            return Attribution("according", "say", index, subject, content, subject[0])
    return None


def _source(sentence: Sentence, begin: int, end: int) -> Span | None:
    """Who is quoted by somebody."""
    begin += sentence.low(begin) == ","
    end -= sentence.low(end - 1) == ","
    return (begin, end) if can_speak(sentence.tokens[begin:end]) else None


def _as_saying(sentence: Sentence, cue: int) -> int | None:
    """Index of the participle in "quoted … as saying"."""
    reach = range(cue + 1, min(sentence.stop - 1, cue + _MAX_SOURCE))
    places = (i + 1 for i in reach if sentence.low(i) == "as" and sentence.low(i + 1) in LEXICON.saying)
    return next(places, None)


def _behind(sentence: Sentence, saying: int) -> Span:
    """What follows "as saying", a "that" left out; "giving" belongs to what it gives."""
    if sentence.low(saying) == "giving":
        return saying, sentence.stop
    begin = saying + 1
    return begin + (sentence.low(begin) == "that"), sentence.stop


def speech_noun(sentence: Sentence) -> Attribution | None:
    """ "The minister's remarks at a rally that …"."""
    tokens, stop = sentence.tokens, sentence.stop
    for index in range(1, len(tokens) - 2):
        if (
            sentence.quoted[index]
            or tokens[index].low not in LEXICON.speech_nouns
            or not tokens[index - 1].is_possessive
        ):
            continue
        reach = range(index + 1, min(stop - 2, index + _MAX_SOURCE))
        that = next((k for k in reach if tokens[k].low == "that"), None)
        if that is None or not (sentence.quoted[that + 1] or is_clause(sentence, that + 1)):
            continue
        begin = index - 1
        while begin and is_name(tokens[begin - 1]):
            begin -= 1
        return Attribution("according", "say", index, (begin, index), (that + 1, stop), begin)
    return None


def label_before(sentence: Sentence, index: int) -> Span | None:
    """The speaker that a colon right before ``index`` divides from what it says ("Delhi: condemns …")."""
    colon = index - 1
    if sentence.low(colon) != ":" or sentence.quoted[colon]:
        return None
    begin = colon
    while begin and not sentence.quoted[begin - 1] and not is_break(sentence.low(begin - 1)):
        begin -= 1
        if sentence.low(begin) == "." or colon - begin > _MAX_SPOKEN_LABEL or is_finite(sentence, begin):
            return None
    end = next((k for k in range(begin, colon) if sentence.low(k) in {",", "("}), colon)
    if begin == end or sentence.low(begin) in LEXICON.prepositions or not can_speak(sentence.tokens[begin:end]):
        return None
    return begin, end


def quote_colon(sentence: Sentence) -> Attribution | None:
    """ "The archbishop, on the radio: “…”": a name before the colon, a quotation behind it, and no verb."""
    begin = next((k for k, quoted in enumerate(sentence.quoted) if quoted), 0)
    label = (label_before(sentence, begin) or _dashed_label(sentence, begin)) if begin > 1 else None
    return Attribution("colon", "say", begin - 1, label, (begin, sentence.stop), label[0]) if label else None


def _dashed_label(sentence: Sentence, begin: int) -> Span | None:
    """The name that a dash at the head of a sentence divides from its quotation ("Jane Doe (Norway) – “…”")."""
    if sentence.low(begin - 1) not in {"–", "—"} or begin > _MAX_LABEL:
        return None
    end = next((k for k in range(begin - 1) if sentence.low(k) in {",", "("}), begin - 1)
    return (0, end) if end and all(is_name(token) for token in sentence.tokens[:end]) else None


def _can_be_said(sentence: Sentence, begin: int) -> bool:
    """Whether words behind a label are a sentence, not a topic ("Karabakh: a signature at midnight")."""
    said = range(begin, sentence.stop)
    if sentence.low(begin) == "no" or any(sentence.quoted[k] or sentence.low(k) in LEXICON.pronouns for k in said):
        return True
    return any(sentence.low(k) in LEXICON.finite or sentence.low(k) in LEXICON.verbs for k in said)


def _is_signature(sentence: Sentence, mark: int) -> bool:
    """Whether a speaker ends a headline: a name behind a colon, an office or body behind a dash, but no outlet."""
    phrase = sentence.tokens[mark + 1 :]
    if sentence.low(mark) == ":":
        return all(is_name(token) for token in phrase)
    is_told = any(
        is_finite(sentence, k) or sentence.low(k) in LEXICON.verbs for k in range(mark + 1, len(sentence.tokens))
    )
    return phrase[-1].low in LEXICON.nouns and not is_told and can_speak(phrase)


def headline_colon(sentence: Sentence) -> Attribution | None:
    """ "Smith: we will not yield", "We will not yield: Smith" and "Talks to resume - minister", as headlines."""
    tokens, end = sentence.tokens, len(sentence.tokens)
    signatures = range(end - 2, max(2, end - 1 - _MAX_SIGNATURE), -1)
    trailing = next((k for k in signatures if tokens[k].low in {":", "-", "–", "—"}), 0)
    if trailing > 3 and _is_signature(sentence, trailing):
        return Attribution("colon", "say", trailing, (trailing + 1, end), (0, trailing), trailing)
    labels = range(min(_MAX_LABEL, end))
    colon = next((k for k in labels if tokens[k].low == ":" and not sentence.quoted[k]), 0)
    is_label = all(is_name(token) or token.low in {"of", "the", "and"} for token in tokens[:colon])
    if not colon or colon + 2 >= end or not is_label or not _can_be_said(sentence, colon + 1):
        return None
    return Attribution("colon", "say", colon, (0, colon), (colon + 1, sentence.stop), 0)
