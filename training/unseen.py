"""What is trained on and what is tested when whole acts are held out, and how their labels are scored."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance import codebook
from stance.backends.base import Similarity
from stance.backends.similarity import directions
from stance.descriptions import TEMPLATES
from stance.errors import StanceError
from training.acts import ActCorpus, Statement
from training.contrast import Example

Floats = NDArray[np.float64]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
STANDARD = Similarity(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Split:
    """Rows to train on, and rows that know nothing of them.

    Attributes:
        held: the acts held out.
        examples: to train on; none performs a held-out act.
        described: descriptions of the other acts and of the open types that are trained on.
        background: statements of acts that are trained on, for labels to be standardised against. A label that is
            trained on has its own among them, and so a wide spread: that takes back its advantage over one that is not.
        test: statements that perform a held-out act.
        free: statements that perform none of the 25 acts, of types and rows that are not trained on.
        real: statements of the pool that are not trained on: those of a held-out act, and their share of the others.
    """

    held: tuple[str, ...]
    examples: tuple[Example, ...]
    described: Mapping[str, tuple[str, ...]]
    background: tuple[str, ...]
    test: tuple[Statement, ...]
    free: tuple[Statement, ...]
    real: tuple[Statement, ...]


def act_descriptions() -> dict[str, tuple[str, ...]]:
    """Hypotheses of the 25 acts, to train on; their definitions are kept for measuring."""
    return {label.id: label.hypotheses for label in codebook.load("acts").labels}


def split(corpus: ActCorpus, folds: Sequence[Sequence[str]], fold: int | None, seed: int, background: int) -> Split:
    """One fold, or everything to train on.

    Args:
        corpus: all statements.
        folds: the acts that each fold holds out; every act once.
        fold: number of the fold; ``None`` holds nothing out.
        seed: of the division of open types and of statements without an act among the folds, and of the background.
        background: how many texts.

    Raises:
        StanceError: an act in no fold or in several.
    """
    acts = act_descriptions()
    if sorted(act for held in folds for act in held) != sorted(acts):
        raise StanceError(
            "the folds do not hold out every act once", remedy="see zeroshot.held_out in the configuration"
        )
    draw = random.Random(seed)
    types = sorted(corpus.types)
    without = sorted(row.id for row in corpus.acts if not row.acts)
    pool = sorted(row.id for row in corpus.real)
    for names in (types, without, pool):
        draw.shuffle(names)
    held = tuple(folds[fold]) if fold is not None else ()
    apart = (
        {*types[fold :: len(folds)], *without[fold :: len(folds)], *pool[fold :: len(folds)]}
        if fold is not None
        else set[str]()
    )
    rows = [row for row in corpus.acts if not set(row.acts) & set(held) and row.id not in apart]
    real = [row for row in corpus.real if not set(row.acts) & set(held) and row.id not in apart]
    further = [row for row in corpus.open if not set(row.acts) & apart]
    acting = [row for row in rows if row.acts]
    described = {act: texts for act, texts in acts.items() if act not in held}
    # A name alone is understood, too.
    described |= {
        name: (*texts, *(template.format(name) for template in TEMPLATES))
        for name, texts in corpus.types.items()
        if name not in apart
    }
    return Split(
        held,
        tuple(
            Example(row.text, tuple((text,) for text in row.does), frozenset(row.acts))
            for row in (*rows, *further, *real)
        ),
        described,
        tuple(row.text for row in draw.sample(acting, min(background, len(acting)))),
        tuple(row for row in corpus.acts if set(row.acts) & set(held)),
        tuple(row for row in (*corpus.acts, *corpus.open) if row.id in apart or set(row.acts) & apart),
        tuple(row for row in corpus.real if row.id in apart or set(row.acts) & set(held)),
    )


def entailed(paths: Sequence[Path]) -> list[Example]:
    """Premises with the hypotheses that they entail and those that they contradict, from JSON Lines files with
    ``premise``, ``hypothesis`` and ``label``; premises that entail nothing are left out.

    Raises:
        StanceError: a missing file.
    """
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in paths:
        if not path.is_file():
            raise StanceError("no such file", where=path)
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found[row["premise"]][row["label"]].append(row["hypothesis"])
    return [
        Example(premise, (tuple(told["entailment"]),), frozenset(), tuple(told["contradiction"]))
        for premise, told in found.items()
        if told["entailment"]
    ]


def remembered(embed: Embed) -> Embed:
    """The same, each text embedded once; for as long as the encoder is not changed."""
    known: dict[str, NDArray[np.float32]] = {}

    def again(texts: Sequence[str]) -> NDArray[np.float32]:
        new = list(dict.fromkeys(text for text in texts if text not in known))
        known.update(zip(new, embed(new) if new else (), strict=True))
        return np.array([known[text] for text in texts])

    return again


def standardised(
    embed: Embed, texts: Sequence[str], described: Mapping[str, Sequence[str]], background: Sequence[str]
) -> Floats:
    """What a zero-shot model makes of texts before calibration, (n, labels); see :class:`Similarity`."""
    groups = [embed(list(descriptions)) for descriptions in described.values()]
    columns, offsets = directions([list(group) for group in groups], embed(background).astype(np.float64), STANDARD)
    return embed(texts).astype(np.float64) @ columns + offsets


def cosine(embed: Embed, texts: Sequence[str], described: Mapping[str, Sequence[str]]) -> Floats:
    """Mean cosine similarity with the descriptions of each label, (n, labels)."""
    means = np.array([embed(list(descriptions)).mean(axis=0) for descriptions in described.values()])
    return embed(texts).astype(np.float64) @ means.T.astype(np.float64)


def nearest_f1(scores: Floats, truth: Sequence[str], candidates: Sequence[str]) -> dict[str, float]:
    """F1 of each label that occurs, if every text gets the label of its highest score.

    Args:
        scores: (n, candidates).
        truth: n labels, each among the candidates.
        candidates: names of the columns.
    """
    found = [candidates[column] for column in scores.argmax(axis=1)]
    figures = {}
    for label in dict.fromkeys(truth):
        both = sum(a == b == label for a, b in zip(found, truth, strict=True))
        figures[label] = 2 * both / (found.count(label) + list(truth).count(label))
    return figures
