"""Step 5: turn a fine-tuned folder into a model folder: calibrated, in fp16, with an ONNX graph and a record."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stance import codebook
from stance import export as packing
from stance.errors import StanceError
from training.card import render
from training.config import DEFAULT_CONFIG, DEFAULT_WORK, command, read_config, read_json

# With the model card of this project's own training.
export = functools.partial(packing.export, readme=render)


def _uncalibrated(count: int) -> dict[str, Any]:
    """What ``calibration.json`` would hold if raw scores were probabilities."""
    scales: dict[str, Any] = {"temperature": [1.0] * count, "bias": [0.0] * count}
    return scales | {"thresholds": [0.5] * count, "unsure": [[0.2, 0.8]] * count}


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the step."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="folder of the run (%(default)s)")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="configuration (%(default)s)")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="model folder to write (models/NAME)")
    parser.add_argument(
        "--uncalibrated", action="store_true", help="threshold 0.5 on raw scores, for comparisons without folds"
    )
    options = parser.parse_args(arguments)
    settings = read_config(options.config).export
    calibration, manifest = (read_json(options.work / file) for file in ("calibration.json", "manifest.json"))
    if options.uncalibrated:
        calibration = _uncalibrated(len(codebook.load().ids))
    if not calibration or not manifest:
        raise StanceError("calibration.json or manifest.json is missing", where=options.work, remedy="calibrate first")
    out = options.out or Path(__file__).parents[1] / "models" / settings.name
    data = dict(manifest["files"])
    if soft := read_json(options.work / "soft.json"):
        data["teacher/soft.npz"] = {"rows": soft["rows"], "sha256": soft["inputs"]}
    model = export(
        options.work / "final",
        calibration,
        calibration["thresholds"],
        calibration["unsure"],
        out,
        name=settings.name,
        data=data,
        metrics={key: calibration[key] for key in ("out_of_fold",) if key in calibration},
        max_length=settings.max_length,
        stride=settings.stride,
    )
    size = sum(file.stat().st_size for file in model.path.rglob("*") if file.is_file())
    print(f"export: {model.path}, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    command(main)
