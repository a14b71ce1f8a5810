"""The vocabulary of reported speech, from ``cues.toml``: which word forms report, and the word lists of the grammar."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal

CueClass = Literal["say", "tell", "claim", "act", "quote"]
Form = Literal["base", "third", "past", "participle", "ing"]
_VOWELS = "aeiou"
# In rising precedence: what the last class says of a word form holds.
_CLASSES: tuple[CueClass, ...] = ("quote", "act", "claim", "tell", "say")
_LISTS = ("postures", "around", "speakers", "clauses", "constructions", "sentences")


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting verb: its lemma, how its statement is cut, and the inflections that the word form can be."""

    lemma: str
    cut: CueClass
    forms: frozenset[Form]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All of ``cues.toml``, where each list is explained, ready for look-up by casefolded word.

    Attributes:
        verbs: word form to reporting verb.
        needs: lemma to the words one of which must follow it.
        completions: lemma to the words one of which may do so further behind.
    """

    verbs: Mapping[str, Cue]
    needs: Mapping[str, frozenset[str]]
    completions: Mapping[str, frozenset[str]]
    states: frozenset[str]
    after_state: frozenset[str]
    degrees: frozenset[str]
    attention: frozenset[str]
    adverbs: frozenset[str]
    auxiliaries: frozenset[str]
    time: frozenset[str]
    months: frozenset[str]
    prepositions: frozenset[str]
    occasion_prepositions: frozenset[str]
    occasions: frozenset[str]
    circumstantial: frozenset[str]
    listeners: frozenset[str]
    plain_ly: frozenset[str]
    pronouns: frozenset[str]
    nouns: frozenset[str]
    agents: frozenset[str]
    fields: frozenset[str]
    plurals: frozenset[str]
    groups: frozenset[str]
    own: frozenset[str]
    first_persons: frozenset[str]
    vague_speakers: frozenset[str]
    own_articles: frozenset[str]
    mute: frozenset[str]
    outlets: frozenset[str]
    subordinators: frozenset[str]
    determiners: frozenset[str]
    after_head: frozenset[str]
    leading: frozenset[str]
    be: frozenset[str]
    finite: frozenset[str]
    negations: frozenset[str]
    subject_pronouns: frozenset[str]
    phrase_ends: frozenset[str]
    trailing_prepositions: frozenset[str]
    insertions: frozenset[str]
    relatives: frozenset[str]
    clause_ends: frozenset[str]
    speech_nouns: frozenset[str]
    before_noun: frozenset[str]
    plural_nouns: frozenset[str]
    noun_prepositions: frozenset[str]
    verbs_before_of: frozenset[str]
    circumstances: frozenset[str]
    unsaid: frozenset[str]
    before_that: frozenset[str]
    auxiliary_verbs: frozenset[str]
    clause_openers: frozenset[str]
    before_trailing: frozenset[str]
    after_participle: frozenset[str]
    openers: frozenset[str]
    before_base: frozenset[str]
    listened: frozenset[str]
    self_standing: frozenset[str]
    alone: frozenset[str]
    quoting: frozenset[str]
    saying: frozenset[str]
    content_nouns: frozenset[str]
    signals: frozenset[str]
    loose: frozenset[str]
    deeds: frozenset[str]
    leanings: frozenset[str]
    contrasts: frozenset[str]
    new_clause: frozenset[str]
    asking: frozenset[str]
    after_have: frozenset[str]
    conditions: frozenset[str]
    hypothetical: frozenset[str]
    passed_on: frozenset[str]
    light: frozenset[str]
    acts: frozenset[str]
    charges: frozenset[str]
    denials: frozenset[str]
    modals: frozenset[str]
    results: frozenset[str]
    joints: frozenset[str]
    abbreviations: frozenset[str]
    may_end: frozenset[str]
    starters: frozenset[str]
    english: frozenset[str]

    def lemma(self, word: str) -> str:
        """The reporting verb that a casefolded word is a form of, or ``""``."""
        cue = self.verbs.get(word)
        return cue.lemma if cue else ""


def _inflect(lemma: str) -> dict[Form, str]:
    """Regular English inflection of one verb."""
    y_falls = lemma.endswith("y") and lemma[-2] not in _VOWELS
    if lemma.endswith("e"):
        past, ing = lemma + "d", lemma[:-1] + "ing"
    else:
        past, ing = lemma[:-1] + "ied" if y_falls else lemma + "ed", lemma + "ing"
    if y_falls:
        third = lemma[:-1] + "ies"
    else:
        third = lemma + "es" if lemma.endswith(("s", "sh", "ch", "x", "z")) else lemma + "s"
    return {"base": lemma, "third": third, "past": past, "participle": past, "ing": ing}


def _verbs(lists: Mapping[CueClass, str], irregular: Mapping[str, list[str]]) -> dict[str, Cue]:
    """Every word form of every reporting verb."""
    verbs: dict[str, Cue] = {}
    forms: tuple[Form, ...] = ("third", "past", "participle", "ing")
    for cut in _CLASSES:
        for lemma in lists[cut].split():
            inflected = _inflect(lemma) | dict(zip(forms, irregular.get(lemma, ()), strict=False))
            for form, word in ((form, word) for form, words in inflected.items() for word in words.split()):
                known = verbs.get(word)
                others = known.forms if known and known.lemma == lemma else frozenset()
                verbs[word] = Cue(lemma, cut, others | {form})
    return verbs


def _read() -> Lexicon:
    data: dict[str, Any] = tomllib.loads(files("stance.segment").joinpath("cues.toml").read_text(encoding="utf-8"))
    return Lexicon(
        verbs=_verbs(data["verbs"], data["irregular"]),
        needs={lemma: frozenset(words.split()) for lemma, words in data["needs"].items()},
        completions={lemma: frozenset(words.split()) for lemma, words in data["completions"].items()},
        **{name: frozenset(words.split()) for section in _LISTS for name, words in data[section].items()},
    )


LEXICON: Final = _read()
