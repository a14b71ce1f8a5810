"""Fit a gate to the probabilities of the model it stands before, and set the point below which it answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from stance.backends.batching import pad
from training.config import GateConfig
from training.gate_net import GateNet

# Batches are cut from pieces of so many of their size, sorted by length, so that little is padded.
_PIECE = 50
_CLIP = 1.0


def fit(
    inputs: Sequence[Sequence[int]],
    chances: NDArray[np.float64],
    words: NDArray[np.float16],
    settings: GateConfig,
    *,
    report: bool = True,
) -> GateNet:
    """A network whose label logits follow the model's probabilities, and rather too high than too low.

    Args:
        inputs: token ids of n texts, with special tokens.
        chances: (n, labels) what the model gives.
        words: the encoder's table of word embeddings.
        settings: sizes and schedule.
        report: print the loss of each epoch.
    """
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    counts = np.bincount(np.concatenate([np.asarray(ids) for ids in inputs]), minlength=len(words)).astype(np.float64)
    net = GateNet(words, counts, chances.shape[1], settings)
    easy = np.flatnonzero(chances.max(axis=1) < settings.easy)
    others = np.flatnonzero(chances.max(axis=1) >= settings.easy)
    drawn = min(settings.easy_rows, len(easy))
    targets = chances.astype(np.float32)
    weights = 1 + settings.heavy * (targets + (targets >= settings.strong))
    weights[easy] += len(easy) / max(drawn, 1) - 1
    steps = settings.epochs * sum(1 for _ in _batches(np.arange(len(others) + drawn), inputs, settings.batch_size, rng))
    optimiser = torch.optim.AdamW(
        [parameter for parameter in net.parameters() if parameter.requires_grad],
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, total_steps=steps + 1, pct_start=settings.warmup
    )
    net.train()
    for epoch in range(settings.epochs):
        total, rows = 0.0, np.concatenate([others, rng.choice(easy, drawn, replace=False)])
        for batch in _batches(rows, inputs, settings.batch_size, rng):
            padded, shown = pad([inputs[i] for i in batch], filler=0)
            # A hidden word is like padding; the first token never is, so that something is left.
            shown[:, 1:] *= rng.random((shown.shape[0], shown.shape[1] - 1)) >= settings.drop
            ids, mask = torch.from_numpy(padded), torch.from_numpy(shown)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = net.logits(ids, mask)
            losses = functional.binary_cross_entropy_with_logits(
                logits.float(), torch.from_numpy(targets[batch]), reduction="none"
            )
            loss = (losses * torch.from_numpy(weights[batch])).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(net.parameters(), _CLIP)
            optimiser.step()
            schedule.step()
            total += loss.item() * len(batch)
        if report:
            print(f"gate: epoch {epoch + 1} of {settings.epochs}, loss {total / len(rows):.4f}", flush=True)
    return net.eval()


def _batches(
    rows: NDArray[np.int64], inputs: Sequence[Sequence[int]], size: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """The rows in random batches of like length."""
    order = rng.permutation(rows)
    batches = []
    for start in range(0, len(order), size * _PIECE):
        piece = order[start : start + size * _PIECE]
        piece = piece[np.argsort([len(inputs[i]) for i in piece], kind="stable")]
        batches += [piece[first : first + size] for first in range(0, len(piece), size)]
    return (batches[i] for i in rng.permutation(len(batches)))


def point(scores: NDArray[np.float32], chances: NDArray[np.float64], strong: float, lost: float) -> float:
    """The highest score below which no more than a share of the strong stances lie.

    Args:
        scores: (n,) of the gate.
        chances: (n, labels) of the model.
        strong: from this probability on a stance counts.
        lost: the share that may be lost.

    Returns:
        A score; texts with a lower one may be answered by the gate.
    """
    stances = np.sort(np.repeat(scores, (chances >= strong).sum(axis=1)))
    if not len(stances):
        return float(scores.max())
    return float(stances[int(lost * len(stances))])


def curve(
    scores: NDArray[np.float32], chances: NDArray[np.float64], strong: float, shares: Sequence[float]
) -> list[tuple[float, float]]:
    """What share of texts would pass if a share of the strong stances could be lost, for several of the latter."""
    return [(lost, float((scores >= point(scores, chances, strong, lost)).mean())) for lost in shares]


def bounds(chances: NDArray[np.float64], held: float) -> NDArray[np.float64]:
    """What a share of texts stays at or below, (labels,), of their probabilities (n, labels)."""
    return np.asarray(np.quantile(chances, held, axis=0, method="higher"))
