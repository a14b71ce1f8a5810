"""All steps in order: prepare, teach and distil (with --pool), train the folds, calibrate, train on all, export."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from training.calibrate import calibrate
from training.config import DEFAULT_CONFIG, DEFAULT_WORK, command, find_base, read_config
from training.prepare import add_arguments, prepare, sources_of
from training.teach import add_arguments as add_teacher_arguments
from training.teach import taught
from training.train import train_final, train_fold


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the whole path; finished steps are skipped while their inputs are unchanged."""
    parser = argparse.ArgumentParser(prog="python -m training.run", description=__doc__)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="folder of the run (%(default)s)")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="configuration (%(default)s)")
    parser.add_argument("--base", metavar="FOLDER", help="encoder to start from, instead of the configuration's")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="model folder to write (models/NAME)")
    add_arguments(parser)
    add_teacher_arguments(parser)
    parser.add_argument("--no-teacher", action="store_true", help="use the coded rows of the pool, but do not distil")
    options = parser.parse_args(arguments)
    config = read_config(options.config)
    base = find_base(config.base, options.base)
    prepare(options.work, sources_of(options), config)
    if options.pool and not options.no_teacher:
        base = str(taught(options, config, base))
    for fold in range(config.prepare.folds):
        train_fold(options.work, fold, config, base)
    calibrate(options.work, config.calibrate)
    train_final(options.work, config, base)

    from training.export import main as export

    passed = ["--work", str(options.work), "--config", str(options.config)]
    export(passed + (["--out", str(options.out)] if options.out else []))


if __name__ == "__main__":
    command(main)
