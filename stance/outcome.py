"""What a model gives some texts, beside what is right: the arrays that figures and pictures are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.errors import EvaluationError


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Probabilities and gold labels of n texts; columns in the order of ``labels``. Anything array-like is taken.

    Attributes:
        labels: names of the columns.
        truth: (n, labels), true where a label applies.
        chances: (n, labels), probabilities in [0, 1].
        thresholds: for each label the probability from which it is taken; ``None`` where the model tells none.
        unsure: for each label the two bounds between which it is in doubt; ``None`` where the model tells none.
        taken: (n, labels), true where a label is taken; by default from the thresholds, without these ``None``.
        model: what the model is called.
        gold: what the texts are called.

    Raises:
        EvaluationError: no texts, shapes that do not fit, or numbers that are no probabilities.
    """

    labels: tuple[str, ...]
    truth: NDArray[np.bool_]
    chances: NDArray[np.float64]
    thresholds: tuple[float, ...] | None = None
    unsure: tuple[tuple[float, float], ...] | None = None
    taken: NDArray[np.bool_] | None = None
    model: str = ""
    gold: str = ""

    def __post_init__(self) -> None:
        labels = tuple(self.labels)
        truth, chances = np.asarray(self.truth, dtype=bool), np.asarray(self.chances, dtype=np.float64)
        taken = None if self.taken is None else np.asarray(self.taken, dtype=bool)
        thresholds = None if self.thresholds is None else tuple(map(float, self.thresholds))
        unsure = None if self.unsure is None else tuple((float(low), float(high)) for low, high in self.unsure)
        count = len(truth) if truth.ndim else 0
        if not count or any(x is not None and x.shape != (count, len(labels)) for x in (truth, chances, taken)):
            shapes = f"gold {truth.shape} and probabilities {chances.shape}"
            remedy = "give arrays of at least one text, with a column for each label"
            raise EvaluationError(f"{shapes} do not fit {len(labels)} labels", remedy=remedy)
        if any(bounds is not None and len(bounds) != len(labels) for bounds in (thresholds, unsure)):
            raise EvaluationError(f"thresholds or bounds do not fit {len(labels)} labels", remedy="give one a label")
        if not ((chances >= 0) & (chances <= 1)).all():
            raise EvaluationError("probabilities outside 0 to 1", remedy="give what predict_proba returns")
        if taken is None and thresholds is not None:
            taken = chances >= np.array(thresholds)
        values = {"labels": labels, "truth": truth, "chances": chances, "taken": taken}
        for name, value in (values | {"thresholds": thresholds, "unsure": unsure}).items():
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.truth)

    def column(self, label: str) -> int:
        """The place of a label.

        Raises:
            EvaluationError: there is no such label.
        """
        if label not in self.labels:
            raise EvaluationError(f"no label {label!r}", remedy=f"the labels are {', '.join(self.labels)}")
        return self.labels.index(label)
