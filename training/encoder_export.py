"""Turn a trained sentence encoder into a zero-shot model folder: in fp16, with an ONNX graph, background and record."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from stance import artefact, codebook
from stance.artefact import Artefact
from stance.backends.base import Similarity
from stance.backends.similarity import embed
from stance.card import ZeroShotCard
from stance.errors import ModelError
from stance.export import PARITY, difference, round_weights, staged, write_tokenizer, write_weights
from stance.graph import EncoderGraph, build
from stance.zeroshot import open_encoder
from training.card import data_table
from training.figures import table

TEMPLATE = Path(__file__).with_name("zeroshot_card.md")


def export_encoder(
    encoder: str | Path,
    background: Sequence[str],
    out_dir: str | Path,
    *,
    similarity: Similarity,
    threshold: float,
    unsure: tuple[float, float],
    name: str,
    data: Mapping[str, Any],
    metrics: Mapping[str, Any],
    version: str = "0.1.0",
    max_length: int = 256,
    stride: int = 64,
) -> Artefact[ZeroShotCard]:
    """Write a model folder; what was in it before is replaced once the new one is complete and checked.

    Args:
        encoder: folder of a ``BertModel``.
        background: at least two sentences that descriptions are standardised against.
        out_dir: folder to write.
        similarity: from standardised similarities to logits.
        threshold: of any label, in [0, 1].
        unsure: bounds of doubt of any label.
        name: of the model.
        data: a table for each source of training data (rows, sha256).
        metrics: what was measured; see :func:`render`.
        version: of the model.
        max_length: in tokens.
        stride: tokens shared by neighbouring windows of longer texts.

    Raises:
        ModelError: a graph that does not agree with torch.
    """
    from transformers import AutoTokenizer, BertModel

    out = Path(out_dir)
    model: Any = BertModel.from_pretrained(encoder, local_files_only=True, dtype=torch.float32).train(False)
    tokenizer = AutoTokenizer.from_pretrained(encoder, local_files_only=True)
    card = ZeroShotCard(
        name=name,
        version=version,
        codebook=codebook.load(),
        max_length=max_length,
        stride=stride,
        similarity=similarity,
        threshold=threshold,
        unsure=unsure,
        initialisers={},
        files={},
        data=data,
        metrics=metrics,
    )
    with staged(out) as stage:
        _fill(stage, model, tokenizer, background, card)
    return artefact.read(out, ZeroShotCard)


def _fill(folder: Path, model: Any, tokenizer: Any, background: Sequence[str], card: ZeroShotCard) -> None:
    from safetensors.numpy import save

    (folder / artefact.GRAPH).parent.mkdir(parents=True)
    tensors = round_weights(model)
    model.config.architectures = [artefact.ENCODER]
    model.config.dtype = "float32"
    model.config.save_pretrained(folder)
    write_weights(tensors, folder)
    write_tokenizer(tokenizer, card.max_length, folder)
    graph, initialisers = build(EncoderGraph(model), tensors)
    (folder / artefact.GRAPH).write_bytes(graph)
    # A place-holder, so that the folder can be opened to embed what replaces it.
    blank = np.zeros((2, model.config.hidden_size), dtype=np.float16)
    (folder / artefact.BACKGROUND).write_bytes(save({artefact.BANK: blank}))
    sealed = artefact.write(folder, dataclasses.replace(card, initialisers=initialisers))
    gap = difference(open_encoder(sealed).embeddings, open_encoder(sealed, "torch").embeddings, sealed)
    if not gap <= PARITY:
        raise ModelError(f"ONNX and torch differ by {gap:.2g}", remedy="check the versions of torch and onnx")
    bank = embed(open_encoder(sealed), background, card.max_length).astype(np.float16)
    (folder / artefact.BACKGROUND).write_bytes(save({artefact.BANK: bank}))
    sealed = artefact.write(folder, sealed.card)
    (folder / "README.md").write_text(render(sealed.card), encoding="utf-8")


def render(card: ZeroShotCard) -> str:
    """Markdown of the model card; of ``card.metrics`` it shows every table under its title.

    A table has ``title``, ``note``, ``columns`` and ``rows``.
    """
    figures = [
        f"### {found['title']}\n\n{table(found['columns'], found['rows'])}\n\n{found['note']}\n\n"
        for found in card.metrics.get("tables", ())
    ]
    return TEMPLATE.read_text(encoding="utf-8").format(
        name=card.name,
        version=card.version,
        labels=", ".join(f"`{label}`" for label in card.codebook.ids),
        threshold=f"{card.threshold:.2f}",
        low=f"{card.unsure[0]:.2f}",
        high=f"{card.unsure[1]:.2f}",
        max_length=card.max_length,
        stride=card.stride,
        data="".join(f"{line}\n" for line in data_table(card.data)),
        evaluation="".join(["## Evaluation\n\n", *figures]) if figures else "",
    )
