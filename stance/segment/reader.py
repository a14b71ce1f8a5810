"""Reads a sentence from left to right: which words report, and by which construction."""

from __future__ import annotations

from collections.abc import Sequence

from stance.segment.attribution import Attribution, Span, is_relative
from stance.segment.clauses import has_be, is_finite, is_manner, is_name, is_negated
from stance.segment.constructions import (
    appended,
    coordinated,
    finite,
    inverted,
    participle,
    passive,
    shared_subject,
    state,
)
from stance.segment.content import content_after
from stance.segment.cues import LEXICON, Cue
from stance.segment.frames import according_to, headline_colon, label_before, quote_colon, quoted_as, speech_noun
from stance.segment.phrases import subject_before
from stance.segment.sharing import closed, with_further, with_resumed
from stance.segment.tokens import Sentence

# How far a noun that looks like a verb may stand from the verb it is the subject of.
_MAX_SUBJECT = 12
# How far the "to" of a request may stand behind its verb.
_MAX_ASKED = 7
# How far the word may stand behind a verb that makes it one of speech, and the noun behind a light verb.
_MAX_COMPLETION, _MAX_ACT = 12, 5


def read_attributions(sentence: Sentence) -> list[Attribution]:
    """All attributions of an outer sentence, in order of their cues; the innermost speaker has the words."""
    if frame := quoted_as(sentence) or (headline_colon(sentence) if sentence.is_title else None):
        return [frame]
    found: list[Attribution] = []
    for index, quoted in enumerate(sentence.quoted):
        new = None if quoted else _at(sentence, index, found)
        if new is not None:
            found = with_further(sentence, found, new)
    found = closed(sentence, with_resumed(sentence, found))
    frame = according_to(sentence) or (None if found else speech_noun(sentence) or quote_colon(sentence))
    if frame is None or not found:
        return [frame] if frame else found
    # "…, according to X, and Y says …": beside others only to their left.
    is_apart = frame.is_trailing and all(min(a.outset, a.content[0]) >= frame.subject[1] for a in found)
    return [frame, *found] if is_apart else found


def _at(sentence: Sentence, index: int, found: Sequence[Attribution]) -> Attribution | None:
    """The attribution whose cue stands at ``index``, its content running to the end of the sentence."""
    posture = state(sentence, index)
    if posture is not None:
        return posture
    cue = _cue(sentence, index)
    if cue is None:
        return None
    if "ing" in cue.forms:
        return participle(sentence, index, cue.cut, found)
    if "participle" in cue.forms and has_be(sentence, index):
        return passive(sentence, index, cue.cut)
    if sentence.low(index - 1) == "to" and not _is_continued(sentence, index - 2):
        return None
    return _governed(sentence, index, cue, found)


def _governed(sentence: Sentence, index: int, cue: Cue, found: Sequence[Attribution]) -> Attribution | None:
    """The attribution of a finite verb: coordinated, with a subject before it, or inverted."""
    before = index
    while before and not sentence.quoted[before - 1] and _may_precede(sentence.low(before - 1)):
        before -= 1
    opens = bool(found) and _opens_clause(sentence, index, before, found[-1])
    joined = coordinated(sentence, index, before, found[-1]) if found and not opens else None
    if joined is not None:
        return joined
    denial = appended(sentence, index, before)
    if denial is not None:
        return denial
    # No subject reaches back over the verb before it, unless that one sits in a relative clause.
    floor = found[-1].cue + 1 if found and not is_relative(sentence, found[-1]) else 0
    subject = subject_before(sentence, index, floor) or label_before(sentence, before)
    if subject is not None and cue.cut != "act" and sentence.low(subject[1] - 1) in LEXICON.outlets:
        return None  # the outlet telling its source, not a speaker
    if subject is None and not found and {"past", "third"} & cue.forms and not _is_noun(sentence, index):
        subject = shared_subject(sentence, before - 1)
        if subject is not None:
            content = content_after(sentence, index, cue.cut)
            return Attribution("coordinated", cue.cut, index, subject, content, before - 1) if content else None
    is_signed = cue.lemma == "say" and not found and _signs(sentence, index, cue)
    if subject is not None and _fits(sentence, index, cue, subject, before) and not is_signed:
        return finite(sentence, index, cue.cut, subject)
    return inverted(sentence, index, cue.cut)


def _opens_clause(sentence: Sentence, index: int, before: int, last: Attribution) -> bool:
    """Whether a comma before a verb closes the name of its own subject ("…, and its minister, Jan Doe, urged calm")."""
    if sentence.low(before - 1) != ",":
        return False
    subject = subject_before(sentence, index, last.cue + 1)
    if subject is None or subject[1] != before - 1 or "," not in sentence.lows(*subject):
        return False
    return sentence.low(subject[0] - 1) in LEXICON.new_clause


def _signs(sentence: Sentence, index: int, cue: Cue) -> bool:
    """Whether a verb and its speaker end a sentence ("Turnout tops all records, says election chief")."""
    signed = inverted(sentence, index, cue.cut) if sentence.low(index - 1) == "," else None
    if signed is None or signed.subject[1] != sentence.stop:
        return False
    return not any(is_finite(sentence, k) or sentence.low(k) in LEXICON.verbs for k in range(*signed.subject))


def _cue(sentence: Sentence, index: int) -> Cue | None:
    """The reporting verb that the word at ``index`` may be; ``None`` also where it is negated."""
    token = sentence.tokens[index]
    cue = LEXICON.verbs.get(token.low)
    is_named = token.is_capital and index > 0 and not sentence.is_title
    is_hearsay = token.low == "said" and sentence.low(index + 1) == "to" and sentence.low(index + 2) in {"be", "have"}
    if cue is None or is_named or is_hearsay or token.is_possessive or not _has_needed(sentence, index, cue.lemma):
        return None
    if cue.forms == {"participle"} and sentence.low(index - 1) not in LEXICON.after_have:
        return None  # "the lawmaker sworn in on Monday"
    return None if is_negated(sentence, index) else cue


