"""Step 4: calibration, thresholds and unsure bounds of each label, from logits of rows that no training has seen.

These are the rows of the folds, or, for a model that no fold stands for, rows that all its runs left out.

How is in :mod:`stance.calibration`. The threshold is the one with the best mean F1 among those that give at most
``false_alarm_budget`` of the label-free rows any label. (Thresholds fitted label by label score higher on the rows they
are fitted to and lower elsewhere.)
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance import codebook
from stance.calibration import Bools, Floats, choose_threshold, platt, sigmoid, summary, unsure_bounds
from stance.errors import StanceError
from stance.fitting import predict_logits
from training.audit import read
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
from training.pool import DEFAULT_CORRECTIONS, correct, read_codings
from training.train import Table, fold_path, read_table

CALIBRATION = "calibration.json"


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
    record = {"inputs": inputs} | _fitted(logits, table.targets[index] >= 0.5, table.labels, settings)
    return _write(target, record | {"folds": len(found)})


def calibrate_unseen(work: Path, settings: CalibrateConfig, model: Path, file: Path) -> Path:
    """Write ``work/calibration.json`` from the logits of a fitted model for rows that no run has trained on.

    For models that no fold stands for, such as an average of runs. The rows are those of ``file`` with
    ``dev_document``, which ``training.prepare --without-dev-documents`` leaves out; corrections of labels apply.

    Args:
        work: folder of the run.
        settings: the rules' constants.
        model: a fitted folder.
        file: rows, JSON Lines.

    Raises:
        StanceError: no such rows.
    """
    labels = codebook.load().ids
    better = read_codings(DEFAULT_CORRECTIONS, labels, key="id")
    rows = [row for row in correct(read(file), better)[0] if row.get("dev_document")]
    if not rows:
        raise StanceError("no row is marked dev_document", where=file)
    logits = predict_logits(model, [row["text"] for row in rows]).astype(np.float64)
    truth = np.array([[label in row["labels"] for label in labels] for row in rows])
    return _write(work / CALIBRATION, _fitted(logits, truth, labels, settings))


def _fitted(logits: Floats, truth: Bools, labels: Sequence[str], settings: CalibrateConfig) -> dict[str, Any]:
    scales = [platt(logits[:, i], truth[:, i]) for i in range(len(labels))]
    chances = sigmoid(logits / [scale for scale, _ in scales] + [bias for _, bias in scales])
    thresholds = np.full(len(labels), choose_threshold(chances, truth, settings.false_alarm_budget))
    bounds = [
        unsure_bounds(chances[:, i], truth[:, i], float(thresholds[i]), settings.certainty) for i in range(len(labels))
    ]
    return {
        "labels": list(labels),
        "temperature": [scale for scale, _ in scales],
        "bias": [bias for _, bias in scales],
        "thresholds": thresholds.tolist(),
        "unsure": [list(pair) for pair in bounds],
        "rows": len(truth),
        "out_of_fold": summary(chances, truth, thresholds, bounds, labels),
    }


def _write(target: Path, record: dict[str, Any]) -> Path:
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the step."""
    parser = argparse.ArgumentParser(prog="python -m training.calibrate", description="Step 4: calibrate.")
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="folder of the run (%(default)s)")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="configuration (%(default)s)")
    parser.add_argument("--partial", action="store_true", help="use the folds there are")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="a fitted folder that no fold stands for")
    parser.add_argument("--unseen", type=Path, metavar="FILE", help="its dev_document rows: calibrate --model on these")
    options = parser.parse_args(arguments)
    if (options.model is None) != (options.unseen is None):
        parser.error("--model and --unseen go together")
    if options.unseen is not None:
        calibrate_unseen(options.work, read_config(options.config).calibrate, options.model, options.unseen)
        return
    calibrate(options.work, read_config(options.config).calibrate, partial=options.partial)


if __name__ == "__main__":
    command(main)
