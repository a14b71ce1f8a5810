"""The vocabulary of reported speech: which word forms report, and how their statement is cut."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

CueClass = Literal["say", "tell", "claim", "act", "quote"]
Form = Literal["base", "third", "past", "participle", "ing"]
_VOWELS = "aeiou"
# Regular verbs that double their last consonant although the stress rule cannot be read off the spelling.
_DOUBLING = frozenset({"plan", "rip", "slam", "rap", "chat", "tap", "rebut", "swap"})


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting verb: its lemma, how its statement is cut, and the inflection that was met."""

    lemma: str
    cut: CueClass
    forms: frozenset[Form]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word lists of ``cues.toml``, ready for look-up by casefolded word."""

    verbs: dict[str, Cue]
    needs: dict[str, frozenset[str]]
    states: frozenset[str]
    after_state: frozenset[str]
    attention: frozenset[str]
    adverbs: frozenset[str]
    auxiliaries: frozenset[str]
    time: frozenset[str]
    prepositions: frozenset[str]
    places_of_speech: frozenset[str]
    pronouns: frozenset[str]
    nouns: frozenset[str]
    documents: frozenset[str]
    outlets: frozenset[str]


def _inflect(lemma: str) -> dict[Form, str]:
    """Regular English inflection of one verb."""
    stem = lemma
    if lemma.endswith("e"):
        past, ing = lemma + "d", lemma[:-1] + "ing"
    elif lemma.endswith("y") and lemma[-2] not in _VOWELS:
        past, ing = lemma[:-1] + "ied", lemma + "ing"
    elif lemma in _DOUBLING:
        past, ing = lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ing"
    else:
        past, ing = lemma + "ed", lemma + "ing"
    if lemma.endswith(("s", "sh", "ch", "x", "z")):
        third = lemma + "es"
    elif lemma.endswith("y") and lemma[-2] not in _VOWELS:
        third = lemma[:-1] + "ies"
    else:
        third = lemma + "s"
    return {"base": stem, "third": third, "past": past, "participle": past, "ing": ing}


@cache
def lexicon() -> Lexicon:
    """The shipped word lists, read once."""
    data = tomllib.loads(files("stance.segment").joinpath("cues.toml").read_text(encoding="utf-8"))
    verbs: dict[str, Cue] = {}
    # "point-out" in the lists is the verb "point" with its particle under [needs].
    for cut in ("quote", "act", "claim", "tell", "say"):
        for entry in data["verbs"][cut].split():
            lemma = entry.replace("_", "-").partition("-")[0]
            spelled = data["irregular"].get(lemma)
            inflected = _inflect(lemma)
            if spelled:
                inflected |= dict(zip(("third", "past", "participle", "ing"), spelled, strict=True))
            for form, word in inflected.items():
                known = verbs.get(word)
                forms = frozenset({form}) | (known.forms if known and known.lemma == lemma else frozenset())
                verbs[word] = Cue(lemma, cut, forms)
    between, speakers = data["between"], data["speakers"]
    return Lexicon(
        verbs=verbs,
        needs={lemma: frozenset(words) for lemma, words in data["needs"].items() if words},
        states=frozenset(data["states"]["adjectives"].split()),
        after_state=frozenset(data["states"]["after"].split()),
        attention=frozenset(data["states"]["attention"].split()),
        adverbs=frozenset(between["adverbs"].split()),
        auxiliaries=frozenset(between["auxiliaries"].split()),
        time=frozenset(between["time"].split()),
        prepositions=frozenset(between["prepositions"].split()),
        places_of_speech=frozenset(between["places_of_speech"].split()),
        pronouns=frozenset(speakers["pronouns"].split()),
        nouns=frozenset(speakers["nouns"].split()),
        documents=frozenset(speakers["documents"].split()),
        outlets=frozenset(speakers["outlets"].split()),
    )
