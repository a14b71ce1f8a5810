"""Contrastive training of a sentence encoder: texts move to what describes them, away from what describes others."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stance.fitting import resolve_base
from stance.graph import attend, embedded, hidden_by, pooled
from training.config import ContrastSettings

SUBJECT = "The speaker "
# Texts of like length that go through together.
CHUNK = 32
# What stands between two texts that are read as one.
LINKS = (" ", "; ", ", and ")


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what is true of it.

    Attributes:
        text: what is described.
        own: of each thing it does, the descriptions of that alone; one of each is drawn each time.
        groups: acts or types whose descriptions hold of it, too; texts that share one are no negatives of each other.
        against: sentences that do not hold of it, though they sound alike; one is drawn each time.
    """

    text: str
    own: tuple[tuple[str, ...], ...]
    groups: frozenset[str] = field(default_factory=frozenset)
    against: tuple[str, ...] = ()


class SentenceEncoder:
    """A BERT whose mean of the last layer's states, scaled to length 1, stands for a sentence; without dropout.

    What the frozen layers make of a text is computed once and kept.

    Args:
        base: a folder, or ``hub:org/name``.
        frozen: how many of the lower layers, and the embeddings below them, are never trained.
        max_length: in tokens; longer texts are cut.
    """

    def __init__(self, base: str | Path, frozen: int, max_length: int) -> None:
        from transformers import AutoTokenizer, BertModel

        name, local = resolve_base(base)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(name, local_files_only=local)
        self.model: Any = BertModel.from_pretrained(name, local_files_only=local, dtype=torch.float32).train(False)
        self._layers = list(self.model.encoder.layer)
        self._frozen, self._max_length = frozen, max_length
        self._kept: dict[str, torch.Tensor] = {}
        self.model.requires_grad_(False)
        for layer in self._layers[frozen:]:
            layer.requires_grad_(True)

    @property
    def trained(self) -> list[torch.nn.Parameter]:
        """The parameters that are trained."""
        return [value for value in self.model.parameters() if value.requires_grad]

    def weights(self) -> dict[str, torch.Tensor]:
        """A copy of the trained layers, for :meth:`restore`."""
        return {name: value.detach().clone() for name, value in self.model.named_parameters() if value.requires_grad}

    def restore(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Set the trained layers to what :meth:`weights` gave."""
        self.model.load_state_dict(weights, strict=False)

    def states(self, texts: Sequence[str]) -> torch.Tensor:
        """Embeddings, (n, width), to learn from."""
        self._keep(texts)
        order = sorted(range(len(texts)), key=lambda i: len(self._kept[texts[i]]))
        chunks = [order[start : start + CHUNK] for start in range(0, len(order), CHUNK)]
        parts = [self._through([self._kept[texts[i]] for i in chunk]) for chunk in chunks]
        return torch.cat(parts)[torch.tensor(np.argsort(order))]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings, (n, width)."""
        with torch.no_grad():
            rows: NDArray[np.float32] = self.states(texts).numpy()
        return rows

    def save(self, folder: Path) -> None:
        """As a plain transformers folder."""
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)

    @torch.no_grad()
    def _keep(self, texts: Sequence[str]) -> None:
        new = sorted({text for text in texts if text not in self._kept}, key=len)
        for start in range(0, len(new), CHUNK):
            chunk = new[start : start + CHUNK]
            inputs = self.tokenizer(
                chunk, padding=True, truncation=True, max_length=self._max_length, return_tensors="pt"
            )
            mask = inputs["attention_mask"]
            embeddings = self.model.embeddings
            with torch.autocast("cpu", torch.bfloat16):
                hidden = embedded(embeddings, embeddings.word_embeddings(inputs["input_ids"]))
                for layer in self._layers[: self._frozen]:
                    hidden = attend(layer, hidden, hidden, hidden_by(mask), self._heads)
            for text, states, length in zip(chunk, hidden, mask.sum(dim=1).tolist(), strict=True):
                self._kept[text] = states[:length].bfloat16().clone()

    def _through(self, states: Sequence[torch.Tensor]) -> torch.Tensor:
        """Embeddings of texts from what the frozen layers made of them."""
        hidden = torch.nn.utils.rnn.pad_sequence(list(states), batch_first=True).float()
        lengths = torch.tensor([len(rows) for rows in states])
        mask = torch.arange(hidden.shape[1])[None, :] < lengths[:, None]
        with torch.autocast("cpu", torch.bfloat16):
            for layer in self._layers[self._frozen :]:
                hidden = attend(layer, hidden, hidden, hidden_by(mask), self._heads)
        return pooled(hidden.float(), mask)

    @property
    def _heads(self) -> int:
        heads: int = self.model.config.num_attention_heads
        return heads


