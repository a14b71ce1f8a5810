"""What Ray costs over ``--workers``, measured in one run on one machine; the outputs must be the same.

    python benchmarks/cluster.py [--rows 100000] [--workers 2] [--rounds 1] [--model NAME] [--texts FILE.jsonl[.gz]]

A Parquet table of distinct texts is labelled by both in turn. Ray is started anew each time, which counts; when the
first rows were done is told, too. Labels come from ``stance-en`` or ``--model``; ``--model none`` is a stand-in that
answers at once, so that nothing but reading, handing on and writing is measured. Ray lets its workers run at a lower
priority; here they have that of the others, or on a busy machine the two could not be compared.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("RAY_worker_niceness", "0")

from tables import ROOT, StandIn, sentences, write

sys.path.insert(0, str(ROOT))

import stance
from stance.batch import label_table
from stance.jobs import Model
from stance.ray import label_parquet


class Clock:
    """For ``progress``: when the first rows were done."""

    def __init__(self) -> None:
        self.begun, self.first = time.perf_counter(), 0.0

    def __call__(self, done: int, total: int | None) -> None:
        """Look at the clock."""
        self.first = self.first or time.perf_counter() - self.begun

    def seconds(self) -> float:
        """Since the beginning."""
        return time.perf_counter() - self.begun


def main() -> None:
    """Command line of the benchmark."""
    import pyarrow.parquet as pq

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000, help="of the table (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="of both (%(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is run (%(default)s)")
    parser.add_argument("--model", default="stance-en", help="shipped name or folder, or none (%(default)s)")
    parser.add_argument("--texts", type=Path, help="JSON Lines with text, perhaps .gz (the corpus)")
    options = parser.parse_args()
    model: Model = StandIn() if options.model == "none" else stance.load(options.model)
    ratios = []
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        table = write(folder / "in.parquet", sentences(options.texts), options.rows)
        for number in range(options.rounds):
            clock = Clock()
            label_table(table, folder / "out.parquet", model, workers=options.workers, progress=clock)
            local, local_first = clock.seconds(), clock.first
            clock = Clock()
            label_parquet(table, folder / f"out{number}", model, workers=options.workers, progress=clock)
            cluster, cluster_first = clock.seconds(), clock.first
            if not pq.read_table(folder / f"out{number}").equals(pq.read_table(folder / "out.parquet")):
                raise RuntimeError("the outputs differ")
            ratios.append(cluster / local)
            print(f"--workers {local:8.1f} s, first rows after {local_first:5.1f} s")
            print(f"ray       {cluster:8.1f} s, first rows after {cluster_first:5.1f} s", flush=True)
    print(f"{options.rows:,} rows, {options.workers} workers: Ray takes {statistics.median(ratios):.2f} times as long")
    print("the outputs are the same")


if __name__ == "__main__":
    main()
