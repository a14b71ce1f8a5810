"""Who says what in some documents: speakers under their actors, statements by number, and the counts of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from stance.tracing import Evidence
from stance.types import INTENSITIES, KINDS, Analysis, Speaker

NOBODY = "(not told)"


@dataclass(slots=True)
class Voice:
    """An actor, or one speaker of an actor.

    Attributes:
        key: what the page knows it by.
        name: what people read.
        kind: of a speaker; empty for an actor.
        said: the numbers of its statements.
        speakers: of an actor, in order of appearance.
    """

    key: str
    name: str
    kind: str = ""
    said: list[int] = field(default_factory=list)
    speakers: list[Voice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many statements there are, and the number of the first."""

    count: int
    first: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: cells by label, of statements without a stance, in doubt, and of all."""

    voice: Voice
    labels: tuple[Cell, ...]
    none: Cell
    unsure: Cell
    all: Cell


class Register:
    """Statements of all documents, numbered from 0 in the order of the documents.

    Attributes:
        labels: those of the model, then others that occur.
        statements: by number.
        documents: for each statement the number of its document.
        actors: those with most stances first, then by name; statements of nobody known last.
    """

    def __init__(self, analyses: Sequence[Analysis], labels: Sequence[str]) -> None:
        self.analyses = analyses
        self.statements = [statement for analysis in analyses for statement in analysis]
        self.documents = [number for number, analysis in enumerate(analyses) for _ in analysis]
        seen = (label for s in self.statements for label in (*s.labels, *s.unsure))
        self.labels = tuple(dict.fromkeys((*labels, *seen)))
        self.firsts = [0]
        for analysis in analyses:
            self.firsts.append(self.firsts[-1] + len(analysis))
        self._speakers: dict[Speaker, Voice] = {}
        actors: dict[str, Voice] = {}
        for number, statement in enumerate(self.statements):
            for speaker in statement.speakers or (None,):
                self._enter(number, speaker, actors)
        self.actors = sorted(actors.values(), key=self._rank)

    def row(self, voice: Voice) -> Row:
        """The counts of an actor or a speaker."""
        found = [self.statements[n] for n in voice.said]
        pairs = list(zip(voice.said, found, strict=True))
        return Row(
            voice,
            tuple(_cell([n for n, s in pairs if label in s.labels]) for label in self.labels),
            _cell([n for n, s in pairs if not s.labels]),
            _cell([n for n, s in pairs if s.unsure]),
            _cell(voice.said),
        )

    def rows(self) -> list[tuple[Row, list[Row]]]:
        """For each actor its counts, and those of its speakers where they are not the same."""
        return [
            (self.row(actor), [self.row(one) for one in actor.speakers] if len(actor.speakers) > 1 else [])
            for actor in self.actors
        ]

    def total(self) -> Row:
        """The counts of all statements, a joint one counted once."""
        return self.row(Voice("", "", said=list(range(len(self.statements)))))

    def evidence(self, actor: Voice) -> dict[Evidence, int]:
        """The statements of an actor with their numbers."""
        found: dict[Evidence, int] = {}
        for n in actor.said:
            found.setdefault(Evidence(self.analyses[self.documents[n]].document.id, self.statements[n]), n)
        return found

    def data(self) -> dict[str, Any]:
        """What the script of the page reads: plain values, strings that come again by their place in a list."""
        strings: dict[str, int] = {"": 0}

        def place(text: str | None) -> int:
            return strings.setdefault(text or "", len(strings))

        labels = {label: number for number, label in enumerate(self.labels)}
        rows = []
        for s in self.statements:
            taken = [
                [labels[x.label], round(x.probability, 2), INTENSITIES.index(x.intensity)] for x in s.stances or ()
            ]
            rows.append(
                [
                    [self._speakers[one].key for one in s.speakers],
                    None if s.stances is None else taken,
                    [labels[label] for label in s.unsure],
                    KINDS.index(s.kind),
                    round(s.confidence, 2),
                    place(s.date.isoformat() if s.date else None),
                    place(s.source),
                    place(s.reason),
                ]
            )
        voices = {actor.key: [actor.name, "", ""] for actor in self.actors}
        voices |= {one.key: [one.name, one.kind, actor.key] for actor in self.actors for one in actor.speakers}
        return {
            "labels": self.labels,
            "kinds": KINDS,
            "intensities": INTENSITIES,
            "voices": voices,
            "firsts": self.firsts,
            "statements": rows,
            "strings": list(strings),
        }

    def _enter(self, number: int, speaker: Speaker | None, actors: dict[str, Voice]) -> None:
        """Put a statement down for a speaker, or for nobody known, and the actor."""
        name = speaker.actor if speaker else NOBODY
        actor = actors.setdefault(name, Voice(f"a{len(actors)}", name))
        if actor.said[-1:] != [number]:
            actor.said.append(number)
        if speaker is not None:
            voice = self._speakers.get(speaker)
            if voice is None:
                voice = self._speakers[speaker] = Voice(f"p{len(self._speakers)}", speaker.name, speaker.kind)
                actor.speakers.append(voice)
            voice.said.append(number)

    def _rank(self, actor: Voice) -> tuple[bool, int, int, str]:
        stances = sum(len(self.statements[n].labels) for n in actor.said)
        return actor.name == NOBODY, -stances, -len(actor.said), actor.name


def _cell(numbers: Sequence[int]) -> Cell:
    return Cell(len(numbers), numbers[0] if numbers else None)
