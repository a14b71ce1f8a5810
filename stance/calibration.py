"""Calibration, thresholds and bounds of doubt from logits of rows that the model has not seen.

Calibration is Platt scaling: the probability is ``sigmoid(logit / temperature + bias)``. One threshold serves all
labels, as calibrated probabilities mean the same for each. The bounds of doubt come from an isotonic regression of the
truth on the probability, which gives the local share of right decisions: ``low`` is the highest probability, at most
the threshold, up to which "not taken" is right with a given certainty, ``high`` the lowest one, at least the threshold,
from which "taken" is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import StanceError

MAX_TEMPERATURE = 20.0
GRID: NDArray[np.float64] = np.round(np.arange(0.05, 0.951, 0.01), 2)
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def platt(logits: Floats, truth: Bools) -> tuple[float, float]:
    """Temperature and bias that minimise the log loss of ``sigmoid(logits / temperature + bias)``.

    Platt's smoothed targets keep a perfectly separated label from an infinite slope; a label whose logits tell nothing
    gets the temperature ``MAX_TEMPERATURE``, so that its probability is close to its base rate.

    Args:
        logits: (n,) of one label.
        truth: (n,) whether the label applies; both values must occur.

    Raises:
        StanceError: a label without both values.
    """
    taken = int(truth.sum())
    if not 0 < taken < len(truth):
        raise StanceError("a label that always or never applies cannot be calibrated", remedy="add rows")
    targets = np.where(truth, (taken + 1) / (taken + 2), 1 / (len(truth) - taken + 2))
    ones = np.ones_like(logits)
    slope, bias = _newton(np.stack([logits, ones], axis=1), targets, np.zeros_like(logits))
    if slope < 1 / MAX_TEMPERATURE:
        slope = 1 / MAX_TEMPERATURE
        (bias,) = _newton(ones[:, None], targets, slope * logits)
    return 1 / slope, bias


def _newton(design: Floats, targets: Floats, offset: Floats) -> list[float]:
    """Weights of the logistic regression of ``targets`` on ``design``, beside a fixed offset of the logits."""
    weights = np.zeros(design.shape[1])
    loss = _log_loss(offset, targets)
    for _ in range(100):
        chances = sigmoid(design @ weights + offset)
        hessian = (design * (chances * (1 - chances))[:, None]).T @ design + 1e-9 * np.eye(design.shape[1])
        step = np.linalg.solve(hessian, design.T @ (chances - targets))
        # Halve the step until it helps: plain Newton can overshoot.
        scale = 1.0
        while scale > 1e-8 and _log_loss(design @ (weights - scale * step) + offset, targets) > loss:
            scale /= 2
        weights = weights - scale * step
        new = _log_loss(design @ weights + offset, targets)
        if loss - new < 1e-12:
            break
        loss = new
    return [float(weight) for weight in weights]


def sigmoid(logits: Floats) -> Floats:
    """Logistic function that does not overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(logits, dtype=np.float64))))


def _log_loss(logits: Floats, targets: Floats) -> float:
    return float(np.mean(np.logaddexp(0, logits) - targets * logits))


def choose_threshold(chances: Floats, truth: Bools, budget: float) -> float:
    """Threshold of all labels with the best mean F1 within a budget of false alarms.

    Args:
        chances: (n, labels) calibrated probabilities.
        truth: (n, labels).
        budget: largest share of the label-free rows that may get any label.

    Returns:
        A probability within [0.05, 0.95]; the highest if none meets the budget.
    """
    free = ~truth.any(axis=1)
    best, chosen = -1.0, float(GRID[-1])
    for threshold in GRID:
        taken = chances >= threshold
        right = 2 * (taken & truth).sum(axis=0)
        f1 = float(np.mean(right / np.maximum(taken.sum(axis=0) + truth.sum(axis=0), 1)))
        alarms = taken[free].any(axis=1).mean() if free.any() else 0.0
        if alarms <= budget and f1 > best:
            best, chosen = f1, float(threshold)
    return chosen


def unsure_bounds(chances: Floats, truth: Bools, threshold: float, certainty: float) -> tuple[float, float]:
    """Low and high bound of one label, ``low <= threshold <= high``; see the head of this module.

    Args:
        chances: (n,) calibrated probabilities.
        truth: (n,).
        threshold: of the label.
        certainty: share of right decisions wanted outside the bounds, in (0.5, 1).
    """
    order = np.argsort(chances, kind="stable")
    ranked, fitted = chances[order], isotonic(truth[order].astype(np.float64))
    sure_not = ranked[(fitted <= 1 - certainty) & (ranked < threshold)]
    sure = ranked[(fitted >= certainty) & (ranked >= threshold)]
    low = min(threshold, float(sure_not[-1]) if len(sure_not) else 0.0)
    high = max(threshold, float(sure[0]) if len(sure) else 1.0)
    return round(low, 4), round(high, 4)


def isotonic(values: Floats) -> Floats:
    """Least-squares fit that never falls (pool adjacent violators)."""
    means: list[float] = []
    sizes: list[int] = []
    for value in values:
        means.append(float(value))
        sizes.append(1)
        while len(means) > 1 and means[-2] >= means[-1]:
            size = sizes[-2] + sizes[-1]
            means[-2:] = [(means[-2] * sizes[-2] + means[-1] * sizes[-1]) / size]
            sizes[-2:] = [size]
    return np.repeat(means, sizes)


def summary(
    chances: Floats, truth: Bools, thresholds: Floats, bounds: Sequence[tuple[float, float]], labels: Sequence[str]
) -> dict[str, Any]:
    """Out-of-fold figures of the chosen thresholds: F1 of each label, macro, false alarms, share in doubt."""
    taken = chances >= thresholds
    right = (taken & truth).sum(axis=0)
    f1 = 2 * right / np.maximum(taken.sum(axis=0) + truth.sum(axis=0), 1)
    free = ~truth.any(axis=1)
    lows, highs = np.array(bounds).T
    return {
        "f1": {label: round(float(value), 4) for label, value in zip(labels, f1, strict=True)},
        "macro_f1": round(float(f1.mean()), 4),
        "false_alarms": round(float(taken[free].any(axis=1).mean()), 4) if free.any() else None,
        "unsure": round(float(((chances >= lows) & (chances < highs)).any(axis=1).mean()), 4),
    }
