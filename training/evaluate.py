"""Step 6: measure a model on gold files, beside the baselines; the same as ``stance evaluate``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import stance
from stance.assessment import assess, write_report
from stance.scorecard import to_rich
from training.config import DEFAULT_CORPUS, DEFAULT_WORK, command


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the step."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument(
        "gold", type=Path, nargs="+", help="gold statements, JSON Lines; rows of split train are skipped"
    )
    parser.add_argument("--model", default="stance-en", help="shipped name or folder (%(default)s)")
    parser.add_argument("--documents", type=Path, help="folder of DOC.txt (that of the gold file)")
    parser.add_argument(
        "--corpus", type=Path, default=DEFAULT_CORPUS, help="training rows of the baselines (%(default)s)"
    )
    parser.add_argument("--extra", type=Path, nargs="+", default=[], metavar="FILE", help="further training rows")
    parser.add_argument("--by", metavar="FIELD", help="score the values of this field apart, too")
    parser.add_argument("--no-baselines", action="store_true", help="the model alone")
    parser.add_argument("--out", type=Path, default=DEFAULT_WORK / "reports", help="folder to write (%(default)s)")
    options = parser.parse_args(arguments)

    from rich.console import Console

    model = stance.load(options.model)
    train = [*sorted(options.corpus.glob("*.jsonl")), *options.extra]
    for gold in options.gold:
        report = assess(
            gold,
            model,
            documents=options.documents,
            train=train,
            by=options.by,
            baselines=not options.no_baselines,
        )
        Console().print(to_rich(report))
        print("written:", *write_report(report, options.out))


if __name__ == "__main__":
    command(main)
