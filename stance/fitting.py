"""Fine-tune an encoder for multi-label stance; torch and transformers are imported only when a function is called."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stance.errors import ModelError, StanceError

logger = logging.getLogger(__name__)

RECORD = "fit.json"
CHECKPOINTS = "checkpoints"
HUB = "hub:"


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How to fine-tune; every number that shapes the weights.

    Attributes:
        epochs: passes over the data, at least 1.
        batch_size: rows a step.
        learning_rate: peak rate of AdamW, reached after the warm-up, falling linearly to 0.
        head_factor: the pooler and the classification layer learn at this multiple of the rate.
        layer_decay: each layer learns at this fraction of the layer above it, in (0, 1]; 1 switches it off.
        warmup: share of the steps in which the rate rises, in [0, 1).
        weight_decay: AdamW's decay of matrices; biases and layer norms are left alone.
        dropout: of hidden states, attention and the head, in [0, 1).
        label_smoothing: targets are drawn towards 0.5 by this share, in [0, 1).
        freeze_embeddings: leave the word embeddings as they are; in small encoders they are half the weights.
        max_length: longest training text in tokens; longer ones are cut, and counted in a warning.
        group_by_length: batches of rows of like length; faster, as less is padded.
        bf16: forward passes in bfloat16 (weights stay fp32); fast on processors with AMX and on GPUs.
        device: ``cpu``, or ``auto`` for a GPU where there is one.
        seed: of the head's weights, the order of the rows and the dropout.
    """

    epochs: int = 4
    batch_size: int = 16
    learning_rate: float = 1e-4
    head_factor: float = 5.0
    layer_decay: float = 0.9
    warmup: float = 0.1
    weight_decay: float = 0.01
    dropout: float = 0.1
    label_smoothing: float = 0.0
    freeze_embeddings: bool = False
    max_length: int = 256
    group_by_length: bool = True
    bf16: bool = False
    device: str = "cpu"
    seed: int = 13

    def __post_init__(self) -> None:
        bad = [name for name in ("epochs", "batch_size", "max_length") if getattr(self, name) < 1]
        bad += [name for name in ("learning_rate", "head_factor") if getattr(self, name) <= 0]
        bad += [name for name in ("warmup", "dropout", "label_smoothing") if not 0 <= getattr(self, name) < 1]
        bad += ["layer_decay"] if not 0 < self.layer_decay <= 1 else []
        bad += ["device"] if self.device not in ("cpu", "auto") else []
        if bad:
            raise StanceError(f"settings out of range: {', '.join(bad)}", remedy="see FitSettings for the ranges")


def resolve_base(base: str | Path) -> tuple[str, bool]:
    """Name or folder to hand to ``from_pretrained``, and whether only local files may be read.

    Args:
        base: a folder, or ``hub:org/name``, the only form that may touch the network.

    Raises:
        ModelError: a folder without a ``config.json``.
    """
    if isinstance(base, str) and base.startswith(HUB):
        return base.removeprefix(HUB), False
    if not (Path(base) / "config.json").is_file():
        remedy = 'give the folder of a transformers encoder, or "hub:org/name"'
        raise ModelError("no encoder here (config.json is missing)", where=base, remedy=remedy)
    return str(base), True


def fine_tune(  # noqa: PLR0917
    base: str | Path,
    texts: Sequence[str],
    targets: ArrayLike,
    labels: Sequence[str],
    settings: FitSettings,
    out_dir: str | Path,
    weights: ArrayLike | None = None,
) -> Path:
    """Fine-tune a BERT-like encoder with one sigmoid a label, and save it as a plain transformers folder.

    A checkpoint is kept each epoch: the same call after an interruption goes on from it, and after the end returns
    at once. Any change in data, settings or base starts anew.

    Args:
        base: the sentence encoder to start from (see :func:`resolve_base`).
        texts: n texts.
        targets: (n, labels), 0 or 1, or soft in [0, 1].
        labels: their names, in the order of the columns.
        settings: hyperparameters.
        out_dir: folder to write; made if need be.
        weights: (n,) weight of each row in the loss, at least 0; all 1 by default.

    Returns:
        ``out_dir`` as a path.

    Raises:
        StanceError: shapes that do not fit, values out of range, no rows.
        ModelError: no encoder under ``base``.
    """
    matrix, row_weights = _checked(texts, targets, labels, weights)
    name, local = resolve_base(base)
    out = Path(out_dir)
    record = {
        "labels": list(labels),
        "rows": len(texts),
        "settings": dataclasses.asdict(settings),
        "inputs": _fingerprint(name, local, texts, matrix, row_weights),
    }
    if _read_record(out / RECORD) == record | {"finished": True}:
        logger.info("%s is fitted already", out)
        return out
    checkpoints = out / CHECKPOINTS
    if _read_record(out / RECORD) != record | {"finished": False}:
        shutil.rmtree(checkpoints, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    _write_record(out / RECORD, record | {"finished": False})
    from stance import _trainer

    _trainer.fit(name, local, texts, matrix, row_weights, labels, settings, out, checkpoints)
    shutil.rmtree(checkpoints, ignore_errors=True)
    _write_record(out / RECORD, record | {"finished": True})
    return out


def predict_logits(
    model_dir: str | Path,
    texts: Sequence[str],
    batch_size: int = 32,
    *,
    max_length: int = 256,
    device: str = "cpu",
    bf16: bool = False,
) -> NDArray[np.float32]:
    """Logits of a fitted folder, (n, labels), scored in order of length and handed back in the order given.

    Args:
        model_dir: a folder written by :func:`fine_tune` or any transformers sequence classifier.
        texts: n texts; those over ``max_length`` tokens are cut, and counted in a warning.
        batch_size: texts a forward pass.
        max_length: in tokens.
        device: ``cpu`` or ``auto``.
        bf16: in bfloat16, where speed matters more than the third digit.

    Raises:
        ModelError: no model under ``model_dir``.
    """
    from stance import _trainer

    name, local = resolve_base(model_dir)
    return _trainer.predict(name, local, texts, batch_size=batch_size, max_length=max_length, device=device, bf16=bf16)


def _checked(
    texts: Sequence[str], targets: ArrayLike, labels: Sequence[str], weights: ArrayLike | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    matrix = np.asarray(targets, dtype=np.float32)
    row_weights = np.ones(len(texts), np.float32) if weights is None else np.asarray(weights, dtype=np.float32)
    if not texts:
        raise StanceError("no rows to train on")
    if isinstance(texts, str) or matrix.shape != (len(texts), len(labels)):
        raise StanceError(f"targets have the shape {matrix.shape}, not ({len(texts)} texts, {len(labels)} labels)")
    if row_weights.shape != (len(texts),):
        raise StanceError(f"weights have the shape {row_weights.shape}, not ({len(texts)},)")
    if not np.all((matrix >= 0) & (matrix <= 1)) or not np.all(np.isfinite(row_weights) & (row_weights >= 0)):
        raise StanceError("targets must lie in [0, 1] and weights must be finite and at least 0")
    return matrix, row_weights


def _fingerprint(name: str, local: bool, texts: Sequence[str], *arrays: NDArray[np.float32]) -> str:
    digest = hashlib.sha256(name.encode() if not local else b"")
    if local:
        for file in sorted(p for p in Path(name).iterdir() if p.suffix in (".safetensors", ".bin")):
            digest.update(file.read_bytes())
    digest.update(json.dumps(list(texts)).encode())
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()


def _read_record(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def _write_record(path: Path, record: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
