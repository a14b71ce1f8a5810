"""Who speaks in an attribution: its mention resolved, with the day and how sure that is."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from stance.segment.attribution import Attribution
from stance.segment.constructions import main_subject
from stance.segment.context import around, outside
from stance.segment.dates import issued_texts, said_on, text_named
from stance.segment.tokens import Sentence
from stance.speakers.entities import Entity
from stance.speakers.mentions import Mention
from stance.speakers.resolve import Resolver

CONFIDENCE = {
    "finite": 0.95,
    "coordinated": 0.9,
    "inverted": 0.95,
    "participle": 0.85,
    "according": 0.9,
    "colon": 0.9,
    "passive": 0.75,
    "tagged": 1.0,
}

# How many words before a mention may tell whose "his office" is.
_MAX_BEFORE = 200

# Why somebody speaks whom no mention names.
AUTHOR, GOES_ON = "the document's author", "goes on speaking"


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody speaking: who, when, how sure that is, by which mention, and why it stands for them."""

    speakers: tuple[Entity, ...]
    date: dt.date | None
    confidence: float
    mention: Mention | None = None
    reason: str | None = None


class Voices:
    """The speakers of a document; ``date`` is its own, from which weekdays count back."""

    def __init__(self, text: str, resolver: Resolver, date: dt.date | None) -> None:
        self.text, self.resolver, self.date = text, resolver, date
        # By what each text is called the places where it was said to come out, in order, and the days.
        self.issued: dict[str, tuple[list[int], list[dt.date]]] = {}
        for end, called, day in issued_texts(text, date):
            ends, days = self.issued.setdefault(called, ([], []))
            ends.append(end)
            days.append(day)

    def speaking(self, sentence: Sentence, attribution: Attribution) -> Voice:
        """Who speaks in an attribution, and when."""
        voice = self._named(sentence, attribution)
        outer = attribution.within
        return (outer and self._own_state(sentence, outer, voice.speakers)) or voice

    def _named(self, sentence: Sentence, attribution: Attribution) -> Voice:
        """Whom an attribution names."""
        first, behind = attribution.subject
        start = sentence.tokens[first].start
        before = outside(sentence, first, max(0, first - _MAX_BEFORE))
        mention = Mention(self.text[start : sentence.tokens[behind - 1].end], start, before=before)
        resolved = self.resolver.resolve(mention)
        words = around(self.text, sentence.tokens, attribution)
        date = said_on(words, self.date) or self._issued(words, start) or self.date
        sure = CONFIDENCE[attribution.role] * resolved.certainty
        return Voice(resolved.entities, date, sure, mention, resolved.reason)

    def _issued(self, words: str, before: int) -> dt.date | None:
        """The day on which the text that words refer to came out, where the document has told it."""
        ends, days = self.issued.get(text_named(words) or "", ([], []))
        place = bisect_right(ends, before)
        return days[place - 1] if place else None

    def _own_state(self, sentence: Sentence, outer: Attribution, named: Sequence[Entity]) -> Voice | None:
        """Who has the words where the inner speaker is the outer one's own state ("Doe said Norway had asked …")."""
        voice = self._named(sentence, outer)
        states = {entity.entry.speaker.id for entity in named if entity.entry and entity.entry.speaker.kind == "state"}
        is_own = len(states) == 1 and {entity.actor for entity in voice.speakers} == states
        return voice if is_own and not any(e in voice.speakers for e in named) else None

    def subject(self, sentence: Sentence) -> Mention | None:
        """Whom a sentence is about that reports nothing: "he" and "it" of the next one may stand for that."""
        span = main_subject(sentence, len(sentence.tokens))
        if span is None:
            return None
        start = sentence.tokens[span[0]].start
        return Mention(self.text[start : sentence.tokens[span[1] - 1].end], start, before=outside(sentence, span[0]))
