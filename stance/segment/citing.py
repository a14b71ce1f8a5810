"""Third parties in somebody's own words: which sentence of a turn cites another, and where the speaker goes on."""

from __future__ import annotations

from stance.segment.attribution import Attribution, is_relative
from stance.segment.clauses import is_finite
from stance.segment.cues import LEXICON
from stance.segment.tokens import Sentence

# "This country", "our ministry": the speaker's own.
_OWN = frozenset({"this", "our", "my"})
_OWN_BODIES = frozenset(
    {"country", "government", "ministry", "administration", "delegation", "department", "office", "nation", "state"}
)
# Whoever these are, they are called to witness, not cited.
_CHORUS = frozenset(
    """
    people peoples nation women men mothers fathers children families victims citizens world community history
    humanity conscience mankind
    """.split()
)
_LAWS = frozenset("charter constitution convention covenant statute treaty article law laws rules".split())
# How a chair tells who speaks next.
_PROCEDURE = frozenset({"floor", "reply", "order", "speak", "podium", "rostrum", "seat"})
_REQUESTS = frozenset({"ask", "request", "want", "express"})
# What speakers say of others, hardly of those whom they speak for.
_DISTANT = frozenset(
    {"say", "state", "claim", "allege", "deny", "insist", "maintain", "accuse", "tell", "report", "admit", "assert"}
)
_FUTURE = frozenset({"will", "would", "shall", "wo", "'ll", "’ll"})
_RESUMING, _JOINTS = frozenset({"we", "i", "our", "my"}), frozenset({"and", "but", "so", "yet"})


def is_cited(sentence: Sentence, attribution: Attribution) -> bool:
    """Whether somebody's own words cite a third party ("Moscow has said that …"): a name or a description."""
    first, behind = attribution.subject
    words = sentence.lows(first, behind)
    if attribution.role not in {"finite", "coordinated", "according"} or is_relative(sentence, attribution):
        return False
    if not LEXICON.first_persons.isdisjoint(words) or any(sentence.quoted[first:behind]):
        return False
    is_own = words[0] in _OWN and words[-1] in _OWN_BODIES
    head = next((k for k, word in enumerate(words) if word == "of"), len(words)) - 1
    is_chorus = words[head] in _CHORUS or words[head] in _LAWS
    if is_own or is_chorus or sentence.tokens[-1].text == "?" or _is_to_come(sentence, attribution):
        return False
    if _is_procedure(sentence, attribution) or LEXICON.lemma(sentence.low(attribution.cue)) == "speak":
        return False  # "My colleague speaks of peace" judges words, it does not give them
    is_pronoun = behind - first == 1 and (words[0] in LEXICON.subject_pronouns or words[0] in LEXICON.pronouns)
    return not is_pronoun and words[0] not in LEXICON.vague_speakers


def is_avowed(sentence: Sentence, attribution: Attribution, *, is_state: bool) -> bool:
    """Whether a body may be the one for which the speaker speaks: by what it does at present, a state at any time.

    "The Union regrets …", "Norway condemned …", but not "Norway says …".
    """
    cue = LEXICON.verbs.get(sentence.low(attribution.cue))
    if attribution.role == "according" or (cue is not None and cue.lemma in _DISTANT):
        return False
    is_present = cue is None or not cue.forms.isdisjoint({"third", "base"})
    return is_present or (is_state and attribution.cut == "act")


def resumed(sentence: Sentence, attribution: Attribution) -> int:
    """Where the words cited end: before ", and we …" and ", and that is …" the speaker goes on."""
    begin, stop = attribution.content
    for index in range(max(begin, attribution.cue) + 1, stop - 2):
        low = sentence.low(index)
        if sentence.quoted[index] or not (low == "," or low in _JOINTS):
            continue
        following = index + 1 + (low == "," and sentence.low(index + 1) in _JOINTS)
        word = sentence.low(following)
        is_comment = low == "," and word in {"that", "this"} and _has_verb(sentence, following + 1)
        if (word in _RESUMING and following > index + (low == ",")) or is_comment:
            return index
    return stop


def _has_verb(sentence: Sentence, index: int) -> bool:
    """Whether a finite verb stands at an index ("that is", "that closes")."""
    if index >= sentence.stop:
        return False
    low = sentence.low(index)
    return is_finite(sentence, index) or (low.endswith("s") and not low.endswith("ss") and len(low) > 3)


def _is_to_come(sentence: Sentence, attribution: Attribution) -> bool:
    """Whether nobody has said it yet: what the speaker foresees ("Tomorrow Moscow will deny it")."""
    before = sentence.lows(max(0, attribution.cue - 2), attribution.cue)
    return attribution.content[1] > attribution.cue and not _FUTURE.isdisjoint(before)


def _is_procedure(sentence: Sentence, attribution: Attribution) -> bool:
    """Whether a chair tells who wants the floor."""
    is_request = LEXICON.lemma(sentence.low(attribution.cue)) in _REQUESTS
    return is_request and not _PROCEDURE.isdisjoint(sentence.lows(attribution.cue, attribution.content[1]))
