"""Measure a model on a gold file: run model, segmenter and baselines on it, fill and write the report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stance.baselines import keywords, majority, tfidf_logistic
from stance.errors import DocumentError, EvaluationError, StanceError
from stance.evaluation import DRAWS, SEED, Report, Scores, indicator, score
from stance.matching import StatementScores, score_statements
from stance.output import folder_for
from stance.reading import read_document
from stance.scorecard import to_json, to_markdown
from stance.types import Document, Statement


class Model(Protocol):
    """What is measured: ``stance.load()`` returns one."""

    @property
    def name(self) -> str:
        """Name of the model."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The label set; the columns of the report."""

    def map_batch(self, batch: Mapping[str, Sequence[Any]], column: str = "text") -> dict[str, list[Any]]:
        """Columns ``stance_labels``, ``stance_error`` and ``p_LABEL`` for a column of texts."""


@dataclass(frozen=True, slots=True)
class Gold:
    """One gold statement.

    Attributes:
        text: the statement.
        labels: labels it takes.
        document: what the bootstrap draws: its document, contrast group or, failing these, its own id.
        start: offset in the document; -1 without one.
        end: offset behind the last code point; -1 without one.
        speaker: name, if told.
        aliases: other right answers.
        actor: id of the actor, if told.
        row: the whole line as read.
    """

    text: str
    labels: tuple[str, ...]
    document: str
    start: int
    end: int
    speaker: str | None
    aliases: tuple[str, ...]
    actor: str | None
    row: dict[str, Any]


def read_gold(path: str | Path) -> list[Gold]:
    """Gold statements of a JSON Lines file with ``text`` and ``labels``, where it has spans also ``doc, start, end``.

    Rows whose ``split`` is ``train`` are left out: they are no gold for a model trained on them.

    Raises:
        EvaluationError: a file that is missing, malformed (the line is named) or empty.
    """
    path = Path(path)
    if not path.is_file():
        raise EvaluationError("no such gold file", where=path)
    found = [_gold(row, number) for number, row in _rows(path) if row.get("split") != "train"]
    if not found:
        raise EvaluationError("no gold statements", where=path)
    return found


def assess(
    gold_path: str | Path,
    model: Model,
    *,
    documents: str | Path | None = None,
    train: Sequence[str | Path] = (),
    by: str | None = None,
    baselines: bool = True,
    draws: int = DRAWS,
    seed: int = SEED,
    analyze: Callable[[Document], Sequence[Statement]] | None = None,
) -> Report:
    """Run a model, and the whole path where the gold has spans, and compare with the baselines.

    Args:
        gold_path: see :func:`read_gold`.
        model: what to measure.
        documents: folder of the ``DOC.txt`` files of a gold file with spans; by default the gold file's own.
        train: JSON Lines of training rows for the baselines that need some; without, they are left out and noted.
        by: field of the gold rows (``source``, ``case``) whose values are also scored apart.
        baselines: whether to run them.
        draws: of the bootstrap.
        seed: of the bootstrap.
        analyze: document to statements; by default ``stance.analysis.analyze`` with ``model``.

    Raises:
        EvaluationError: bad gold, labels the model does not know, spans that do not fit their documents.
    """
    gold_path = Path(gold_path)
    gold = read_gold(gold_path)
    labels, texts = tuple(model.labels), [row.text for row in gold]
    truth = indicator([row.labels for row in gold], labels)
    found = model.map_batch({"text": texts})
    errors = [f"row {i + 1}: {error}" for i, error in enumerate(found["stance_error"]) if error]
    if errors:
        raise EvaluationError("; ".join(errors[:10]), where=gold_path)
    taken = indicator([names.split(";") if names else [] for names in found["stance_labels"]], labels)
    chances = np.array([found[f"p_{label}"] for label in labels], dtype=np.float64).T
    units = [row.document for row in gold]

    def scored(name: str, predicted: NDArray[np.bool_], rows: NDArray[np.intp], probabilities: Any = None) -> Scores:
        return score(
            truth[rows],
            predicted[rows],
            labels,
            name=name,
            documents=[units[i] for i in rows],
            probabilities=None if probabilities is None else probabilities[rows],
            draws=draws,
            seed=seed,
        )

    everything = np.arange(len(gold))
    systems = [scored(model.name, taken, everything, chances)]
    notes: list[str] = []
    if baselines:
        runs, notes = _baselines(gold, labels, train)
        systems += [scored(name, predicted, everything) for name, predicted in runs.items()]
    values = np.array([str(row.row.get(by)) for row in gold]) if by else np.array([])
    parts = [scored(str(value), taken, np.flatnonzero(values == value), chances) for value in np.unique(values)]
    spans = None
    if all(row.start >= 0 for row in gold):
        folder = Path(documents) if documents else gold_path.parent
        spans = _whole_path(gold, folder, analyze or _default_analyze(model))
    return Report(gold_path.name, model.name, tuple(systems), tuple(parts), spans, tuple(notes))


