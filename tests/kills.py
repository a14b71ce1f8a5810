"""Labelling a table, killed and resumed; by command, many times.

    python tests/kills.py [200] [--seed 13]

Runs of a table through all formats, with one and two processes, statements and documents: each is killed with SIGKILL
at a random moment and resumed, until the table is there. It must then be, byte for byte, what a run without kills
writes; until then, what stood in its place before must still stand there. Nothing may be left over, no process and no
file.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from fast_model import Fast  # noqa: E402

from stance.batch import label_documents, label_table  # noqa: E402
from stance.jobs import CHUNK, DOCUMENTS  # noqa: E402

# Seconds that a chunk takes, so that kills fall between and within chunks.
SECONDS = 0.05
CHUNKS = 5
DOCUMENT = '"We condemn the raid number {} on the border post," the European Union said. Rice exports rose in spring.'
# Share of the kills that come at any time of a run, its start included; the others come when it is at work.
ANY_TIME = 0.2
# Format of the table that is read, of the one that is written, processes, and whether texts are documents.
WAYS = (
    ("csv", "csv", 1, False),
    ("jsonl", "parquet", 1, False),
    ("parquet", "parquet", 2, False),
    ("tsv", "jsonl", 2, False),
    ("jsonl", "jsonl", 1, True),
)


def make(folder, format, documents):
    """A table of several chunks, with rows that cannot be labelled and texts that occur again."""
    count = CHUNKS * (DOCUMENTS if documents else CHUNK) + 3
    texts = [DOCUMENT.format(i % 200) if documents else f"text{i % 3 * ' long'} {i % 3000}" for i in range(count)]
    rows = [{"id": str(i), "text": " " if i % 50 == 7 else text} for i, text in enumerate(texts)]
    path = folder / f"in.{format}"
    if format == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows), path)
    elif format == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        tab = "\t" if format == "tsv" else ","
        path.write_text(f"id{tab}text\n" + "".join(f"{row['id']}{tab}{row['text']}\n" for row in rows))
    return path


def run(source, target, *, workers, documents, resume, seconds=SECONDS):
    """Label in this process."""
    label = label_documents if documents else label_table
    label(source, target, Fast(seconds), prefix="s_", workers=workers, resume=resume)


def start(source, target, workers, documents):
    """Label in a process of its own, which may take workers with it."""
    command = [sys.executable, __file__, "--one", source, target, str(workers), str(int(documents))]
    return subprocess.Popen(list(map(str, command)), start_new_session=True, stderr=subprocess.PIPE)


def left(group, seconds=30.0):
    """Whether processes of a group are still there after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.02)
    return True


def begun(parts):
    """What changes when a run begins to write: a killed run leaves its file to the next."""
    with contextlib.suppress(FileNotFoundError):
        return (parts / "table").stat().st_ctime_ns
    return None


def await_change(parts, before, process):
    """Wait until a run is at work, or has ended."""
    while begun(parts) == before and process.poll() is None:
        time.sleep(0.002)


def kills(folder, way, count, rng):
    """Kill and resume until a table was killed ``count`` times; how many kills fell into the work itself."""
    read, write, workers, documents = way
    source = make(folder, read, documents)
    expected = folder / f"expected.{write}"
    run(source, expected, workers=1, documents=documents, resume=False, seconds=0.0)
    target = folder / f"out.{write}"
    parts = folder / f".{target.name}.stance-parts"
    began = time.monotonic()
    process = start(source, target, workers, documents)
    await_change(parts, None, process)
    at_work = time.monotonic()
    whole(process, target, expected, folder)
    longest, working = time.monotonic() - began, time.monotonic() - at_work
    killed = inside = 0
    while killed < count:
        target.write_bytes(b"old")
        while killed < count:
            before = begun(parts)
            process = start(source, target, workers, documents)
            if rng.random() < ANY_TIME:
                moment = rng.uniform(0, longest)
            else:
                await_change(parts, before, process)
                moment = rng.uniform(0, working)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moment)
            process.kill()
            _, errors = process.communicate()
            assert not left(process.pid), "a worker outlived its run"
            assert errors == b"", errors.decode()
            if process.returncode != -signal.SIGKILL:
                break
            killed += 1
            inside += begun(parts) != before
            assert target.read_bytes() == b"old" or target.read_bytes() == expected.read_bytes()
        whole(start(source, target, workers, documents), target, expected, folder)
    return inside


def whole(process, target, expected, folder):
    """A run comes to its end, and the table is what it should be."""
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    assert target.read_bytes() == expected.read_bytes(), "the output differs"
    assert not [path.name for path in folder.iterdir() if path.name.startswith(".")], "something was left over"


def main():
    """Command line; ``--one`` is for the processes that are killed."""
    if sys.argv[1:2] == ["--one"]:
        source, target, workers, documents = sys.argv[2:]
        run(source, target, workers=int(workers), documents=documents == "1", resume=True)
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kills", type=int, nargs="?", default=200, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=13, help="of the moments (%(default)s)")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    for number, way in enumerate(WAYS):
        count = len(range(number, options.kills, len(WAYS)))
        with tempfile.TemporaryDirectory() as name:
            inside = kills(Path(name), way, count, rng)
        read, write, workers, documents = way
        what = f"{read} to {write}, {workers} processes, {'documents' if documents else 'statements'}"
        print(f"{what}: {count} kills, {inside} with work at hand; identical each time", flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
