"""The part of own training that needs torch: an encoder and its head tuned together, and saved as a plain BERT."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import binary_cross_entropy_with_logits, layer_norm

from stance.backends.torch import open_model, quietly
from stance.errors import ModelError

if TYPE_CHECKING:
    from stance.own import Recipe

Floats = NDArray[np.float64]

# Of the averaging layer: the mean of the tokens outweighs the first token, past which the layer carries it, by this.
_WEIGHT_OF_MEAN = 2.0**14
# So small that the pooler's tanh is linear.
_POOLER_SCALE = 2.0**-9
# Inverse strength of the penalty on the first head's weights, as in SetFit and scikit-learn's examples of text.
_PENALTY = 10.0
# Batches are sorted by length within so many, so that little is padded and the order stays random.
_STRETCH = 4
_PASS = 32


@dataclass(frozen=True, slots=True)
class Tuned:
    """An encoder without its pooler, and a linear head on the normalised mean of its tokens.

    Attributes:
        tokenizer: of the encoder.
        encoder: a ``BertModel``.
        weights: (labels, width).
        bias: (labels,).
    """

    tokenizer: Any
    encoder: Any
    weights: Floats
    bias: Floats


def open_encoder(base: str | Path) -> Tuned:
    """A BERT encoder, to be tuned.

    Raises:
        ModelError: none can be loaded from there, or another kind of encoder.
    """
    tokenizer, encoder = open_model(base, "AutoModel")
    if encoder.config.model_type != "bert":
        what = f"an encoder of the kind {encoder.config.model_type}, and model folders hold BERT"
        raise ModelError(what, where=base, remedy="give a BERT encoder, such as sentence-transformers/all-MiniLM-L6-v2")
    # On a CPU the backward pass of torch's fused attention takes longer than all matrix products together.
    encoder.set_attn_implementation("eager")
    return Tuned(tokenizer, encoder, np.zeros((0, encoder.config.hidden_size)), np.zeros(0))


def tune(start: Tuned, texts: Sequence[str], targets: Floats, recipe: Recipe, epochs: int) -> Tuned:
    """Fit a head on the frozen encoder, then both together.

    Args:
        start: the encoder; left as it is.
        texts: n texts; those over ``recipe.max_length`` tokens are cut.
        targets: (n, labels), 0 or 1, both of them in each column.
        recipe: hyperparameters.
        epochs: passes over the texts.
    """
    device = torch.device("cuda" if recipe.device == "auto" and torch.cuda.is_available() else "cpu")
    encoder = copy.deepcopy(start.encoder).to(device)
    encoder.requires_grad_(False)
    layers = list(encoder.encoder.layer)
    upper = torch.nn.ModuleList(layers[-max(1, round(recipe.tuned * len(layers))) :]).requires_grad_(True)
    rows = _ids(start.tokenizer, texts, recipe.max_length)
    head = _logistic(_embeddings(encoder, rows), targets).to(device)
    wanted = torch.tensor(targets, dtype=torch.float32, device=device)
    rare = (len(texts) - wanted.sum(dim=0)) / wanted.sum(dim=0)
    groups: list[dict[str, Any]] = [{"params": upper.parameters()}, {"params": head.parameters()}]
    rates = (recipe.learning_rate, recipe.learning_rate * recipe.head_factor)
    optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    steps = -(-len(texts) // recipe.batch_size) * epochs
    encoder.train(False)  # No dropout: on a CPU drawing it takes as long as half the forward pass.
    for step, batch in enumerate(_batches([len(ids) for ids in rows], recipe, epochs)):
        rise = (step + 1) / max(1.0, recipe.warmup * steps)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * min(1.0, rise) * (1 - step / steps)
        logits = head(_forward(encoder, [rows[i] for i in batch]))
        loss = binary_cross_entropy_with_logits(logits, wanted[batch], pos_weight=rare)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*upper.parameters(), *head.parameters()], 1.0)
        optimizer.step()
    weights, bias = (value.detach().double().cpu().numpy() for value in (head.weight, head.bias))
    return Tuned(start.tokenizer, encoder.cpu(), weights, bias)


def logits(model: Tuned, texts: Sequence[str], max_length: int) -> Floats:
    """Raw scores, (n, labels), of texts cut at ``max_length`` tokens."""
    rows = _embeddings(model.encoder, _ids(model.tokenizer, texts, max_length))
    return np.asarray(rows @ model.weights.T + model.bias)


@torch.no_grad()
def save(model: Tuned, labels: Sequence[str], folder: Path) -> None:
    """Write a ``BertForSequenceClassification`` that gives the same logits, and its tokenizer.

    BERT's own head reads the first token. One more layer brings the mean of all tokens there: its attention has no
    preference, so that every token counts alike; its layer norm makes of the mean what the head was tuned on.
    """
    from transformers import BertForSequenceClassification

    config = copy.deepcopy(model.encoder.config)
    config.num_hidden_layers += 1
    config.num_labels = len(labels)
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: number for number, label in enumerate(labels)}
    config.problem_type = "multi_label_classification"
    plain: Any = BertForSequenceClassification(config)
    plain.bert.embeddings.load_state_dict(model.encoder.embeddings.state_dict())
    for old, new in zip(model.encoder.encoder.layer, plain.bert.encoder.layer[:-1], strict=True):
        new.load_state_dict(old.state_dict())
    last = plain.bert.encoder.layer[-1]
    for name, parameter in last.named_parameters():
        parameter.fill_(1.0 if name.endswith("LayerNorm.weight") else 0.0)
    last.attention.self.value.weight.fill_diagonal_(1.0)
    last.attention.output.dense.weight.fill_diagonal_(_WEIGHT_OF_MEAN)
    pooler = plain.bert.pooler.dense
    pooler.weight.zero_().fill_diagonal_(_POOLER_SCALE)
    pooler.bias.zero_()
    scale = _POOLER_SCALE * config.hidden_size**0.5
    plain.classifier.weight.copy_(torch.tensor(model.weights / scale))
    plain.classifier.bias.copy_(torch.tensor(model.bias))
    with quietly():
        plain.save_pretrained(folder)
        model.tokenizer.save_pretrained(folder)


def _ids(tokenizer: Any, texts: Sequence[str], max_length: int) -> list[list[int]]:
    encoded: list[list[int]] = tokenizer(list(texts), truncation=True, max_length=max_length)["input_ids"]
    return encoded


def _forward(encoder: Any, rows: Sequence[Sequence[int]]) -> torch.Tensor:
    """Mean of the last layer's tokens, centred and of length 1, (n, width); in bfloat16 where that is fast."""
    device = next(encoder.parameters()).device
    lengths = [len(row) for row in rows]
    ids = torch.zeros((len(rows), max(lengths)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = 1
    ids, mask = ids.to(device), mask.to(device)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=_halves(device)):
        states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    mean = (states.float() * mask[:, :, None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)
    unit: torch.Tensor = layer_norm(mean, mean.shape[1:]) / mean.shape[1] ** 0.5
    return unit


def _halves(device: torch.device) -> bool:
    # Other processors than those with AMX convert back and forth, which is slower than fp32.
    return device.type == "cuda" or bool(torch.cpu._is_amx_tile_supported())


@torch.inference_mode()
def _embeddings(encoder: Any, rows: Sequence[Sequence[int]]) -> Floats:
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    found = np.zeros((len(rows), encoder.config.hidden_size))
    for start in range(0, len(order), _PASS):
        chunk = order[start : start + _PASS]
        found[chunk] = _forward(encoder, [rows[i] for i in chunk]).double().cpu().numpy()
    return found


def _logistic(rows: Floats, targets: Floats) -> torch.nn.Linear:
    """One logistic regression a label, in which both answers weigh alike, as a layer."""
    from sklearn.linear_model import LogisticRegression

    head = torch.nn.Linear(rows.shape[1], targets.shape[1])
    for column in range(targets.shape[1]):
        fitted = LogisticRegression(C=_PENALTY, class_weight="balanced", max_iter=1000).fit(rows, targets[:, column])
        head.weight.data[column] = torch.tensor(fitted.coef_[0], dtype=torch.float32)
        head.bias.data[column] = float(fitted.intercept_[0])
    return head


def _batches(lengths: Sequence[int], recipe: Recipe, epochs: int) -> Iterator[list[int]]:
    """Rows of each step: in random order, and within some batches sorted by length."""
    generator = np.random.default_rng(recipe.seed)
    size = recipe.batch_size
    for _ in range(epochs):
        order = generator.permutation(len(lengths)).tolist()
        batches = []
        for start in range(0, len(order), size * _STRETCH):
            stretch = sorted(order[start : start + size * _STRETCH], key=lambda i: lengths[i])
            batches += [stretch[i : i + size] for i in range(0, len(stretch), size)]
        yield from (batches[i] for i in generator.permutation(len(batches)))
