"""Measure a model on a gold file: run model, segmenter and baselines on it, fill and write the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from stance.baselines import keywords, majority, tfidf_logistic
from stance.bootstrap import DRAWS, SEED
from stance.classifier import Classifier
from stance.errors import DocumentError, EvaluationError, StanceError
from stance.evaluation import Report, Scores, indicator, score
from stance.facets import score_doubt, score_groups, score_intensity
from stance.gold import Gold, read_gold, read_rows
from stance.intensity import intensity
from stance.matching import StatementScores, score_statements
from stance.outcome import Outcome
from stance.output import complete, folder_for, writing
from stance.reading import read_document
from stance.scorecard import to_json, to_markdown
from stance.types import Analysis, Document, Intensity, Statement


class Model(Protocol):
    """What is measured: ``stance.load()`` returns one."""

    @property
    def name(self) -> str:
        """Name of the model."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The label set; the columns of the report."""

    def map_batch(self, batch: Mapping[str, Sequence[Any]], column: str = "text") -> dict[str, list[Any]]:
        """Columns ``stance_labels``, ``stance_intensities``, ``stance_unsure``, ``stance_error`` and ``p_LABEL``."""


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
        gold_path: see :func:`stance.gold.read_gold`.
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
    taken, unsure = (indicator(map(_names, found[f"stance_{key}"]), labels) for key in ("labels", "unsure"))
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
    right = truth == taken
    told = [row.intensity for row in gold]
    # Only what stance.load returns tells its thresholds.
    scoring = model.scoring if isinstance(model, Classifier) else None
    return Report(
        gold=gold_path.name,
        model=model.name,
        systems=tuple(systems),
        parts=tuple(parts),
        statements=spans,
        notes=tuple(notes),
        groups=score_groups(
            right.all(axis=1), [row.group for row in gold], [row.contrast for row in gold], draws, seed
        ),
        intensity=score_intensity(told, _levels(gold, found), units, draws, seed),
        doubt=score_doubt(right, unsure, units, draws, seed),
        outcome=Outcome(
            labels=labels,
            truth=truth,
            chances=chances,
            thresholds=scoring.thresholds if scoring else None,
            unsure=scoring.unsure if scoring else None,
            taken=taken,
            model=model.name,
            gold=gold_path.name,
        ),
    )


def kept(document: Document, model: Any, read: list[Analysis]) -> Sequence[Statement]:
    """Analyse a document, for ``analyze`` of :func:`assess`, and put what is found into a list as well."""
    from stance.analysis import analyze

    read.append(analyze(document, model=model))
    return read[-1].statements


def stem_of(report: Report) -> str:
    """What the files of a report are called: ``MODEL-GOLD``."""
    return f"{Path(report.model).name}-{Path(report.gold).stem}"


def write_report(report: Report, folder: str | Path, stem: str | None = None) -> tuple[Path, Path]:
    """Write ``STEM.json`` and ``STEM.md``; the stem is ``MODEL-GOLD`` by default. Returns both paths."""
    folder = folder_for(folder)
    stem = stem or stem_of(report)
    paths = folder / f"{stem}.json", folder / f"{stem}.md"
    for path, text in zip(paths, (to_json(report), to_markdown(report)), strict=True):
        with complete(path) as stream, writing(path):
            stream.write(text.encode("utf-8"))
    return paths


def _names(joined: str) -> list[str]:
    return joined.split(";") if joined else []


def _levels(gold: Sequence[Gold], found: Mapping[str, Sequence[str]]) -> list[dict[str, Intensity]]:
    """The model's intensity of the gold's labels; that of a label it did not take is read as the classifier would."""
    levels = []
    for row, labels, given in zip(gold, found["stance_labels"], found["stance_intensities"], strict=True):
        taken = dict(zip(_names(labels), _names(given), strict=True))
        levels.append(
            {label: cast(Intensity, taken.get(label)) or intensity(row.text, label) for label in row.intensity}
        )
    return levels


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
    return [row for _, row in read_rows(path) if row.get("split") != "test"]


def _default_analyze(model: Any) -> Callable[[Document], Sequence[Statement]]:
    return lambda document: kept(document, model, [])


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
