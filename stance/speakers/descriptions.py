"""Descriptions ("the ministry", "the Ukrainian president", "diplomats"): somebody of the document or the registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import regex

from stance.speakers.discourse import Discourse
from stance.speakers.entities import Cast, Entity, Found
from stance.speakers.institutions import Institutions
from stance.speakers.mentions import Reading
from stance.speakers.names import lower_words
from stance.speakers.offices import Offices
from stance.speakers.vocabulary import VOCABULARY

_AGED = regex.compile(r"(\d{1,3})-year-old\b")
# Why a description stands for somebody whom nothing else ties to it.
LAST_FIT = "description: the last person it fits"
_COUNTS = {"both": 2, "two": 2, "three": 3, "four": 4}


class Descriptions:
    """Resolves descriptions in one document."""

    def __init__(self, cast: Cast, discourse: Discourse) -> None:
        self.cast, self.discourse = cast, discourse
        self.registry, self.offices = cast.registry, Offices(cast, discourse)
        self.institutions = Institutions(cast, discourse)

    def resolve(self, reading: Reading) -> Found | None:
        """Somebody already known, or an office-holder; ``None`` if the description is all there is."""
        if reading.office and reading.body:
            return self.offices.holder(reading.office, reading)
        made, head = self.institutions.resolve(reading), reading.head
        if made is not None or not head or (reading.organ and reading.state):
            return made
        if not reading.is_definite and not (head.endswith("s") and " " not in reading.text):
            return None
        known = self._known(reading)
        if known is not None or VOCABULARY.is_person(head):
            return known or self.offices.former(reading) or self._person(reading)
        return self._of_sort(reading) or self.institutions.at_home(reading)

    def _known(self, reading: Reading) -> Found | None:
        """Somebody of that age, of that state, or who was called so before."""
        if (aged := self._aged(reading)) is not None:
            return aged
        if (called := self._called(reading)) is not None:
            return Found(called, f"description: the last called {reading.head}")
        national = self._national(reading)
        return Found(national, "description: the last person of that state") if national else None

    def _person(self, reading: Reading) -> Found | None:
        """The holder of an office of the state that the document is about, or a person just spoken of."""
        topic = self.registry.entries.get(self.cast.topic or "")
        held = replace(reading, body=topic) if reading.office and topic else None
        named = self.offices.holder(held.office, held, is_named=True) if held and held.office else None
        if named is not None:
            return named
        if (near := self._nearby(reading) or self._epithet(reading)) is not None:
            return Found(near, LAST_FIT)
        return self.offices.holder(held.office, held) if held and held.office else None

    def _aged(self, reading: Reading) -> Found | None:
        """Whoever has the age of "the 67-year-old" in the document, else the last person who spoke."""
        age = _AGED.match(reading.text)
        if age is None:
            return None
        persons = [e for e in self.discourse.latest() if e.kind == "person"]
        persons = [e for e in persons if reading.gender is None or e.gender in (None, reading.gender)]
        for entity in persons:
            if self.cast.lookup.has_age(entity.name.rpartition(" ")[2], age[1]):
                return Found(entity, "description: the person of that age")
        near = [e for e in persons if self.discourse.is_near(e)]
        return Found(near[0], "description: the last person spoken of") if near else None

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
            if reading.head == "secretary-general" and entity.body and entity.body.speaker.kind == "state":
                continue  # a delegate of a state is not the head of an organisation
            # A run of capitals may be anything, unless it speaks or begins with a first name.
            if not (entity.gender or entity.entry or self.discourse.has_spoken(entity)):
                continue
            if reading.gender is None or entity.gender in (None, reading.gender):
                return entity
        return None

    def _epithet(self, reading: Reading) -> Entity | None:
        """The last person who spoke, for a noun that tells what else he or she is ("the general", "the lawyer")."""
        head = VOCABULARY.spelled(reading.head)
        says_more = bool(reading.words - {reading.head} - VOCABULARY.qualifiers)
        if reading.office or reading.body or head in VOCABULARY.deputies or says_more:
            return None
        for entity in self.discourse.nearby():
            if entity.kind == "person" and self.discourse.has_spoken(entity):
                return entity if reading.gender is None or entity.gender in (None, reading.gender) else None
        return None

    def _called(self, reading: Reading) -> Entity | None:
        """Somebody of the document who was called so before."""
        is_office = VOCABULARY.spelled(reading.text) in VOCABULARY.offices  # "the head of state" says no more
        words = frozenset[str]() if is_office else reading.words - {reading.head}
        office = frozenset((reading.office or "").split())
        for entity in self.discourse.latest():
            if reading.state and entity.actor != reading.state:
                continue
            if not office <= entity.titles or (reading.gender and entity.gender not in (None, reading.gender)):
                continue
            if reading.body and reading.body.speaker.kind == "body" and entity.body not in (None, reading.body):
                continue
            if not self._is_called(entity, reading):
                continue
            if not words or words & entity.titles or not words.isdisjoint(lower_words(entity.name)):
                return entity
        return None

    def _is_called(self, entity: Entity, reading: Reading) -> bool:
        """Whether the noun of a description, its office, or a title that it takes in was used of somebody."""
        if reading.head in entity.heads or VOCABULARY.spelled(reading.head) in entity.titles:
            return True
        wider = VOCABULARY.wider.get(reading.head, frozenset())
        return bool(reading.office and entity.is_person) or not wider.isdisjoint(entity.called)

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

    def _of_sort(self, reading: Reading) -> Found | None:
        """The latest mission, union, state or body of a sort, for a noun that says no more than that."""
        seen = [e for e in self.discourse.latest() if not reading.state or e.actor == reading.state]
        reason = f"description: the last that is a {reading.head}"
        if reading.head in VOCABULARY.missions:
            return _first((e for e in seen if e.heads & VOCABULARY.missions), reason)
        is_name = not reading.body and any(word[:1].isupper() for word in reading.text.split()[:-1])
        is_bare = not set(lower_words(reading.text)) - {reading.head}
        if reading.head in VOCABULARY.unions and not is_name:
            kinds = {"union"} if reading.head in {"bloc", "union"} else {"union", "organisation", "ngo", "group"}
            kinds |= {"body"} if reading.head in {"agency", "body"} and not reading.words - {reading.head} else set()
            found = _first((e for e in seen if e.kind in kinds), reason)
            if found is not None or not is_bare:
                return found
        if reading.head in VOCABULARY.states and is_bare:
            return _first((e for e in seen if e.kind == "state"), reason)
        sort = VOCABULARY.sorts.get(reading.head)
        if sort is None or not is_bare or is_name:
            return None
        return _first((e for e in seen if e.kind in sort or (not e.is_person and e.heads & sort)), reason)


def _first(entities: Iterator[Entity], reason: str) -> Found | None:
    """The first of some entities as what was found."""
    entity = next(entities, None)
    return Found(entity, reason) if entity else None
