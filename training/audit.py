"""Check the corpus: schema, near duplicates, borrowed wording, the cue list, and agreement of the two readings."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import regex

from stance import codebook
from stance.types import INTENSITIES
from training.config import DEFAULT_CORPUS
from training.pool import DEFAULT_CODINGS

# Two texts outside one contrast group may share at most this share of the shorter one's word 3-grams.
MAX_SHARED = 0.7
# No run of this many words may stand in another text collection.
RUN = 8

_WORD = regex.compile(r"[\p{L}\p{N}]+")
_FIELDS = {"id", "text", "labels", "intensity", "register", "speaker_type", "setting", "case", "group", "split"}


def words(text: str) -> tuple[str, ...]:
    """Casefolded words of a text."""
    return tuple(_WORD.findall(text.casefold()))


def grams(text: str, size: int) -> set[tuple[str, ...]]:
    """Runs of ``size`` words."""
    found = words(text)
    return {found[index : index + size] for index in range(len(found) - size + 1)}


def read(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSON Lines file."""
    # Not splitlines: a text may hold other line ends than "\n".
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def schema_problems(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Rows with missing or unknown fields, labels or intensities, and ids or texts that occur twice."""
    labels = codebook.load().ids
    problems = []
    for field in ("id", "text"):
        problems += [
            f"{field} occurs twice: {value!r}" for value, n in Counter(row[field] for row in rows).items() if n > 1
        ]
    for row in rows:
        if set(row) - {"contrast"} != _FIELDS:
            problems.append(f"{row['id']}: fields {sorted(set(row) ^ _FIELDS)}")
        if any(label not in labels for label in row["labels"]) or set(row["intensity"]) != set(row["labels"]):
            problems.append(f"{row['id']}: labels and intensity do not fit")
        if any(value not in INTENSITIES for value in row["intensity"].values()):
            problems.append(f"{row['id']}: unknown intensity")
    return problems


def near_duplicates(rows: Sequence[dict[str, Any]]) -> list[tuple[str, str, float]]:
    """Pairs outside a contrast group that share more than ``MAX_SHARED`` of the shorter one's 3-grams."""
    sets = [grams(row["text"], 3) for row in rows]
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    pairs = []
    for index, own in enumerate(sets):
        shared = Counter(other for gram in own for other in where[gram])
        for other, count in shared.items():
            same_group = rows[index]["group"] is not None and rows[index]["group"] == rows[other]["group"]
            share = count / max(1, min(len(own), len(sets[other])))
            if share > MAX_SHARED and not same_group:
                pairs.append((str(rows[other]["id"]), str(rows[index]["id"]), share))
        for gram in own:
            where[gram].append(index)
    return pairs


def texts_of(path: Path) -> Iterator[str]:
    """All long strings of a JSON Lines file (gzip too), or the lines of a text file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if path.name.removesuffix(".gz").endswith(".jsonl"):
                yield from (value for value in json.loads(line).values() if isinstance(value, str) and " " in value)
            else:
                yield line


def borrowed(rows: Sequence[dict[str, Any]], others: Iterable[Path]) -> list[tuple[str, str]]:
    """Rows that share a run of ``RUN`` words with another collection, with that run."""
    own: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in rows:
        for gram in grams(row["text"], RUN):
            own[gram].append(row["id"])
    return [
        (row_id, " ".join(gram))
        for path in others
        for text in texts_of(path)
        for gram in grams(text, RUN) & own.keys()
        for row_id in own[gram]
    ]


def cue_pattern(path: Path) -> regex.Pattern[str]:
    """The published cue list as one pattern: a stem a line, ``#`` starts a comment."""
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return regex.compile(
        r"(?i)\b(?:" + "|".join(regex.escape(line).replace(r"\ ", r"\s+") for line in lines if line) + ")"
    )


def agreement(
    rows: Sequence[dict[str, Any]], second: Sequence[dict[str, Any]], labels: Sequence[str] | None = None
) -> dict[str, float]:
    """F1 of one reading against the other for each label, their mean, and the share of rows with equal label sets.

    Args:
        rows: with ``id`` and ``labels``.
        second: the other reading of some of them.
        labels: those of the shipped codebook by default.
    """
    other = {row["id"]: set(row["labels"]) for row in second}
    pairs = [(set(row["labels"]), other[row["id"]]) for row in rows if row["id"] in other]
    figures = {}
    for label in labels or codebook.load().ids:
        both = sum(label in a and label in b for a, b in pairs)
        total = sum((label in a) + (label in b) for a, b in pairs)
        figures[label] = 2 * both / total if total else 1.0
    figures["macro"] = sum(figures.values()) / len(figures)
    figures["exact"] = sum(a == b for a, b in pairs) / max(1, len(pairs))
    figures["rows"] = float(len(pairs))
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every finding; exit status 1 if there is any."""
    parser = argparse.ArgumentParser(prog="python -m training.audit", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=DEFAULT_CORPUS, help="folder of the corpus")
    parser.add_argument(
        "--against", type=Path, nargs="+", default=[], metavar="FILE", help="collections not to borrow from"
    )
    options = parser.parse_args(arguments)
    rows = [row for path in sorted(options.corpus.glob("*.jsonl")) for row in read(path)]
    readings = options.corpus / "readings"
    disputed = read(readings / "disputed.jsonl")
    cues = cue_pattern(options.corpus / "cues.txt")
    findings = schema_problems([*rows, *disputed])
    findings += [f"{a} and {b} share {share:.0%} of their 3-grams" for a, b, share in near_duplicates(rows)]
    findings += [f"{row_id} borrows: {run}" for row_id, run in borrowed(rows, options.against)]
    findings += [
        f"{row['id']} is called cue-less, but has {match.group()!r}"
        for row in rows
        if row["case"] == "cueless" and (match := cues.search(row["text"]))
    ]
    cueless = sum(bool(row["labels"]) and not cues.search(row["text"]) for row in rows)
    groups = Counter(row["group"] for row in rows if row["group"])
    out = sys.stdout.write
    out(f"{len(rows)} rows, {len(groups)} contrast groups with {sum(groups.values())} rows, ")
    out(f"{cueless} labelled rows without a cue\n")
    for split in ("train", "test"):
        ids = {row["id"] for row in rows if row["split"] == split}
        ids |= {row["id"] for row in disputed if row["split"] == split}
        figures = agreement([r for r in [*rows, *disputed] if r["id"] in ids], read(readings / "second.jsonl"))
        out(f"agreement on {split}: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()) + "\n")
    first, again = (list(read(file)) for file in (DEFAULT_CODINGS, DEFAULT_CODINGS.with_name("second.jsonl")))
    first, again = ([row | {"id": row["sha256"]} for row in coded] for coded in (first, again))
    figures = agreement(first, again)
    out("agreement on the pool: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()) + "\n")
    out("".join(f"{finding}\n" for finding in findings))
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
