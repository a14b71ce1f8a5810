"""Attributions by a reporting verb: how the verb stands to its speaker and to the words said."""

from __future__ import annotations

from collections.abc import Sequence

from stance.segment.attribution import Attribution, Span
from stance.segment.clauses import has_be, is_clause, is_finite, is_name, is_negated, is_timely, skip_circumstances
from stance.segment.content import act_start, content_after, content_before
from stance.segment.cues import LEXICON, CueClass
from stance.segment.phrases import can_speak, subject_after, subject_before
from stance.segment.tokens import Sentence

# How far behind a passive verb its "by" may stand.
_MAX_BY = 6
# The longest name between "with" and a participle that it is the speaker of.
_MAX_ABSOLUTE = 5
# How far a charge may stand before the verb that denies it, and its article before it.
_MAX_APPENDED, _MAX_CHARGE = 8, 4
# How far "after" may stand behind the start of "a day after …".
_MAX_SPELL = 4
# A clause without a plain verb before "he said" has more words than a circumstance.
_MIN_TRAILED = 3


def finite(sentence: Sentence, cue: int, cut: CueClass, subject: Span) -> Attribution | None:
    """ "The ministry said …" and "…, the ministry said"."""
    begin = _around(sentence, cue, subject[0]) if cut != "act" else None
    if begin is not None:
        return Attribution("finite", cut, cue, subject, (begin, sentence.stop), subject[0])
    before, after = content_before(sentence, subject[0]), content_after(sentence, cue, cut)
    if before and cut in {"say", "claim", "tell"} and _trails(sentence, cue, cut, before, after):
        after = None
    if before and after and sentence.quoted[before[1] - 1] and cut != "act" and not _goes_on(sentence, cue, after[0]):
        after = None  # "…," the ministry said in a statement released on Monday
    content = after or before
    return Attribution("finite", cut, cue, subject, content, subject[0]) if content else None


def _trails(sentence: Sentence, cue: int, cut: CueClass, before: Span, after: Span | None) -> bool:
    """Whether the words before a verb are a clause, and those behind it none ("It was over, he told the council")."""
    if {"and", "but"} & set(sentence.lows(before[1], before[1] + 2)) and after is not None:
        return False  # "The town fell, and Norway demanded talks"
    if not any(is_finite(sentence, index) for index in range(*before)):
        # "Curfews help nobody, the group warned, adding …"
        is_aside = sentence.low(cue + 1) == "," or (cut == "tell" and after is not None and after[0] <= cue)
        return is_aside and before[1] - before[0] > _MIN_TRAILED and _is_main(sentence, before[0])
    is_marked = after is not None and (sentence.low(after[0] - 1) in {"that", ":"} or sentence.quoted[after[0]])
    is_relative = sentence.low(before[1] + 1) in {"who", "which"}
    if sentence.low(before[1]) == "," and not (is_marked or is_relative) and _is_main(sentence, before[0]):
        return True
    # "The target was military, he said, adding that …"
    return sentence.low(cue + 1) in {",", ";"} or (after is not None and after[0] <= cue)


def _is_main(sentence: Sentence, begin: int) -> bool:
    """Whether the first word can open a main clause: it begins no circumstance."""
    low = sentence.low(begin)
    if _is_spell(sentence, begin):
        return False
    if low in LEXICON.determiners or low in LEXICON.subject_pronouns:
        return True
    is_joint = low in LEXICON.subordinators or low in LEXICON.leading or low in LEXICON.hypothetical
    is_aside = low in LEXICON.prepositions or low in LEXICON.adverbs or low in {"according", "by", "under", "of"}
    return not (is_joint or is_aside or low.endswith(("ing", "ed", "ly")) or is_timely(sentence.tokens[begin]))


def _is_spell(sentence: Sentence, begin: int) -> bool:
    """Whether a circumstance of time opens here ("A day after the vote was held, …")."""
    ahead = sentence.lows(begin, begin + _MAX_SPELL)
    return not LEXICON.time.isdisjoint(ahead) and not {"after", "before", "since"}.isdisjoint(ahead[1:])


def _goes_on(sentence: Sentence, cue: int, begin: int) -> bool:
    """Whether words behind a cue that trails a quotation are more of what was said."""
    opened = sentence.quoted[begin] or sentence.low(begin - 1) in {"that", ":"}
    return opened or sentence.low(cue).endswith("ing")


