"""Pure metric functions and the report they fill: multi-label figures with bootstrap intervals.

Columns always come from the model's codebook, never from the gold alone, so that false alarms count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stance.bootstrap import DRAWS, SEED, Bootstrap, Measure, measure, number
from stance.errors import EvaluationError
from stance.facets import DoubtScore, GroupScore, LevelScore
from stance.matching import StatementScores
from stance.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Bin:
    """Statements whose probability of one label is in ``low`` to ``high``: how many, and how often it is true of them.

    ``probability`` is their mean, ``truth`` the share that has the label; undefined for an empty bin.
    """

    low: float
    high: float
    count: int
    probability: float | None
    truth: float | None


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One label: how often it is in the gold and in the prediction, and how well they agree; shares in [0, 1].

    ``f1`` is undefined for a label that neither gold nor prediction has; with predictions but no gold it is 0.
    ``reliability`` holds ten equal bins of the probability, if there are probabilities; ``calibration_error`` is the
    expected one over them.
    """

    label: str
    support: int
    predicted: int
    precision: float | None
    recall: float | None
    f1: Measure
    calibration_error: float | None
    reliability: tuple[Bin, ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """What one system reaches on one set of statements.

    Attributes:
        name: of the system.
        rows: statements scored.
        documents: bootstrap units among them.
        labels: one entry a label, in the codebook's order.
        macro_f1: mean F1 of the labels that are defined.
        micro_f1: F1 of all label decisions pooled.
        exact: share of statements whose label set is right.
        label_free: statements without a label in the gold.
        false_alarms: share of these that get any label; undefined if there are none.
        any_label_accuracy: share of all statements for which "any label or none" is right.
    """

    name: str
    rows: int
    documents: int
    labels: tuple[LabelScore, ...]
    macro_f1: Measure
    micro_f1: Measure
    exact: Measure
    label_free: int
    false_alarms: Measure
    any_label_accuracy: Measure


@dataclass(frozen=True, slots=True)
class Report:
    """One evaluation: the model first among ``systems``, then the baselines.

    Attributes:
        gold: name of the gold file.
        model: name of the model.
        systems: scores of the model and of each baseline on all statements.
        parts: scores of the model on parts of the gold, by the name of the part.
        statements: figures of the whole path, where the gold has spans.
        notes: what was left out, in sentences.
        groups: of the model on contrast groups: all of them, then those of each contrast; empty without groups.
        intensity: of the model, for each level above plain; empty where the gold tells no intensity.
        doubt: of the model, for statements and for label decisions.
        outcome: what the model gave each statement, for pictures (``stance.plot``); not part of :meth:`to_dict`.
    """

    gold: str
    model: str
    systems: tuple[Scores, ...]
    parts: tuple[Scores, ...] = ()
    statements: StatementScores | None = None
    notes: tuple[str, ...] = ()
    groups: tuple[GroupScore, ...] = ()
    intensity: tuple[LevelScore, ...] = ()
    doubt: tuple[DoubtScore, ...] = ()
    outcome: Outcome | None = field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready dictionary of the figures."""
        figures = asdict(replace(self, outcome=None))
        del figures["outcome"]
        return figures


def indicator(label_sets: Iterable[Iterable[str]], labels: Sequence[str]) -> NDArray[np.bool_]:
    """(n, labels) matrix of label sets.

    Raises:
        EvaluationError: a label that is not among ``labels``.
    """
    rows = [frozenset(found) for found in label_sets]
    unknown = sorted(set().union(*rows) - set(labels))
    if unknown:
        raise EvaluationError(f"labels unknown to the model: {', '.join(unknown)}")
    return np.array([[label in row for label in labels] for row in rows], dtype=bool).reshape(len(rows), len(labels))


def score(
    gold: ArrayLike,
    predicted: ArrayLike,
    labels: Sequence[str],
    *,
    name: str = "",
    documents: Sequence[str] | None = None,
    probabilities: ArrayLike | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Scores:
    """All figures of one system.

    Args:
        gold: (n, labels), true where a label applies.
        predicted: (n, labels), true where the system takes it.
        labels: names of the columns, from the codebook.
        name: of the system.
        documents: n names; the bootstrap draws whole documents. By default each row is its own.
        probabilities: (n, labels) in [0, 1], for the calibration error.
        draws: of the bootstrap; 0 leaves the intervals out.
        seed: of the bootstrap.

    Raises:
        EvaluationError: shapes that do not fit, or no rows.
    """
    truth, taken = np.asarray(gold, dtype=bool), np.asarray(predicted, dtype=bool)
    if not len(truth) or truth.shape != taken.shape or truth.shape != (len(truth), len(labels)):
        raise EvaluationError(f"gold {truth.shape} and prediction {taken.shape} do not fit {len(labels)} labels")
    names = [str(i) for i in range(len(truth))] if documents is None else list(documents)
    if len(names) != len(truth):
        raise EvaluationError(f"{len(names)} documents for {len(truth)} rows")
    bootstrap = Bootstrap(names, draws, seed)
    figures = _figures(bootstrap.sums(_counts(truth, taken)), len(labels))
    chances = None if probabilities is None else np.asarray(probabilities, dtype=np.float64)
    per_label = tuple(
        LabelScore(
            label=label,
            support=int(truth[:, i].sum()),
            predicted=int(taken[:, i].sum()),
            precision=number(figures["precision"][0, i]),
            recall=number(figures["recall"][0, i]),
            f1=measure(figures["f1"][:, i]),
            calibration_error=None if chances is None else calibration_error(truth[:, i], chances[:, i]),
            reliability=() if chances is None else reliability(truth[:, i], chances[:, i]),
        )
        for i, label in enumerate(labels)
    )
    return Scores(
        name=name,
        rows=len(truth),
        documents=bootstrap.units,
        labels=per_label,
        macro_f1=measure(figures["macro"]),
        micro_f1=measure(figures["micro"]),
        exact=measure(figures["exact"]),
        label_free=int((~truth.any(axis=1)).sum()),
        false_alarms=measure(figures["false_alarms"]),
        any_label_accuracy=measure(figures["any_label"]),
    )


def reliability(truth: ArrayLike, chances: ArrayLike, bins: int = 10) -> tuple[Bin, ...]:
    """Equal bins of the probability of one label: n times truth, and n probabilities in [0, 1]."""
    right, given = np.asarray(truth, dtype=np.float64), np.asarray(chances, dtype=np.float64)
    place = np.minimum((given * bins).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins).tolist()
    sums = (np.bincount(place, weights=values, minlength=bins).tolist() for values in (given, right))
    return tuple(
        Bin(i / bins, (i + 1) / bins, count, *((chance / count, hits / count) if count else (None, None)))
        for i, (count, chance, hits) in enumerate(zip(counts, *sums, strict=True))
    )


def calibration_error(truth: ArrayLike, chances: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error of one label: gap between mean probability and share of truth, weighted by bin."""
    filled = [entry for entry in reliability(truth, chances, bins) if entry.count]
    gaps = (entry.count * abs((entry.probability or 0.0) - (entry.truth or 0.0)) for entry in filled)
    return sum(gaps) / sum(entry.count for entry in filled)


def _counts(truth: NDArray[np.bool_], taken: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Per row: hits, predictions and gold of each label, then exact, label-free, false alarm, any-or-none right, 1."""
    free, fired = ~truth.any(axis=1), taken.any(axis=1)
    single = [(truth == taken).all(axis=1), free, free & fired, free != fired, np.ones(len(truth), dtype=bool)]
    return np.concatenate([truth & taken, taken, truth, np.stack(single, axis=1)], axis=1).astype(np.float64)


def _figures(counts: NDArray[np.float64], labels: int) -> Mapping[str, NDArray[np.float64]]:
    """Shares from (draws, columns of :func:`_counts`) sums; NaN where a share is undefined."""
    hits, taken, truth = (counts[:, i * labels : (i + 1) * labels] for i in range(3))
    exact, free, alarms, any_label, rows = counts[:, 3 * labels :].T
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = 2 * hits / (taken + truth)
        defined = ~np.isnan(f1)
        return {
            "precision": hits / taken,
            "recall": hits / truth,
            "f1": f1,
            "macro": np.where(defined, f1, 0).sum(axis=1) / defined.sum(axis=1),
            "micro": 2 * hits.sum(axis=1) / (taken.sum(axis=1) + truth.sum(axis=1)),
            "exact": exact / rows,
            "false_alarms": alarms / free,
            "any_label": any_label / rows,
        }
