"""The words by which speakers are described, from ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import regex

_LISTS = ("persons", "service", "bodies", "texts", "others")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All of ``words.toml``, where each list is explained, ready for look-up by casefolded word.

    Attributes:
        wider: nouns for persons, to the titles that they take in ("the officer" may be a general).
        sorts: nouns for bodies, to the kinds of speakers and the nouns in names that they stand for.
        fields: words of ministers' titles that name the ministry, too.
        made: by its kind, how an institution is called whose state the document tells elsewhere.
        organs: kinds of state institutions, and the pattern that finds their names in a phrase.
        offices: every name of an office in its common spelling, to the title it is looked up under.
        spellings: a word of a title to its common spelling and gender.
    """

    particles: frozenset[str]
    honorifics: frozenset[str]
    titles: frozenset[str]
    openers: frozenset[str]
    qualifiers: frozenset[str]
    persons: frozenset[str]
    groups: frozenset[str]
    plurals: frozenset[str]
    vague: frozenset[str]
    female: frozenset[str]
    male: frozenset[str]
    women: frozenset[str]
    men: frozenset[str]
    outsiders: frozenset[str]
    servants: frozenset[str]
    own_voices: frozenset[str]
    institutions: frozenset[str]
    states: frozenset[str]
    unions: frozenset[str]
    missions: frozenset[str]
    documents: frozenset[str]
    lasting: frozenset[str]
    issuing: frozenset[str]
    deputies: frozenset[str]
    wider: Mapping[str, frozenset[str]]
    sorts: Mapping[str, frozenset[str]]
    fields: Sequence[str]
    made: Mapping[str, str]
    organs: Mapping[str, regex.Pattern[str]]
    offices: Mapping[str, str]
    spellings: Mapping[str, str]

    def is_title(self, word: str) -> bool:
        """Whether a casefolded word is (part of) a title."""
        title = word.removesuffix("-elect")
        return title in self.titles or title in self.qualifiers

    def is_descriptor(self, word: str) -> bool:
        """Whether a casefolded word is (part of) a title or any other noun for one person."""
        return self.is_title(word) or word in self.persons

    def is_person(self, word: str) -> bool:
        """Whether a casefolded noun stands for one person."""
        return word in self.titles or word in self.persons

    def is_institution(self, word: str) -> bool:
        """Whether a casefolded noun ends or makes up the name of an institution, or of several."""
        return word in self.institutions or word.removesuffix("s") in self.institutions

    def is_group(self, word: str) -> bool:
        """Whether a casefolded noun stands for several persons."""
        if word in self.groups or word in self.plurals:
            return True
        stems = [word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y"]
        return any(stem != word and self.is_person(stem) for stem in stems if word.endswith("s"))

    def gender(self, words: Sequence[str]) -> str | None:
        """``m`` or ``f`` where a casefolded noun or title of a person tells."""
        if not self.female.isdisjoint(words):
            return "f"
        return "m" if not self.male.isdisjoint(words) else None

    def gender_of_name(self, name: str) -> str | None:
        """``m`` or ``f`` where the first of several names tells."""
        first, _, rest = name.casefold().partition(" ")
        if not rest or (first in self.women) == (first in self.men):
            return None
        return "f" if first in self.women else "m"

    def spelled(self, title: str) -> str:
        """A title in lower case, common spelling and no gender."""
        return " ".join(self.spellings.get(word, word) for word in title.casefold().split())

    def office(self, title: str) -> str:
        """The title under which an office is looked up."""
        common = self.spelled(title)
        return self.offices.get(common, common)


def _read() -> Vocabulary:
    data: dict[str, Any] = tomllib.loads(files("stance.speakers").joinpath("words.toml").read_text(encoding="utf-8"))
    organs = {kind: regex.compile(rf"(?i)\b(?:{'|'.join(names)})\b") for kind, names in data["organs"].items()}
    offices = {name: office for office, others in data["offices"].items() for name in (office, *others)}
    return Vocabulary(
        organs=organs,
        wider={noun: frozenset(words.split()) for noun, words in data["wider"].items()},
        sorts={noun: frozenset(words.split()) for nouns, words in data["sorts"].items() for noun in nouns.split()},
        fields=data["fields"]["ministries"].split(),
        made=data["made"],
        offices=offices,
        spellings=data["spellings"],
        **{name: frozenset(words.split()) for section in _LISTS for name, words in data[section].items()},
    )


VOCABULARY: Final = _read()
