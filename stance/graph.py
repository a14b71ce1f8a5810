"""The ONNX graph of a BERT, with its large constants taken out and named by their safetensors tensors."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from stance.backends.base import Initialiser
from stance.errors import ModelError

if TYPE_CHECKING:
    from onnx import ModelProto
    from transformers import BertForSequenceClassification

# Has Gelu as one operator, which ONNX Runtime has known since 1.17.
OPSET = 20
# Constants below this many elements stay in the graph: names and shapes would take as much room.
SMALL = 256


class _Graph(torch.nn.Module):
    """The forward pass of a BERT, spelled out for inference; the word embeddings stay in fp16, rows are converted."""

    output = ""

    def __init__(self, bert: Any) -> None:
        super().__init__()
        self.bert = bert
        self.words = torch.nn.Parameter(bert.embeddings.word_embeddings.weight.detach().half(), requires_grad=False)
        self.heads = bert.config.num_attention_heads

    def _states(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, wanted: int | None) -> torch.Tensor:
        """States of the last layer, (n, wanted, width), of the first ``wanted`` tokens or of all."""
        hidden = embedded(self.bert.embeddings, functional.embedding(input_ids, self.words).float())
        hide = hidden_by(attention_mask)
        layers = list(self.bert.encoder.layer)
        for layer in layers[:-1]:
            hidden = attend(layer, hidden, hidden, hide, self.heads)
        return attend(layers[-1], hidden if wanted is None else hidden[:, :wanted], hidden, hide, self.heads)


def embedded(embeddings: Any, words: torch.Tensor) -> torch.Tensor:
    """What enters the first layer of a BERT, (n, length, width), from the embeddings of the words."""
    positions = embeddings.position_embeddings.weight[: words.shape[1]]
    entered: torch.Tensor = embeddings.LayerNorm(words + embeddings.token_type_embeddings.weight[0] + positions)
    return entered


def hidden_by(attention_mask: torch.Tensor) -> torch.Tensor:
    """What is added to scores of attention, (n, 1, 1, length), so that padding gets none."""
    return (1.0 - attention_mask[:, None, None, :].float()) * torch.finfo(torch.float32).min


def attend(layer: Any, queries: torch.Tensor, keys: torch.Tensor, hide: torch.Tensor, heads: int) -> torch.Tensor:
    """One layer of a BERT without dropout: states of the queries, (n, queries, width), that attend to the keys."""

    def split(states: torch.Tensor) -> torch.Tensor:
        return states.reshape(*states.shape[:2], heads, -1).transpose(1, 2)

    attention = layer.attention.self
    q, k, v = (
        split(linear(states))
        for linear, states in ((attention.query, queries), (attention.key, keys), (attention.value, keys))
    )
    shares = torch.softmax(q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + hide, dim=-1)
    mixed = (shares @ v).transpose(1, 2).flatten(2)
    attended = layer.attention.output(mixed, queries)
    out: torch.Tensor = layer.output(layer.intermediate(attended), attended)
    return out


def pooled(states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """Mean of the states of the tokens, scaled to length 1: (n, width)."""
    return functional.normalize((states * attention_mask[:, :, None].float()).sum(dim=1), dim=1)


class ClassifierGraph(_Graph):
    """``BertForSequenceClassification``, equal to the original up to rounding.

    The classifier reads the first token alone, so the last layer is computed for that token alone.
    """

    output = "logits"

    def __init__(self, model: BertForSequenceClassification) -> None:
        super().__init__(model.bert)
        self.classifier = model.classifier

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Logits, (n, labels), of ids and mask, (n, length)."""
        first = self._states(input_ids, attention_mask, wanted=1)
        logits: torch.Tensor = self.classifier(self.bert.pooler(first))
        return logits


