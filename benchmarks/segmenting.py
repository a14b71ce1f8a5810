"""How fast the segmenter reads, beside a quotation regex, measured in one run on one thread.

    python benchmarks/segmenting.py [FILES...] [--rounds 5] [--megabytes 1]

Reads text files, or the seed documents and the stories of the corpus. The regex finds what stands between quotation
marks, the simplest of extractors. The rounds alternate, and figures are medians. Then one long document, of copies,
shows how time and memory grow with its length.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
# So that the training code is found, too.
sys.path.insert(0, str(ROOT))

from stance.segment import segment  # noqa: E402
from training.stories import own_texts  # noqa: E402

QUOTATION = re.compile(r"“[^”]+”|\"[^\"\n]+\"")


def seconds(run: Callable[[str], object], texts: Sequence[str]) -> float:
    """How long a run over all texts takes, in seconds of this process."""
    started = time.process_time()
    for text in texts:
        run(text)
    return time.process_time() - started


def segmented(text: str) -> object:
    """The segmenter, whatever the language check thinks of a fragment."""
    return segment(text, force=True)


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="*", metavar="FILES", help="text files (the seeds and the stories)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (%(default)s)")
    parser.add_argument("--megabytes", type=float, default=1.0, help="length of the long document (%(default)s)")
    options = parser.parse_args()
    texts = [file.read_bytes().decode("utf-8") for file in options.files] or own_texts(ROOT)
    words = sum(len(text.split()) for text in texts)
    segmented(texts[0])  # loads the registry and the word lists
    rates: dict[str, list[float]] = {"stance": [], "regex": []}
    for _ in range(options.rounds):
        rates["stance"].append(words / seconds(segmented, texts))
        rates["regex"].append(words / seconds(QUOTATION.findall, texts))
    print(f"{len(texts)} documents, {words} words, {options.rounds} rounds, one thread")
    for name, figures in rates.items():
        print(f"{name:7} {statistics.median(figures):12,.0f} words/s")
    ratio = statistics.median(a / b for a, b in zip(rates["regex"], rates["stance"], strict=True))
    print(f"the regex is {ratio:.0f} times as fast")
    text = "\n\n".join(texts)
    for share in (1 / 8, 1 / 4, 1 / 2, 1):
        length = int(options.megabytes * share * 1e6)
        long = (text * (length // len(text) + 1))[:length]
        taken = seconds(segmented, [long])
        print(f"{length / 1e6:6.3f} MB {taken:7.2f} s {len(long.split()) / taken:9,.0f} words/s")
    tracemalloc.start()
    segmented(long)
    print(f"peak memory for the longest: {tracemalloc.get_traced_memory()[1] / len(long.encode()):.0f} times its size")


if __name__ == "__main__":
    main()
