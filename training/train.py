"""Step 3: fine-tune on all folds but one (out-of-fold logits), or on everything (the final model).

Where part of the rows comes from a pool, fitting has two rounds: all rows, then, at a lower rate, those that were
read more than once (corpus and extra), so that the single codings of the pool do not have the last word.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.errors import StanceError
from stance.fitting import FitSettings, fine_tune, predict_logits
from training.config import (
    DEFAULT_CONFIG,
    DEFAULT_WORK,
    Config,
    command,
    data_sha256,
    find_base,
    read_config,
    read_json,
    write_json,
)
from training.prepare import DATA, MANIFEST

FOLDS = "folds"
FINAL = "final"


@dataclass(frozen=True, slots=True)
class Table:
    """The prepared rows, column by column: n texts, (n, labels) targets, and n of everything else."""

    labels: tuple[str, ...]
    texts: list[str]
    targets: NDArray[np.float64]
    weights: NDArray[np.float64]
    folds: NDArray[np.int64]
    origins: list[str]
    groups: list[str]
    sha256: str


def read_table(work: Path) -> Table:
    """The rows that ``training.prepare`` wrote.

    Raises:
        StanceError: nothing prepared in ``work``.
    """
    from datasets import load_from_disk

    manifest = read_json(work / MANIFEST)
    if not manifest or not (work / DATA).is_dir():
        raise StanceError("nothing is prepared here", where=work, remedy="run python -m training.prepare first")
    data = load_from_disk(str(work / DATA))
    return Table(
        labels=tuple(manifest["labels"]),
        texts=list(data["text"]),
        targets=np.array(data["targets"], dtype=np.float64),
        weights=np.array(data["weight"], dtype=np.float64),
        folds=np.array(data["fold"], dtype=np.int64),
        origins=list(data["origin"]),
        groups=list(data["group"]),
        sha256=manifest["rows_sha256"],
    )


def fold_path(work: Path, fold: int) -> Path:
    """Where the out-of-fold logits of a fold lie: ``index`` (m,) into the prepared rows and ``logits`` (m, labels)."""
    return work / FOLDS / f"fold-{fold}.npz"


def train_fold(work: Path, fold: int, config: Config, base: str, *, keep_model: bool = False) -> Path:
    """Fit on all folds but ``fold`` and write the logits of its rows; skipped when nothing has changed.

    Args:
        work: folder of the run.
        fold: from 0.
        config: gives the settings.
        base: encoder to start from.
        keep_model: keep the fold's model beside its logits.

    Raises:
        StanceError: no such fold, or nothing prepared.
    """
    table = read_table(work)
    inside = table.folds == fold
    if not inside.any():
        raise StanceError(f"there is no fold {fold}", remedy=f"folds run from 0 to {table.folds.max()}")
    target, record = fold_path(work, fold), fold_path(work, fold).with_suffix(".json")
    inputs = data_sha256([table.sha256, dataclasses.asdict(config.fit), dataclasses.asdict(config.polish), base, fold])
    if target.is_file() and read_json(record).get("inputs") == inputs:
        print(f"train: fold {fold} is up to date")
        return target
    started = time.monotonic()
    model = _fit(table, ~inside, config, base, work / FOLDS / f"model-{fold}")
    index = np.flatnonzero(inside)
    logits = predict_logits(model, [table.texts[i] for i in index], device=config.fit.device)
    np.savez(target, index=index, logits=logits)
    write_json(record, {"inputs": inputs, "fold": fold, "rows": len(index), "trained_on": int((~inside).sum())})
    if not keep_model:
        shutil.rmtree(model)
        shutil.rmtree(_broad(model), ignore_errors=True)
    print(f"train: fold {fold}, {len(index)} rows scored, {time.monotonic() - started:.0f} s")
    return target


def train_final(work: Path, config: Config, base: str) -> Path:
    """Fit on all prepared rows; writes a plain transformers folder ``work/final``."""
    table = read_table(work)
    started = time.monotonic()
    model = _fit(table, np.ones(len(table.texts), dtype=bool), config, base, work / FINAL)
    print(f"train: final model on {len(table.texts)} rows, {time.monotonic() - started:.0f} s")
    return model


def _fit(table: Table, rows: NDArray[np.bool_], config: Config, base: str, out: Path) -> Path:
    reread = rows & np.array([origin != "pool" for origin in table.origins])
    if (reread == rows).all() or not reread.any():
        return _fine_tune(table, rows, config.fit, base, out)
    broad = _fine_tune(table, rows, config.fit, base, _broad(out))
    return _fine_tune(table, reread, config.polish, str(broad), out)


def _broad(out: Path) -> Path:
    """Where the first of two rounds keeps its model."""
    return out.with_name(f"{out.name}-broad")


def _fine_tune(table: Table, rows: NDArray[np.bool_], settings: FitSettings, base: str, out: Path) -> Path:
    index = np.flatnonzero(rows)
    texts = [table.texts[i] for i in index]
    return fine_tune(base, texts, table.targets[index], table.labels, settings, out, table.weights[index])


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the step."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="folder of the run (%(default)s)")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="configuration (%(default)s)")
    parser.add_argument("--base", metavar="FOLDER", help="encoder to start from, instead of the configuration's")
    parser.add_argument("--keep-models", action="store_true", help="keep the models of the folds")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--fold", type=int, metavar="K", help="one fold, from 0")
    what.add_argument("--all-folds", action="store_true", help="every fold in turn")
    what.add_argument("--final", action="store_true", help="the model on all rows")
    options = parser.parse_args(arguments)
    config = read_config(options.config)
    base = find_base(config.base, options.base)
    if options.final:
        train_final(options.work, config, base)
        return
    folds = range(config.prepare.folds) if options.all_folds else [options.fold]
    for fold in folds:
        train_fold(options.work, fold, config, base, keep_model=options.keep_models)


if __name__ == "__main__":
    command(main)
