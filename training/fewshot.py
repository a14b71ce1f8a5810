"""How well few examples do: draws from labelled rows, each trained with ``stance.train`` and measured on a gold file.

python -m training.fewshot TRAIN.jsonl GOLD.jsonl --base FOLDER --each 8 64

A draw takes rows in random order until each label has the number asked for, and twice that number of rows without a
label. Rows marked ``dev_document`` and texts of the gold file are left out. The gold is scored at the stored
thresholds, and beside it, on the same draw, a logistic regression on the frozen encoder's sentence embeddings at 0.5.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stance.codebook import load as load_codebook
from stance.errors import StanceError
from stance.evaluation import indicator, score
from stance.gold import read_gold, read_rows
from stance.own import train
from training.config import DEFAULT_CONFIG, command, find_base, read_config

FREE = 2


def draw(rows: Sequence[dict[str, Any]], labels: Sequence[str], each: int, seed: int) -> list[dict[str, Any]]:
    """Rows in random order until each label has ``each`` of them, and ``2 * each`` have none.

    Raises:
        StanceError: too few rows of a label, or without one.
    """
    counts = dict.fromkeys((*labels, ""), 0)
    wanted = dict.fromkeys(labels, each) | {"": FREE * each}
    chosen = []
    for number in np.random.default_rng(seed).permutation(len(rows)).tolist():
        kinds = rows[number]["labels"] or [""]
        if all(counts[kind] < wanted[kind] for kind in kinds):
            chosen.append(rows[number])
            for kind in kinds:
                counts[kind] += 1
    if short := [kind or "no label" for kind in counts if counts[kind] < wanted[kind]]:
        raise StanceError(f"fewer than {each} rows of {', '.join(short)}", remedy="ask for fewer, or give more rows")
    return chosen


def measure(train_path: Path, gold_path: Path, base: str, each: int, seed: int) -> dict[str, Any]:
    """Train on one draw; macro-F1 on the gold, that of the frozen encoder, seconds, and how many rows it held."""
    book = load_codebook()
    labels = book.ids
    gold = read_gold(gold_path)
    known = {row.text for row in gold}
    rows = [row for _, row in read_rows(train_path) if not row.get("dev_document") and row["text"] not in known]
    rows = draw(rows, labels, each, seed)
    texts, sets = [row["text"] for row in rows], [row["labels"] for row in rows]
    truth = indicator([row.labels for row in gold], labels)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as room:
        model = train(texts, sets, out=Path(room) / "model", base=base, descriptions=book)
        seconds = time.perf_counter() - start
        found = model.label([row.text for row in gold])
    taken = indicator([[stance.label for stance in stances] for stances in found], labels)
    frozen = _frozen(base, texts, indicator(sets, labels), [row.text for row in gold])
    return {
        "each": each,
        "seed": seed,
        "rows": len(rows),
        "label_free": sum(not names for names in sets),
        "macro_f1": score(truth, taken, labels, name="tuned", draws=1).macro_f1.value,
        "frozen": score(truth, frozen, labels, name="frozen", draws=1).macro_f1.value,
        "seconds": round(seconds, 1),
    }


def _frozen(base: str, texts: Sequence[str], targets: Any, others: Sequence[str]) -> Any:
    from sklearn.linear_model import LogisticRegression

    from stance.backends.similarity import embed
    from stance.backends.torch import TorchEncoder

    encoder = TorchEncoder(base)
    rows, new = (embed(encoder, list(given), 512) for given in (texts, others))
    columns = [LogisticRegression(max_iter=1000, class_weight="balanced", C=10) for _ in targets.T]
    return np.stack([c.fit(rows, y).predict(new) for c, y in zip(columns, targets.T, strict=True)], axis=1).astype(bool)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: a line of JSON a draw, then mean and spread of each size."""
    parser = argparse.ArgumentParser(prog="python -m training.fewshot", description="Measure training on few examples.")
    parser.add_argument("train", type=Path, help="JSON Lines of labelled rows to draw from")
    parser.add_argument("gold", type=Path, help="gold file")
    parser.add_argument("--base", help="encoder (that of the configuration)")
    parser.add_argument("--each", type=int, nargs="+", default=[8, 64], help="examples of each label (%(default)s)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5], help="of the draws (%(default)s)")
    options = parser.parse_args(arguments)
    base = find_base(read_config(DEFAULT_CONFIG).base, options.base)
    results = []
    for seed in options.seeds:
        for each in options.each:
            results.append(measure(options.train, options.gold, base, each, seed))
            print(json.dumps(results[-1]), flush=True)
    for each in options.each:
        parts = [result for result in results if result["each"] == each]
        for key in ("macro_f1", "frozen", "seconds"):
            values = [part[key] for part in parts]
            spread = f"{min(values):.3f} to {max(values):.3f}"
            print(f"{each} of each label, {key}: mean {np.mean(values):.3f}, {spread}")


if __name__ == "__main__":
    command(main)
