"""The statements found in a document: added one by one, then put in order, none of them over another."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from stance.segment.quotes import Quote
from stance.segment.spans import Span, count_words, kind_of, pieces, strip
from stance.segment.tagger import Floats, SentenceTagger
from stance.segment.tokens import Token
from stance.segment.voices import Voice
from stance.speakers.entities import Entity
from stance.types import Kind, Speaker, Statement

# What an inner act leaves of the words around it counts where it holds so many of them.
_MIN_SHARE = 0.75


class Found:
    """The statements of a document, with the entities that speak, whose names are settled only at its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.items: list[tuple[Statement, tuple[Entity, ...]]] = []

    def __len__(self) -> int:
        return len(self.items)

    def take(self, span: Span, quotes: Sequence[Quote], voice: Voice, kind: Kind | None = None) -> None:
        """Add a content, cut into sentences; without a ``kind`` it depends on the quotations in each."""
        for piece in pieces(self.text, span, quotes):
            self.add(piece, voice, kind or kind_of(self.text, piece, quotes))

    def add(self, span: Span, voice: Voice, kind: Kind) -> None:
        """Add one statement."""
        start, end = span
        statement = Statement(
            text=self.text[start:end],
            start=start,
            end=end,
            source=voice.mention.text if voice.mention else None,
            source_start=voice.mention.start if voice.mention else None,
            kind=kind,
            date=voice.date,
            confidence=round(voice.confidence, 3),
            reason=voice.reason,
        )
        self.items.append((statement, voice.speakers))

    def overlaps(self, span: Span, since: int) -> bool:
        """Whether a statement added at a place or later shares a code point with a span."""
        return any(statement.start < span[1] and span[0] < statement.end for statement, _ in self.items[since:])

    def weigh(self, since: int, tokens: Sequence[Token], inside: Floats, tagger: SentenceTagger) -> None:
        """Let the tagger say how sure the statements of a sentence are.

        Args:
            since: place of the first statement of the sentence.
            tokens: those of the sentence.
            inside: for each token the probability that it belongs to a statement.
            tagger: gives the confidence.
        """
        for place in range(since, len(self.items)):
            statement, speakers = self.items[place]
            within = [
                probability
                for token, probability in zip(tokens, inside, strict=True)
                if statement.start <= token.start and token.end <= statement.end
            ]
            support = float(np.mean(within)) if within else 0.0
            confidence = tagger.confidence(statement.confidence, support)
            self.items[place] = replace(statement, confidence=round(confidence, 3)), speakers

    def give(self, places: Iterable[int], speakers: tuple[Entity, ...]) -> None:
        """Let others have said the statements at some places."""
        for place in places:
            self.items[place] = self.items[place][0], speakers

    def settled(self) -> list[Statement]:
        """All statements in order, their speakers named; of two that overlap the inner, shorter one keeps its span."""
        taken: list[tuple[int, int, int]] = []
        for place in sorted(range(len(self.items)), key=self._length):
            statement = self.items[place][0]
            span = self._free(taken, statement.start, statement.end)
            if span is not None:
                entry = (*span, place)
                taken.insert(bisect_left(taken, entry), entry)
        return [self._named(start, end, place) for start, end, place in taken]

    def _length(self, place: int) -> int:
        statement = self.items[place][0]
        return statement.end - statement.start

    def _free(self, taken: Sequence[tuple[int, int, int]], start: int, end: int) -> Span | None:
        """The largest part of a span that no other statement has; nothing where most of its words are theirs."""
        low = bisect_left(taken, start, key=lambda entry: entry[1])
        while low < len(taken) and taken[low][1] <= start:
            low += 1
        high = bisect_left(taken, end, low, key=lambda entry: entry[0])
        if low == high:
            return start, end
        edges = [start, *(edge for entry in taken[low:high] for edge in entry[:2]), end]
        gaps = [
            strip(self.text, begin, stop) for begin, stop in zip(edges[::2], edges[1::2], strict=True) if begin < stop
        ]
        longest = max(gaps, key=lambda gap: gap[1] - gap[0], default=(start, start))
        words = count_words(self.text, *longest)
        return longest if words and words >= _MIN_SHARE * count_words(self.text, start, end) else None

    def _named(self, start: int, end: int, place: int) -> Statement:
        statement, entities = self.items[place]
        speakers: tuple[Speaker, ...] = tuple(dict.fromkeys(entity.speaker() for entity in entities))
        return replace(statement, text=self.text[start:end], start=start, end=end, speakers=speakers)
