"""Names in the text of a document: whole names, names of a sentence, the state it is mostly about."""

from __future__ import annotations

from collections import Counter

import regex

from stance.speakers.entries import Entry
from stance.speakers.names import body_in, person_in, strip_article, without_possessive
from stance.speakers.registry import Registry

_PARTICLE = r"(?:(?:von|van|der|den|de|da|di|bin|al|la|le|el)\s+)"
_CAPITAL = r"\p{Lu}[\p{L}.'’\-]*+"
_RUN = regex.compile(rf"{_CAPITAL}(?:[^\S\n]+{_PARTICLE}*{_CAPITAL})+")
_NAME = regex.compile(rf"{_CAPITAL}(?:\s+(?:(?:of|the|for|von|van|der|de|bin|al)\s+)*{_CAPITAL})*")
_WORD = regex.compile(r"\p{Lu}[\p{L}.\-]++")
# A longer run of capitalised words is a headline.
_MAX_NAME = 4


def full_names(text: str, registry: Registry) -> dict[str, str]:
    """Last names, casefolded, to the longest personal name that ends in them, over a whole document."""
    found: dict[str, str] = {}
    for match in _RUN.finditer(text):
        name = person_in(match.group(), registry)
        if name is None or not 2 <= len(name.split()) <= _MAX_NAME:
            continue
        last = name.split()[-1].casefold()
        if len(name) > len(found.get(last, "")):
            found[last] = name
    return found


def names_in(text: str, registry: Registry) -> list[tuple[str, Entry | None]]:
    """Persons and registered actors named in a stretch of text, in order; persons outside the registry by full name."""
    found = [_known(match.group(), registry) for match in _NAME.finditer(text)]
    return [name for name in found if name is not None]


def _known(run: str, registry: Registry) -> tuple[str, Entry | None] | None:
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
    return (name, None) if " " in name else None


def topic(text: str, registry: Registry) -> str | None:
    """Id of the state a document is mostly about: the one whose names and demonyms occur most often."""
    counts = Counter(_WORD.findall(text))
    states: Counter[str] = Counter()
    for word, count in counts.items():
        entry = registry.find(word)
        actor = registry.actor_of(word) or (entry.speaker.id if entry and entry.speaker.kind == "state" else None)
        if actor:
            states[actor] += count
    return max(states, key=lambda actor: states[actor]) if states else None
