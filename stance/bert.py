"""The tensors of a BERT, as its configuration implies them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from stance.intake import Tensor

PREFIX = "bert."
HEAD = ("classifier.weight", "classifier.bias")
# Of a classifier: the table of word embeddings.
TABLE = f"{PREFIX}embeddings.word_embeddings.weight"
# More of anything than any encoder has.
_MOST = 1_000_000
_SIZES = (
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings",
    "type_vocab_size",
)
_STORED = ("F16", "F32")
_LAYER = re.compile(r"(?:bert\.)?encoder\.layer\.(\d+)\.")


def audit(config: Mapping[str, Any], tensors: Mapping[str, Tensor], labels: int | None) -> Iterator[str]:
    """Everything in which the weights differ from their configuration: tensors, shapes and types.

    Args:
        config: of a ``BertForSequenceClassification`` or a ``BertModel``.
        tensors: what the safetensors file holds.
        labels: how many the head has; ``None`` for an encoder without one.
    """
    bad = [f"{config.get(key)!r} for {key}" for key in _SIZES if not _size(config.get(key))]
    if bad:
        yield f"config.json has {', '.join(bad)}, not whole numbers from 1 to {_MOST:,}"
        return
    if config["hidden_size"] % config["num_attention_heads"]:
        yield f"config.json has a hidden_size that its {config['num_attention_heads']} heads cannot share"
    stored = len({found[1] for name in tensors if (found := _LAYER.match(name))})
    if stored != config["num_hidden_layers"]:
        # Told once; the tensors of so many layers need not be listed.
        yield f"config.json has {config['num_hidden_layers']:,} layers, the weights {stored}"
        return
    wanted = dict(_shapes(config, labels))
    if missing := [name for name in HEAD if name in wanted and name not in tensors]:
        yield f"the head is missing: no {', '.join(missing)} in model.safetensors"
    missing = [name for name in wanted if name not in tensors and name not in HEAD]
    if missing:
        yield f"weights are missing: {', '.join(missing)}"
    if extra := sorted(tensors.keys() - wanted.keys()):
        yield f"these weights are no part of it: {', '.join(extra)}"
    for name, shape in wanted.items():
        tensor = tensors.get(name, Tensor(_STORED[0], shape))
        if tensor.shape != shape:
            what = f"the head {name}" if name in HEAD else name
            behind = f"{labels} labels" if name in HEAD else f"{list(shape)}"
            yield f"{what} has the shape {list(tensor.shape)} for {behind}"
        if tensor.dtype not in _STORED:
            yield f"{name} is stored as {tensor.dtype}, not as {' or '.join(_STORED)}"


def _size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST


def _shapes(config: Mapping[str, Any], labels: int | None) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Name and shape of every tensor."""
    width, inner = config["hidden_size"], config["intermediate_size"]
    prefix = "" if labels is None else PREFIX

    def dense(name: str, outputs: int, inputs: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{prefix}{name}.weight", (outputs, inputs)
        yield f"{prefix}{name}.bias", (outputs,)

    def norm(name: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{prefix}{name}.LayerNorm.weight", (width,)
        yield f"{prefix}{name}.LayerNorm.bias", (width,)

    for name, rows in (("word", "vocab_size"), ("position", "max_position_embeddings"), ("token_type", _SIZES[-1])):
        yield f"{prefix}embeddings.{name}_embeddings.weight", (config[rows], width)
    yield from norm("embeddings")
    for number in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        for part in ("query", "key", "value"):
            yield from dense(f"{layer}.attention.self.{part}", width, width)
        yield from dense(f"{layer}.attention.output.dense", width, width)
        yield from norm(f"{layer}.attention.output")
        yield from dense(f"{layer}.intermediate.dense", inner, width)
        yield from dense(f"{layer}.output.dense", width, inner)
        yield from norm(f"{layer}.output")
    yield from dense("pooler.dense", width, width)
    if labels is not None:
        yield HEAD[0], (labels, width)
        yield HEAD[1], (labels,)
