"""Who was spoken of when: the order that decides what "he", "it" and "they" stand for."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from itertools import islice

from stance.speakers.entities import Entity

# How many sentences back a pronoun reaches, and a speaker outranks those merely mentioned since.
_REACH, _SPEAKER_REACH = 6, 3
# How many sentences back somebody is looked for whom a description fits that was not used before.
_NEARBY = 2
# How sure a pronoun is at the least.
_LEAST = 0.5
# How many entities back a description ("the ministry") is looked for; it keeps long documents linear.
_MEMORY = 200


class Weight(IntEnum):
    """How prominent an entity was in a sentence."""

    MENTIONED = 1
    FIRST = 2
    SUBJECT = 3
    SPEAKING = 4


class Discourse:
    """Entities by how recently and how prominently they were seen; sentences are counted from 0."""

    def __init__(self) -> None:
        self._sentence = 0
        # Sentence and weight at which each was last seen, the latest at the end.
        self._seen: dict[Entity, tuple[int, Weight]] = {}
        # Several who spoke together, and in which sentence.
        self._joint: tuple[int, tuple[Entity, ...]] = (0, ())

    def next_sentence(self) -> None:
        """Close a sentence."""
        self._sentence += 1

    def see(self, entity: Entity, weight: Weight) -> None:
        """Remember an entity of the current sentence; speaking outranks what is said of it besides."""
        last = self._seen.get(entity)
        if last is None or last[0] < self._sentence or weight > last[1]:
            self._seen.pop(entity, None)
            self._seen[entity] = (self._sentence, weight)

    def speak(self, entities: tuple[Entity, ...]) -> None:
        """Remember who speaks in the current sentence."""
        for entity in entities:
            self.see(entity, Weight.SPEAKING)
        if len(entities) > 1:
            self._joint = (self._sentence, entities)

    def latest(self, *, speaking: bool = False) -> list[Entity]:
        """The entities last seen, the latest and most prominent first; on demand only those last seen speaking."""
        found = (e for e in reversed(self._seen) if not speaking or self._seen[e][1] == Weight.SPEAKING)
        return self._sorted(islice(found, _MEMORY))

    def has_spoken(self, entity: Entity) -> bool:
        """Whether an entity spoke when it was last seen."""
        return self._seen[entity][1] == Weight.SPEAKING

    def is_near(self, entity: Entity) -> bool:
        """Whether an entity was seen in this sentence or the few before."""
        return entity in self._seen and self._sentence - self._seen[entity][0] <= _NEARBY

    def nearby(self) -> list[Entity]:
        """Entities prominent in this sentence and the few before, the latest first."""
        return [
            e
            for e in self._recent()
            if self._seen[e][1] > Weight.MENTIONED and self._sentence - self._seen[e][0] <= _NEARBY
        ]

    def pronoun(self, word: str) -> tuple[tuple[Entity, ...], float]:
        """Whom "he", "she", "it" or "they" stands for, and how sure that is, in [0, 1].

        It is the surer the nearer the entity is, and the fewer others the word could stand for.
        """
        recent = self._recent()
        if word in ("he", "she"):
            gender = "m" if word == "he" else "f"
            people = [e for e in recent if e.is_person and (e.gender or gender) == gender]
            people.sort(key=self._is_prominent, reverse=True)
            return self._choice(people)
        things = [e for e in recent if not e.is_person and self._seen[e][1] > Weight.MENTIONED]
        if word == "it":
            things = [e for e in things if not e.is_plural]
            # A speaker before a mere mention: what "it" says, it mostly began to say some sentences ago.
            things.sort(key=self._is_prominent, reverse=True)
            return self._choice(things)
        things.sort(key=lambda e: e.is_plural, reverse=True)
        sentence, together = self._joint
        is_near = bool(together) and self._sentence - sentence <= _SPEAKER_REACH
        if is_near and not any(e.is_plural and self._seen[e][0] > sentence for e in things[:1]):
            return together, self._certainty(sentence, [])
        return self._choice(things)

    def _choice(self, candidates: list[Entity]) -> tuple[tuple[Entity, ...], float]:
        """The first candidate and how sure it is."""
        if not candidates:
            return (), _LEAST
        sentence = self._seen[candidates[0]][0]
        return tuple(candidates[:1]), self._certainty(sentence, candidates[1:])

    def _certainty(self, sentence: int, others: list[Entity]) -> float:
        """How sure it is that somebody last seen in a sentence is meant, and none of the others."""
        distance = max(self._sentence - sentence - 1, 0)
        has_rival = any(self._seen[other][0] >= sentence for other in others)
        return round(max(0.9 - 0.05 * distance - 0.1 * has_rival, _LEAST), 3)

    def _is_prominent(self, entity: Entity) -> bool:
        sentence, weight = self._seen[entity]
        return weight >= Weight.SUBJECT and self._sentence - sentence <= _SPEAKER_REACH

    def _recent(self) -> list[Entity]:
        found = []
        for entity in reversed(self._seen):
            if self._sentence - self._seen[entity][0] > _REACH:
                break
            found.append(entity)
        return self._sorted(iter(found))

    def _sorted(self, entities: Iterator[Entity]) -> list[Entity]:
        """The latest first; within a sentence the most prominent, then the one that came up first in the document."""
        return sorted(entities, key=lambda e: (-self._seen[e][0], -self._seen[e][1], e.number))
