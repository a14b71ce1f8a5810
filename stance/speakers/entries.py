"""The entries of a speaker file: actors, bodies and persons, read and checked."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import regex

from stance.errors import SpeakerError
from stance.types import Speaker

_WORD = regex.compile(r"[\p{L}\p{N}]+(?:['’.\-&][\p{L}\p{N}]+)*\.?")
# Apostrophes, and what stands for the glottal stop in "Nukuʻalofa".
_OKINA = regex.compile(r"(?<=\p{L})[’‘ʻʼʿʾ`´](?=\p{L})")
# Abbreviations of up to so many capitals keep them: "US" is not "us".
_SHORT = 3
# Problems listed in one message.
_MAX_PROBLEMS = 8

# Fields of each table and their types; lists hold strings, and offices are tables of their own.
_FIELDS: dict[str, dict[str, type]] = {
    "actor": {"id": str, "name": str, "kind": str, "aliases": list, "shared": list, "demonym": list, "iso": str},
    "body": {"id": str, "name": str, "actor": str, "parent": str, "aliases": list, "kind": str},
    "person": {
        "id": str,
        "name": str,
        "aliases": list,
        "parent": str,
        "actor": str,
        "offices": list,
        "gender": str,
        "own_actor": bool,
    },
}
_OFFICE: dict[str, type] = {"title": str, "of": str, "from": int, "to": int}
_GENDERS = ("m", "f")
_DEFAULT_KINDS = {"actor": "organisation"}


@dataclass(frozen=True, slots=True)
class Office:
    """A title somebody held: of which actor or body, from and to which year (inclusive; ``None`` is open)."""

    title: str
    of: str
    since: int | None = None
    until: int | None = None

    def held_on(self, date: dt.date) -> bool:
        """Whether it was held in the year of a date."""
        return (self.since is None or self.since <= date.year) and (self.until is None or date.year <= self.until)


@dataclass(frozen=True, slots=True)
class Entry:
    """One actor, body or person of the registry.

    Attributes:
        speaker: what statements of it are attributed to.
        aliases: other names.
        shared: names that somebody or something else has, too; see :func:`stance.speakers.shared.with_shared`.
        demonyms: adjectives and names of its people ("Kazakh").
        offices: what a person is or was.
        gender: ``m``, ``f`` or ``None``.
        is_own_actor: whether a person's statements count for the person alone, who need not be listed as an actor.
    """

    speaker: Speaker
    aliases: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    offices: tuple[Office, ...] = ()
    gender: str | None = None
    is_own_actor: bool = False


@lru_cache(maxsize=1 << 15)
def key(name: str) -> str:
    """Form of a name for comparison: words only, casefolded unless it is an abbreviation of up to three capitals."""
    words = [word.rstrip(".").replace(".", "") for word in _WORD.findall(_OKINA.sub("'", name))]
    if len(words) > 1 and words[0].casefold() == "the":
        words = words[1:]
    joined = " ".join(words)
    return joined if joined.isupper() and len(joined) <= _SHORT else joined.casefold()


def read_entries(data: Mapping[str, Any], where: str) -> list[Entry]:
    """Entries of a parsed speaker file, in its order.

    Args:
        data: the file.
        where: its name, for the message.

    Raises:
        SpeakerError: unknown tables or fields, wrong types, ids used twice, missing ids, names, actors or titles.
    """
    problems = [f"unknown table [[{table}]]" for table in data if table not in _FIELDS]
    entries: list[Entry] = []
    for table in _FIELDS:
        rows = data.get(table, [])
        if not isinstance(rows, list):
            problems.append(f"write [[{table}]], not [{table}]")
            continue
        for number, row in enumerate(rows, 1):
            found = list(_problems(table, row)) if isinstance(row, Mapping) else ["no table"]
            label = (row.get("id") if isinstance(row, Mapping) else None) or f"number {number}"
            problems += [f"[[{table}]] {label}: {problem}" for problem in found]
            if not found:
                entries.append(_entry(table, row))
    uses = Counter(entry.speaker.id for entry in entries)
    problems += [f"id {name!r} is used twice" for name, count in uses.items() if count > 1]
    if problems:
        raise SpeakerError(
            "; ".join(problems[:_MAX_PROBLEMS]), where=where, remedy="see the head of speakers.toml for the format"
        )
    return entries


def _problems(table: str, row: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one row."""
    yield from _wrong_fields(row, _FIELDS[table])
    for name in ("id", "name") if table == "actor" else ("id", "name", "actor"):
        value = row.get(name)
        # A name without a letter would be that of every mention without one.
        if not value or (isinstance(value, str) and not key(value)):
            yield f"no {name}"
    if row.get("gender", "m") not in _GENDERS:
        yield "gender is neither m nor f"
    for name in ("aliases", "shared", "demonym"):
        listed = row.get(name, [])
        if isinstance(listed, list) and not all(isinstance(word, str) and key(word) for word in listed):
            yield f"{name} is no list of names"
    offices = row.get("offices", [])
    for office in offices if isinstance(offices, list) else ():
        if not isinstance(office, Mapping) or not office.get("title") or not office.get("of"):
            yield "an office needs title and of"
        else:
            yield from _wrong_fields(office, _OFFICE)


def _wrong_fields(row: Mapping[str, Any], fields: Mapping[str, type]) -> Iterator[str]:
    for name, value in row.items():
        if name not in fields:
            yield f"unknown field {name!r}"
        elif not isinstance(value, fields[name]):
            yield f"{name} is no {fields[name].__name__}"


def _entry(table: str, row: Mapping[str, Any]) -> Entry:
    kind = row.get("kind", _DEFAULT_KINDS.get(table, table))
    return Entry(
        Speaker(row["id"], row["name"], kind, row.get("parent"), row.get("actor", row["id"])),
        tuple(row.get("aliases", ())),
        tuple(row.get("shared", ())),
        tuple(row.get("demonym", ())),
        tuple(Office(o["title"].casefold(), o["of"], o.get("from"), o.get("to")) for o in row.get("offices", ())),
        row.get("gender"),
        row.get("own_actor", False),
    )
