"""A tiny random zero-shot folder for the tests, exported once."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import tiny_model
from tiny_bert import ROWS

from stance.backends.base import Similarity

THRESHOLD, UNSURE = 0.6, (0.4, 0.7)
BACKGROUND = [row["text"] for row in ROWS[::2]]


@functools.cache
def _room() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="stance-tests-")


@functools.cache
def zero_shot_model() -> Path:
    """A folder around the tiny encoder; copy it before altering anything."""
    from training.encoder_export import export_encoder

    folder = Path(_room().name) / "tiny-zero-shot"
    export_encoder(
        tiny_model.encoder(),
        BACKGROUND,
        folder,
        similarity=Similarity(1.5, -0.5),
        threshold=THRESHOLD,
        unsure=UNSURE,
        name="tiny-zero-shot",
        data={},
        metrics={},
        max_length=tiny_model.MAX_LENGTH,
        stride=tiny_model.STRIDE,
    )
    return folder
