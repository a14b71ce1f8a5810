"""Who holds an office: somebody of the document first, else the registry by the document's date."""

from __future__ import annotations

from dataclasses import replace

from stance.speakers.discourse import Discourse
from stance.speakers.entities import Cast, Entity, Found
from stance.speakers.entries import Entry
from stance.speakers.mentions import Reading


class Offices:
    """Resolves titles in one document."""

    def __init__(self, cast: Cast, discourse: Discourse) -> None:
        self.cast, self.discourse = cast, discourse
        self.registry, self.date = cast.registry, cast.date
        # Registered persons who held some office and whom the document names.
        found = (self.registry.find(name) for name in cast.full_names.values())
        self._named = [entry for entry in found if entry is not None and entry.offices]

    def holder(self, office: str, reading: Reading, *, is_named: bool = False) -> Found | None:
        """Who holds an office.

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
                return Found(entity, "holder of the office, named before")
        for body in of:
            named = [entry for entry in self._named if self.registry.holds(entry, office, body, self.date)]
            holder = named[0] if named else None
            reason = "holder of the office, named in the document"
            if holder is None and self.date and not is_named:
                holder = self.registry.holder(office, body, self.date)
                reason = f"holder of the office on {self.date}"
            if holder is not None and _may_be(reading, holder):
                return Found(self.cast.named(replace(reading, entry=holder)), reason)
        return None

    def former(self, reading: Reading) -> Found | None:
        """The only person whom the document names and who held the office of "the former Irish premier" before."""
        office, body = reading.former, reading.body or self.registry.entries.get(self.cast.topic or "")
        if not (office and body and reading.is_definite):
            return None
        of = body.speaker.id
        held = [entry for entry in self._named if self.registry.holds(entry, office, of, None)]
        left = [e for e in held if self.date is None or not self.registry.holds(e, office, of, self.date)]
        found = [entry for entry in left if _may_be(reading, entry)]
        if len(found) != 1:
            return None
        return Found(self.cast.registered(found[0]), "former holder of the office, named in the document")

    def _holds(self, entity: Entity, office: str, of: list[str], reading: Reading) -> bool:
        """Whether somebody of the document is known, or was called, the holder of an office."""
        if reading.gender and entity.gender not in (None, reading.gender):
            return False
        if entity.entry is not None and entity.entry.offices:
            return any(self.registry.holds(entity.entry, office, body, self.date) for body in of)
        return entity.is_person and entity.actor in of and set(office.split()) <= entity.titles


def _may_be(reading: Reading, entry: Entry) -> bool:
    """Whether the gender of a description, if it tells one, does not speak against a person."""
    return reading.gender is None or entry.gender in (None, reading.gender)
