"""Look through the registry by part of a name, and spell an entry out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from stance.speakers.entries import Entry, key
from stance.speakers.registry import Registry


def search(registry: Registry, query: str = "") -> list[Entry]:
    """Entries that have the query in their id, name, an alias or an adjective; all of them for an empty one.

    Those that are called exactly so come first, and else the order of the registry holds.
    """
    wanted = key(query).casefold()
    found = [entry for entry in registry.entries.values() if any(wanted in name for name in _names(entry))]
    return sorted(found, key=lambda entry: wanted not in _names(entry))


def describe(entry: Entry) -> dict[str, Any]:
    """Plain JSON-ready dictionary."""
    offices = [asdict(office) for office in entry.offices]
    names = {"aliases": list(entry.aliases), "demonyms": list(entry.demonyms)}
    return asdict(entry.speaker) | names | {"offices": offices}


def _names(entry: Entry) -> list[str]:
    names = (entry.speaker.id, entry.speaker.name, *entry.aliases, *entry.shared, *entry.demonyms)
    return [key(name).casefold() for name in names]