def train(
    encoder: SentenceEncoder,
    examples: Sequence[Example],
    described: Mapping[str, Sequence[str]],
    settings: ContrastSettings,
) -> float:
    """Train in place.

    Args:
        encoder: what learns.
        examples: at least one.
        described: descriptions by group; groups that no example has serve as distractors.
        settings: hyperparameters.

    Returns:
        Mean loss of the last tenth of the steps.
    """
    draw = random.Random(settings.seed)
    learned = encoder.trained
    decayed = [value for value in learned if value.ndim > 1]
    plain = [value for value in learned if value.ndim == 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": plain, "weight_decay": 0.0}],
        lr=settings.learning_rate,
    )
    steps = settings.epochs * -(-len(examples) // settings.batch_size)
    rise = max(1, round(settings.warmup * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / rise, (steps - step) / max(1, steps - rise))
    )
    losses = []
    for batch in _batches(examples, settings, draw):
        candidates, held, spared = _candidates(batch, described, settings, draw)
        texts, others = encoder.states([example.text for example in batch]), encoder.states(candidates)
        loss = contrast(texts @ others.T / settings.temperature, held, spared)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    return float(np.mean(losses[-max(1, steps // 10) :]))


def contrast(scores: torch.Tensor, held: torch.Tensor, spared: torch.Tensor) -> torch.Tensor:
    """Mean of two softmax losses, from texts to candidates and back; every pair that holds counts by itself.

    Args:
        scores: (texts, candidates), already divided by the temperature.
        held: (texts, candidates), true where the candidate describes the text.
        spared: (texts, candidates), true where it may hold or not; such a pair is no negative.
    """
    return (_one_way(scores, held, spared) + _one_way(scores.T, held.T, spared.T)) / 2


def _one_way(scores: torch.Tensor, held: torch.Tensor, spared: torch.Tensor) -> torch.Tensor:
    wrong = scores.masked_fill(held | spared, -torch.inf).logsumexp(dim=1, keepdim=True)
    each = torch.logaddexp(scores, wrong) - scores
    weights = held / held.sum(dim=1, keepdim=True).clamp(min=1)
    return (each * weights).sum() / held.any(dim=1).sum()


def _batches(examples: Sequence[Example], settings: ContrastSettings, draw: random.Random) -> Iterator[list[Example]]:
    for _ in range(settings.epochs):
        drawn = draw.sample(examples, len(examples))
        if settings.joined:
            drawn = [_joined(one, draw.choice(examples), settings.joined, draw) for one in drawn]
        for start in range(0, len(drawn), settings.batch_size):
            yield drawn[start : start + settings.batch_size]


def _joined(one: Example, other: Example, share: float, draw: random.Random) -> Example:
    """Now and then both in one text: sentences of speeches are long and do several things."""
    if draw.random() >= share or one.groups & other.groups:
        return one
    first, second = draw.sample((one, other), 2)
    link = draw.choice(LINKS)
    start = first.text if link == " " else first.text.rstrip(".!")
    return Example(
        start + link + second.text, first.own + second.own, one.groups | other.groups, one.against + other.against
    )


def _candidates(
    batch: Sequence[Example], described: Mapping[str, Sequence[str]], settings: ContrastSettings, draw: random.Random
) -> tuple[list[str], torch.Tensor, torch.Tensor]:
    """Descriptions of a batch, which of them hold of which text, and which are spared."""
    # (description, the example it is of alone, the groups it is of)
    found: list[tuple[str, int | None, frozenset[str]]] = []
    for row, example in enumerate(batch):
        found += [(draw.choice(texts), row, example.groups) for texts in example.own]
        if example.against:
            found.append((draw.choice(example.against), None, frozenset()))
    present = sorted(set(itertools.chain.from_iterable(example.groups for example in batch)) & described.keys())
    absent = sorted(described.keys() - set(present))
    further = draw.sample(absent, min(settings.distractors, len(absent)))
    found += [(draw.choice(described[group]), None, frozenset({group})) for group in (*present, *further)]
    held = torch.zeros(len(batch), len(found), dtype=torch.bool)
    spared = torch.zeros_like(held)
    for row, example in enumerate(batch):
        for column, (_, owner, groups) in enumerate(found):
            shared = bool(groups & example.groups)
            held[row, column] = owner == row or (owner is None and shared)
            spared[row, column] = shared and not held[row, column]
    return [_bare(text, settings.bare, draw) for text, _, _ in found], held, spared


def _bare(text: str, share: float, draw: random.Random) -> str:
    return text.removeprefix(SUBJECT) if draw.random() < share else text
