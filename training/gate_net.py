"""The network of a gate: a few convolutions over the encoder's own word embeddings, so small that it costs little.

A text whose highest label logit is low takes no stance. Words are projected to their main directions, each layer looks
at a token and its two neighbours, and the text is the maximum and the mean of its tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

if TYPE_CHECKING:
    from training.config import GateConfig


class _Layer(torch.nn.Module):
    """Adds to each token what it and the tokens ``reach`` before and behind it hold."""

    def __init__(self, width: int, reach: int) -> None:
        super().__init__()
        self.norm = torch.nn.LayerNorm(width)
        self.look = torch.nn.Linear(3 * width, width)
        self.add = torch.nn.Linear(width, width)
        self.reach = reach
        # A constant, as the graph of a model folder may have no operator that pads or makes zeros.
        self.nothing: torch.Tensor
        self.register_buffer("nothing", torch.zeros(1, 1, width))

    def forward(self, states: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
        here = self.norm(states) * shown
        length, reach = here.shape[1], self.reach
        edge = self.nothing.expand(here.shape[0], reach, -1)
        padded = torch.cat([edge, here, edge], dim=1)
        window = torch.cat([padded[:, :length], here, padded[:, 2 * reach : 2 * reach + length]], dim=2)
        out: torch.Tensor = states + self.add(functional.relu(self.look(window)))
        return out


class GateNet(torch.nn.Module):
    """Label logits, and the score of a gate: the highest of them.

    Args:
        words: table of word embeddings in fp16, (vocabulary, width); stays as it is.
        counts: how often each word occurs, (vocabulary,); the projection starts as the main directions of these.
        labels: how many.
        settings: sizes.
    """

    output = "score"

    def __init__(
        self, words: NDArray[np.float16], counts: NDArray[np.float64], labels: int, settings: GateConfig
    ) -> None:
        super().__init__()
        self.words = torch.nn.Parameter(torch.from_numpy(words), requires_grad=False)
        width, hidden = settings.width, settings.hidden
        self.project = _directions(words.astype(np.float32), counts, width)
        self.layers = torch.nn.ModuleList(_Layer(width, reach) for reach in settings.reaches)
        self.norm, self.read = torch.nn.LayerNorm(width), torch.nn.Linear(width, width)
        self.mix, self.label = torch.nn.Linear(2 * width, hidden), torch.nn.Linear(hidden, labels)

    def logits(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """One a label, (n, labels), of ids and mask, (n, length)."""
        shown = attention_mask[:, :, None].float()
        states = self.project(functional.embedding(input_ids, self.words).float())
        for layer in self.layers:
            states = layer(states, shown)
        # Not below 0, so that padding, which is 0, never is the maximum of more.
        found = functional.relu(self.read(self.norm(states))) * shown
        text = torch.cat([found.amax(dim=1), found.sum(dim=1) / shown.sum(dim=1)], dim=1)
        logits: torch.Tensor = self.label(functional.relu(self.mix(text)))
        return logits

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """The score, (n,), of ids and mask, (n, length)."""
        return self.logits(input_ids, attention_mask).amax(dim=1)


def _directions(words: NDArray[np.float32], counts: NDArray[np.float64], width: int) -> torch.nn.Linear:
    """A projection on the main directions of the words that occur, centred, and scaled to a variance of about 1."""
    weights = np.minimum(counts, np.quantile(counts[counts > 0], 0.99))
    weights = (weights / weights.sum()).astype(np.float32)
    mean = weights @ words
    centred = words - mean
    spread, axes = np.linalg.eigh((centred * weights[:, None]).T @ centred)
    chosen = axes[:, ::-1][:, :width] / np.sqrt(spread[::-1][:width].mean())
    layer = torch.nn.Linear(words.shape[1], width)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(np.ascontiguousarray(chosen.T)))
        layer.bias.copy_(torch.from_numpy(-mean @ chosen))
    return layer
