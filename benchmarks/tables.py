"""Long tables: memory, whether the rate holds to the end, and what a second process brings, measured in one run.

    python benchmarks/tables.py [--rows 200000] [--model NAME] [--sentences FILE.jsonl[.gz]] [--workers 2]

Writes a Parquet table of distinct texts, one sentence each, and labels it to Parquet. Without ``--model`` the labels
come from a stand-in that answers at once, so that reading, keeping and writing are what is measured. With a model, one
process and several take turns over a tenth of the rows; on a busy machine their ratio tells about the machine.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import stance  # noqa: E402
from stance.batch import label_table  # noqa: E402
from stance.jobs import CHUNK, Model  # noqa: E402

ROUNDS = 3


class StandIn:
    """Answers that hang on the length of a text."""

    labels = ("a", "b", "c", "d", "e")
    fingerprint = "stand-in"

    def map_batch(self, batch: Mapping[str, Sequence[Any]], column: str = "text") -> dict[str, list[Any]]:
        """Columns as of :meth:`stance.Classifier.map_batch`."""
        texts = batch[column]
        chances = [len(text) % 100 / 100 for text in texts]
        names = ["a" * (chance > 0.5) for chance in chances]
        fixed = {f"stance_{name}": names for name in ("labels", "intensities", "unsure")}
        return {**fixed, "stance_error": [""] * len(texts), **{f"p_{label}": chances for label in self.labels}}


@dataclass
class Watch:
    """What is seen after each chunk.

    Attributes:
        times: seconds of the processor's time at which a chunk was done, so that other work does not count.
        rows: rows done by then.
        memory: resident megabytes of this process by then.
    """

    times: list[float] = field(default_factory=lambda: [time.process_time()])
    rows: list[int] = field(default_factory=lambda: [0])
    memory: list[float] = field(default_factory=lambda: [resident()])

    def __call__(self, done: int, total: int | None) -> None:
        """For ``progress``."""
        self.times.append(time.process_time())
        self.rows.append(done)
        self.memory.append(resident())

    def rate(self, tenth: int) -> float:
        """Rows a second of the processor over a tenth of the table; the first is 0."""
        size = (len(self.rows) - 1) // 10
        start, end = tenth * size, (tenth + 1) * size
        return (self.rows[end] - self.rows[start]) / (self.times[end] - self.times[start])


def resident() -> float:
    """Resident memory of this process in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def sentences(file: Path | None) -> list[str]:
    """Texts of a file of JSON Lines, or of the repository's own corpus."""
    files = [file] if file else sorted((ROOT / "training" / "corpus").glob("*.jsonl"))
    found: list[str] = []
    for path in files:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found += [json.loads(line)["text"] for line in data.decode("utf-8").splitlines() if line.strip()]
    return list(dict.fromkeys(found))


def distinct(texts: Sequence[str]) -> Iterator[str]:
    """Endless texts: the sentences, then each again with a number, no two alike."""
    yield from texts
    for number in count(2):
        for text in texts:
            yield f"{text} ({number})"


def write(path: Path, texts: Sequence[str], rows: int) -> Path:
    """A Parquet table of so many rows, in row groups of usual size."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("id", pa.int64()), ("text", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        source = distinct(texts)
        for start in range(0, rows, 50_000):
            ids = list(range(start, min(start + 50_000, rows)))
            writer.write_table(pa.table([ids, [next(source) for _ in ids]], schema=schema))
    return path


def timed(run: Callable[[], object]) -> float:
    """Seconds that a run takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000, help="of the table (%(default)s)")
    parser.add_argument("--model", help="shipped name or folder (a stand-in that costs nothing)")
    parser.add_argument("--sentences", type=Path, help="JSON Lines with text, perhaps .gz (the corpus)")
    parser.add_argument("--workers", type=int, default=2, help="processes to compare with one (%(default)s)")
    options = parser.parse_args()
    if options.rows < 20 * CHUNK:
        parser.error(f"--rows: at least {20 * CHUNK}, so that a tenth has some chunks")

    model: Model = stance.load(options.model) if options.model else StandIn()
    texts = sentences(options.sentences)
    with tempfile.TemporaryDirectory() as name:
        table, out = write(Path(name) / "in.parquet", texts, options.rows), Path(name) / "out.parquet"
        watch = Watch()
        taken = timed(lambda: label_table(table, out, model, progress=watch))
        print(f"{options.rows:,} rows in {taken:.1f} s: {options.rows / taken:,.0f} rows/s, one process")
        print(f"last tenth / second tenth: {watch.rate(9) / watch.rate(1):.2f}; {watch.rate(9):,.0f} rows a CPU-second")
        tenths = [watch.memory[(len(watch.memory) - 1) * tenth // 10] for tenth in range(1, 11)]
        print(f"resident after each tenth, MB: {' '.join(f'{megabytes:.0f}' for megabytes in tenths)}")
        if options.model:
            part = write(Path(name) / "part.parquet", texts, options.rows // 10)
            # One thread each, as the workers have.
            single = stance.load(options.model, threads=1)
            ratios = [
                timed(lambda: label_table(part, out, single))
                / timed(lambda: label_table(part, out, model, workers=options.workers))
                for _ in range(ROUNDS)
            ]
            print(
                f"{options.workers} processes: {statistics.median(ratios):.2f} times one of one thread, start included"
            )


if __name__ == "__main__":
    main()
