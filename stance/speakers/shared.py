"""Names that several share: "Santiago" is the Chilean government where the document names Chile, too."""

from __future__ import annotations

from dataclasses import replace

import regex

from stance.speakers.entries import Entry, key
from stance.speakers.registry import Registry
from stance.speakers.scan import full_names


def with_shared(registry: Registry, text: str) -> Registry:
    """The registry of a document: with the shared names of those that it names in another way.

    A name that is also the last one of a person of the document stays that person's.
    """
    found: dict[str, Entry] = {}
    persons: dict[str, str] | None = None
    for entry in registry.sharing:
        for name in entry.shared:
            form = key(name)
            if form in registry.names or form in found or not _occurs(name, text) or not _is_named(entry, text):
                continue
            persons = full_names(text, registry) if persons is None else persons
            if form not in persons:
                found[form] = entry
    return replace(registry, names={**registry.names, **found}) if found else registry


def _is_named(entry: Entry, text: str) -> bool:
    names = (entry.speaker.name, *entry.aliases, *entry.demonyms)
    return any(_occurs(name, text) for name in names)


def _occurs(name: str, text: str) -> bool:
    """Whether a name stands in a text as a whole word, with straight or curled apostrophes."""
    for spelling in {name, name.replace("'", "’")}:
        if spelling in text and regex.search(
            rf"(?<![\p{{L}}\p{{N}}]){regex.escape(spelling)}(?![\p{{L}}\p{{N}}])", text
        ):
            return True
    return False
