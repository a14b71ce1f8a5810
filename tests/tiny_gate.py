"""The tiny model with a gate, fitted to made-up scores: a text takes a stance where a word of a list stands."""

from __future__ import annotations

import dataclasses
import functools
import shutil
import tempfile
from pathlib import Path

import numpy as np
import tiny_model
from tiny_bert import ROWS

from training.config import GateConfig, read_config

STRONG_WORDS = ("condemn", "worried", "urge", "sovereignty", "condolences")
COUNT, HOLD_OUT = 700, 150


def settings(**values: object) -> GateConfig:
    """The shipped configuration, cut down."""
    small = {
        "width": 32,
        "hidden": 16,
        "epochs": 10,
        "easy_rows": 400,
        "batch_size": 16,
        "learning_rate": 5e-3,
        "lost": 0.0,
        "drop": 0.0,
    }
    return dataclasses.replace(read_config().gate, **(small | {"hold_out": HOLD_OUT} | values))


def texts(count: int = COUNT) -> list[str]:
    """Different texts of three to twelve words of the vocabulary."""
    words = sorted({word for row in ROWS for word in row["text"].lower().replace(".", "").split()})
    draw = np.random.default_rng(5)
    common = [word for word in words if word not in STRONG_WORDS]
    found: dict[str, None] = {}
    while len(found) < count:
        chosen = draw.choice(common, draw.integers(3, 13)).tolist()
        if draw.random() < 0.3:
            chosen[draw.integers(len(chosen))] = str(draw.choice(STRONG_WORDS))
        found[" ".join(chosen)] = None
    return list(found)


def logits(sentences: list[str]) -> np.ndarray:
    """High for a label where its word stands, else low."""
    return np.array([[4.0 if word in text.split() else -6.0 for word in STRONG_WORDS] for text in sentences])


@functools.cache
def _room() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="stance-gate-")


@functools.cache
def gated_model() -> Path:
    """The model folder with a gate; copy it before altering anything."""
    from training.gate import build

    folder = Path(_room().name) / "gated"
    shutil.copytree(tiny_model.stance_model(), folder)
    build(folder, texts(), logits(texts()), {"name": "made up"}, settings())
    return folder
