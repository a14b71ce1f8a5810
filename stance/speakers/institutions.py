"""Institutions named without their state, or by its capital only: "the foreign ministry", "the ministry in Moscow"."""

from __future__ import annotations

from dataclasses import replace

import regex

from stance.speakers.discourse import Discourse
from stance.speakers.entities import Cast, Entity, Found
from stance.speakers.entries import Entry
from stance.speakers.mentions import Reading, read_mention
from stance.speakers.names import without_possessive
from stance.speakers.vocabulary import VOCABULARY

# "Astana's foreign ministry", "the kingdom's army"; "the defence ministry in Baku".
_OWNED = regex.compile(r"(?P<owner>\P{Zs}{2,30}(?:\s\P{Zs}{2,30}){0,2}['’]s?)\s+(?P<organ>[^,]{3,60})")
_SITED = regex.compile(r"(?P<organ>[^,]{3,60}?)\s+(?:in|there)(?:\s+(?P<owner>\p{Lu}[^,]{1,30}))?")
_MINISTRY = regex.compile(r"(?i)\w+ ministry|ministry (?:of|for) [\w ]+")
_REASON = "description: the institution of the state spoken of"
# Institutions that a state has in others.
_ABROAD = {"embassy", "diplomats"}


class Institutions:
    """Gives institutions of one document the state that they belong to, and its name."""

    def __init__(self, cast: Cast, discourse: Discourse) -> None:
        self.cast, self.discourse = cast, discourse

    def resolve(self, reading: Reading) -> Found | None:
        """The institution of a state that is named by its capital, or by "the kingdom's"."""
        for pattern in (_OWNED, _SITED):
            match = pattern.fullmatch(reading.text)
            organ = self._organ(match["organ"]) if match else None
            if match is None or organ is None:
                continue
            owner = without_possessive(match["owner"] or "").removeprefix("the ")
            is_vague = not owner or owner.casefold() in VOCABULARY.states
            state = self._capital(owner) or (self._home() if is_vague else None)
            if state is not None:
                return Found(self._made(replace(reading, text=match["organ"], organ=organ), state), _REASON)
        return None

    def at_home(self, reading: Reading) -> Found | None:
        """That of the state just spoken of, else of the one that the document is about, for "the foreign ministry"."""
        is_bare = reading.organ not in _ABROAD and _is_bare(reading)
        state = self._home() if reading.organ and not reading.state and is_bare else None
        return Found(self._made(reading, state), _REASON) if state else None

    def of(self, owner: Entity, words: str) -> Reading | None:
        """The ministry of a minister, for "her ministry"; the state's own institution for "his foreign ministry"."""
        state = self.cast.registry.entries.get(owner.actor or "")
        if state is None or state.speaker.kind != "state":
            return None
        field = next((word for word in VOCABULARY.fields if word in owner.titles), None)
        organ_words = f"{field} {words}" if words == "ministry" and field else words
        organ = self._organ(organ_words)
        if organ is None or not organ.endswith("-ministry"):
            return None
        reading = read_mention(f"the {organ_words}", self.cast.registry)
        return self._reading(replace(reading, organ=organ), state)

    def _organ(self, words: str) -> str | None:
        return read_mention(f"the {words}", self.cast.registry).organ

    def _capital(self, name: str) -> Entry | None:
        """The state of a name that is neither its own nor that of its people."""
        entry = self.cast.registry.find(name) if name else None
        is_own = entry is None or entry.speaker.kind != "state" or name in (entry.speaker.name, entry.speaker.id)
        return None if is_own else entry

    def _home(self) -> Entry | None:
        """The one state that a document is about, else the one that was last a subject, itself or its servants."""
        entries = self.cast.registry.entries
        near = () if self.cast.is_about_one else self.discourse.nearby()
        for entity in near:
            state = entries.get(entity.actor or "")
            if state is not None and state.speaker.kind == "state":
                return state
        return entries.get(self.cast.topic or "")

    def _made(self, reading: Reading, state: Entry) -> Entity:
        return self.cast.named(self._reading(reading, state))

    def _reading(self, reading: Reading, state: Entry) -> Reading:
        """That of an institution under a name put together, which yields to one that the document has."""
        demonym = state.demonyms[0] if state.demonyms else state.speaker.name
        pattern = VOCABULARY.made.get(reading.organ or "", "{text} of {state}")
        name = pattern.format(text=reading.text, state=state.speaker.name, demonym=demonym)
        return replace(reading, text=name, body=state, serves=True, is_made=True)


def _is_bare(reading: Reading) -> bool:
    """Whether a description says no more than which institution it is."""
    pattern = VOCABULARY.organs.get(reading.organ or "", _MINISTRY)
    return pattern.fullmatch(reading.text) is not None