def _around(sentence: Sentence, cue: int, subject: int) -> int | None:
    """Where the words around a speaker begin: "Order, the mayor affirms, was restored", "If so, he said, we go"."""
    close = skip_circumstances(sentence, cue + 1)
    if subject < 2 or close + 1 >= sentence.stop or any(sentence.quoted):
        return None
    if sentence.low(subject - 1) != "," or sentence.low(close) != ",":
        return None
    reach = range(subject - 1, 0, -1)
    begin = next((k + 1 for k in reach if sentence.low(k) in {";", ":"}), 0)
    first = sentence.low(begin)
    if first in LEXICON.hypothetical:
        return begin if is_clause(sentence, close + 1) else None
    opens = first in LEXICON.subordinators or first in LEXICON.prepositions or first in LEXICON.adverbs
    if "," in sentence.lows(begin, subject - 1) or opens or first == "speaking":
        return None
    return begin if is_finite(sentence, close + 1) else None


def inverted(sentence: Sentence, cue: int, cut: CueClass) -> Attribution | None:
    """``"…," said the minister``: only behind a quotation or a comma."""
    if cue == 0 or cut == "act":
        return None
    if not sentence.quoted[cue - 1]:
        closes = cue > 1 and sentence.quoted[cue - 2]
        if sentence.low(cue - 1) != "," or not (closes or cut in {"say", "claim", "tell"}):
            return None
    subject, content = subject_after(sentence, cue), content_before(sentence, cue)
    return Attribution("inverted", cut, cue, subject, content, cue) if subject and content else None


def participle(sentence: Sentence, cue: int, cut: CueClass, found: Sequence[Attribution]) -> Attribution | None:
    """ "…, adding that …" carries on the speaker of the sentence; "is urging" is a finite verb."""
    if has_be(sentence, cue):
        subject = subject_before(sentence, cue)
        return finite(sentence, cue, cut, subject) if subject else None
    absolute = _absolute(sentence, cue)
    if absolute is not None:
        content = content_after(sentence, cue, cut)
        return Attribution("participle", cut, cue, absolute, content, absolute[0] - 1) if content else None
    before = cue
    while before and (sentence.tokens[before - 1].low in LEXICON.adverbs or sentence.low(before - 1).endswith("ly")):
        before -= 1
    if before == 0 or not _hangs_on(sentence, before, cue, cut):
        return None
    if sentence.low(before - 1) == "and" and not (found and found[-1].role == "participle"):
        return None
    divide = next((k for k in range(before - 1, 0, -1) if sentence.low(k) == ";"), 0)
    is_shared = bool(found) and found[-1].cue >= divide
    subject = found[-1].subject if is_shared else main_subject(sentence, before, divide)
    content = content_after(sentence, cue, cut)
    return Attribution("participle", cut, cue, subject, content, before - 1) if subject and content else None


def _absolute(sentence: Sentence, cue: int) -> Span | None:
    """The speaker in ", with Norway calling it a crime"."""
    begin = cue
    while (
        begin > max(1, cue - _MAX_ABSOLUTE) and not sentence.quoted[begin - 1] and is_name(sentence.tokens[begin - 1])
    ):
        begin -= 1
    is_absolute = begin < cue and sentence.low(begin - 1) == "with" and sentence.low(begin - 2) == ","
    return (begin, cue) if is_absolute else None


def _hangs_on(sentence: Sentence, before: int, cue: int, cut: CueClass) -> bool:
    """Whether a participle, its adverbs beginning at ``before``, belongs to the subject of the sentence."""
    joint, following = sentence.low(before - 1), sentence.low(cue + 1)
    is_signal = sentence.low(cue) == "warning" and following in LEXICON.signals
    if is_signal or sentence.low(cue) == "referring" or joint == "as":
        return False
    if joint in {",", "and", "by", "while"} or _closes_with_comma(sentence, before - 1):
        return True
    if cut == "say":
        return following in {":", "that"} or (bool(following) and sentence.quoted[cue + 1])
    # "turned to the alliance requesting …"
    return cut == "act" and (joint == ")" or is_name(sentence.tokens[before - 1]) or joint in LEXICON.loose)


def _closes_with_comma(sentence: Sentence, index: int) -> bool:
    """Whether a quotation ends here that has its comma inside ("disappointed," adding …)."""
    return index > 0 and sentence.quoted[index] and sentence.low(index - 1) in {",", "."}


def main_subject(sentence: Sentence, limit: int, begin: int = 0) -> Span | None:
    """Subject of the first verb behind ``begin``, for words that no reporting verb precedes."""
    reach = range(begin + 1, limit)
    verb = next((index for index in reach if not sentence.quoted[index] and is_finite(sentence, index)), None)
    return None if verb is None else subject_before(sentence, verb, begin)


