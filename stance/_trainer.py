"""The part of fine-tuning that needs torch and transformers; imported by :mod:`stance.fitting` when it is called."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedTokenizerBase,
    Trainer,
    TrainingArguments,
    set_seed,
)

if TYPE_CHECKING:
    from stance.fitting import FitSettings

logger = logging.getLogger(__name__)


def fit(  # noqa: PLR0917
    name: str,
    local: bool,
    texts: Sequence[str],
    targets: NDArray[np.float32],
    weights: NDArray[np.float32],
    labels: Sequence[str],
    settings: FitSettings,
    out: Path,
    checkpoints: Path,
) -> None:
    """Fine-tune and save model and tokenizer to ``out``; goes on from a checkpoint if there is one."""
    set_seed(settings.seed)
    tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local)
    model = AutoModelForSequenceClassification.from_pretrained(
        name,
        local_files_only=local,
        use_safetensors=True,
        dtype=torch.float32,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
        problem_type="multi_label_classification",
        hidden_dropout_prob=settings.dropout,
        attention_probs_dropout_prob=settings.dropout,
        # On a CPU the backward pass of torch's fused attention takes longer than all matrix products together.
        attn_implementation="eager",
    )
    if settings.freeze_embeddings:
        model.get_input_embeddings().weight.requires_grad_(False)
    smooth = targets * (1 - settings.label_smoothing) + 0.5 * settings.label_smoothing
    rows = _encode(tokenizer, texts, settings.max_length)
    for row, target, weight in zip(rows, smooth, weights, strict=True):
        # The weight of the row rides behind its targets, so that Trainer needs no subclass.
        row["labels"] = [*map(float, target), float(weight)]
    steps = -(-len(rows) // settings.batch_size) * settings.epochs
    optimizer = torch.optim.AdamW(
        parameter_groups(model, settings),
        lr=settings.learning_rate,
        fused=True,
    )
    trainer = Trainer(
        model=model,
        args=_arguments(settings, steps, checkpoints),
        train_dataset=rows,
        processing_class=tokenizer,
        data_collator=_collator(tokenizer),
        compute_loss_func=_weighted_bce,
        optimizers=(optimizer, None),
    )
    resume = any(checkpoints.glob("checkpoint-*"))
    trainer.train(resume_from_checkpoint=True if resume else None)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


def predict(
    name: str, local: bool, texts: Sequence[str], *, batch_size: int, max_length: int, device: str, bf16: bool
) -> NDArray[np.float32]:
    """Logits (n, labels) in the order of the texts; scored in order of length, so that little is padded."""
    tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local)
    model = AutoModelForSequenceClassification.from_pretrained(
        name, local_files_only=local, use_safetensors=True, dtype=torch.float32
    )
    where = torch.device("cuda" if device == "auto" and torch.cuda.is_available() else "cpu")
    model.to(where).eval()
    rows = _encode(tokenizer, texts, max_length)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["input_ids"]))
    logits = np.zeros((len(rows), model.config.num_labels), dtype=np.float32)
    with torch.inference_mode(), torch.autocast(where.type, dtype=torch.bfloat16, enabled=bf16):
        for start in range(0, len(order), batch_size):
            chunk = order[start : start + batch_size]
            batch = tokenizer.pad([rows[i] for i in chunk], return_tensors="pt").to(where)
            logits[chunk] = model(**batch).logits.float().cpu().numpy()
    return logits


def _encode(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], max_length: int) -> list[dict[str, Any]]:
    encoded = tokenizer(list(texts), truncation=False, verbose=False)["input_ids"] if texts else []
    long = sum(len(ids) > max_length for ids in encoded)
    if long:
        logger.warning("%d of %d texts are longer than %d tokens and were cut", long, len(texts), max_length)
        encoded = tokenizer(list(texts), truncation=True, max_length=max_length)["input_ids"]
    return [{"input_ids": ids, "attention_mask": [1] * len(ids)} for ids in encoded]


def _arguments(settings: FitSettings, steps: int, checkpoints: Path) -> Any:
    options: dict[str, Any] = {}
    if settings.group_by_length:
        # transformers 5 renamed the switch.
        known = {field.name for field in dataclasses.fields(TrainingArguments)}
        new = "train_sampling_strategy" in known
        options = {"train_sampling_strategy": "group_by_length"} if new else {"group_by_length": True}
    return TrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=int(settings.warmup * steps),
        bf16=settings.bf16,
        use_cpu=settings.device == "cpu",
        seed=settings.seed,
        save_strategy="epoch",
        save_total_limit=1,
        logging_steps=50,
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        **options,
    )


def parameter_groups(model: torch.nn.Module, settings: FitSettings) -> list[dict[str, Any]]:
    """AdamW groups with a rate for each depth: head, then layers from the top, then embeddings.

    Args:
        model: a transformers sequence classifier whose parameters are named ``….layer.N.…`` and ``….embeddings.…``.
        settings: gives rate, decay and the head's factor.
    """
    named = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    depths = dict(_depths([name for name, _ in named]))
    groups: dict[tuple[float, float], list[Any]] = {}
    for name, parameter in named:
        depth = depths[name]
        factor = settings.head_factor if depth is None else settings.layer_decay**depth
        decay = settings.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((settings.learning_rate * factor, decay), []).append(parameter)
    return [{"params": group, "lr": rate, "weight_decay": decay} for (rate, decay), group in groups.items()]


def _depths(names: Sequence[str]) -> Iterator[tuple[str, int | None]]:
    """Distance from the topmost layer (0), embeddings one below the lowest; ``None`` for the head.

    What layers share, such as MPNet's relative positions, counts for the topmost.
    """
    layers = {name: int(name.split(".layer.")[1].split(".")[0]) for name in names if ".layer." in name}
    count = max(layers.values(), default=-1) + 1
    for name in names:
        if name in layers:
            yield name, count - 1 - layers[name]
        else:
            yield name, count if ".embeddings." in name else 0 if ".encoder." in name else None


def _collator(tokenizer: PreTrainedTokenizerBase) -> Callable[[list[dict[str, Any]]], dict[str, torch.Tensor]]:
    def collate(rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        inputs = [{key: row[key] for key in ("input_ids", "attention_mask")} for row in rows]
        batch = dict(tokenizer.pad(inputs, return_tensors="pt"))
        batch["labels"] = torch.tensor([row["labels"] for row in rows], dtype=torch.float32)
        return batch

    return collate


def _weighted_bce(outputs: Any, labels: torch.Tensor, num_items_in_batch: Any = None) -> torch.Tensor:
    """Mean binary cross-entropy over labels and rows; the last column of ``labels`` holds the rows' weights."""
    losses = binary_cross_entropy_with_logits(outputs.logits.float(), labels[:, :-1], reduction="none")
    return (losses.mean(dim=1) * labels[:, -1]).mean()
