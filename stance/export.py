"""From a fine-tuned folder to a model folder: calibrated, in fp16, with an ONNX graph and a record."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from stance import artefact, codebook
from stance.artefact import Artefact
from stance.backends.onnx import OnnxBackend
from stance.backends.torch import TorchBackend
from stance.card import Calibration, Card, ZeroShotCard
from stance.codebook import Codebook
from stance.errors import ModelError, StanceError
from stance.graph import ClassifierGraph, build

if TYPE_CHECKING:
    from transformers import BertForSequenceClassification, PreTrainedModel

PARITY = 1e-4
# (texts, tokens): one alone, a full batch, more than a batch, the shortest input.
SHAPES = ((1, 2), (1, 24), (8, 17), (11, 40))
HALF_MAX = 65504.0
Run = Callable[[Sequence[Sequence[int]]], NDArray[np.float32]]


def export(
    fine_tuned_dir: str | Path,
    calibration: Mapping[str, Sequence[float]],
    thresholds: Sequence[float],
    unsure: Sequence[Sequence[float]],
    out_dir: str | Path,
    *,
    name: str,
    data: Mapping[str, Any],
    metrics: Mapping[str, Any],
    version: str = "0.1.0",
    max_length: int = 256,
    stride: int = 64,
    book: Codebook | None = None,
    readme: Callable[[Card], str],
) -> Artefact[Card]:
    """Write a model folder; what was in it before is replaced once the new one is complete and checked.

    Args:
        fine_tuned_dir: folder of a ``BertForSequenceClassification`` whose labels are the codebook's, in its order.
        calibration: ``temperature`` and ``bias``, one number a label: ``p = sigmoid(logit / temperature + bias)``.
        thresholds: one a label, in [0, 1].
        unsure: one pair ``[low, high]`` a label.
        out_dir: folder to write.
        name: of the model.
        data: a table for each source of training data (rows, sha256).
        metrics: what was measured.
        version: of the model.
        max_length: in tokens.
        stride: tokens shared by neighbouring windows of longer texts.
        book: the codebook; by default the one that ships.
        readme: writes the model card from the record.

    Returns:
        The folder as :func:`stance.artefact.read` sees it.

    Raises:
        StanceError: a model or numbers that do not fit the codebook, a graph that does not agree with torch, or a
            library for writing graphs that is missing.
    """
    from transformers import AutoTokenizer, BertForSequenceClassification

    require()
    book = book or codebook.load()
    source, out = Path(fine_tuned_dir), Path(out_dir)
    if not (source / artefact.CONFIG).is_file():
        raise ModelError("no fine-tuned model here", where=source, remedy="give the folder of a fine-tuned model")
    scales = Calibration(tuple(calibration["temperature"]), tuple(calibration["bias"]))
    model = BertForSequenceClassification.from_pretrained(
        source, local_files_only=True, use_safetensors=True, dtype=torch.float32
    )
    model.train(False)
    _check(model, scales, book, source)
    if max_length > model.config.max_position_embeddings:
        raise StanceError(
            f"max_length is {max_length}, the encoder takes {model.config.max_position_embeddings} tokens"
        )
    _fold(model, scales)
    card = Card(
        name=name,
        version=version,
        codebook=book,
        max_length=max_length,
        stride=stride,
        calibration=scales,
        thresholds=tuple(map(float, thresholds)),
        unsure=tuple((float(low), float(high)) for low, high in unsure),
        initialisers={},
        files={},
        data=data,
        metrics=metrics,
    )
    with staged(out) as stage:
        _fill(stage, model, AutoTokenizer.from_pretrained(source, local_files_only=True), card, readme)
    return artefact.read(out, Card)


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder to fill beside ``out``, not there yet; it takes the place of ``out`` when the block ends well."""
    stage = out.with_name(f".{out.name}.new")
    shutil.rmtree(stage, ignore_errors=True)
    try:
        yield stage
        shutil.rmtree(out, ignore_errors=True)
        stage.rename(out)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def require() -> None:
    """Make sure that graphs can be written.

    Raises:
        StanceError: a library for it is not installed.
    """
    if missing := [name for name in ("onnx", "onnxscript") if importlib.util.find_spec(name) is None]:
        what = f"{' and '.join(missing)}, needed to write a model's graph, cannot be imported"
        raise StanceError(what, remedy="pip install 'diplomatic-stance[train]'")