def shared_subject(sentence: Sentence, joint: int) -> Span | None:
    """Subject of the verb that a conjunction joins to the one behind it ("flew to Cairo and urged calm")."""
    if sentence.low(joint) not in {"and", "but"} or sentence.quoted[joint]:
        return None
    begin = next((k + 1 for k in range(joint, 0, -1) if sentence.low(k) in {";", ":"} or sentence.quoted[k]), 0)
    if not (LEXICON.clause_ends - {"to"}).isdisjoint(sentence.lows(begin, joint)):
        return None  # whose verb it is nobody can tell
    return main_subject(sentence, joint, begin - 1 if begin else 0)


def coordinated(sentence: Sentence, cue: int, before: int, previous: Attribution) -> Attribution | None:
    """ "expressed dismay and conveyed condolences": a second verb of the same form without a subject of its own.

    Args:
        sentence: the sentence.
        cue: the second verb.
        before: where its adverbs and auxiliaries begin.
        previous: the attribution to the left of it.
    """
    verbs, joint = LEXICON.verbs, sentence.low(before - 1)
    is_listed = joint == "," and sentence.low(cue + 1) not in LEXICON.after_participle
    if joint not in {"and", "but", "or"} and not is_listed and not (sentence.is_title and joint in {",", ";"}):
        return None
    verb, content = verbs[sentence.low(cue)], content_after(sentence, cue, verbs[sentence.low(cue)].cut)
    for other in (previous, previous.within):
        if content is None or other is None or other.role in {"inverted", "colon"}:
            return None
        earlier = verbs.get(sentence.low(other.cue))
        if earlier is None or verb.forms & earlier.forms or has_be(sentence, other.cue):
            return Attribution("coordinated", verb.cut, cue, other.subject, content, before - 1)
    return None


def appended(sentence: Sentence, cue: int, before: int) -> Attribution | None:
    """ "…, a charge Oslo denies", "…, which Oslo denies": what was said or done before, and who denies it.

    Args:
        sentence: the sentence.
        cue: the verb.
        before: where its adverbs and auxiliaries begin.
    """
    following = sentence.low(cue + 1)
    is_bare = following in {"", ",", ";"} or following in LEXICON.prepositions or is_timely(sentence.tokens[cue + 1])
    reach = range(before - 1, max(0, before - _MAX_APPENDED), -1)
    named = next((k for k in reach if sentence.low(k) in LEXICON.charges or sentence.low(k) in {"which", ","}), 0)
    if not is_bare or sentence.low(named) in {"", ","} or any(sentence.quoted[named:cue]):
        return None
    if sentence.low(named) == "which" and LEXICON.lemma(sentence.low(cue)) not in LEXICON.denials:
        return None
    comma = next((k for k in range(named - 1, max(0, named - _MAX_CHARGE), -1) if sentence.low(k) == ","), 0)
    first = named + 1 + (sentence.low(named + 1) in {"that", "which"})
    if not comma or first >= before or not can_speak(sentence.tokens[first:before]):
        return None
    return Attribution("coordinated", "act", cue, (first, before), (comma + 1, sentence.stop), comma)


def passive(sentence: Sentence, cue: int, cut: CueClass) -> Attribution | None:
    """ "was criticised by aid groups for …": the statement is the act, the speaker stands behind "by"."""
    reach = range(cue + 1, min(sentence.stop, cue + _MAX_BY))
    by = next((index for index in reach if sentence.tokens[index].low == "by"), None)
    subject = None if by is None else subject_after(sentence, by)
    if subject is None:
        return None
    if cut != "act" and LEXICON.lemma(sentence.low(cue)) not in LEXICON.denials:
        that = next((k for k in range(*subject) if sentence.low(k) == "that"), subject[1])
        content = (that + 1, sentence.stop)
        is_clausal = sentence.low(that) == "that" and that + 2 < sentence.stop and that > subject[0]
        return Attribution("passive", cut, cue, (subject[0], that), content, cue) if is_clausal else None
    inside = range(*subject)
    limit = next((index for index in inside if sentence.tokens[index].low in {"for", "as", "over", ","}), subject[1])
    speaker = (subject[0], limit)
    return Attribution("passive", cut, cue, speaker, (cue, sentence.stop), cue) if limit > subject[0] else None


def state(sentence: Sentence, cue: int) -> Attribution | None:
    """ "is deeply concerned about …", "is closely following …"."""
    low = sentence.low(cue)
    is_deep = sentence.low(cue - 1) in LEXICON.degrees and sentence.low(cue + 1) in {"", ","}
    is_state = low in LEXICON.states and (is_deep or sentence.low(cue + 1) in LEXICON.after_state)
    is_attention = low in LEXICON.attention and sentence.low(cue - 1) == "closely"
    if not (is_state or is_attention) or not has_be(sentence, cue) or is_negated(sentence, cue):
        return None
    subject = subject_before(sentence, cue)
    content = (act_start(sentence, cue), sentence.stop)
    return Attribution("finite", "act", cue, subject, content, subject[0]) if subject else None
