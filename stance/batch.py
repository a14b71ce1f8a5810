"""Label a table: rows in, the same rows or their statements with stances out, errors beside the rows they belong to.

Every result hangs on its chunk alone, and where a chunk begins on the position in the table alone. So it makes no
difference to a byte of the output how many processes answered, or how often the run was killed and resumed. Within a
chunk equal texts are scored once. Across chunks they are not: the seventh decimal of a probability may depend on what
it was scored beside, so that an answer from another chunk could differ in the sixth from this chunk's own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.errors import StanceError, TableError
from stance.jobs import Answer, Documents, Job, Model, Question, Statements
from stance.output import STREAM, writing
from stance.parts import Parts, kept_parts
from stance.tables import Reader, Record, format_of, read_table, write_table
from stance.tallies import Counts, DocumentCounts, Tally
from stance.workers import Ask, hands

if TYPE_CHECKING:
    from datasets import Dataset

    from stance.speakers.registry import Registry

# Takes the rows done so far, and how many there are to all appearances (``None``: not known).
Progress = Callable[[int, int | None], object]
# Takes the number of a row, from 1, and why it could not be labelled.
OnError = Callable[[int, str], object]


def label_table(
    source: str | Path,
    target: str | Path,
    model: Model,
    *,
    column: str = "text",
    format: str | None = None,
    prefix: str = "",
    resume: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
    on_error: OnError | None = None,
) -> Counts:
    """Label every row of a table and write it with the results behind its own columns.

    ``labels`` and ``unsure`` are lists of names, ``intensity`` is a list in the order of ``labels``, probabilities are
    rounded to six decimals. A row whose text is missing, blank or no text keeps its place: it has an ``error``, and its
    other results are empty.

    What is finished is kept in a folder beside the target (``.NAME.stance-parts``) until the table is complete. After a
    run that was killed or failed, ``resume`` makes use of it as far as texts, model and library are the same; without
    it, such a folder is an error.

    Args:
        source: a table, or ``-``.
        target: the table to write, or ``-``; it appears only complete, and may be the source.
        model: what labels.
        column: the one that holds the texts.
        format: of a table whose name does not tell it; see :data:`stance.tables.FORMATS`.
        prefix: put before the name of each result column.
        resume: go on where an earlier run ended.
        workers: processes that score; 1 means this one. Each of several loads the model anew and uses one thread; a
            script that asks for several needs ``if __name__ == "__main__":``. The output is the same, if the model is a
            stance model: the last digit of a plain torch model may hang on its number of threads.
        progress: called after each chunk with the rows done so far and all there are, as far as that can be told.
        on_error: called with the number of a row, from 1, and why it could not be labelled.

    Raises:
        TableError: a table that cannot be read or written, no such column, one that a result would overwrite, what an
            earlier run left, or a table that another run is writing.
        StanceError: an unknown format, or a worker that died.
    """
    tally = Tally(model.labels, on_error)
    job = Statements(model, column)
    _label(source, target, job, tally, format=format, prefix=prefix, resume=resume, workers=workers, progress=progress)
    return tally.counts()


def label_documents(
    source: str | Path,
    target: str | Path,
    model: Model,
    *,
    column: str = "text",
    format: str | None = None,
    prefix: str = "",
    speakers: Registry | str | Path | None = None,
    date: dt.date | None = None,
    author: str | None = None,
    date_column: str | None = None,
    author_column: str | None = None,
    force: bool = False,
    resume: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
    on_error: OnError | None = None,
) -> DocumentCounts:
    """Segment every text of a table and write a row for each statement, labelled.

    The columns of the table but that of the texts stand in front of each statement of a row. Behind them come
    ``statement``, ``start`` and ``end`` (code points of the text), ``speakers`` and ``actors`` (lists in the same
    order, empty for nobody known), ``source``, ``kind``, ``date`` (ISO 8601), ``confidence``, and what
    :func:`label_table` adds. A document that cannot be read has one row with its ``error``; one without a statement has
    one row without results.

    Args:
        source: as in :func:`label_table`, as are all that are not told here.
        target: a table of any number of rows.
        model: what labels the statements.
        column: the one that holds the texts.
        format: of a table whose name does not tell it.
        prefix: put before the name of each result column.
        speakers: the registry of actors, or the path of a speaker file that extends the shipped one.
        date: day of publication of documents whose row tells none.
        author: who speaks when a text says "we", where its row tells nobody.
        date_column: the column of days of publication: dates, or ISO 8601 with or without a time.
        author_column: the column of authors.
        force: read texts even if they do not look English.
        resume: go on where an earlier run ended.
        workers: processes that read and score.
        progress: called after each chunk with the documents done so far and all there are.
        on_error: called with the number of a document, from 1, and why it could not be read.

    Raises:
        TableError: as in :func:`label_table`.
        SpeakerError: a speaker file that cannot be used.
        StanceError: an unknown format, or a worker that died.
    """
    from stance.speakers.registry import load_registry

    registry = load_registry(speakers) if speakers is None or isinstance(speakers, str | Path) else speakers
    job = Documents(model, column, registry, date, author, date_column, author_column, force)
    tally = Tally(model.labels, on_error)
    _label(source, target, job, tally, format=format, prefix=prefix, resume=resume, workers=workers, progress=progress)
    return tally.document_counts()


def label_dataset(dataset: Dataset, model: Model, *, column: str = "text", prefix: str = "") -> Dataset:
    """Label every row of a :class:`datasets.Dataset`; the columns are those of :func:`label_table`.

    The result is kept in the cache of ``datasets`` under the fingerprint of the model. For several processes, or a
    dataset that is a stream, use ``dataset.map(model.map_batch, batched=True)``.

    Args:
        dataset: with a column of texts.
        model: what labels.
        column: the one that holds the texts.
        prefix: put before the name of each result column.

    Raises:
        TableError: no such column, or one that a result would overwrite.
    """
    from datasets import Features, Sequence, Value

    job = Statements(model, column)
    added = {prefix + name: kind for name, kind in job.columns.items()}
    refuse_absence(dataset.column_names, "dataset", job)
    refuse_clash(dataset.column_names, "dataset", added)
    types = {"text": Value("string"), "texts": Sequence(Value("string")), "number": Value("float64")}

    def labelled(texts: list[Any]) -> dict[str, list[Any]]:
        questions = [job.question(Record({column: text})) for text in texts]
        rows = [row for answer in job(questions) for row in answer]
        return {name: [row[number] for row in rows] for number, name in enumerate(added)}

    content = json.dumps([dataset._fingerprint, job.fingerprint, column, prefix])
    return dataset.map(
        labelled,
        input_columns=[column],
        batched=True,
        batch_size=job.size,
        features=Features(dict(dataset.features) | {name: types[kind] for name, kind in added.items()}),
        new_fingerprint=hashlib.sha256(content.encode()).hexdigest()[:16],
    )


def _label(
    source: str | Path,
    target: str | Path,
    job: Job,
    tally: Tally,
    *,
    format: str | None,
    prefix: str,
    resume: bool,
    workers: int,
    progress: Progress | None,
) -> None:
    if workers < 1:
        raise StanceError(f"workers is {workers}", remedy="give at least 1")
    read_as = format_of(source, format)
    write_as = format_of(target, read_as)
    plain = tuple(job.columns)
    added = {prefix + name: kind for name, kind in job.columns.items()}
    before = _state(source)
    with read_table(source, read_as) as table:
        refuse_absence(table.columns, source, job)
        refuse_clash([name for name in table.columns if name not in job.dropped], source, added)
        with (
            kept_parts(target, resume=resume) as parts,
            write_table(
                target, write_as, table, added, without=job.dropped, stage=None if parts is None else parts.stage
            ) as writer,
            hands(job, workers) as ask,
        ):
            # While one chunk is written, each worker is at another, and as many are ready.
            ahead = 2 * workers if workers > 1 else 0
            chunks = _Chunks(table, source, job.size)
            for chunk, answers in _answered(chunks, job, parts, ask, ahead):
                for record, answer in zip(chunk, answers, strict=True):
                    cells = {name: value for name, value in record.cells.items() if name not in job.dropped}
                    refuse_clash(cells, source, added)
                    tally.add([dict(zip(plain, row, strict=True)) for row in answer])
                    with writing(target):
                        for row in answer:
                            writer.write(cells | dict(zip(added, row, strict=True)))
                if progress is not None:
                    progress(tally.rows, chunks.expected())
            _refuse_change(source, before)


def _answered(
    chunks: Iterable[list[Record]], job: Job, parts: Parts | None, ask: Ask, ahead: int
) -> Iterator[tuple[list[Record], list[Answer]]]:
    """Chunks in order with their answers, while up to ``ahead`` further ones wait for theirs."""
    fingerprint = job.fingerprint
    waiting: deque[tuple[list[Record], Callable[[], list[Answer]]]] = deque()
    for chunk in chunks:
        waiting.append((chunk, _asked([job.question(record) for record in chunk], fingerprint, parts, ask)))
        if len(waiting) > ahead:
            earliest, answers = waiting.popleft()
            yield earliest, answers()
    for rest, answers in waiting:
        yield rest, answers()


def _asked(questions: list[Question], fingerprint: str, parts: Parts | None, ask: Ask) -> Callable[[], list[Answer]]:
    """What gives the answers to a chunk: those that are kept, or new ones, which are kept then."""
    if parts is None:
        return ask(questions)
    key = hashlib.sha256(json.dumps([fingerprint, questions]).encode()).hexdigest()
    kept = parts.get(key)
    if kept is not None:
        return lambda: kept
    answers = ask(questions)

    def found() -> list[Answer]:
        new = answers()
        parts.put(key, new)
        return new

    return found


class _Chunks:
    """Rows of a table, so many at a time.

    Attributes:
        read: rows read so far.
    """

    def __init__(self, table: Reader, source: str | Path, size: int) -> None:
        self._table, self._source, self._size = table, source, size
        self.read = 0

    def __iter__(self) -> Iterator[list[Record]]:
        records = iter(self._table)
        while True:
            try:
                chunk = list(islice(records, self._size))
            except OSError as error:
                raise TableError(f"cannot be read ({error.strerror or error})", where=self._source) from error
            if not chunk:
                return
            self.read += len(chunk)
            yield chunk

    def expected(self) -> int | None:
        """How many rows there are to all appearances; ``None`` where nothing tells."""
        share = self._table.share()
        return max(self.read, round(self.read / share)) if share else None


def _state(source: str | Path) -> tuple[int, int, int] | None:
    """What tells that a file was changed; ``None`` for what is no file."""
    if str(source) == STREAM or not Path(source).is_file():
        return None
    found = Path(source).stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _refuse_change(source: str | Path, before: tuple[int, int, int] | None) -> None:
    """A file that was replaced or deleted is still read as it was; one that was written to is not."""
    after = _state(source)
    if before is not None and after is not None and before[0] == after[0] and before != after:
        remedy = "run again; --resume keeps what is the same"
        raise TableError("the table was changed while it was read", where=source, remedy=remedy)


def refuse_absence(columns: Sequence[str], source: str | Path, job: Job) -> None:
    """A table must have the columns that a job reads.

    Raises:
        TableError: it lacks one.
    """
    there = ", ".join(map(repr, columns)) or "none"
    # A table of JSON Lines may have no sound row at all: then each has its own error.
    for column in job.needed if columns else ():
        if column not in columns:
            how = "choose one with --column" if column == job.needed[0] else "check its name"
            raise TableError(f"no column {column!r}", where=source, remedy=f"{how}; the columns are {there}")


def refuse_clash(columns: Container[str], source: str | Path, added: Iterable[str]) -> None:
    """No result may take the place of a column that is carried through.

    Raises:
        TableError: one would.
    """
    if taken := [name for name in added if name in columns]:
        what = f"it already has columns for results: {', '.join(map(repr, taken))}"
        raise TableError(what, where=source, remedy="rename them, or give the new ones a --prefix")
