"""The mean of several runs' weights: ``python -m training.average FOLDER FOLDER --out FOLDER``.

Runs that start from the same encoder can be averaged weight by weight (Wortsman et al. 2022, Model soups): their mean
errs less than each of them, and costs no more than one. What calibration has folded into the last layer is undone
first.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance import artefact
from stance.bert import HEAD
from stance.card import Card
from stance.errors import StanceError
from training.config import command

Weights = dict[str, NDArray[np.float32]]


def average(folders: Sequence[Path], out: Path) -> Path:
    """Write a plain transformers folder with the mean of the weights; the rest is that of the first folder.

    Args:
        folders: at least two fitted folders or model folders, of the same labels and shape.
        out: the folder to write.

    Raises:
        StanceError: fewer than two, or weights that do not fit each other.
    """
    from safetensors.numpy import save_file

    if len(folders) < 2:
        raise StanceError("an average needs at least two folders")
    weights = [_raw(folder) for folder in folders]
    shapes = [{name: value.shape for name, value in found.items()} for found in weights]
    if unlike := [str(folder) for folder, shape in zip(folders, shapes, strict=True) if shape != shapes[0]]:
        raise StanceError(f"the weights in {', '.join(unlike)} are of another shape", where=folders[0])
    out.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folders[0] / name, out)
    tensors = {name: np.asarray(np.mean([found[name] for found in weights], axis=0), np.float32) for name in shapes[0]}
    save_file(tensors, out / artefact.WEIGHTS, metadata={"format": "pt"})
    return out


def _raw(folder: Path) -> Weights:
    """The weights of a folder, as they were before calibration."""
    from safetensors.numpy import load_file

    found = {name: value.astype(np.float32) for name, value in load_file(folder / artefact.WEIGHTS).items()}
    if (folder / artefact.CARD).is_file():
        card = artefact.read(folder, Card).card
        temperature, bias = (
            np.array(scale, np.float32) for scale in (card.calibration.temperature, card.calibration.bias)
        )
        weight, offset = HEAD
        found[weight] = found[weight] * temperature[:, None]
        found[offset] = (found[offset] - bias) * temperature
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the average."""
    parser = argparse.ArgumentParser(prog="python -m training.average", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="fitted folders or model folders")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the mean goes")
    options = parser.parse_args(arguments)
    print(f"average: {average(options.folders, options.out)}")


if __name__ == "__main__":
    command(main)
