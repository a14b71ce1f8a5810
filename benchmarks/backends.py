"""How much faster the default path labels sentences than a plain torch loop, measured side by side in one run.

    python benchmarks/backends.py [--model NAME] [--sentences 1024] [--rounds 5]

The plain loop is what most scripts do: transformers on torch, batches of 32 in the order of the texts, each padded to
its longest. Both run in fp32 with the same number of threads. The rounds alternate, and the figure is the median of the
ratios of neighbours, so that other work on the machine weighs on both alike.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import stance.loading
from stance import artefact

ROOT = Path(__file__).parents[1]
NAIVE_BATCH = 32
START = "import time; t = time.perf_counter(); from stance import classifier; m = loading.load({model!r}); "
FIRST = "m.predict_proba(['We condemn the attack.']); print(time.perf_counter() - t)"


def sentences(count: int, seed: int) -> list[str]:
    """Different sentences of the repository's own corpus or, where it is missing, of the seed documents.

    When there are fewer than wanted, pairs of them are joined.
    """
    found = []
    for file in sorted((ROOT / "training" / "corpus").glob("*.jsonl")):
        found += [json.loads(line)["text"] for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not found:
        texts = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "seeds").glob("*.txt"))]
        found = [part.strip() for text in texts for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]
    found = list(dict.fromkeys(found))
    draw = random.Random(seed)
    draw.shuffle(found)
    unique = dict.fromkeys(found)
    while len(unique) < count:
        unique[" ".join(draw.sample(found, 2))] = None
    return list(unique)[:count]


def naive(folder: Path, max_length: int, threads: int) -> Callable[[list[str]], NDArray[np.float64]]:
    """The plain loop."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.set_num_threads(threads)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    model.eval()

    def run(texts: list[str]) -> NDArray[np.float64]:
        rows = []
        with torch.inference_mode():
            for start in range(0, len(texts), NAIVE_BATCH):
                batch = texts[start : start + NAIVE_BATCH]
                inputs = tokenizer(batch, padding=True, truncation=True, max_length=max_length, return_tensors="pt")
                rows.append(torch.sigmoid(model(**inputs).logits).double().numpy())
        return np.concatenate(rows)

    return run


def timed(run: Callable[[list[str]], NDArray[np.float64]], texts: list[str]) -> tuple[float, NDArray[np.float64]]:
    """Seconds and result."""
    start = time.perf_counter()
    result = run(texts)
    return time.perf_counter() - start, result


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="stance-en", help="shipped name or stance model folder (%(default)s)")
    parser.add_argument("--sentences", type=int, default=1024, help="how many (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (%(default)s)")
    parser.add_argument("--threads", type=int, help="of both (OMP_NUM_THREADS or all processors)")
    parser.add_argument("--seed", type=int, default=13, help="of the choice of sentences (%(default)s)")
    options = parser.parse_args()

    from stance.backends.onnx import default_threads

    threads = options.threads or default_threads()
    model = stance.loading.load(options.model, threads=threads)
    folder = artefact.resolve(options.model) if options.model in artefact.shipped() else Path(options.model)
    texts = sentences(options.sentences, options.seed)
    loop = naive(folder, model.scoring.max_length, threads)
    for run in (model.predict_proba, loop):
        run(texts[:64])
    rates: dict[str, list[float]] = {"default": [], "naive": []}
    gap = 0.0
    for _ in range(options.rounds):
        ours, ours_result = timed(model.predict_proba, texts)
        plain, plain_result = timed(loop, texts)
        rates["default"].append(len(texts) / ours)
        rates["naive"].append(len(texts) / plain)
        gap = max(gap, float(np.abs(ours_result - plain_result).max()))
    ratio = statistics.median(a / b for a, b in zip(rates["default"], rates["naive"], strict=True))
    print(f"{len(texts)} sentences, {options.rounds} rounds, {threads} threads")
    for name, figures in rates.items():
        print(f"{name:8} {statistics.median(figures):7.1f} sentences/s")
    print(f"ratio    {ratio:7.2f}")
    print(f"largest difference of a probability {gap:.1e}")
    code = START.format(model=options.model) + FIRST
    starts = [
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for _ in range(options.rounds)
    ]
    print(f"import, load and first sentence: median {statistics.median(starts):.2f} s, best {min(starts):.2f} s")


if __name__ == "__main__":
    main()