def write_report(report: Report, folder: str | Path, stem: str | None = None) -> tuple[Path, Path]:
    """Write ``STEM.json`` and ``STEM.md``; the stem is ``MODEL-GOLD`` by default. Returns both paths."""
    folder = folder_for(folder)
    stem = stem or f"{Path(report.model).name}-{Path(report.gold).stem}"
    paths = folder / f"{stem}.json", folder / f"{stem}.md"
    for path, text in zip(paths, (to_json(report), to_markdown(report)), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a JSON Lines file with the numbers of their lines."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise EvaluationError("not UTF-8 text", where=path, remedy="convert it to UTF-8") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _parse(line, f"{path}, line {number}")


def _parse(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise EvaluationError(f"not JSON ({error.msg})", where=where) from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        raise EvaluationError("not an object with a text", where=where)
    labels = row.get("labels")
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise EvaluationError("labels is not a list of names", where=where, remedy="write [] for none")
    if "start" in row and not all(isinstance(row.get(key), kind) for key, kind in _SPAN.items()):
        raise EvaluationError("a span needs doc, start and end", where=where)
    return row


_SPAN: dict[str, type] = {"doc": str, "start": int, "end": int}


def _gold(row: dict[str, Any], number: int) -> Gold:
    unit = row.get("doc") or row.get("group") or row.get("id") or f"line {number}"
    return Gold(
        text=row["text"],
        labels=tuple(row["labels"]),
        document=str(unit),
        start=row.get("start", -1),
        end=row.get("end", -1),
        speaker=row.get("speaker"),
        aliases=tuple(row.get("aliases") or ()),
        actor=row.get("actor"),
        row=row,
    )


def _baselines(
    gold: Sequence[Gold], labels: Sequence[str], train: Sequence[str | Path]
) -> tuple[dict[str, NDArray[np.bool_]], list[str]]:
    """Predictions by name, and notes on those left out; training rows from the gold or its documents are not used."""
    runs: dict[str, NDArray[np.bool_]] = {}
    notes: list[str] = []
    texts = [row.text for row in gold]
    measured, documents = set(texts), {row.row["doc"] for row in gold if "doc" in row.row}
    rows = [
        row
        for path in train
        for row in _training_rows(Path(path))
        if row["text"] not in measured and row.get("doc") not in documents
    ]
    candidates: dict[str, Callable[[], NDArray[np.bool_]]] = {"keyword list": lambda: keywords(texts, labels)}
    if rows:
        targets = indicator([row["labels"] for row in rows], labels)
        known = [row["text"] for row in rows]
        candidates["majority"] = lambda: majority(targets, len(texts))
        candidates["TF-IDF regression"] = lambda: tfidf_logistic(known, targets, texts) >= 0.5
        notes.append(f"Majority and TF-IDF are fitted on {len(rows)} training {'row' if len(rows) == 1 else 'rows'}.")
    else:
        notes.append("Majority and TF-IDF are left out: no training rows were given.")
    for name, run in candidates.items():
        try:
            runs[name] = run()
        except EvaluationError as error:
            notes.append(f"Left out: {name} ({error}).")
    return runs, notes


def _training_rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise EvaluationError("no such file of training rows", where=path)
    return [row for _, row in _rows(path) if row.get("split") != "test"]


def _default_analyze(model: Any) -> Callable[[Document], Sequence[Statement]]:
    from stance.analysis import analyze

    return lambda document: analyze(document, model=model).statements


def _whole_path(
    gold: Sequence[Gold], folder: Path, analyze: Callable[[Document], Sequence[Statement]]
) -> StatementScores:
    by_document: dict[str, list[Gold]] = {}
    for row in gold:
        by_document.setdefault(row.document, []).append(row)
    results = []
    for name, rows in by_document.items():
        path = folder / f"{name}.txt"
        try:
            text = read_document(path).text
        except DocumentError as error:
            remedy = "give the folder of the documents (--documents)"
            raise EvaluationError(f"cannot read this document ({error.what})", where=path, remedy=remedy) from error
        wrong = [row for row in rows if text[row.start : row.end] != row.text]
        if wrong:
            raise EvaluationError(f"{len(wrong)} spans do not fit, the first at {wrong[0].start}", where=path)
        try:
            found = analyze(Document(text=text, id=name))
        except StanceError as error:
            raise EvaluationError(f"cannot be analysed ({error})", where=path) from error
        results.append((text, rows, found))
    return score_statements(results)
