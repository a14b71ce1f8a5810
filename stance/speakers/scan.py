"""Names in the text of a document: whole names, names of a sentence, the state it is mostly about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import regex

from stance.speakers.entries import Entry
from stance.speakers.names import body_in, core_words, person_in, strip_article, without_possessive
from stance.speakers.registry import Registry
from stance.speakers.vocabulary import VOCABULARY

_PARTICLE = r"(?:(?:von|van|der|den|de|da|di|bin|al|la|le|el)\s+)"
# A stop ends a name but for that of an initial or a short title.
_CAPITAL = r"(?<!\p{L})(?:(?:\p{Lu}\p{L}{0,2}\.)+(?!\p{L})|\p{Lu}[\p{L}'’\-]*+(?:\.[\p{L}'’\-]++)*+)"
# One word alone matches, too, lest the search begin anew at each capital within it.
_RUN = regex.compile(rf"{_CAPITAL}(?P<more>[^\S\n]+{_PARTICLE}*{_CAPITAL})*+")
_NAME = regex.compile(rf"{_CAPITAL}(?:\s+(?:(?:of|the|for|von|van|der|de|bin|al)\s+)*{_CAPITAL})*")
_WORD = regex.compile(r"\p{Lu}[\p{L}.\-]++")
# "(JEM)", and how far before it the name may begin.
_SHORT = regex.compile(r"\s\(\W?(\p{Lu}{2,8})\W?\)")
_MAX_EXPLAINED = 120
# "The president of France, Jane Doe", "Jane Doe, a farmer,", "foreign minister Jane Doe".
_MAX_APPOSITION = 80
_BEFORE = regex.compile(
    r"(?i)\b((?:the|an?|its|his|her|\p{L}++['’]s?)\s+(?:(?!\b(?:the|an?)\b)[^.,;:!?\"“”()\n])++),\s+$"
)
_BEHIND = regex.compile(r",\s+(?:aged?\s+)?(?:\d+,\s+)?([^.,;:!?\"“”()\n]{3,80}+)(?=[,.;])")
_TITLES = regex.compile(r"(?:\p{Ll}[\p{L}\-]++\s){1,3}+$")
# A longer run of capitalised words is a headline.
_MAX_NAME = 4


def full_names(text: str, registry: Registry) -> dict[str, str]:
    """Last names, casefolded, to the longest personal name that ends in them, over a whole document."""
    found: dict[str, str] = {}
    for match in _RUN.finditer(text):
        name = person_in(match.group(), registry) if match["more"] else None
        if name is None or not 2 <= len(name.split()) <= _MAX_NAME:
            continue
        last = name.split()[-1].casefold()
        if len(name) > len(found.get(last, "")):
            found[last] = name
    return found


def abbreviations(text: str) -> dict[str, str]:
    """Abbreviations that a document explains, to the name in full: "the Justice and Equality Movement (JEM)"."""
    found: dict[str, str] = {}
    for match in _SHORT.finditer(text):
        words = text[max(0, match.start() - _MAX_EXPLAINED) : match.start()].rpartition("\n")[2].split()
        first = next((i for i in range(len(words) - 1, -1, -1) if _abbreviates(match[1], words[i:])), None)
        if first is not None:
            found.setdefault(match[1], " ".join(words[first:]))
    return found


def _abbreviates(short: str, words: list[str]) -> bool:
    """Whether an abbreviation consists of the initials of the words, small words left out or not."""
    if not words[0][0].isupper():
        return False
    capitals = "".join(word[0] for word in words if word[0].isupper())
    initials = "".join(word[0] for word in words)
    return short in (capitals, initials.upper())


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a stretch of text.

    Attributes:
        name: of a person without titles, in full if outside the registry; else of a registered actor.
        entry: its entry in the registry, if it has one.
        described: for a person the name with the titles before it and the apposition around it.
    """

    name: str
    entry: Entry | None
    described: str | None = None


def names_in(text: str, registry: Registry, known_last: Collection[str] = ()) -> list[Named]:
    """Persons and registered actors named in a stretch of text, in order.

    Args:
        text: the stretch.
        registry: known actors.
        known_last: last names, casefolded, that stand for somebody of the document.
    """
    found = []
    for match in _NAME.finditer(text):
        known = _known(match.group(), registry, known_last)
        if known is None:
            continue
        name, entry = known
        is_person = entry is None or entry.speaker.kind == "person"
        found.append(Named(name, entry, _described(text, match) if is_person else None))
    return found


def _described(text: str, match: regex.Match[str]) -> str:
    """A name with what describes it: "the president of France, Jane Doe", "foreign minister Jan Doe"."""
    begin = max(0, match.start() - _MAX_APPOSITION)
    name = match.group()
    if titles := _TITLES.search(text, begin, match.start()):
        words = titles[0].split()
        while words and not VOCABULARY.is_title(words[0]):
            words.pop(0)
        name = " ".join([*words, name])
    if (before := _BEFORE.search(text, begin, match.start())) and _is_person(before[1]):
        return f"{before[1]}, {name}"
    if (behind := _BEHIND.match(text, match.end())) and _is_person(behind[1]):
        return f"{name}, {behind[1]}"
    return name


def _is_person(phrase: str) -> bool:
    return VOCABULARY.is_person("".join(core_words(phrase)[-1:]))


def _known(run: str, registry: Registry, known_last: Collection[str]) -> tuple[str, Entry | None] | None:
    """The actor or person that a run of capitalised words names."""
    run = strip_article(without_possessive(run))
    entry = registry.find(run)
    if entry is not None:
        return run, entry
    name = person_in(run, registry)
    if name is None:
        body = body_in(run, registry)
        return (body[1], body[0]) if body else None
    known, sharers = registry.find(name), registry.persons(name)
    if known is not None:
        return name, known
    if len(sharers) == 1:
        return name, sharers[0]
    before = run[: -len(name)].split() if run.endswith(name) else []
    is_titled = bool(before) and VOCABULARY.is_descriptor(before[-1].casefold().rstrip("."))
    return (name, None) if " " in name or is_titled or name.casefold() in known_last else None


def states_named(text: str, registry: Registry) -> list[tuple[str, int]]:
    """Ids of the states whose names and demonyms occur in a document, and how often, the most frequent first."""
    counts = Counter(_WORD.findall(text))
    states: Counter[str] = Counter()
    for word, count in counts.items():
        entry = registry.find(word)
        actor = registry.actor_of(word) or (entry.speaker.id if entry and entry.speaker.kind == "state" else None)
        if actor:
            states[actor] += count
    return states.most_common()
