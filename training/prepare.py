"""Step 1: read corpus and extra rows, check them, assign grouped folds, write a ``datasets`` folder and a manifest."""

from __future__ import annotations

import argparse
import dataclasses
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from stance import codebook
from stance.errors import StanceError
from training.config import (
    DEFAULT_CONFIG,
    DEFAULT_CORPUS,
    DEFAULT_WORK,
    Config,
    data_sha256,
    read_config,
    read_json,
    write_json,
)
from training.pool import DEFAULT_CODINGS
from training.rows import Row, Sources, collect

MANIFEST = "manifest.json"
DATA = "data"


def assign_folds(rows: Sequence[Row], labels: Sequence[str], folds: int, seed: int) -> list[int]:
    """A fold for each row: groups stay whole, and labels and origins are spread evenly.

    Groups are dealt from the largest to the smallest, each to the fold that has least of what it brings.

    Raises:
        StanceError: fewer groups than folds.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[row.group].append(index)
    if folds < 2 or len(groups) < folds:
        raise StanceError(f"{len(groups)} groups cannot be dealt into {folds} folds")
    names = sorted(groups)
    random.Random(seed).shuffle(names)
    names.sort(key=lambda name: -len(groups[name]))
    totals = Counter(kind for row in rows for kind in _kinds(row))
    loads: list[Counter[str]] = [Counter() for _ in range(folds)]
    result = [0] * len(rows)
    for name in names:
        brings = Counter(kind for index in groups[name] for kind in _kinds(rows[index]))

        def cost(fold: int, brings: Counter[str] = brings) -> float:
            return sum(count * loads[fold][kind] / totals[kind] for kind, count in brings.items())

        best = min(range(folds), key=cost)
        loads[best] += brings
        for index in groups[name]:
            result[index] = best
    return result


def _kinds(row: Row) -> list[str]:
    return [row.origin, *(f"{row.origin} {label}" for label in row.labels or ("none",))]


def prepare(work: Path, sources: Sources | None = None, config: Config | None = None) -> Path:
    """Write ``work/data`` (a ``datasets`` folder) and ``work/manifest.json``; skipped when nothing has changed.

    The dataset's columns: ``id``, ``text``, ``labels`` (names), ``targets`` (0 or 1 by the codebook's order),
    ``origin``, ``file``, ``group``, ``fold``, ``weight``.

    Returns:
        Path of the manifest.
    """
    from datasets import Dataset

    config, sources = config or read_config(), sources or Sources()
    book = codebook.load()
    files = sources.hashes()
    inputs = data_sha256([files, book.fingerprint, dataclasses.asdict(config.prepare), sources.dev_documents])
    manifest = work / MANIFEST
    if read_json(manifest).get("inputs") == inputs and (work / DATA).is_dir():
        print(f"prepare: {work / DATA} is up to date")
        return manifest
    rows, left_out, corrected = collect(sources, book.ids, config)
    folds = assign_folds(rows, book.ids, config.prepare.folds, config.prepare.seed)
    table = [
        dataclasses.asdict(row) | {"targets": [float(label in row.labels) for label in book.ids], "fold": fold}
        for row, fold in zip(rows, folds, strict=True)
    ]
    shutil.rmtree(work / DATA, ignore_errors=True)
    Dataset.from_list(table).save_to_disk(str(work / DATA))
    record = {
        "inputs": inputs,
        "labels": list(book.ids),
        "codebook_fingerprint": book.fingerprint,
        "folds": config.prepare.folds,
        "dev_documents": sources.dev_documents,
        "rows": len(rows),
        "rows_by_origin": dict(Counter(row.origin for row in rows)),
        "rows_by_fold": dict(sorted(Counter(folds).items())),
        "label_counts": {label: sum(label in row.labels for row in rows) for label in book.ids},
        "label_free": sum(not row.labels for row in rows),
        "groups": len({row.group for row in rows}),
        "left_out": left_out,
        "labels_corrected": corrected,
        "files": {
            name: {"rows": count, "sha256": files[name]}
            for name, count in sorted(Counter(row.file for row in rows).items())
        },
        "rows_sha256": data_sha256(table),
    }
    write_json(manifest, record)
    print(f"prepare: {len(rows)} rows in {config.prepare.folds} folds; left out: {left_out or 'nothing'}")
    return manifest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments shared with ``training.run``; read by :func:`sources_of`."""
    parser.add_argument("--corpus", type=Path, default=DEFAULT_CORPUS, help="folder of the corpus (%(default)s)")
    parser.add_argument("--no-corpus", action="store_true", help="leave the corpus out")
    parser.add_argument("--extra", type=Path, nargs="+", default=[], metavar="FILE", help="further rows, JSON Lines")
    parser.add_argument("--pool", type=Path, metavar="FILE", help="texts without labels, JSON Lines, may be .gz")
    parser.add_argument("--codings", type=Path, default=DEFAULT_CODINGS, help="labels of texts of the pool, by SHA-256")
    parser.add_argument(
        "--without-dev-documents", action="store_true", help="leave out rows marked dev_document (for honest figures)"
    )


def sources_of(options: argparse.Namespace) -> Sources:
    """The files that :func:`add_arguments` asked for."""
    return Sources(
        corpus=None if options.no_corpus else options.corpus,
        extra=tuple(options.extra),
        pool=options.pool,
        codings=options.codings,
        dev_documents=not options.without_dev_documents,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the step."""
    parser = argparse.ArgumentParser(prog="python -m training.prepare", description=__doc__)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="folder of the run (%(default)s)")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="configuration (%(default)s)")
    add_arguments(parser)
    options = parser.parse_args(arguments)
    prepare(options.work, sources_of(options), read_config(options.config))


if __name__ == "__main__":
    from training.config import command

    command(main)
