"""What labelling costs beside what else there is, how a cold start feels, and how cost grows with rows; in one run.

    python benchmarks/all.py [--sentences 1024] [--slow 30] [--rounds 3] [--rows 100000] [--texts FILE.jsonl[.gz]]

Rates are sentences a second of processor time, on one thread and in fp32, without loading; ratios are to the default.
The sentences are of the training corpus, in which most take a stance, or of ``--texts``. Large models have random
weights (``pipelines.py``) and are given ``--slow`` sentences, evenly drawn by length, so that they are as long as the
others on average. A cold start is ``stance label`` on a table of one sentence, from the process's start to its end.
"""

from __future__ import annotations

import argparse
import gc
import inspect
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

from pipelines import BATCH, Run, bart, deberta, naive, tfidf, zero_shot
from tables import ROOT, distinct, sentences

sys.path.insert(0, str(ROOT))

import stance
from stance import artefact
from stance.evaluation import indicator
from stance.gold import read_rows

CORPUS = ROOT / "training" / "corpus" / "train.jsonl"
FIRST = 1000
COLD = 5


def evenly(texts: Sequence[str], count: int) -> list[str]:
    """So many of the texts, of all lengths."""
    ordered = sorted(texts, key=len)
    return [ordered[(2 * place + 1) * len(ordered) // (2 * count)] for place in range(min(count, len(ordered)))]


def rate(run: Run, texts: list[str], rounds: int = 1) -> float:
    """Sentences a second of processor time, the median of rounds; a first call on two is not counted."""
    run(texts[:2])
    found = []
    for _ in range(rounds):
        start = time.process_time()
        run(texts)
        found.append(len(texts) / (time.process_time() - start))
    return statistics.median(found)


def ours() -> Iterator[tuple[str, Run]]:
    """The shipped models, with and without the gate where there is one."""
    yield "stance-en, default", stance.load(threads=1).predict_proba
    if "gate" in inspect.signature(stance.load).parameters:
        without = {"gate": False}
        yield "stance-en, gate off", stance.load(threads=1, **without).predict_proba
    yield "zero-shot, five labels", stance.load("zero-shot", threads=1).predict_proba


def rates(texts: list[str], slow: int, rounds: int) -> Iterator[tuple[str, float]]:
    """Each contestant with its rate, the default first."""
    for name, run in ours():
        yield name, rate(run, texts, rounds)
    folder = artefact.resolve("stance-en")
    some = evenly(texts, min(len(texts), 8 * slow))
    yield "pipeline on stance-en", rate(naive(folder), some, rounds)
    yield "pipeline on stance-en, batched", rate(naive(folder, BATCH), some, rounds)
    rows = [row for _, row in read_rows(CORPUS)]
    labels = stance.load_codebook().ids
    fitted = tfidf([row["text"] for row in rows], indicator([row["labels"] for row in rows], labels))
    yield "TF-IDF + logistic regression", rate(fitted, texts, rounds)
    few = evenly(texts, slow)
    for name, make in (("bart-large-mnli", bart), ("deberta-v3-large", deberta)) if slow else ():
        model = make()
        yield f"zero-shot pipeline, {name}", rate(zero_shot(model, folder, labels), few)
        yield f"zero-shot pipeline, {name}, batched", rate(zero_shot(model, folder, labels, BATCH), few)
        # Two of them would fill the memory of a small machine.
        del model
        gc.collect()


def labelled(folder: Path, texts: Sequence[str]) -> tuple[float, float, float]:
    """Seconds, seconds of the processor and peak resident megabytes of ``stance label`` on a table of texts."""
    import csv

    table = folder / "in.csv"
    with table.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["text"], *([text] for text in texts)])
    command = [sys.executable, "-m", "stance", "label", str(table), "-o", str(folder / "out.csv")]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    _, status, used = os.wait4(process.pid, 0)
    taken = time.perf_counter() - start
    if status:
        raise RuntimeError(process.stderr.read().decode() if process.stderr else "")
    return taken, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sentences", type=int, default=1024, help="for what is fast (%(default)s)")
    parser.add_argument("--slow", type=int, default=30, help="for large models, 0 to leave them out (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of what is fast, for the median (%(default)s)")
    parser.add_argument("--rows", type=int, default=100_000, help="of the longest table, 0 for none (%(default)s)")
    parser.add_argument("--texts", type=Path, help="JSON Lines with text, perhaps .gz (the corpus)")
    options = parser.parse_args()
    found = sentences(options.texts or CORPUS)
    random.Random(13).shuffle(found)
    texts = evenly(found, options.sentences)
    words = statistics.mean(len(text.split()) for text in texts)
    print(f"{len(texts)} sentences of {words:.1f} words, {options.rounds} rounds, one thread")
    print(f"{'':42}{'sentences a CPU-second':>24}{'default is':>14}")
    default = 0.0
    for name, value in rates(texts, options.slow, options.rounds):
        default = default or value
        print(f"{name:42}{value:24,.2f}{default / value:12,.2f} x", flush=True)
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        starts = [labelled(folder, texts[:1]) for _ in range(COLD)]
        seconds, work, memory = (statistics.median(column) for column in zip(*starts, strict=True))
        best = min(taken for taken, _, _ in starts)
        print(f"stance label on one sentence: {seconds:.2f} s, best {best:.2f} s, {work:.2f} CPU-s, {memory:.0f} MB")
        rows = FIRST
        while rows <= options.rows:
            source = distinct(found)
            _, work, memory = labelled(folder, [next(source) for _ in range(rows)])
            print(f"{rows:12,} rows {work / rows * 1e3:8.3f} CPU-s a thousand {memory:8.0f} MB", flush=True)
            rows *= 10


if __name__ == "__main__":
    main()
