"""The registry of actors: states, unions, bodies and persons, and look-up by name, adjective and office."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from stance.errors import SpeakerError
from stance.speakers.entries import Entry, Office, key, read_entries
from stance.speakers.vocabulary import VOCABULARY
from stance.types import Speaker

__all__ = ["Entry", "Office", "Registry", "build", "key", "load_registry", "read_entries"]


@dataclass(frozen=True)
class Registry:
    """All entries, found by id, by name, by demonym, by office.

    Attributes:
        entries: id to entry.
        names: comparison form of every name and alias of actors and bodies, and every full name of persons.
        surnames: comparison form of one-word aliases of persons, possibly shared.
        demonyms: comparison form of adjectives and names of peoples, to actor id.
        offices: title (see :meth:`Vocabulary.office`) and id of the actor or body, to everybody who holds or held it.
        titles: all titles in ``offices``.
        sharing: entries with names that are also those of others.
    """

    entries: Mapping[str, Entry]
    names: Mapping[str, Entry] = field(default_factory=dict)
    surnames: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    demonyms: Mapping[str, str] = field(default_factory=dict)
    offices: Mapping[tuple[str, str], tuple[Entry, ...]] = field(default_factory=dict)
    titles: frozenset[str] = frozenset()
    sharing: tuple[Entry, ...] = ()

    def find(self, name: str) -> Entry | None:
        """The actor, body or person with exactly this name or alias."""
        return self.names.get(key(name))

    def actor_of(self, word: str) -> str | None:
        """The actor that an adjective or name of a people belongs to ("Kazakh" gives ``Kazakhstan``)."""
        return self.demonyms.get(key(word))

    def persons(self, surname: str) -> tuple[Entry, ...]:
        """Everybody known by a one-word name."""
        return self.surnames.get(key(surname), ())

    def linked(self, name: str) -> Entry | None:
        """The entry that a ``parent``, ``actor`` or ``of`` field means: by id, else by name."""
        return self.entries.get(name) or self.find(name)

    def holder(self, title: str, of: str, date: dt.date) -> Entry | None:
        """Who held an office in the year of ``date``; ``None`` if nobody known did, or several did (a handover).

        Args:
            title: any name of the office.
            of: id or name of the actor or body.
            date: of the document.
        """
        entry = self.linked(of)
        known = self.offices.get((VOCABULARY.office(title), entry.speaker.id), ()) if entry else ()
        holders = [person for person in known if self.holds(person, title, of, date)]
        return holders[0] if len(holders) == 1 else None

    def holds(self, person: Entry, title: str, of: str, date: dt.date | None) -> bool:
        """Whether somebody held an office in the year of ``date``, or at any time without one."""
        wanted, entry = VOCABULARY.office(title), self.linked(of)
        return any(
            VOCABULARY.office(office.title) == wanted
            and self.linked(office.of) is entry
            and (date is None or office.held_on(date))
            for office in person.offices
        )

    def at(self, entry: Entry, date: dt.date | None) -> Speaker:
        """A person as of a date: somebody who then served another actor than the usual one counts for that one."""
        speaker = entry.speaker
        if date is None or speaker.kind != "person" or entry.is_own_actor:
            return speaker
        served = [office.of for office in entry.offices if office.held_on(date)]
        actors = {found.speaker.actor for of in served if (found := self.linked(of))}
        if len(actors) != 1 or speaker.actor in actors:
            return speaker
        return replace(speaker, parent=served[0], actor=actors.pop())

    def extended(self, entries: Iterable[Entry], where: str | None = None) -> Registry:
        """A registry with further entries; same ids are replaced. See :func:`build`."""
        return build((*self.entries.values(), *entries), where)


def build(entries: Iterable[Entry], where: str | None = None) -> Registry:
    """Index entries.

    Args:
        entries: later ones replace earlier ones of the same id.
        where: name of the file they come from, for the message.

    Raises:
        SpeakerError: two actors or bodies share a name.
    """
    by_id = {entry.speaker.id: entry for entry in entries}
    names: dict[str, Entry] = {}
    surnames: dict[str, list[Entry]] = {}
    demonyms: dict[str, str] = {}
    clashes: list[str] = []
    for entry in by_id.values():
        is_person = entry.speaker.kind == "person"
        for name in (entry.speaker.name, *entry.aliases):
            form = key(name)
            if is_person and " " not in form:
                surnames.setdefault(form, []).append(entry)
                continue
            known = names.setdefault(form, entry)
            if known is not entry and not (is_person and known.speaker.kind == "person"):
                clashes.append(f"{name!r} ({known.speaker.id} and {entry.speaker.id})")
        for word in entry.demonyms:
            demonyms.setdefault(key(word), entry.speaker.actor)
    if clashes:
        remedy = "give each name to one of them"
        raise SpeakerError(f"names shared by two speakers: {', '.join(clashes)}", where=where, remedy=remedy)
    registry = Registry(by_id, names, {name: tuple(found) for name, found in surnames.items()}, demonyms)
    offices: dict[tuple[str, str], dict[str, Entry]] = {}
    for entry in by_id.values():
        for office in entry.offices:
            of = registry.linked(office.of)
            if of is not None:
                place = VOCABULARY.office(office.title), of.speaker.id
                offices.setdefault(place, {})[entry.speaker.id] = entry
    held = {place: tuple(persons.values()) for place, persons in offices.items()}
    sharing = tuple(entry for entry in by_id.values() if entry.shared)
    return replace(registry, offices=held, titles=frozenset(title for title, _ in held), sharing=sharing)


def _check_links(registry: Registry, entries: Iterable[Entry], where: str) -> None:
    """Raise a :class:`SpeakerError` for parents, actors and offices of nobody."""
    problems = []
    for entry in entries:
        speaker = entry.speaker
        if speaker.actor not in registry.entries and not entry.is_own_actor:
            problems.append(f"{speaker.id}: no actor {speaker.actor!r}")
        links = [speaker.parent] if speaker.parent else []
        links += [office.of for office in entry.offices]
        problems += [f"{speaker.id}: nobody is called {name!r}" for name in links if registry.linked(name) is None]
    if problems:
        raise SpeakerError("; ".join(problems[:8]), where=where, remedy="add an [[actor]] of that id")


@cache
def load_registry(path: str | Path | None = None) -> Registry:
    """The shipped registry, or the shipped one extended by a user's file.

    Args:
        path: a TOML file of the same format; four lines add an actor.

    Raises:
        SpeakerError: the file is missing, no TOML, malformed, or contradicts the shipped one or itself.
    """
    if path is None:
        shipped = tomllib.loads(files("stance.speakers").joinpath("speakers.toml").read_text(encoding="utf-8"))
        return build(read_entries(shipped, "speakers.toml"))
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SpeakerError(f"cannot be read as TOML ({error})", where=path, remedy="pass a speaker file") from error
    entries = read_entries(data, str(path))
    registry = load_registry().extended(entries, str(path))
    _check_links(registry, entries, str(path))
    return registry
