"""How several attributions share a sentence: which further cue is one of its own, and where each content ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stance.segment.attribution import Attribution, Span, is_relative
from stance.segment.clauses import is_finite, is_name, skip_circumstances
from stance.segment.cues import LEXICON
from stance.segment.tokens import Sentence

# How far the verb of a clause may stand behind its "as".
_MAX_MEANWHILE = 7
# How far an occasion may stand behind the comma and preposition that open it.
_MAX_OCCASION = 5
# How far the verb of a clause in which a speaker goes on may stand behind the first word of it, and that of somebody
# else's clause behind "and".
_MAX_RESUMED, _MAX_OTHER = 7, 6
# How far "after" may stand behind a comma (", a day after …").
_MAX_AFTERWARDS = 4
# What befell the speaker of an act ("voiced doubts and was scolded for it").
_DEEDS = frozenset({"was", "were", "had", "has"})


def with_further(sentence: Sentence, found: list[Attribution], new: Attribution) -> list[Attribution]:
    """The attributions of a sentence after one more to their right: added, in the place of others, or left out."""
    if not found or _is_own(sentence, found[-1], new):
        return [*found, new]
    if new.role not in {"participle", "coordinated"}:
        if new.is_trailing:
            return _with_trailing(sentence, found, new)
        if _is_nested(found[-1], new):
            # "Doe said Moscow denies …": the innermost speaker has the words, but not "said his government denies …".
            is_own = sentence.low(new.outset) in LEXICON.own
            is_leaning = LEXICON.lemma(sentence.low(new.cue)) in LEXICON.leanings  # "Doe said Norway backed the plan"
            return found if is_own or is_leaning else [*found[:-1], replace(new, within=found[-1])]
    return found


def _with_trailing(sentence: Sentence, found: list[Attribution], new: Attribution) -> list[Attribution]:
    """ "…, the agency reported" only ends the words of speakers before it; what they merely did is its words."""
    begins = _clause_mark(sentence, found[-1].cue, new)
    if begins is not None and found[-1].content[0] <= found[-1].cue:
        # "Doe rejected it: it came too late, he said"
        return [*found, replace(new, content=(begins + 1, new.content[1]))]
    told = [a for a in found if LEXICON.lemma(sentence.low(a.cue)) not in LEXICON.deeds]
    if all(a.content[0] >= new.outset for a in told):
        return [*told, new]
    begin = _resumed(sentence, told[-1], new)
    if begin is not None:
        return [*told, replace(new, content=(begin, new.content[1]))]
    return [replace(a, content=(a.content[0], min(a.content[1], new.outset))) for a in told]


def _resumed(sentence: Sentence, last: Attribution, new: Attribution) -> int | None:
    """Where a clause of its own begins before a trailing speaker ("Moscow denied it: the ships left, it said")."""
    mark = _clause_mark(sentence, last.cue, new)
    return None if mark is None else mark + 1


def _clause_mark(sentence: Sentence, cue: int, new: Attribution) -> int | None:
    """Index of the last colon or semicolon between a cue and a trailing speaker, with words behind it."""
    reach = range(new.content[1] - 1, cue + 1, -1)
    mark = next((k for k in reach if sentence.low(k) in {":", ";"} and not sentence.quoted[k]), None)
    return mark if mark is not None and mark + 2 < new.content[1] else None


def with_resumed(sentence: Sentence, found: list[Attribution]) -> list[Attribution]:
    """The attributions, and the clause in which the last speaker goes on ("It was over, he said, and it would be")."""
    if not found or not found[-1].is_trailing or any(sentence.quoted):
        return found
    last = found[-1]
    comma = skip_circumstances(sentence, max(last.cue, last.subject[1] - 1) + 1)
    if sentence.low(comma) != "," or sentence.low(comma + 1) not in {"and", "but"}:
        return found
    reach = range(comma + 3, min(sentence.stop - 1, comma + 3 + _MAX_RESUMED))
    verb = next((k for k in reach if sentence.low(k) in LEXICON.modals or sentence.low(k) in {",", "to"}), 0)
    if sentence.low(verb) not in LEXICON.modals:
        return found
    return [*found, replace(last, role="coordinated", content=(comma + 2, sentence.stop), outset=comma)]


def _is_nested(last: Attribution, new: Attribution) -> bool:
    """Whether a construction is the whole of what the last speaker is said to say."""
    is_said = last.cut != "act" and last.content[1] > last.cue
    return is_said and 0 <= new.outset - last.content[0] <= 1


def _is_own(sentence: Sentence, last: Attribution, new: Attribution) -> bool:
    """Whether a further attribution stands beside the last one."""
    if is_relative(sentence, last) and new.role == "finite" and new.outset <= last.outset:
        return True  # "Moscow, which denies it, says …"
    if new.role in {"participle", "coordinated"}:
        return new.outset > last.cue
    if new.is_trailing or _is_nested(last, new) or new.outset <= last.cue:
        return False
    if new.content[0] < new.outset and sentence.low(new.content[0] - 1) in {";", ":"}:
        return True  # "…; aid, she said, must pass"
    return last.is_trailing or _starts_anew(sentence, last, new)


def _starts_anew(sentence: Sentence, last: Attribution, new: Attribution) -> bool:
    """Whether the word before a construction opens a clause of its own."""
    joint = sentence.low(new.outset - 1)
    if joint in {"and", ","} and last.cut == "act" and new.role == "finite" and is_name(sentence.tokens[new.outset]):
        return True  # "Ankara urged calm and Tehran warned of …"
    if joint in LEXICON.new_clause:
        return joint not in {"and", "as", "where"} or sentence.low(new.outset - 2) == ","
    return joint == "," and sentence.low(new.cue) in {"says", "said"}


def closed(sentence: Sentence, found: Sequence[Attribution]) -> list[Attribution]:
    """Let each content end where the next construction or a contrast begins; what is left empty is dropped."""
    kept = []
    for place, attribution in enumerate(found):
        if _is_background(sentence, attribution):
            continue
        begin, end = _trim(sentence, *_bounds(sentence, attribution, found[place + 1 :]))
        if begin < end:
            kept.append(replace(attribution, content=(begin, end)))
    return kept


def _is_background(sentence: Sentence, attribution: Attribution) -> bool:
    """Whether a relative clause only tells what the speaker had done before ("Doe, who had pledged loyalty, left")."""
    begin = attribution.content[0]
    is_told = attribution.cut in {"say", "tell"} or sentence.low(begin - 1) == "that" or sentence.quoted[begin]
    return not is_told and is_relative(sentence, attribution) and sentence.low(attribution.cue - 1) == "had"


def _bounds(sentence: Sentence, attribution: Attribution, later: Sequence[Attribution]) -> Span:
    """The content up to the next construction, the end of a subordinate clause, or a contrast."""
    (begin, end), cue, first = attribution.content, attribution.cue, attribution.subject[0]
    if end <= cue or begin < attribution.outset:
        return begin, end  # it stands before the cue, or around it
    if is_relative(sentence, attribution) and sentence.low(first - 1) == ",":
        end = min(end, _main_clause(sentence, max(begin, cue)))
    resumes = is_relative(sentence, attribution) and bool(later) and later[0].outset <= first
    if resumes or (first == 1 and sentence.low(0) in LEXICON.subordinators):
        end = min(end, _comma_after(sentence, max(begin, cue)))
    end = min(end, next((_first(a) for a in later if _first(a) > cue), end))
    return begin, _break_off(sentence, attribution, max(begin, cue + 1), end)


def _first(attribution: Attribution) -> int:
    """First token of a construction and of its words."""
    return min(attribution.outset, attribution.content[0])


def _break_off(sentence: Sentence, attribution: Attribution, begin: int, end: int) -> int:
    """End of the content before a contrast, a semicolon and, behind an act, before a colon or a clause with "as"."""
    is_act = attribution.content[0] <= attribution.cue
    end = _contrast(sentence, begin, end, is_act=is_act)
    for index in range(begin + 1, end - 1):
        if sentence.quoted[index]:
            continue
        low = sentence.tokens[index].low
        is_deed = low == "and" and (sentence.low(index + 1) in _DEEDS or _is_past(sentence, index + 1))
        if (
            low == ";"
            or (is_act and is_deed)
            or (is_act and low == "while" and sentence.low(index + 1).endswith("ing"))
            or (is_act and (low == ":" or (low in {"as", "after"} and _is_meanwhile(sentence, index + 1))))
        ):
            return index
    return end


def _is_meanwhile(sentence: Sentence, begin: int) -> bool:
    """Whether a clause behind "as" tells what happened at the time ("hailed the vote as deputies left the hall")."""
    if (
        sentence.low(begin) in {"a", "an", "well", "if", "though", "it", "soon", "long"}
        or sentence.low(begin - 2) == "as"
    ):
        return False
    reach = range(begin + 1, min(sentence.stop, begin + _MAX_MEANWHILE))
    verb = next((k for k in reach if is_finite(sentence, k) or sentence.quoted[k]), None)
    if verb is None or sentence.quoted[verb]:
        return False
    return not any(
        sentence.low(k) in LEXICON.prepositions or sentence.low(k) in {",", "of", "that", "who", "which"}
        for k in range(begin, verb)
    )


def _comma_after(sentence: Sentence, index: int) -> int:
    """Index of the comma that closes an opening subordinate clause ("Although Russia denies it, …")."""
    reach = range(index, sentence.stop)
    return next((k for k in reach if sentence.low(k) == "," and not sentence.quoted[k]), sentence.stop)


def _main_clause(sentence: Sentence, index: int) -> int:
    """Index of the comma behind which the main clause goes on after a relative one ("…, who denies it, left")."""
    reach = range(index, sentence.stop - 1)
    commas = (k for k in reach if sentence.low(k) == "," and not sentence.quoted[k])
    return next((k for k in commas if is_finite(sentence, k + 1)), sentence.stop)


def _is_past(sentence: Sentence, index: int) -> bool:
    """Whether a verb in the past follows that hangs on no noun ("hailed the vote and sent a frigate")."""
    is_verb = is_finite(sentence, index) and sentence.low(index) not in LEXICON.modals
    return is_verb and sentence.low(index + 1) not in LEXICON.after_participle


def _contrast(sentence: Sentence, begin: int, end: int, *, is_act: bool) -> int:
    """End of the content before ", although the statement gave no names"."""
    reach = range(begin + 1, end - 1)
    commas = (k for k in reach if sentence.low(k) == "," and not sentence.quoted[k])
    return next((k for k in commas if _leaves(sentence, k, begin, end, is_act=is_act)), end)


def _leaves(sentence: Sentence, comma: int, begin: int, end: int, *, is_act: bool) -> bool:
    """Whether the outlet has the word again behind a comma."""
    following = sentence.low(comma + 1)
    if following in LEXICON.outlets or _is_occasion(sentence, comma + 1):
        return True
    if following in {"which", "whose", "where"}:
        return 2 * (comma - begin) >= end - begin  # most often background; the larger part stays
    if following == "as":
        return "reported" in sentence.lows(comma + 2, comma + 5) or _is_meanwhile(sentence, comma + 2)
    if following == "and":  # a further deed of the speaker, or of somebody else
        if _is_other_clause(sentence, comma + 2, end) or (is_act and _is_plain_clause(sentence, comma + 2, end)):
            return True
        is_past = sentence.low(comma + 2).endswith("ed") and is_finite(sentence, comma + 2)
        return comma + 2 < end and is_past
    return following in LEXICON.contrasts or (is_act and following == "with") or _is_comment(sentence, comma + 1)


def _is_comment(sentence: Sentence, begin: int) -> bool:
    """Whether the outlet tells when or why it matters (", a day after the vote", ", a figure nobody could check")."""
    first, ahead = sentence.low(begin), sentence.lows(begin, begin + _MAX_AFTERWARDS)
    if first in LEXICON.results or (first in {"a", "an", "something"} and not LEXICON.charges.isdisjoint(ahead[:3])):
        return True
    return not LEXICON.time.isdisjoint(ahead) and not {"after", "before"}.isdisjoint(ahead[1:])


def _is_occasion(sentence: Sentence, begin: int) -> bool:
    """Whether an occasion of speech follows ("…, in a note by the ministry")."""
    if sentence.low(begin) not in LEXICON.occasion_prepositions or sentence.low(begin + 1) not in LEXICON.determiners:
        return False
    return not LEXICON.occasions.isdisjoint(sentence.lows(begin + 1, begin + 1 + _MAX_OCCASION))


def _is_other_clause(sentence: Sentence, begin: int, end: int) -> bool:
    """Whether a name and a verb of its own follow ("…, and Bahrain gave them a week")."""
    if begin >= end or not is_name(sentence.tokens[begin]):
        return False
    verb = begin + 1
    while verb < end and is_name(sentence.tokens[verb]):
        verb += 1
    return verb < end and not sentence.quoted[verb] and is_finite(sentence, verb)


def _is_plain_clause(sentence: Sentence, begin: int, end: int) -> bool:
    """Whether a short subject that is no name and a verb follow ("…, and the fighting went on")."""
    if sentence.low(begin) not in LEXICON.determiners and sentence.low(begin) not in LEXICON.subject_pronouns:
        return False
    for index in range(begin + 1, min(end, begin + _MAX_OTHER)):
        low, following = sentence.low(index), sentence.low(index + 1)
        if low in LEXICON.prepositions or low in {"of", ",", "to", "and", "that", "who"} or sentence.quoted[index]:
            return False
        cue = LEXICON.verbs.get(low)
        is_verb = is_finite(sentence, index) or (cue is not None and "third" in cue.forms and low not in LEXICON.nouns)
        if is_verb and following not in LEXICON.after_participle:
            return True
    return False


def _trim(sentence: Sentence, begin: int, end: int) -> Span:
    """Leave out joints and marks at both ends; quotation marks stay until the span is made."""
    tokens, quoted = sentence.tokens, sentence.quoted
    while begin < end and not quoted[begin] and tokens[begin].low in LEXICON.joints:
        begin += 1
    while end > begin and not quoted[end - 1] and tokens[end - 1].low in LEXICON.joints:
        end -= 1
    return begin, end
