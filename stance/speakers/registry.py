"""The registry of actors: states, unions, bodies and persons as data, and look-up by name."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import regex

from stance.errors import SpeakerError
from stance.types import Speaker

_WORD = regex.compile(r"[\p{L}\p{N}]+(?:['’.\-&][\p{L}\p{N}]+)*\.?")
_SHORT = 3

_FIELDS = {
    "actor": {"id", "name", "kind", "aliases", "demonym", "iso"},
    "body": {"id", "name", "actor", "parent", "aliases", "kind"},
    "person": {"id", "name", "aliases", "parent", "actor", "offices", "gender", "own_actor"},
}


@dataclass(frozen=True, slots=True)
class Office:
    """A title somebody held: of which actor or body, from and to which year (inclusive; ``None`` is open)."""

    title: str
    of: str
    since: int | None = None
    until: int | None = None

    def held_in(self, year: int | None) -> bool:
        """Whether it was held in a year; without a year, whether it is held still."""
        if year is None:
            return self.until is None
        return (self.since is None or self.since <= year) and (self.until is None or year <= self.until)


@dataclass(frozen=True, slots=True)
class Entry:
    """One actor, body or person of the registry."""

    speaker: Speaker
    aliases: tuple[str, ...]
    demonyms: tuple[str, ...] = ()
    offices: tuple[Office, ...] = ()
    gender: str | None = None


def key(name: str) -> str:
    """Form of a name for comparison: words only, casefolded unless it is an abbreviation of up to three capitals."""
    words = [word.rstrip(".").replace(".", "").replace("’", "'") for word in _WORD.findall(name)]
    if len(words) > 1 and words[0].casefold() == "the":
        words = words[1:]
    joined = " ".join(words)
    if joined.isupper() and len(joined) <= _SHORT:
        return joined
    return joined.casefold()


@dataclass(frozen=True)
class Registry:
    """All entries, found by id, by name, by demonym.

    Attributes:
        entries: id to entry.
        names: comparison form of every name and alias of actors and bodies, and every full name of persons.
        surnames: comparison form of one-word aliases of persons, possibly shared.
        demonyms: comparison form of adjectives and names of peoples, to actor id.
    """

    entries: Mapping[str, Entry]
    names: Mapping[str, Entry] = field(default_factory=dict)
    surnames: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    demonyms: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str) -> Entry | None:
        """The actor, body or person with exactly this name or alias."""
        return self.names.get(key(name))

    def actor_of(self, word: str) -> str | None:
        """The actor that an adjective or name of a people belongs to ("Kazakh" gives ``Kazakhstan``)."""
        return self.demonyms.get(key(word))

    def persons(self, surname: str) -> tuple[Entry, ...]:
        """Everybody known by a one-word name."""
        return self.surnames.get(key(surname), ())

    def holder(self, title: str, of: str, date: dt.date | None) -> Entry | None:
        """Who held an office in the year of ``date``; ``None`` if nobody known did, or several did (a handover)."""
        year = date.year if date else None
        holders = [
            entry
            for entry in self.entries.values()
            if any(office.title == title and office.of == of and office.held_in(year) for office in entry.offices)
        ]
        return holders[0] if len(holders) == 1 else None

    def at(self, entry: Entry, date: dt.date | None) -> Speaker:
        """A person as of a date: somebody who then served another actor than the usual one counts for that one."""
        speaker = entry.speaker
        if date is None or speaker.kind != "person":
            return speaker
        served = [office.of for office in entry.offices if office.held_in(date.year)]
        actors = {found.speaker.actor for of in served if (found := self.entries.get(of) or self.find(of))}
        counts_for_itself = self.find(speaker.actor) in (None, entry)
        if len(actors) != 1 or speaker.actor in actors or counts_for_itself:
            return speaker
        return replace(speaker, parent=served[0], actor=actors.pop())

    def extended(self, other: Registry) -> Registry:
        """A registry with the entries of another one added; same ids are replaced."""
        return build({**self.entries, **other.entries}.values())


def build(entries: Iterable[Entry]) -> Registry:
    """Index entries.

    Raises:
        SpeakerError: two actors or bodies share a name.
    """
    by_id: dict[str, Entry] = {}
    names: dict[str, Entry] = {}
    surnames: dict[str, list[Entry]] = {}
    demonyms: dict[str, str] = {}
    clashes: list[str] = []
    for entry in entries:
        by_id[entry.speaker.id] = entry
        is_person = entry.speaker.kind == "person"
        for name in (entry.speaker.name, *entry.aliases):
            form = key(name)
            if is_person and " " not in form:
                surnames.setdefault(form, []).append(entry)
                continue
            known = names.get(form)
            if known is not None and known.speaker.id != entry.speaker.id:
                if is_person and known.speaker.kind == "person":
                    continue
                clashes.append(f"{name!r} ({known.speaker.id} and {entry.speaker.id})")
            names[form] = entry
        for word in entry.demonyms:
            demonyms.setdefault(key(word), entry.speaker.actor)
    if clashes:
        raise SpeakerError(
            f"names shared by two speakers: {', '.join(clashes)}", remedy="give each name to one of them"
        )
    return Registry(by_id, names, {name: tuple(found) for name, found in surnames.items()}, demonyms)


def read_entries(data: Mapping[str, Any], where: str) -> list[Entry]:
    """Entries of a parsed speaker file.

    Raises:
        SpeakerError: unknown tables or fields, missing ids or names, parents and actors that do not exist.
    """
    problems = [f"unknown table [[{table}]]" for table in data if table not in _FIELDS]
    entries: list[Entry] = []
    for table, fields in _FIELDS.items():
        for number, row in enumerate(data.get(table, []), 1):
            label = f"[[{table}]] {row.get('id', f'number {number}')}"
            problems += [f"{label}: unknown field {name!r}" for name in row if name not in fields]
            missing = [name for name in ("id", "name") if not row.get(name)]
            if table != "actor" and not row.get("actor"):
                missing.append("actor")
            if missing:
                problems.append(f"{label}: no {' and no '.join(missing)}")
                continue
            kind = row.get("kind", {"actor": "organisation"}.get(table, table))
            offices = tuple(
                Office(o["title"].casefold(), o["of"], o.get("from"), o.get("to")) for o in row.get("offices", [])
            )
            speaker = Speaker(row["id"], row["name"], kind, row.get("parent"), row.get("actor", row["id"]))
            entries.append(
                Entry(speaker, tuple(row.get("aliases", ())), tuple(row.get("demonym", ())), offices, row.get("gender"))
            )
    if problems:
        raise SpeakerError("; ".join(problems[:8]), where=where, remedy="see the head of speakers.toml for the format")
    return entries


@cache
def load_registry(path: str | Path | None = None) -> Registry:
    """The shipped registry, or the shipped one extended by a user's file.

    Args:
        path: a TOML file of the same format; four lines add an actor.

    Raises:
        SpeakerError: the file is missing, no TOML, or malformed.
    """
    shipped = tomllib.loads(files("stance.speakers").joinpath("speakers.toml").read_text(encoding="utf-8"))
    base = build(read_entries(shipped, "speakers.toml"))
    if path is None:
        return base
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SpeakerError(f"cannot be read as TOML ({error})", where=path, remedy="pass a speaker file") from error
    return base.extended(build(read_entries(data, str(path))))