class EncoderGraph(_Graph):
    """``BertModel`` with mean pooling and normalisation, as sentence encoders use it."""

    output = "embeddings"

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Embeddings of length 1, (n, width), of ids and mask, (n, length)."""
        return pooled(self._states(input_ids, attention_mask, wanted=None), attention_mask)


def build(model: torch.nn.Module, tensors: Mapping[str, NDArray[Any]]) -> tuple[bytes, dict[str, Initialiser]]:
    """Trace a model and strip the constants that the safetensors file holds anyway.

    Args:
        model: in fp32 and evaluation mode, with ``output``, the name of what it gives; its large weights are the values
            of ``tensors``, others stay in the graph.
        tensors: what the safetensors file holds, fp16 or fp32, by name.

    Returns:
        The graph as the content of an ONNX file, with inputs ``input_ids`` and ``attention_mask``, (batch, sequence),
        and the output of the model's name; and the origin of each constant that was taken out.

    Raises:
        ModelError: the exporter changed the names of inputs or outputs.
    """
    proto = _trace(model)
    names = [value.name for value in (*proto.graph.input, *proto.graph.output)]
    if names != ["input_ids", "attention_mask", str(model.output)]:
        raise ModelError(f"the exported graph has the inputs and outputs {', '.join(names)}")
    initialisers = dict(_strip(proto, tensors))
    _forget(proto)
    return proto.SerializeToString(), initialisers


def _trace(model: torch.nn.Module) -> ModelProto:
    batch, sequence = torch.export.Dim("batch", min=1), torch.export.Dim("sequence", min=1)
    example = torch.ones((2, 5), dtype=torch.int64)
    axes = {0: batch, 1: sequence}
    with _quiet():
        program = torch.onnx.export(
            model.eval(),
            (example, torch.ones_like(example)),
            dynamo=True,
            input_names=["input_ids", "attention_mask"],
            output_names=[str(model.output)],
            dynamic_shapes={"input_ids": axes, "attention_mask": axes},
            opset_version=OPSET,
            verbose=False,
        )
    if program is None:
        raise ModelError("torch gave no ONNX program")
    proto: ModelProto = program.model_proto
    return proto


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter prints its steps and warns of packages that are not needed here."""
    exporter = logging.getLogger("torch.onnx")
    level = exporter.level
    exporter.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        exporter.setLevel(level)


def _strip(proto: ModelProto, tensors: Mapping[str, NDArray[Any]]) -> Iterator[tuple[str, Initialiser]]:
    from onnx import TensorProto, numpy_helper

    dtypes = {TensorProto.FLOAT: "float32", TensorProto.FLOAT16: "float16"}
    origins = {}
    for name, array in tensors.items():
        for dtype in dtypes.values():
            if array.ndim == 2:
                origins[_key(array.T.astype(dtype))] = Initialiser(name, True, dtype)
    # Second, so that a square symmetric matrix, or a vector, is not transposed.
    for name, array in tensors.items():
        for dtype in dtypes.values():
            origins[_key(array.astype(dtype))] = Initialiser(name, False, dtype)
    for constant in proto.graph.initializer:
        if constant.data_type not in dtypes or int(np.prod(constant.dims)) < SMALL:
            continue
        origin = origins.get(_key(numpy_helper.to_array(constant)))
        if origin is None:
            continue
        constant.ClearField("raw_data")
        constant.data_location = TensorProto.EXTERNAL
        # The location is never opened: the values are handed over when the session is made.
        for key, value in (("location", "model.safetensors"), ("offset", "0"), ("length", "0")):
            entry = constant.external_data.add()
            entry.key, entry.value = key, value
        yield constant.name, origin


def _forget(proto: ModelProto) -> None:
    """Drop the exporter's notes: stack traces and paths of the machine it ran on."""
    graph = proto.graph
    for entry in (proto, graph, *graph.node, *graph.initializer, *graph.input, *graph.output, *graph.value_info):
        entry.ClearField("doc_string")
        entry.ClearField("metadata_props")


def _key(array: NDArray[Any]) -> tuple[tuple[int, ...], str, bytes]:
    return array.shape, array.dtype.name, np.ascontiguousarray(array).tobytes()
