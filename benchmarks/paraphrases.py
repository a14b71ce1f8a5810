"""How much the wording of descriptions matters: macro-F1 of the five stances zero-shot, in five further wordings.

    python benchmarks/paraphrases.py [GOLD] [--model NAME]

The wordings are in paraphrases.toml; thresholds are the stored ones throughout.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

import stance
from stance.descriptions import describe
from stance.evaluation import indicator, score
from stance.gold import read_rows

HERE = Path(__file__).parent
WORDINGS = HERE / "paraphrases.toml"


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "gold", type=Path, nargs="?", default=HERE.parent / "seeds" / "gold.jsonl", help="(%(default)s)"
    )
    parser.add_argument("--model", default="zero-shot", help="shipped name or zero-shot folder (%(default)s)")
    options = parser.parse_args()
    book = stance.load_codebook()
    rows = [row for _, row in read_rows(options.gold)]
    texts, gold = [row["text"] for row in rows], indicator([row["labels"] for row in rows], book.ids)
    wordings = {"codebook": describe(book)}
    told = tomllib.loads(WORDINGS.read_text(encoding="utf-8"))["wording"]
    wordings |= {f"wording {number}": wording for number, wording in enumerate(told, start=1)}
    figures = {}
    for name, wording in wordings.items():
        model = stance.zero_shot(wording, model=options.model)
        found = indicator([[taken.label for taken in stances] for stances in model.label(texts)], book.ids)
        scores = score(gold, found, book.ids, draws=0)
        figures[name] = scores.macro_f1.value or 0.0
        alarms = scores.false_alarms.value
        print(f"{name:10} macro-F1 {figures[name]:.3f}, false alarms {'–' if alarms is None else f'{alarms:.3f}'}")
    moved = max(abs(value - figures["codebook"]) for value in figures.values())
    print(f"largest move from the codebook {moved:.3f}, spread {max(figures.values()) - min(figures.values()):.3f}")


if __name__ == "__main__":
    main()
