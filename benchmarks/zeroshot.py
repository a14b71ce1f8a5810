"""CPU time a sentence of the zero-shot model for five labels, against the transformers zero-shot pipeline.

    python benchmarks/zeroshot.py [--sentences 30] [--rounds 3]

The pipeline runs an entailment model of the shape of facebook/bart-large-mnli with random weights (``pipelines.py``) on
one pair of text and label at a time, as it does by default. Both run in one process, in fp32, with one thread. Loading
is not counted, nor is the encoding of the descriptions, done once. ``benchmarks/all.py`` compares more.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

from backends import sentences
from pipelines import bart, zero_shot

import stance
from stance import artefact


def seconds(run: Callable[[list[str]], object], texts: list[str]) -> float:
    """Processor time."""
    start = time.process_time()
    run(texts)
    return time.process_time() - start


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sentences", type=int, default=30, help="how many (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often ours is run, for the median (%(default)s)")
    parser.add_argument("--seed", type=int, default=13, help="of the choice of sentences (%(default)s)")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    texts = sentences(options.sentences, options.seed)
    model = stance.load("zero-shot", threads=1)
    model.predict_proba(texts[:2])
    ours = statistics.median(seconds(model.predict_proba, texts) for _ in range(options.rounds)) / len(texts)
    other = zero_shot(bart(), artefact.resolve("stance-en"), model.labels)
    theirs = seconds(other, texts) / len(texts)
    print(f"{len(texts)} sentences, {len(model.labels)} labels, one thread; CPU time a sentence")
    print(f"zero-shot  {ours * 1e3:8.2f} ms")
    print(f"pipeline   {theirs * 1e3:8.2f} ms (shape of bart-large-mnli, random weights)")
    print(f"ratio      {theirs / ours:8.0f}")


if __name__ == "__main__":
    main()
