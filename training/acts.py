"""The corpus of acts (``corpus/acts/``): read and checked; by command, counts, agreement and what is wrong with it."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance import codebook
from stance.errors import StanceError
from training.audit import agreement, borrowed, near_duplicates, read
from training.config import DEFAULT_CORPUS
from training.pool import CODINGS, read_pool

DEFAULT_ACTS = DEFAULT_CORPUS / "acts"
DEFAULT_DOES = CODINGS / "does.jsonl"
SUBJECT = "The speaker "

_SHARED = {"id", "text", "does", "register", "setting"}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the corpus of acts.

    Attributes:
        id: unique in the corpus.
        text: what is said.
        acts: acts of the codebook that it performs, or its open type alone.
        does: what the speaker does with it, in words of its own: one description of each thing.
    """

    id: str
    text: str
    acts: tuple[str, ...]
    does: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActCorpus:
    """The whole corpus.

    Attributes:
        acts: statements of the acts of ``stance.load_codebook("acts")``, and of none.
        open: statements of many further types, none of them one of those acts or of the five stances.
        types: descriptions of each of these types.
        real: statements of the pool, of acts and of none, see :func:`read_real`.
    """

    acts: tuple[Statement, ...]
    open: tuple[Statement, ...]
    types: dict[str, tuple[str, ...]]
    real: tuple[Statement, ...] = ()


def read_corpus(folder: Path = DEFAULT_ACTS) -> ActCorpus:
    """Read ``acts.jsonl``, ``open.jsonl`` and ``types.json``.

    Raises:
        StanceError: a missing file, or rows that are not as the datasheet says; the first ten are named.
    """
    if missing := [name for name in ("acts.jsonl", "open.jsonl", "types.json") if not (folder / name).is_file()]:
        raise StanceError(f"{', '.join(missing)} missing", where=folder)
    types: dict[str, list[str]] = json.loads((folder / "types.json").read_text(encoding="utf-8"))
    acts, further = read(folder / "acts.jsonl"), read(folder / "open.jsonl")
    known = codebook.load("acts").ids
    problems = [f"{row.get('id')}: {problem}" for row in acts if (problem := _problem(row, "labels", known))]
    problems += [f"{row.get('id')}: {problem}" for row in further if (problem := _problem(row, "type", tuple(types)))]
    problems += [f"type {name!r} has no descriptions" for name, texts in types.items() if not all(_described(texts))]
    problems += [f"type {name!r} has the name of an act" for name in types if name in known]
    for field in ("id", "text"):
        counts = Counter(row.get(field) for row in (*acts, *further))
        problems += [f"{field} occurs twice: {value!r}" for value, count in counts.items() if count > 1]
    if problems:
        more = f" and {len(problems) - 10} more" if len(problems) > 10 else ""
        raise StanceError("; ".join(problems[:10]) + more, where=folder)
    return ActCorpus(
        tuple(Statement(row["id"], row["text"], tuple(row["labels"]), (row["does"],)) for row in acts),
        tuple(Statement(row["id"], row["text"], (row["type"],), (row["does"],)) for row in further),
        {name: tuple(texts) for name, texts in types.items()},
    )


def read_real(pool: Path, file: Path = DEFAULT_DOES) -> tuple[Statement, ...]:
    """Sentences of the pool that ``codings/does.jsonl`` describes; none of them takes one of the five stances.

    Args:
        pool: file of texts; those it lacks are left out.
        file: JSON Lines with ``sha256``, ``does`` (descriptions) and ``acts``.

    Raises:
        StanceError: lines that are not as above; the first ten are named.
    """
    texts, known = read_pool(pool), codebook.load("acts").ids
    rows = read(file)
    problems = [
        str(number)
        for number, row in enumerate(rows, start=1)
        if set(row) != {"sha256", "does", "acts"}
        or not all(_described(row["does"]))
        or not set(row["acts"]) <= set(known)
    ]
    if problems:
        raise StanceError(f"lines {', '.join(problems[:10])} are no descriptions of what a speaker does", where=file)
    return tuple(
        Statement(row["sha256"], texts[row["sha256"]], tuple(row["acts"]), tuple(row["does"]))
        for row in rows
        if row["sha256"] in texts
    )


def _problem(row: dict[str, Any], key: str, known: Sequence[str]) -> str | None:
    if set(row) != _SHARED | {key}:
        return f"fields {sorted(set(row) ^ (_SHARED | {key}))}"
    found = row[key] if key == "labels" else [row[key]]
    if len(set(found)) < len(found) or not set(found) <= set(known):
        return f"{key} {found} is unknown or repeated"
    if not row["text"].strip() or not all(_described([row["does"]])):
        return f"an empty text, or does not beginning with {SUBJECT!r}"
    return None


def _described(texts: Sequence[str]) -> list[bool]:
    return [text.startswith(SUBJECT) for text in texts] or [False]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print counts, the agreement of the two readings and every finding; exit status 1 if there is any."""
    parser = argparse.ArgumentParser(prog="python -m training.acts", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=DEFAULT_ACTS, metavar="FOLDER", help="of the acts (%(default)s)")
    parser.add_argument(
        "--against", type=Path, nargs="+", default=[], metavar="FILE", help="collections not to borrow from"
    )
    options = parser.parse_args(arguments)
    corpus = read_corpus(options.corpus)
    rows = [{"id": row.id, "text": row.text, "group": None} for row in (*corpus.acts, *corpus.open)]
    findings = [f"{a} and {b} share {share:.0%} of their 3-grams" for a, b, share in near_duplicates(rows)]
    findings += [f"{row_id} borrows: {run}" for row_id, run in borrowed(rows, options.against)]
    first = [*read(options.corpus / "acts.jsonl"), *read(options.corpus / "disputed.jsonl")]
    labels = codebook.load("acts").ids
    figures = agreement(first, read(options.corpus / "second.jsonl"), labels)
    out = sys.stdout.write
    counts = Counter(act for row in corpus.acts for act in row.acts)
    several, none = (sum(map(test, corpus.acts)) for test in (lambda row: len(row.acts) > 1, lambda row: not row.acts))
    out(f"{len(corpus.acts)} statements, {several} of several acts, {none} of none; ")
    out(f"{len(corpus.open)} statements of {len(corpus.types)} open types\n")
    out("statements, and agreement of the two readings:\n")
    out("".join(f"{act:15} {counts[act]:4} {figures[act]:.3f}\n" for act in labels))
    out(f"macro {figures['macro']:.3f}, exact {figures['exact']:.3f} of {figures['rows']:.0f}\n")
    out("".join(f"{finding}\n" for finding in findings))
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