def _fill(
    folder: Path, model: BertForSequenceClassification, tokenizer: Any, card: Card, readme: Callable[[Card], str]
) -> None:
    """Write all files of a model folder, and check that both backends agree on it."""
    (folder / artefact.GRAPH).parent.mkdir(parents=True)
    tensors = round_weights(model)
    _write_config(model, card.codebook, folder)
    write_weights(tensors, folder)
    write_tokenizer(tokenizer, card.max_length, folder)
    graph, initialisers = build(ClassifierGraph(model), tensors)
    (folder / artefact.GRAPH).write_bytes(graph)
    sealed = artefact.write(folder, dataclasses.replace(card, initialisers=initialisers))
    gap = parity(sealed)
    if not gap <= PARITY:
        raise ModelError(f"ONNX and torch differ by {gap:.2g}", remedy="check the versions of torch and onnx")
    (folder / "README.md").write_text(readme(sealed.card), encoding="utf-8")


def parity(model: Artefact[Card]) -> float:
    """Largest difference between the logits of ONNX and torch on random inputs."""
    onnx, reference = OnnxBackend(*model.graph, model.card.initialisers), TorchBackend(model.path)
    return difference(onnx.logits, reference.logits, model)


def difference(one: Run, other: Run, model: Artefact[Card] | Artefact[ZeroShotCard], seed: int = 0) -> float:
    """Largest difference between two ways to run a model on random inputs of several shapes and paddings."""
    generator = np.random.default_rng(seed)
    words = json.loads((model.path / artefact.CONFIG).read_text(encoding="utf-8"))["vocab_size"]
    gap = 0.0
    for texts, longest in (*SHAPES, (3, model.card.max_length)):
        lengths = [longest, *generator.integers(2, longest + 1, texts - 1).tolist()]
        batch = [generator.integers(1, words, length).tolist() for length in lengths]
        gap = max(gap, float(np.abs(one(batch) - other(batch)).max()))
    return gap


def _check(model: BertForSequenceClassification, scales: Calibration, book: Codebook, source: Path) -> None:
    config: Any = model.config
    labels = tuple(config.id2label[number] for number in range(config.num_labels))
    if labels != book.ids:
        raise ModelError(
            f"its labels are {', '.join(labels)}, those of the codebook {', '.join(book.ids)}", where=source
        )
    temperature, bias = np.array(scales.temperature), np.array(scales.bias)
    if temperature.shape != bias.shape or temperature.shape != (len(labels),):
        raise StanceError(f"the calibration has {len(temperature)} temperatures and {len(bias)} biases")
    if not (np.isfinite(temperature).all() and np.isfinite(bias).all() and (temperature > 0).all()):
        raise StanceError("the calibration has a temperature that is not above 0, or a bias that is no number")


@torch.no_grad()
def _fold(model: BertForSequenceClassification, scales: Calibration) -> None:
    """Make the classification layer's output the calibrated logit."""
    temperature = torch.tensor(scales.temperature, dtype=torch.float64)
    head = model.classifier
    head.weight.copy_(head.weight.double() / temperature[:, None])
    head.bias.copy_(head.bias.double() / temperature + torch.tensor(scales.bias, dtype=torch.float64))


@torch.no_grad()
def round_weights(model: PreTrainedModel) -> dict[str, NDArray[Any]]:
    """What is stored, and the model set to exactly that: matrices in fp16; vectors and the head, all small, in fp32."""
    tensors = {}
    for name, value in model.state_dict().items():
        if value.ndim == 2 and name not in artefact.HEAD:
            if float(value.abs().max()) > HALF_MAX:
                raise ModelError(f"{name} has values beyond fp16")
            value.copy_(value.half().float())
            tensors[name] = value.half().numpy()
        else:
            tensors[name] = value.numpy()
    return tensors


def _write_config(model: BertForSequenceClassification, book: Codebook, folder: Path) -> None:
    config: Any = model.config
    config.architectures = [artefact.ARCHITECTURE]
    config.problem_type = "multi_label_classification"
    config.dtype = "float32"
    config.id2label = dict(enumerate(book.ids))
    config.label2id = {label: number for number, label in enumerate(book.ids)}
    config.save_pretrained(folder)


def write_weights(tensors: Mapping[str, NDArray[Any]], folder: Path) -> None:
    """Write the safetensors file."""
    from safetensors.numpy import save

    arrays = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    (folder / artefact.WEIGHTS).write_bytes(save(arrays, {"format": "pt"}))


def write_tokenizer(tokenizer: Any, max_length: int, folder: Path) -> None:
    """Write the tokenizer's files, without its own cutting and padding."""
    # The encoder's own cutting and padding would shorten texts silently; how it was opened here concerns nobody.
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    for key in ("max_length", "stride", "truncation_strategy", "pad_to_multiple_of", "is_local", "local_files_only"):
        tokenizer.init_kwargs.pop(key, None)
    tokenizer.model_max_length = max_length
    tokenizer.save_pretrained(folder)
