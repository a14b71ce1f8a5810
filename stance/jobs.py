"""What labelling makes of the rows of a table: one row of results for a statement, several for a document."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from stance.artefact import SHELVES
from stance.errors import DocumentError
from stance.tables import Kind, Record
from stance.texts import problem

if TYPE_CHECKING:
    from stance.speakers.registry import Registry
    from stance.types import Statement

# Rows scored together. Where a chunk begins depends on the position in the table alone.
CHUNK = 1024
# Documents, of which each has many statements, that are read and scored together.
DOCUMENTS = 64
# Decimals of a probability: finer ones are below what batches of different make-up agree on.
DECIMALS = 6

# What a row asks: why it cannot be labelled or ``None``, its text, and whatever else the answer hangs on. Question and
# answer consist of what JSON knows, so that both are the same after a way through a file or to another process.
Question = list[Any]
# Values of the result columns for each row that a row of the table becomes.
Answer = list[list[Any]]

# Columns of what a model says of a text, and of a statement of a document.
VERDICT: dict[str, Kind] = {"labels": "texts", "intensity": "texts", "unsure": "texts"}
STATEMENT: dict[str, Kind] = {
    "statement": "text",
    "start": "integer",
    "end": "integer",
    "speakers": "texts",
    "actors": "texts",
    "source": "text",
    "kind": "text",
    "date": "text",
    "confidence": "number",
}


class Model(Protocol):
    """What labels: ``stance.load()`` returns one."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The label set, in the order of the scores."""

    @property
    def fingerprint(self) -> str:
        """What its answers hang on: models that may answer differently have different ones."""

    def map_batch(self, batch: Mapping[str, Sequence[Any]], column: str = "text") -> dict[str, list[Any]]:
        """Columns ``stance_labels``, ``stance_intensities``, ``stance_unsure`` and ``p_LABEL`` for sound texts."""


class Job(Protocol):
    """Work on the rows of a table, chunk by chunk; other processes get a copy.

    Attributes:
        model: what labels.
        size: rows of a chunk.
    """

    @property
    def model(self) -> Model:
        """What labels."""

    @property
    def size(self) -> int:
        """Rows of a chunk."""

    @property
    def columns(self) -> dict[str, Kind]:
        """The columns that it adds, in order."""

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that it reads."""

    @property
    def dropped(self) -> tuple[str, ...]:
        """The columns that are not carried through."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that an answer hangs on but its question."""

    @property
    def asked(self) -> list[str | None]:
        """What the questions hang on but the rows, as JSON knows it."""

    def question(self, record: Record) -> Question:
        """What a row asks."""

    def __call__(self, questions: Sequence[Question]) -> list[Answer]:
        """Answers to the questions of a chunk."""


def result_columns(labels: Sequence[str], prefix: str = "") -> dict[str, Kind]:
    """The columns that labelling adds, in order: ``labels``, ``intensity``, ``unsure``, ``p_LABEL``, ``error``."""
    columns = VERDICT | dict.fromkeys((f"p_{label}" for label in labels), "number")
    return {prefix + name: kind for name, kind in columns.items()} | {f"{prefix}error": "text"}


