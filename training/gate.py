"""Give a model folder a gate: a small network that answers "none" before the encoder reads the text.

python -m training.gate --pool FILE [--model FOLDER] [--logits FILE.npy]

The gate learns the model's own probabilities for a large file of sentences. Two random samples are kept out: on the
first it is set, so that hardly a stance of which the model is sure is lost; on the second, which nothing was chosen on,
it is measured. Model and gate belong together: a model that is exported anew needs a new gate.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from stance import artefact, export, graph
from stance.artefact import Artefact
from stance.backends.base import Initialiser
from stance.backends.batching import shut_out
from stance.backends.gate import Gate
from stance.backends.onnx import OnnxBackend
from stance.bert import TABLE
from stance.card import Card
from stance.errors import StanceError
from stance.gating import WORDS, Gating
from training.card import README, render
from training.config import DEFAULT_CONFIG, GateConfig, command, data_sha256, file_sha256, read_config
from training.gate_fit import bounds, curve, fit, point
from training.pool import read_pool, text_sha256
from training.teach import DEFAULT_DOUBTER as DEFAULT_MODEL
from training.teach import score_in_chunks

# Of strong stances lost, to show what another choice would give.
_SHARES = (0.0, 0.002, 0.005, 0.01, 0.02)
DEFAULT_SCORES = DEFAULT_MODEL.parent.parent / "runs" / "gate"


def build(
    folder: str | Path, texts: Sequence[str], logits: NDArray[np.float64], source: dict[str, Any], settings: GateConfig
) -> Artefact[Card]:
    """Fit, set, measure and write the gate of a model folder; one that was there is replaced.

    Args:
        folder: of the model.
        texts: n different sentences.
        logits: (n, labels) what the model gives them, without a gate.
        source: what the record says of these sentences.
        settings: sizes, schedule and samples.

    Raises:
        ModelError: the folder is no sound model.
        StanceError: too few texts, or a gate whose answers would not mean "none".
    """
    export.require()
    model = artefact.read(folder, Card)
    if len(texts) <= 2 * settings.hold_out or logits.shape != (len(texts), len(model.card.codebook.ids)):
        what = f"{len(texts)} texts with scores of shape {logits.shape} for two samples of {settings.hold_out}"
        raise StanceError(what, remedy="give more texts, and scores by this model")
    inputs = OnnxBackend(*model.graph, model.card.initialisers).encode(texts)
    chances = 1 / (1 + np.exp(-logits))
    first, second, rest = samples(len(texts), settings)
    # A longer text never reaches the gate.
    rest = np.array([i for i in rest if len(inputs[i]) <= model.card.max_length])
    with safe_open(model.path / artefact.WEIGHTS, framework="numpy") as tensors:
        words = tensors.get_tensor(TABLE)
    net = fit([inputs[i] for i in rest], chances[rest], words.astype(np.float16), settings)
    content, initialisers = graph.build(net, {TABLE: words})
    data = {
        "fitted": source | {"rows": len(rest)},
        "set": {"rows": len(first), "sha256": data_sha256([texts[i] for i in first])},
        "measured": {"rows": len(second), "sha256": data_sha256([texts[i] for i in second])},
    }
    with export.staged(model.path) as stage:
        shutil.copytree(model.path, stage)
        (stage / artefact.GATE).write_bytes(content)
        staged = dataclasses.replace(model, path=stage)
        least, answer = _set(staged, initialisers[WORDS], [inputs[i] for i in first], chances[first], settings)
        gating = Gating(
            least=least, bounds=answer, held=settings.held, words=initialisers[WORDS], data=data, metrics={}
        )
        unseen = [texts[i] for i in second], [inputs[i] for i in second], chances[second]
        metrics = _measure(staged, gating, *unseen, settings)
        card = dataclasses.replace(model.card, gate=dataclasses.replace(gating, metrics=metrics))
        (stage / README).write_text(render(artefact.write(stage, card).card), encoding="utf-8")
    return artefact.read(model.path, Card)


def samples(count: int, settings: GateConfig) -> list[NDArray[np.int64]]:
    """Which of so many texts set the gate, which measure it, and which it is fitted to; the same for equal settings."""
    order = np.random.default_rng(settings.seed).permutation(count)
    return np.split(order, [settings.hold_out, 2 * settings.hold_out])


def _set(
    model: Artefact[Card],
    words: Initialiser,
    inputs: Sequence[Sequence[int]],
    chances: NDArray[np.float64],
    settings: GateConfig,
) -> tuple[float, tuple[float, ...]]:
    """The point of decision and the bounds."""
    anywhere = Gating(least=0.0, bounds=(0.5,), held=settings.held, words=words, data={}, metrics={})
    gate = Gate(model.path / artefact.GATE, model.path / artefact.WEIGHTS, anywhere)
    fitting = [i for i, ids in enumerate(inputs) if len(ids) <= model.card.max_length]
    scores = np.concatenate([gate.scores([inputs[i]]) for i in fitting])
    for share, passed in curve(scores, chances[fitting], settings.strong, _SHARES):
        print(f"gate: {passed:.1%} pass where {share:.1%} of the strong stances may be lost", flush=True)
    least = point(scores, chances[fitting], settings.strong, settings.lost)
    answered = chances[fitting][scores < least]
    if not len(answered):
        raise StanceError("every text scores higher than a stance that must not be lost", remedy="give more texts")
    return least, tuple(bounds(answered, settings.held).tolist())


def _measure(  # noqa: PLR0917
    model: Artefact[Card],
    gating: Gating,
    texts: Sequence[str],
    inputs: Sequence[list[int]],
    chances: NDArray[np.float64],
    settings: GateConfig,
) -> dict[str, Any]:
    """What the gate does on texts that nothing was chosen on."""
    gate = Gate(model.path / artefact.GATE, model.path / artefact.WEIGHTS, gating)
    closed = shut_out(gate, inputs, model.card.max_length)
    lengths = np.array([len(ids) for ids in inputs])
    listed = [
        {"sha256": text_sha256(texts[row]), "label": model.card.codebook.ids[label], "probability": round(chance, 4)}
        for row, label, chance in lost(closed, chances, settings.strong)
    ]
    return losses(closed, chances, lengths, model.card, settings.strong) | {"lost": listed}


def losses(
    closed: NDArray[np.bool_], chances: NDArray[np.float64], lengths: NDArray[np.int64], card: Card, strong: float
) -> dict[str, Any]:
    """What the gate lets through, and what it loses of what the model would have said.

    Args:
        closed: (n,) for which texts the gate answers.
        chances: (n, labels) what the model gives.
        lengths: (n,) of the texts in tokens.
        card: thresholds and bounds of doubt.
        strong: the probability from which a stance is strong.
    """
    low, high = np.array(card.unsure).T

    def of(found: NDArray[np.bool_]) -> dict[str, int]:
        return {"all": int(found.sum()), "lost": int(found[closed].sum())}

    return {
        "rows": len(closed),
        "passed": round(float(1 - closed.mean()), 4),
        "passed_tokens": round(float(lengths[~closed].sum() / lengths.sum()), 4),
        "strong": strong,
        "strong_stances": of(chances >= strong),
        "stances": of(chances >= np.array(card.thresholds)),
        "doubts": of((chances >= low) & (chances < high)),
    }


def lost(closed: NDArray[np.bool_], chances: NDArray[np.float64], strong: float) -> list[tuple[int, int, float]]:
    """Row, label and probability of each strong stance in texts that the gate answers for, likeliest first."""
    rows, labels = np.nonzero((chances >= strong) & closed[:, None])
    found = zip(rows.tolist(), labels.tolist(), chances[rows, labels].tolist(), strict=True)
    return sorted(found, key=lambda loss: -loss[2])


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the step."""
    parser = argparse.ArgumentParser(prog="python -m training.gate", description=__doc__.splitlines()[0])
    parser.add_argument("--pool", type=Path, required=True, metavar="FILE", help="sentences, JSON Lines with a text")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL, metavar="FOLDER", help="model (%(default)s)")
    parser.add_argument("--logits", type=Path, metavar="FILE", help="what the model gives the pool, .npy, if known")
    parser.add_argument("--work", type=Path, default=DEFAULT_SCORES, help="folder for scores (%(default)s)")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="configuration (%(default)s)")
    options = parser.parse_args(arguments)
    model = artefact.read(options.model, Card)
    pool = read_pool(options.pool)
    texts = list(pool.values())
    started = time.process_time()
    if options.logits is not None:
        logits = np.asarray(np.load(options.logits, allow_pickle=False), dtype=np.float64)
    else:
        scored = data_sha256([list(pool), model.card.files[artefact.WEIGHTS]])
        logits = score_in_chunks(options.model, texts, options.work, scored, "cpu", bf16=True)
    source = {"name": f"pool/{options.pool.name}", "sha256": file_sha256(options.pool)}
    sealed = build(options.model, texts, logits, source, read_config(options.config).gate)
    gating = sealed.card.gate
    assert gating is not None
    print(f"gate: {gating.metrics}, {time.process_time() - started:.0f} CPU seconds")
    print(f"gate: at a score of {gating.least:.3f}, bounds {', '.join(f'{bound:.4f}' for bound in gating.bounds)}")


if __name__ == "__main__":
    command(main)
