"""The five things the library speaks of: documents, statements, speakers, stances, analyses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    import pandas as pd

Intensity = Literal["plain", "strong", "strongest"]
INTENSITIES: tuple[Intensity, ...] = get_args(Intensity)

Kind = Literal["direct", "indirect", "mixed", "headline", "post"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it came, with what is known about it from outside.

    Attributes:
        id: the caller's name for it (a file name, a row number).
        text: the whole text; every offset in the library counts code points into it.
        date: when it was published; statements without a date of their own inherit it.
        source: the outlet or site that published it.
        author: who speaks when the text says "we" without naming anyone (a ministry for its own web page).
        language: ISO 639-1 code; ``None`` means the text is checked to be English.
    """

    id: str = ""
    text: str = ""
    date: dt.date | None = None
    source: str | None = None
    author: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who spoke, as fully as the document tells, and the actor it counts for.

    Attributes:
        id: stable identifier, from the registry or derived from the name.
        name: fullest name in the registry or, outside it, in the document.
        kind: ``person``, ``office``, ``body``, ``state``, ``union``, ``organisation``, ``group``, ``ngo`` or ``other``.
        parent: the office, body or state it belongs to, if known.
        actor: id of the actor that its statements count for (``EU`` for Josep Borrell).
    """

    id: str
    name: str
    kind: str
    parent: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class Stance:
    """One label taken in a statement: calibrated probability in [0, 1], and how strongly it is worded."""

    label: str
    probability: float
    intensity: Intensity


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a classifier makes of one text: the stances taken, and the labels it is in doubt about."""

    stances: tuple[Stance, ...]
    unsure: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one speaker says in one sentence or act, quoted or reported.

    Attributes:
        text: the words themselves: ``document.text[start:end] == text``.
        start: offset of the first code point in the document.
        end: offset behind the last code point.
        speakers: everybody it is attributed to, most often one; empty when the text does not tell.
        source: the words that named the speaker ("the delegation"), or ``None``.
        source_start: offset of those words in the document, or ``None``.
        kind: ``direct``, ``mixed`` or ``indirect`` speech, a ``headline`` or a ``post``.
        date: when it was said, where the text tells; else the date of the document; else ``None``.
        confidence: how sure span and speaker are, in [0, 1]; not a stance probability.
        stances: stances taken; ``()`` means none, ``None`` means not classified.
        unsure: labels in doubt, whether taken or not: their probability lies between the model's two stored bounds.
        reason: in a few words, why the source stands for the speakers ("pronoun: the last man who spoke"), or ``None``.
    """

    text: str
    start: int
    end: int
    speakers: tuple[Speaker, ...] = ()
    source: str | None = None
    source_start: int | None = None
    kind: Kind = "indirect"
    date: dt.date | None = None
    confidence: float = 1.0
    stances: tuple[Stance, ...] | None = None
    unsure: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def speaker(self) -> Speaker | None:
        """The first of the speakers, or ``None`` when the text does not tell who speaks."""
        return self.speakers[0] if self.speakers else None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels taken, in the codebook's order; empty also when not classified."""
        return tuple(stance.label for stance in self.stances or ())

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready dictionary; ``speaker`` and ``labels`` are spelled out beside the full records."""
        row = asdict(self)
        row["speakers"], row["unsure"] = list(row["speakers"]), list(row["unsure"])
        row["stances"] = None if self.stances is None else list(row["stances"])
        row["date"] = self.date.isoformat() if self.date else None
        row["speaker"] = self.speaker.name if self.speaker else None
        row["actor"] = self.speaker.actor if self.speaker else None
        row["labels"] = None if self.stances is None else list(self.labels)
        return row

    def _repr_html_(self) -> str:
        """The words with who speaks and the stances, for notebooks; all text is escaped."""
        from stance.report import notebook

        return notebook.statement(self)


@dataclass(frozen=True, slots=True)
class Analysis:
    """A document and its statements, in document order."""

    document: Document
    statements: tuple[Statement, ...] = field(default=())

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.statements)

    def __len__(self) -> int:
        return len(self.statements)

    def by_speaker(self) -> dict[str, tuple[Statement, ...]]:
        """Statements rolled up by actor id, in order of first appearance.

        Statements of nobody known stand under ``""``; a joint statement stands under each of its actors.
        """
        rolled: dict[str, list[Statement]] = {}
        for statement in self.statements:
            actors: Iterable[str] = dict.fromkeys(speaker.actor for speaker in statement.speakers) or ("",)
            for actor in actors:
                rolled.setdefault(actor, []).append(statement)
        return {actor: tuple(statements) for actor, statements in rolled.items()}

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready dictionary of the document's metadata and all statements (not the full text)."""
        doc = self.document
        return {
            "id": doc.id,
            "date": doc.date.isoformat() if doc.date else None,
            "source": doc.source,
            "author": doc.author,
            "statements": [statement.to_dict() for statement in self.statements],
        }

    def to_frame(self) -> pd.DataFrame:
        """One row a statement as a :class:`pandas.DataFrame`; a probability column for each label taken anywhere."""
        import pandas as pd

        taken = dict.fromkeys(label for statement in self.statements for label in statement.labels)
        rows = []
        for statement in self.statements:
            row = statement.to_dict()
            for key in ("speakers", "stances"):
                del row[key]
            row["doc"] = self.document.id
            chances = {stance.label: stance.probability for stance in statement.stances or ()}
            rows.append(row | {f"p_{label}": chances.get(label) for label in taken})
        fixed = ["doc", "start", "end", "text", "speaker", "actor", "source", "source_start", "kind"]
        fixed += ["date", "confidence", "labels", "unsure", *(f"p_{label}" for label in taken)]
        return pd.DataFrame(rows, columns=fixed)

    def _repr_html_(self) -> str:
        """The text with its statements marked, and a table of them, for notebooks; all text is escaped."""
        from stance.report import notebook

        return notebook.analysis(self)
