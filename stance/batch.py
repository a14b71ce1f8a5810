"""Label a table: rows in, the same rows with their stances out, errors beside the rows they belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from stance.errors import TableError
from stance.tables import Kind, Reader, Record, format_of, read_table, write_table
from stance.texts import problem

# Rows scored together. Where a chunk begins depends on the position in the table alone.
CHUNK = 1024
# Decimals of a probability: finer ones are below what batches of different make-up agree on.
DECIMALS = 6


class Model(Protocol):
    """What labels: ``stance.load()`` returns one."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The label set, in the order of the scores."""

    def map_batch(self, batch: Mapping[str, Sequence[Any]], column: str = "text") -> dict[str, list[Any]]:
        """Columns ``stance_labels``, ``stance_intensities``, ``stance_unsure`` and ``p_LABEL`` for sound texts."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of a table.

    Attributes:
        rows: all of them.
        errors: rows that could not be labelled.
        none: rows that take no stance.
        labels: rows that take each label, in the model's order.
    """

    rows: int
    errors: int
    none: int
    labels: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready dictionary."""
        return asdict(self)


def result_columns(labels: Sequence[str], prefix: str = "") -> dict[str, Kind]:
    """The columns that labelling adds, in order: ``labels``, ``intensity``, ``unsure``, ``p_LABEL``, ``error``."""
    columns: dict[str, Kind] = {"labels": "texts", "intensity": "texts", "unsure": "texts"}
    columns |= dict.fromkeys((f"p_{label}" for label in labels), "number")
    return {prefix + name: kind for name, kind in columns.items()} | {f"{prefix}error": "text"}


def label_table(
    source: str | Path,
    target: str | Path,
    model: Model,
    *,
    column: str = "text",
    format: str | None = None,
    prefix: str = "",
    progress: Callable[[int], object] | None = None,
) -> Counts:
    """Label every row of a table and write it with the results behind its own columns.

    ``labels`` and ``unsure`` are lists of names, ``intensity`` is a list in the order of ``labels``, probabilities are
    rounded to six decimals. A row whose text is missing, blank or no text keeps its place: it has an ``error``, and its
    other results are empty. Rows are scored in chunks that begin at fixed positions, in each of which equal texts are
    scored once.

    Args:
        source: a table, or ``-``.
        target: the table to write, or ``-``; it appears only complete, and may be the source.
        model: what labels.
        column: the one that holds the texts.
        format: of a table whose name does not tell it; see :data:`stance.tables.FORMATS`.
        prefix: put before the name of each result column.
        progress: called after each chunk with the rows done so far.

    Raises:
        TableError: a table that cannot be read or written, no such column, or one that a result would overwrite.
        StanceError: an unknown format.
    """
    read_as = format_of(source, format)
    write_as = format_of(target, read_as)
    added = result_columns(model.labels, prefix)
    rows = errors = none = 0
    taken: Counter[str] = Counter()
    with read_table(source, read_as) as table:
        _refuse_absence(table, source, column)
        _refuse_clash(table.columns, source, added)
        with write_table(target, write_as, table, added) as writer:
            records = iter(table)
            while chunk := list(islice(records, CHUNK)):
                for record, results in zip(chunk, _labelled(chunk, model, column), strict=True):
                    _refuse_clash(record.cells, source, added)
                    writer.write(record.cells | dict(zip(added, results, strict=True)))
                    labels, error = results[0], results[-1]
                    taken.update(labels or ())
                    errors += error is not None
                    none += labels == []
                rows += len(chunk)
                if progress is not None:
                    progress(rows)
    return Counts(rows, errors, none, {label: taken[label] for label in model.labels})


def _refuse_absence(table: Reader, source: str | Path, column: str) -> None:
    there = ", ".join(map(repr, table.columns)) or "none"
    # A table of JSON Lines may have no sound row at all: then each has its own error.
    if table.columns and column not in table.columns:
        remedy = f"choose one with --column; the columns are {there}"
        raise TableError(f"no column {column!r}", where=source, remedy=remedy)


def _refuse_clash(columns: Container[str], source: str | Path, added: Iterable[str]) -> None:
    if taken := [name for name in added if name in columns]:
        what = f"it already has columns for results: {', '.join(map(repr, taken))}"
        raise TableError(what, where=source, remedy="rename them, or give the new ones a --prefix")


def _labelled(chunk: Sequence[Record], model: Model, column: str) -> Iterator[tuple[Any, ...]]:
    """Values of the result columns for each row of a chunk."""
    errors = [record.error or _unusable(record.cells, column) for record in chunk]
    texts = [record.cells[column] for record, error in zip(chunk, errors, strict=True) if error is None]
    found = model.map_batch({"text": texts})
    names = [[joined.split(";") if joined else [] for joined in found[f"stance_{name}"]] for name in _NAMES]
    chances = [[round(p, DECIMALS) for p in found[f"p_{label}"]] for label in model.labels]
    scored = zip(*names, *chances, strict=True)
    for error in errors:
        if error is None:
            yield *next(scored), None
        else:
            yield *(None for _ in (*names, *chances)), error


_NAMES = ("labels", "intensities", "unsure")


def _unusable(cells: Mapping[str, Any], column: str) -> str | None:
    """Why the text of a row cannot be labelled, or ``None`` when it can."""
    text = cells.get(column)
    return f"no text in column {column!r}" if text is None else problem(text)
