"""Tiny random models for the tests: a fine-tuned folder, and the model folder exported from it; each made once."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from tiny_bert import make_encoder

from stance import codebook

LABELS = codebook.load().ids
CALIBRATION = {"temperature": [1.3, 0.8, 1.0, 2.0, 1.1], "bias": [0.2, -0.1, 0.0, 0.3, -0.4]}
THRESHOLDS = [0.5, 0.4, 0.6, 0.5, 0.3]
UNSURE = [[0.3, 0.7], [0.2, 0.6], [0.4, 0.8], [0.3, 0.7], [0.1, 0.5]]
MAX_LENGTH, STRIDE = 24, 6


@functools.cache
def _room() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="stance-tests-")


@functools.cache
def encoder() -> Path:
    """A BERT without a head."""
    return make_encoder(Path(_room().name) / "encoder")


@functools.cache
def plain_model(problem: str = "multi_label_classification") -> Path:
    """A plain transformers classifier with a random head and no ``stance.json``."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = Path(_room().name) / problem
    names = {"id2label": dict(enumerate(LABELS)), "label2id": {label: i for i, label in enumerate(LABELS)}}
    model = AutoModelForSequenceClassification.from_pretrained(
        encoder(), num_labels=len(LABELS), problem_type=problem, **names
    )
    torch.manual_seed(1)
    torch.nn.init.normal_(model.classifier.weight, std=0.7)
    torch.nn.init.normal_(model.classifier.bias, std=0.3)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(encoder()).save_pretrained(folder)
    return folder


@functools.cache
def stance_model() -> Path:
    """The model folder exported from :func:`plain_model`; copy it before altering anything."""
    from training.export import export

    folder = Path(_room().name) / "tiny"
    export(
        plain_model(),
        CALIBRATION,
        THRESHOLDS,
        UNSURE,
        folder,
        name="tiny",
        data={"corpus/a.jsonl": {"rows": 40, "sha256": "0" * 64}},
        metrics={},
        max_length=MAX_LENGTH,
        stride=STRIDE,
    )
    return folder
