"""Step 4: calibration, thresholds and unsure bounds of each label, from out-of-fold logits only.

Calibration is Platt scaling: the probability is ``sigmoid(logit / temperature + bias)``.

One threshold serves all labels, as calibrated probabilities mean the same for each: the one with the best mean F1 among
those that give at most ``false_alarm_budget`` of the label-free rows any label. (Thresholds fitted label by label score
higher on the rows they are fitted to and lower elsewhere.)

The unsure bounds: isotonic regression of the truth on the probability gives the local share of right decisions;
``low`` is the highest probability, at most the threshold, up to which "not taken" is right with ``certainty``, ``high``
the lowest one, at least the threshold, from which "taken" is.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import StanceError
from training.config import (
    DEFAULT_CONFIG,
    DEFAULT_WORK,
    CalibrateConfig,
    command,
    data_sha256,
    file_sha256,
    read_config,
    read_json,
    write_json,
)
from training.train import Table, fold_path, read_table

CALIBRATION = "calibration.json"
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
    """Threshold of all labels by the rule at the head of this module.

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


def calibrate(work: Path, settings: CalibrateConfig, *, partial: bool = False) -> Path:
    """Write ``work/calibration.json`` from the out-of-fold logits; skipped when nothing has changed.

    Args:
        work: folder of the run.
        settings: rows to use and the rules' constants.
        partial: be content with some of the folds.

    Raises:
        StanceError: folds that are missing or belong to other data.
    """
    table = read_table(work)
    wanted = [fold_path(work, fold) for fold in range(int(table.folds.max()) + 1)]
    found = [path for path in wanted if path.is_file()]
    if not found or (len(found) < len(wanted) and not partial):
        missing = ", ".join(path.name for path in wanted if path not in found)
        raise StanceError(f"{missing} missing", where=work, remedy="run python -m training.train --all-folds first")
    inputs = data_sha256([table.sha256, dataclasses.asdict(settings), [file_sha256(path) for path in found]])
    target = work / CALIBRATION
    if read_json(target).get("inputs") == inputs:
        print(f"calibrate: {target} is up to date")
        return target
    index, logits = _out_of_fold(table, found)
    chosen = _chosen(table, index, settings.on)
    index, logits = index[chosen], logits[chosen]
    truth = table.targets[index] >= 0.5
    scales = [platt(logits[:, i], truth[:, i]) for i in range(len(table.labels))]
    chances = sigmoid(logits / [scale for scale, _ in scales] + [bias for _, bias in scales])
    thresholds = np.full(len(table.labels), choose_threshold(chances, truth, settings.false_alarm_budget))
    bounds = [
        unsure_bounds(chances[:, i], truth[:, i], float(thresholds[i]), settings.certainty)
        for i in range(len(table.labels))
    ]
    record = {
        "inputs": inputs,
        "labels": list(table.labels),
        "temperature": [scale for scale, _ in scales],
        "bias": [bias for _, bias in scales],
        "thresholds": thresholds.tolist(),
        "unsure": [list(pair) for pair in bounds],
        "rows": len(index),
        "folds": len(found),
        "out_of_fold": summary(chances, truth, thresholds, bounds, table.labels),
    }
    write_json(target, record)
    print(f"calibrate: {record['out_of_fold']}")
    return target


def _out_of_fold(table: Table, paths: Sequence[Path]) -> tuple[NDArray[np.int64], Floats]:
    parts = []
    for path in paths:
        with np.load(path, allow_pickle=False) as data:
            parts.append((data["index"], data["logits"].astype(np.float64)))
    index = np.concatenate([part[0] for part in parts])
    if len(set(index.tolist())) != len(index) or index.max() >= len(table.texts):
        raise StanceError("the logits of the folds belong to other data", remedy="run python -m training.train again")
    return index, np.concatenate([part[1] for part in parts])


def _chosen(table: Table, index: NDArray[np.int64], which: str) -> Bools:
    origins = np.array([table.origins[i] for i in index])
    if which == "all" or (which == "extra" and not (origins == "extra").any()):
        return np.ones(len(index), dtype=bool)
    if which not in ("extra", "corpus") or not (origins == which).any():
        raise StanceError(f"no rows to calibrate on ({which})", remedy='set calibrate.on to "extra", "corpus" or "all"')
    return np.asarray(origins == which)


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the step."""
    parser = argparse.ArgumentParser(prog="python -m training.calibrate", description="Step 4: calibrate.")
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="folder of the run (%(default)s)")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="configuration (%(default)s)")
    parser.add_argument("--partial", action="store_true", help="use the folds there are")
    options = parser.parse_args(arguments)
    calibrate(options.work, read_config(options.config).calibrate, partial=options.partial)


if __name__ == "__main__":
    command(main)
