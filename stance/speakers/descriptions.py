"""Descriptions ("the ministry", "the Ukrainian president", "diplomats"): somebody of the document or the registry."""

from __future__ import annotations

from dataclasses import replace

from stance.speakers.discourse import Discourse
from stance.speakers.entities import Cast, Entity
from stance.speakers.mentions import Reading
from stance.speakers.names import lower_words
from stance.speakers.vocabulary import VOCABULARY

_COUNTS = {"both": 2, "two": 2, "three": 3, "four": 4}


class Descriptions:
    """Resolves descriptions in one document."""

    def __init__(self, cast: Cast, discourse: Discourse) -> None:
        self.cast, self.discourse = cast, discourse
        self.registry, self.date = cast.registry, cast.date
        # Registered persons who held some office and whom the document names.
        found = (self.registry.find(name) for name in cast.full_names.values())
        self._named = [entry for entry in found if entry is not None and entry.offices]

    def resolve(self, reading: Reading) -> Entity | None:
        """Somebody already known, or an office-holder; ``None`` if the description is all there is."""
        if reading.office and reading.body:
            return self._holder(reading.office, reading)
        head = reading.head
        if not head or (reading.organ and reading.state):
            return None
        if not reading.is_definite and not (head.endswith("s") and " " not in reading.text):
            return None
        called = self._called(reading) or self._national(reading)
        if called is not None:
            return called
        if not VOCABULARY.is_person(head):
            return self._of_sort(reading)
        topic = self.registry.entries.get(self.cast.topic or "")
        held = replace(reading, body=topic) if reading.office and topic else None
        named = self._holder(held.office, held, is_named=True) if held and held.office else None
        return named or self._nearby(reading) or (self._holder(held.office, held) if held and held.office else None)

    def several(self, reading: Reading) -> tuple[Entity, ...]:
        """The last so many persons of the document with the title in "the two ministers"."""
        count = next((_COUNTS[word] for word in lower_words(reading.text) if word in _COUNTS), 0)
        title = VOCABULARY.spelled(reading.head.removesuffix("s"))
        if not count or not VOCABULARY.is_person(title):
            return ()
        named = [e for e in self.discourse.latest() if e.kind == "person"]
        if title not in VOCABULARY.vague:
            named = [e for e in named if title in e.titles]
        found = sorted(named[:count], key=lambda e: e.number)
        return tuple(found) if len(found) == count else ()

    def _nearby(self, reading: Reading) -> Entity | None:
        """A person just spoken of whose known titles do not speak against the description."""
        says_more = bool(reading.words - {reading.head} - VOCABULARY.qualifiers)
        is_vague = reading.head in VOCABULARY.vague and not says_more
        for entity in self.discourse.nearby():
            known = entity.titles if reading.office else entity.called
            if entity.kind != "person" or (known and not is_vague):
                continue
            if reading.state and entity.actor != reading.state and not (is_vague and entity.actor is None):
                continue
            # A run of capitals may be anything, unless it speaks or begins with a first name.
            if not (entity.gender or entity.entry or self.discourse.has_spoken(entity)):
                continue
            if reading.gender is None or entity.gender in (None, reading.gender):
                return entity
        return None

    def _called(self, reading: Reading) -> Entity | None:
        """Somebody of the document who was called so before."""
        words = reading.words - {reading.head}
        office = frozenset((reading.office or "").split())
        for entity in self.discourse.latest():
            if reading.state and entity.actor != reading.state:
                continue
            if not office <= entity.titles or (reading.gender and entity.gender not in (None, reading.gender)):
                continue
            if reading.body and reading.body.speaker.kind == "body" and entity.body not in (None, reading.body):
                continue
            if reading.head not in entity.heads and VOCABULARY.spelled(reading.head) not in entity.titles:
                continue
            if not words or words & entity.titles or not words.isdisjoint(lower_words(entity.name)):
                return entity
        return None

    def _national(self, reading: Reading) -> Entity | None:
        """A person just spoken of, for "the Nigerian"."""
        actor = self.registry.actor_of(reading.text) if reading.is_definite else None
        if actor is None or reading.text.endswith("s"):
            return None
        kinds = {"state": {actor}}
        for entity in self.discourse.nearby():
            other = self.registry.entries.get(entity.actor or "")
            is_other = other is not None and other.speaker.id not in kinds.get(other.speaker.kind, {other.speaker.id})
            if entity.kind == "person" and not is_other:
                return entity
        return None

    def _of_sort(self, reading: Reading) -> Entity | None:
        """The latest mission, union or state, for a noun that says no more than that."""
        seen = [e for e in self.discourse.latest() if not reading.state or e.actor == reading.state]
        if reading.head in VOCABULARY.missions:
            return next((e for e in seen if e.heads & VOCABULARY.missions), None)
        is_name = not reading.body and any(word[:1].isupper() for word in reading.text.split()[:-1])
        if reading.head in VOCABULARY.unions and not is_name:
            kinds = {"union"} if reading.head in {"bloc", "union"} else {"union", "organisation", "ngo", "group"}
            kinds |= {"body"} if reading.head in {"agency", "body"} and not reading.words - {reading.head} else set()
            return next((e for e in seen if e.kind in kinds), None)
        is_bare = not set(lower_words(reading.text)) - {reading.head}
        if reading.head in VOCABULARY.states and is_bare:
            return next((e for e in seen if e.kind == "state"), None)
        return None

    def _holder(self, office: str, reading: Reading, *, is_named: bool = False) -> Entity | None:
        """Who holds an office: somebody of the document first, else the registry by the document's date.

        Args:
            office: as it is looked up.
            reading: of the description.
            is_named: whether only somebody whom the document names will do.
        """
        if reading.body is None:
            return None
        of = [reading.body.speaker.id]
        of += [reading.body.speaker.actor] if reading.body.speaker.actor != of[0] else []
        for entity in self.discourse.latest():
            if self._holds(entity, office, of, reading):
                return entity
        for body in of:
            named = [entry for entry in self._named if self.registry.holds(entry, office, body, self.date)]
            holder = named[0] if named else None
            if holder is None and self.date and not is_named:
                holder = self.registry.holder(office, body, self.date)
            if holder is not None and (reading.gender is None or holder.gender in (None, reading.gender)):
                return self.cast.named(replace(reading, entry=holder))
        return None

    def _holds(self, entity: Entity, office: str, of: list[str], reading: Reading) -> bool:
        """Whether somebody of the document is known, or was called, the holder of an office."""
        if reading.gender and entity.gender not in (None, reading.gender):
            return False
        if entity.entry is not None and entity.entry.offices:
            return any(self.registry.holds(entity.entry, office, body, self.date) for body in of)
        return entity.is_person and entity.actor in of and set(office.split()) <= entity.titles
