"""Press releases and declarations in the third person: whoever issued them speaks in sentences about itself."""

from __future__ import annotations

from collections.abc import Sequence

from stance.segment.cues import LEXICON
from stance.speakers.entities import Entity

# What is issued; its resolution is whoever issued it.
_TEXTS = frozenset({"text", "statement", "declaration", "letter", "document", "communiqué", "release", "record"})


class Issuer:
    """Who issued a document, if it is known, and in which paragraph it has the word."""

    def __init__(self, entities: Sequence[Entity]) -> None:
        self._entities = tuple(entities)
        self._actors = {entity.actor for entity in entities} - {None}
        self._paragraph = -1

    def is_subject(self, words: str, named: Sequence[Entity], paragraph: int) -> bool:
        """Whether a sentence is about the issuer, which then has the word for the rest of the paragraph.

        Not where it is about the text that was issued ("The text was done in English"), or about "it", maybe rain.
        """
        low = words.casefold()
        is_other = not _TEXTS.isdisjoint(low.split()) or low in LEXICON.pronouns or low in LEXICON.subject_pronouns
        speaks = not is_other and any(entity in self._entities or entity.actor in self._actors for entity in named)
        self._paragraph = paragraph if speaks else self._paragraph
        return speaks

    def goes_on(self, paragraph: int) -> bool:
        """Whether it has had the word in a paragraph, and nobody else since."""
        return self._paragraph == paragraph

    def falls_silent(self) -> None:
        """Somebody else speaks."""
        self._paragraph = -1