def _has_needed(sentence: Sentence, index: int, lemma: str) -> bool:
    """Whether an ambiguous verb has one of the words behind it that make it a verb of speech."""
    needs = LEXICON.needs.get(lemma)
    if needs is None:
        return True
    if sentence.low(index + 1) in {"", ",", "."}:
        trails = sentence.low(index + 1) == "" and sentence.low(index - 2) == ","  # "It was over, he charged."
        return lemma in LEXICON.self_standing and (trails or any(sentence.quoted[:index]))
    place = index + 1
    while place < sentence.stop - 1 and is_manner(sentence.tokens[place]):
        place += 1
    if _is_completed(sentence, index, lemma):
        return True
    if lemma in LEXICON.asking and _asks_to_act(sentence, place):
        return True
    if sentence.low(place) in LEXICON.openers and place + 1 < sentence.stop and sentence.low(place) not in needs:
        place += 1
    return sentence.low(place) in needs or (is_name(sentence.tokens[place]) and ("NAME" in needs or sentence.is_title))


def _is_completed(sentence: Sentence, index: int, lemma: str) -> bool:
    """Whether a word further behind makes a verb one of speech ("put the toll at forty", "made similar denials")."""
    words, reach = LEXICON.completions.get(lemma), _MAX_COMPLETION
    if lemma in LEXICON.light and not LEXICON.acts.isdisjoint(sentence.lows(index + 1, index + _MAX_ACT)):
        return True
    behind = range(index + 1, min(sentence.stop, index + reach))
    limit = next((k for k in behind if sentence.low(k) in {",", ";", "that", "and"}), behind.stop)
    return words is not None and not words.isdisjoint(sentence.lows(index + 1, limit))


def _asks_to_act(sentence: Sentence, begin: int) -> bool:
    """Whether somebody is asked to do something ("asked residents to stay indoors")."""
    reach = range(begin + 1, min(sentence.stop - 1, begin + _MAX_ASKED))
    to = next((k for k in reach if sentence.low(k) in {"to", ",", "of", "in"}), 0)
    if sentence.low(begin) in {"not", "to", "about"}:
        return False  # "who asked not to be named"
    return sentence.low(to) == "to" and sentence.low(to + 1) not in LEXICON.determiners


def _may_precede(word: str) -> bool:
    return word in LEXICON.adverbs or (word in LEXICON.auxiliaries and word != "to")


def _is_continued(sentence: Sentence, index: int) -> bool:
    """Whether an infinitive goes on with something said ("continues to insist")."""
    return sentence.low(index) in {"continue", "continues", "continued"}


def _fits(sentence: Sentence, index: int, cue: Cue, subject: Span, before: int) -> bool:
    """Whether a subject and a word behind it are a speaker and its verb."""
    if cue.forms == {"base"} and not _is_plural(sentence, subject, before, index):
        return False
    return not (_is_noun(sentence, index) or _is_supposed(sentence, cue, subject) or _is_inset(sentence, index))


def _is_supposed(sentence: Sentence, cue: Cue, subject: Span) -> bool:
    """Whether nobody has said it yet ("if Moscow rejects the plan", "when it condemns")."""
    first = subject[0]
    while sentence.low(first - 1) in LEXICON.determiners:
        first -= 1
    opening = sentence.low(first - 1)
    return opening in LEXICON.conditions or (opening == "when" and "third" in cue.forms)


def _is_inset(sentence: Sentence, index: int) -> bool:
    """Whether a participle between commas hangs on the subject ("the ministry, asked for a figure, was silent")."""
    if sentence.low(index - 1) != ",":
        return False
    reach = range(index + 1, min(sentence.stop - 1, index + _MAX_SUBJECT))
    return any(sentence.low(k) == "," and not sentence.quoted[k] and is_finite(sentence, k + 1) for k in reach)


def _is_plural(sentence: Sentence, subject: Span, before: int, index: int) -> bool:
    """Whether a bare verb form ("officials say") can belong to its subject."""
    if sentence.low(index - 1) == "to" or any(word in LEXICON.before_base for word in sentence.lows(before, index)):
        return True
    words = sentence.lows(*subject)
    if words[-1] in LEXICON.plurals or words[-1].endswith("s") or not {"and", ","}.isdisjoint(words):
        return True
    return any(word.endswith("s") and word in LEXICON.nouns for word in words)


def _is_noun(sentence: Sentence, index: int) -> bool:
    """Whether "calls", "demands", "reports" … is a noun here ("the minister's demands", "calls by … grew")."""
    low, following = sentence.low(index), sentence.low(index + 1)
    if sentence.tokens[index - 1].is_possessive:
        return True
    if following in {"of", "by", "from"} and low.endswith("s"):
        return low not in LEXICON.verbs_before_of
    if low in LEXICON.plural_nouns and sentence.low(index - 1) in LEXICON.verbs:
        return True  # "said fears that …"
    if low in LEXICON.plural_nouns and following in LEXICON.noun_prepositions:
        limit = next((k for k in range(index, sentence.stop) if sentence.low(k) == ","), sentence.stop)
        if any(is_finite(sentence, k) for k in range(index + 2, min(limit, index + _MAX_SUBJECT))):
            return True
    return sentence.low(index - 1) in LEXICON.before_noun