@dataclass(frozen=True)
class Statements:
    """One text a row, one row of results each."""

    model: Model
    column: str

    size: ClassVar[int] = CHUNK
    dropped: ClassVar[tuple[str, ...]] = ()

    @property
    def columns(self) -> dict[str, Kind]:
        """The columns that it adds, in order."""
        return result_columns(self.model.labels)

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return (self.column,)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that an answer hangs on but its question."""
        return _digest(["statements", library(), self.model.fingerprint])

    @property
    def asked(self) -> list[str | None]:
        """The column."""
        return [self.column]

    def question(self, record: Record) -> Question:
        """Why the text cannot be labelled, and the text; one of the two is ``None``."""
        return _text(record, self.column)

    def __call__(self, questions: Sequence[Question]) -> list[Answer]:
        """One row each: the verdict on the text, or the error."""
        verdicts = _verdicts(self.model, [text for error, text in questions if error is None])
        missing = [None] * (len(self.columns) - 1)
        return [[[*(next(verdicts) if error is None else missing), error]] for error, _ in questions]


@dataclass(frozen=True)
class Documents:
    """One text a row, a row of results for each of its statements.

    Attributes:
        model: what labels the statements.
        column: the one that holds the texts.
        speakers: the registry of actors.
        date: day of publication of documents whose row does not tell it.
        author: who speaks when a text says "we", where its row does not tell it.
        date_column: the column of days of publication, if any.
        author_column: the column of authors, if any.
        force: read texts even if they do not look English.
    """

    model: Model
    column: str
    speakers: Registry
    date: dt.date | None = None
    author: str | None = None
    date_column: str | None = None
    author_column: str | None = None
    force: bool = False

    size: ClassVar[int] = DOCUMENTS

    @property
    def columns(self) -> dict[str, Kind]:
        """The columns that it adds, in order."""
        return STATEMENT | result_columns(self.model.labels)

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return tuple(name for name in (self.column, self.date_column, self.author_column) if name is not None)

    @property
    def dropped(self) -> tuple[str, ...]:
        """The column of texts, which would be repeated for each statement."""
        return (self.column,)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that an answer hangs on but its question."""
        registry = hashlib.sha256(repr(list(self.speakers.entries.values())).encode()).hexdigest()
        return _digest(["documents", library(), self.model.fingerprint, registry, self.force])

    @property
    def asked(self) -> list[str | None]:
        """The columns, and what stands for their empty cells."""
        day = self.date.isoformat() if self.date else None
        return [self.column, self.date_column, self.author_column, day, self.author]

    def question(self, record: Record) -> Question:
        """Why the document cannot be read, its text, its day of publication and its author."""
        error, text = _text(record, self.column)
        author = record.cells.get(self.author_column) if self.author_column else None
        try:
            day = _day(record.cells.get(self.date_column) if self.date_column else None) or self.date
        except ValueError:
            error = error or f"no date in column {self.date_column!r}: {record.cells[self.date_column or '']!r}"
            day = None
        return [error, text, day.isoformat() if day else None, str(author) if author else self.author]

    def __call__(self, questions: Sequence[Question]) -> list[Answer]:
        """A row for each statement of a document; one row that is empty but for the error, if any, for none."""
        read = [self._read(*question) for question in questions]
        verdicts = _verdicts(self.model, [one.text for statements, _ in read for one in statements])
        missing = [None] * (len(self.columns) - 1)
        return [
            [[*_described(one), *next(verdicts), None] for one in statements] or [[*missing, error]]
            for statements, error in read
        ]

    def _read(
        self, error: str | None, text: str, date: str | None, author: str | None
    ) -> tuple[list[Statement], str | None]:
        from stance.segment import as_document, segment

        if error is not None:
            return [], error
        try:
            document = as_document(text, date=date, author=author)
            return segment(document, speakers=self.speakers, force=self.force), None
        except DocumentError as refused:
            return [], refused.what


@cache
def library() -> str:
    """SHA-256 of the library itself, the tagger it ships and the versions of what computes."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted(file for suffix in ("py", "toml") for file in package.rglob(f"*.{suffix}")):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    for record in (shelf / "attribution-en" / "attribution.json" for shelf in SHELVES):
        digest.update(record.read_bytes() if record.is_file() else b"")
    digest.update(json.dumps([version(name) for name in ("numpy", "onnxruntime", "tokenizers")]).encode())
    return digest.hexdigest()


def _digest(parts: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _text(record: Record, column: str) -> Question:
    """Why the text of a row cannot be labelled, and the text; one of the two is ``None``."""
    text = record.cells.get(column)
    error = record.error or (f"no text in column {column!r}" if text is None else problem(text))
    return [error, text if error is None else None]


def _day(value: Any) -> dt.date | None:
    """The day of a cell; ``None`` if it is empty.

    Raises:
        ValueError: it holds no day.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    text = str(value).strip()
    return dt.datetime.fromisoformat(text).date() if text else None


def _verdicts(model: Model, texts: Sequence[str]) -> Iterator[list[Any]]:
    """Labels, intensities, labels in doubt and rounded probabilities of each text."""
    found = model.map_batch({"text": texts})
    columns: list[Iterable[Any]] = [
        [joined.split(";") if joined else [] for joined in found[f"stance_{name}"]]
        for name in ("labels", "intensities", "unsure")
    ]
    columns += [[round(p, DECIMALS) for p in found[f"p_{label}"]] for label in model.labels]
    return map(list, zip(*columns, strict=True))


def _described(statement: Statement) -> list[Any]:
    """Values of the columns that tell what a statement is."""
    return [
        statement.text,
        statement.start,
        statement.end,
        [speaker.name for speaker in statement.speakers],
        [speaker.actor for speaker in statement.speakers],
        statement.source,
        statement.kind,
        statement.date.isoformat() if statement.date else None,
        round(statement.confidence, DECIMALS),
    ]
