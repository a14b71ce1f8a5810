"""What a model's gate saves and what it loses, on sentences that it was neither fitted to nor set on.

    python benchmarks/gate.py --pool FILE [--model FOLDER] [--sentences 10000] [--gold FILE]

FILE is the one given to ``python -m training.gate``. The sentences are taken from the second of the samples that were
kept out there. They are labelled with and without the gate in turns, a thousand at a time; the figure is that of
CPU seconds of the whole process, tokenising included. Each stance that the model is sure of and the gate loses is
listed by the SHA-256 of its sentence. With gold statements, macro-F1 with and without the gate is compared, too.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# So that the training code is found, too.
sys.path.insert(0, str(Path(__file__).parents[1]))

import stance.loading
from stance.assessment import assess
from stance.card import Card
from stance.classifier import Classifier
from stance.errors import StanceError
from training.config import DEFAULT_CONFIG, GateConfig, command, data_sha256, read_config
from training.gate import losses, lost, samples
from training.pool import read_pool, text_sha256

AT_ONCE = 1000


def timed(model: Classifier, texts: list[str]) -> tuple[float, NDArray[np.float64]]:
    """CPU seconds of all threads, and probabilities."""
    start = time.process_time()
    scores = model.predict_proba(texts)
    return time.process_time() - start, scores


def unseen(pool: Path, card: Card, settings: GateConfig) -> list[str]:
    """The sentences that the gate was measured on when it was made.

    Raises:
        StanceError: the model has no gate, or the file or the configuration is not what it was made with.
    """
    if card.gate is None:
        raise StanceError("the model has no gate", where=card.name, remedy="python -m training.gate makes one")
    texts = list(read_pool(pool).values())
    chosen = [texts[i] for i in samples(len(texts), settings)[1]]
    if card.gate.data["measured"]["sha256"] != data_sha256(chosen):
        raise StanceError("the gate was made with other sentences or samples", where=pool)
    return chosen


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pool", type=Path, required=True, metavar="FILE", help="sentences the gate was made with")
    parser.add_argument("--model", default="stance-en", help="shipped name or stance model folder (%(default)s)")
    parser.add_argument("--sentences", type=int, default=10_000, help="how many of the sample (%(default)s)")
    parser.add_argument("--gold", type=Path, metavar="FILE", help="statements to measure macro-F1 on")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="configuration (%(default)s)")
    options = parser.parse_args()

    gated = stance.loading.load(options.model)
    whole = stance.loading.load(options.model, gate=False)
    settings = read_config(options.config).gate
    assert isinstance(gated.card, Card)
    texts = unseen(options.pool, gated.card, settings)[: options.sentences]
    for model in (gated, whole):
        model.predict_proba(texts[:64])
    seconds, found = {"with": 0.0, "without": 0.0}, []
    for start in range(0, len(texts), AT_ONCE):
        part = texts[start : start + AT_ONCE]
        took, scores = timed(whole, part)
        seconds["without"] += took
        found.append(scores)
        seconds["with"] += timed(gated, part)[0]
    for name, took in seconds.items():
        print(f"{name:8} the gate: {len(texts) / took:8.1f} sentences per CPU second")
    print(f"ratio                 {seconds['without'] / seconds['with']:8.2f}")
    chances, closed = np.concatenate(found), gated.gated(texts)
    lengths = gated.lengths(texts)
    for name, value in losses(closed, chances, lengths, gated.card, settings.strong).items():
        print(f"{name}: {value}")
    for row, label, chance in lost(closed, chances, settings.strong):
        print(f"lost: {text_sha256(texts[row])} {gated.labels[label]} {chance:.4f}")
    if options.gold is not None:
        for name, model in (("with", gated), ("without", whole)):
            report = assess(options.gold, model, baselines=False, draws=1)
            print(f"macro-F1 on {options.gold.name} {name} the gate: {report.systems[0].macro_f1.value:.4f}")


if __name__ == "__main__":
    command(main)
