"""The speakers of one document while it is read: everything that was said to name each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import regex

from stance.speakers.entries import Entry
from stance.speakers.lookup import Lookup
from stance.speakers.mentions import Reading
from stance.speakers.names import core_words, lower_words
from stance.speakers.registry import Registry
from stance.speakers.scan import abbreviations, full_names, states_named
from stance.speakers.vocabulary import VOCABULARY
from stance.types import Speaker

# How much more often than any other the state is named that a document is about alone.
_CLEARLY = 2
# How many of those with a title are looked through.
_MOST = 200
# Spellings of one last name begin with the same letters.
_STEM = 3
# Institutions that have their name from their state if nothing but these words stands beside it.
_SHORT = {
    "foreign-ministry": frozenset({"foreign", "ministry", "of", "s"}),
    "government": frozenset({"government", "of", "s"}),
}
_NO_LETTER = regex.compile(r"[^\p{L}\p{N}]+")


@dataclass(slots=True, eq=False)
class Entity:
    """One speaker of a document.

    Attributes:
        name: the fullest name so far.
        number: place in the order of first mentions.
        entry: its entry in the registry, if it has one.
        kind: see :class:`Speaker`.
        body: the state or body that describes it ("the Dutch minister").
        serves: whether it speaks for that actor; ``None`` as long as the text does not tell.
        titles: words of its titles, in common spelling.
        called: those of them that the document gave it.
        heads: nouns it was called by.
        gender: ``m``, ``f`` or ``None``.
        is_made: whether the name was put together from a short one and the state ("the army").
        spelled: the name that the document has for a registered speaker, where it is not the registry's.
        dated: a registered person as of the document's date.
        issuer: for a text that speaks, whoever issued it, where the document tells that only later.
    """

    name: str
    number: int
    entry: Entry | None = None
    kind: str = "other"
    body: Entry | None = None
    serves: bool | None = None
    titles: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)
    gender: str | None = None
    is_made: bool = False
    spelled: str | None = None
    dated: Speaker | None = None
    issuer: Entity | None = None

    @property
    def is_person(self) -> bool:
        """Whether "he" or "she" can stand for it."""
        return self.kind in ("person", "office")

    @property
    def is_plural(self) -> bool:
        """Whether "they" stands for it in its own right."""
        return self.entry is None and not self.is_person and is_plural(self.name)

    @property
    def is_unnamed(self) -> bool:
        """Whether only a description of it is known, with no state or body in it."""
        return self.entry is None and self.body is None and self.kind != "person"

    @property
    def actor(self) -> str | None:
        """Id of the actor it belongs to, if any."""
        named = self.entry or self.body
        return named.speaker.actor if named else None

    def speaker(self) -> Speaker:
        """The speaker it stands for."""
        if self.issuer is not None:
            return self.issuer.speaker()
        if self.entry is not None:
            speaker = self.dated or self.entry.speaker
            return replace(speaker, name=self.spelled) if self.spelled else speaker
        slug = _NO_LETTER.sub("-", self.name.casefold()).strip("-") or "unnamed"
        return Speaker(slug, self.name, self.kind, self.actor, (self.serves and self.actor) or self.name)


class Found(NamedTuple):
    """Somebody whom a mention stands for, and in a few words how that was found out."""

    entity: Entity
    reason: str


def is_plural(name: str) -> bool:
    """Whether a description names several ("police", "EU leaders", "servicemen of the unit")."""
    words = core_words(name)
    return any(word in VOCABULARY.plurals or _has_plural_form(word) for word in words[:1] + words[-1:])


def _has_plural_form(word: str) -> bool:
    return word.endswith("men") or (word.endswith("s") and not word.endswith(("ss", "us")))


class Cast:
    """All entities of a document, found by name.

    Args:
        registry: known actors.
        text: the document; the names in it are collected before anything is resolved.
        date: its date.

    Attributes:
        entities: in order of first mention.
        abbreviations: those that the document explains, to the name in full.
        full_names: last names to the fullest name in the document.
        lookup: the names and lines of the document by what is asked for.
        topic: id of the state that the document is mostly about.
        is_about_one: whether it names that state much more often than any other.
    """

    def __init__(self, registry: Registry, text: str, date: dt.date | None) -> None:
        self.registry, self.text, self.date = registry, text, date
        self.entities: list[Entity] = []
        self.abbreviations = abbreviations(text)
        self.full_names = full_names(text, registry)
        self.lookup = Lookup(text, self.full_names)
        first, second = (*states_named(text, registry), (None, 0), (None, 0))[:2]
        self.topic = first[0]
        self.is_about_one = first[1] >= _CLEARLY * max(second[1], 1)
        self._by_name: dict[str, Entity] = {}
        # Those with a word in their titles, in the order in which they got it.
        self._by_title: dict[str, list[Entity]] = {}

    def named(self, reading: Reading) -> Entity:
        """The entity of a reading, made if it is new, enriched if it is known."""
        explained = self.abbreviations.get(reading.person or reading.text) if reading.entry is None else None
        if explained:
            reading = replace(reading, text=explained, person=None, entry=self.registry.find(explained))
        reading = _in_full(reading)
        name = reading.person or reading.text
        if reading.person and reading.entry is None:
            if " " not in name:
                name = self.full_names.get(name.casefold(), name)
            full = self.registry.find(name)
            if full is not None and full.speaker.kind == "person":
                reading = replace(reading, entry=full)
        entity = self._known(name, reading) or self._make(name, reading)
        self._enrich(entity, name, reading)
        return entity

    def registered(self, entry: Entry) -> Entity:
        """The entity of a registered speaker."""
        reading = Reading(entry.speaker.name, entry=entry)
        return self._known(entry.speaker.name, reading) or self._make(entry.speaker.name, reading)

    def mentioned(self, name: str, entry: Entry | None) -> Entity:
        """The entity of a bare name."""
        is_person = entry is None or entry.speaker.kind == "person"
        reading = Reading(name, entry=entry, person=name if is_person else None)
        return self._known(name, reading) or self._make(name, reading)

    def titled(self, titles: frozenset[str]) -> list[Entity]:
        """The entities that have all words of some titles; of a title of very many the first, which the rest cannot
        change: whoever looks for the only one does not find it."""
        few = min((self._by_title.get(title, []) for title in titles), key=len, default=[])
        return [entity for entity in few[:_MOST] if titles <= entity.titles]

    def describe(self, entity: Entity, reading: Reading) -> None:
        """Remember titles, state and gender of a person from words beside the name."""
        if reading.person is not None and reading.person.casefold() == entity.name.casefold():
            self._enrich(entity, reading.person, reading)

    def _known(self, name: str, reading: Reading) -> Entity | None:
        if reading.entry is not None:
            return self._by_name.get(f"id:{reading.entry.speaker.id}")
        low = name.casefold()
        found = self._by_name.get(low)
        last = low.rpartition(" ")[2]
        if found is None and last != low and last in self.full_names:
            found = self._by_name.get(last)
        if found is None and reading.organ and reading.state:
            found = self._by_name.get(f"{reading.state}:{reading.organ}")
        return found

    def _make(self, name: str, reading: Reading) -> Entity:
        entry = reading.entry
        entity = Entity(entry.speaker.name if entry else name, len(self.entities), entry, _kind(reading))
        entity.is_made = reading.is_made
        if entry:
            entity.gender = entry.gender
            entity.spelled = self._spelled(entry)
            entity.dated = self.registry.at(entry, self.date)
            entity.heads.update(lower_words(entry.speaker.name))
            entity.heads.update(core_words(alias)[-1] for alias in entry.aliases if " " in alias)
            self._entitle(entity, self._titles(entry))
            self._by_name[f"id:{entry.speaker.id}"] = entity
        else:
            self._by_name[name.casefold()] = entity
            if reading.person:
                self._by_name.setdefault(name.rpartition(" ")[2].casefold(), entity)
            if reading.organ and reading.state:
                self._by_name[f"{reading.state}:{reading.organ}"] = entity
        self.entities.append(entity)
        return entity

    def _enrich(self, entity: Entity, name: str, reading: Reading) -> None:
        """Remember what a further mention tells of an entity."""
        self._entitle(entity, reading.titles)
        entity.called |= reading.titles
        if reading.head:
            entity.heads.add(reading.head)
        entity.gender = reading.gender or entity.gender or VOCABULARY.gender_of_name(entity.name)
        entity.body = entity.body or reading.body
        if entity.body is None and reading.organ and reading.is_definite:
            # "The ministry" without a name is that of the country the document is about.
            entity.body = self.registry.entries.get(self.topic or "")
        if entity.entry is not None:
            self._date(entity, entity.entry, reading.body)
            return
        if reading.person is not None and len(name.split()) > len(entity.name.split()):
            entity.name = name
        is_longer = len(reading.text) > len(entity.name)
        if reading.person is None and reading.organ and (entity.is_made or is_longer) and not reading.is_made:
            entity.name, entity.is_made = reading.text, False
        if entity.serves is None:
            entity.serves = True if reading.serves is None and reading.organ else reading.serves

    def _entitle(self, entity: Entity, titles: Iterable[str]) -> None:
        for title in titles:
            if title not in entity.titles:
                entity.titles.add(title)
                self._by_title.setdefault(title, []).append(entity)

    def _date(self, entity: Entity, entry: Entry, body: Entry | None) -> None:
        """Let a registered person serve the actor named as such, where no date tells whom ("Polish premier Tusk")."""
        if self.date or body is None or entry.is_own_actor or body.speaker.actor == entry.speaker.actor:
            return
        if any(self.registry.linked(office.of) is body for office in entry.offices):
            entity.dated = replace(entry.speaker, parent=body.speaker.id, actor=body.speaker.actor)

    def _titles(self, entry: Entry) -> set[str]:
        """Words of the titles that a person holds at the document's date; all ever held if none is known to be."""
        held = [office for office in entry.offices if self.date and office.held_on(self.date)] or entry.offices
        titles = (f"{VOCABULARY.spelled(office.title)} {VOCABULARY.office(office.title)}" for office in held)
        return {word for title in titles for word in title.split()}

    def _spelled(self, entry: Entry) -> str | None:
        """The fullest name of a registered person or body in the document, ``None`` for the registry's own."""
        speaker = entry.speaker
        if speaker.kind in ("state", "union") or speaker.name in self.text:
            return None
        is_person = speaker.kind == "person"
        # "The West African bloc" describes: the last word of a name has a capital.
        names = [name for name in entry.aliases if (" " in name or not is_person) and name.split()[-1][0].isupper()]
        found = max((name for name in names if name in self.text), key=len, default=None)
        return found or (self._respelled(speaker.name, entry.aliases) if is_person else None)

    def _respelled(self, name: str, aliases: Iterable[str]) -> str | None:
        """A person's name with the last name as the document spells it ("Vasily Nebenzia")."""
        first, _, last = name.rpartition(" ")
        if not first or last in self.text:
            return None
        other = next((a for a in aliases if " " not in a and a[:_STEM] == last[:_STEM] and a in self.text), None)
        return f"{first} {other}" if other else None


def _in_full(reading: Reading) -> Reading:
    """An institution called for short ("the Norwegian foreign ministry") under the name that it has everywhere."""
    state, short = reading.body, _SHORT.get(reading.organ or "", frozenset())
    if state is None or state.speaker.kind != "state" or reading.entry is not None or reading.person is not None:
        return reading
    if reading.is_made or not reading.words or not reading.words <= short:
        return reading
    name = VOCABULARY.made[reading.organ or ""].format(state=state.speaker.name)
    return replace(reading, text=name, is_made=True)


def _kind(reading: Reading) -> str:
    """Kind of the speaker that a reading names."""
    if reading.entry:
        return reading.entry.speaker.kind
    if reading.person:
        return "person"
    if reading.office or VOCABULARY.is_person(reading.head):
        return "office" if reading.office or reading.serves else "person"
    if reading.organ and reading.organ != "diplomats":
        return "body"
    if VOCABULARY.is_group(reading.head) or (_has_plural_form(reading.head) and reading.head in reading.text):
        return "group"  # a capital would make it a name
    return "body" if reading.head in VOCABULARY.institutions else "other"
