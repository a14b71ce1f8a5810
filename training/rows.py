"""Rows to train on: read from corpus, extra files and the coded part of a pool, checked, each text once."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance.errors import StanceError
from stance.types import INTENSITIES
from training.config import DEFAULT_CORPUS, Config, file_sha256
from training.pool import DEFAULT_CODINGS, DEFAULT_CORRECTIONS, correct, read_codings, read_pool


@dataclass(frozen=True, slots=True)
class Row:
    """One training text.

    Attributes:
        id: unique within its file.
        text: the statement.
        labels: labels it takes.
        origin: ``corpus``, ``acts``, ``extra`` or ``pool``.
        file: the file it came from, as ``origin/name``.
        group: rows of one group never lie in two folds.
        weight: in the loss.
    """

    id: str
    text: str
    labels: tuple[str, ...]
    origin: str
    file: str
    group: str
    weight: float


def read_rows(path: Path, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of a JSON Lines file with ``id``, ``text``, ``labels`` and ``intensity``, checked.

    Raises:
        StanceError: naming the file and every offending line (the first ten of them).
    """
    rows: list[dict[str, Any]] = []
    offenders = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            offenders.append(f"line {number}: not JSON ({error.msg})")
            continue
        problem = _problem(row, labels)
        if problem:
            offenders.append(f"line {number}: {problem}")
        else:
            rows.append(row)
    repeated = [key for key, count in Counter(row["id"] for row in rows).items() if count > 1]
    offenders += [f"id {key} occurs more than once" for key in repeated]
    if offenders:
        more = f" and {len(offenders) - 10} more" if len(offenders) > 10 else ""
        raise StanceError("; ".join(offenders[:10]) + more, where=path)
    return rows


def _problem(row: Any, labels: Sequence[str]) -> str | None:
    if not isinstance(row, dict):
        return "not an object"
    missing = [key for key in ("id", "text", "labels", "intensity") if key not in row]
    if missing:
        return f"{', '.join(missing)} missing"
    if not isinstance(row["text"], str) or not row["text"].strip():
        return "the text is empty"
    unknown = [label for label in row["labels"] if label not in labels]
    if unknown or len(set(row["labels"])) != len(row["labels"]):
        return f"labels {row['labels']} are unknown or repeated"
    strengths = row["intensity"]
    if set(strengths) != set(row["labels"]) or not set(strengths.values()) <= set(INTENSITIES):
        return "intensity does not fit the labels"
    return None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where training rows come from.

    Attributes:
        corpus: folder of ``*.jsonl`` files whose rows have a ``split`` of ``train`` or ``test``; test rows stay out.
            Its ``acts/acts.jsonl`` holds statements of other acts, which take none of the labels.
        extra: files of further rows, with ``doc``.
        pool: file of texts without labels (see :mod:`training.pool`), or ``None``.
        codings: labels of some of the pool's texts, by SHA-256.
        corrections: better labels of extra rows, by ``id`` and SHA-256.
        dev_documents: keep extra rows marked ``dev_document``.
    """

    corpus: Path | None = DEFAULT_CORPUS
    extra: tuple[Path, ...] = ()
    pool: Path | None = None
    codings: Path = DEFAULT_CODINGS
    corrections: Path = DEFAULT_CORRECTIONS
    dev_documents: bool = True

    @property
    def acts(self) -> Path | None:
        """The statements of other acts, if the corpus has any."""
        path = self.corpus / "acts" / "acts.jsonl" if self.corpus else None
        return path if path and path.is_file() else None

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file, by ``origin/name``.

        Raises:
            StanceError: a missing file, or two extra files of one name.
        """
        named = [("corpus", path) for path in sorted(self.corpus.glob("*.jsonl"))] if self.corpus else []
        named += [("acts", self.acts)] if self.acts else []
        named += [("extra", path) for path in self.extra]
        named += [("pool", path) for path in (self.pool, self.codings) if path and self.pool]
        if self.extra and self.corrections.is_file():
            named.append(("corrections", self.corrections))
        found: dict[str, str] = {}
        for origin, path in named:
            name = f"{origin}/{path.name}"
            if name in found:
                raise StanceError("two extra files have the same name", where=path, remedy="rename one of them")
            if not path.is_file():
                raise StanceError("no such file", where=path)
            found[name] = file_sha256(path)
        return found


def collect(sources: Sources, labels: Sequence[str], config: Config) -> tuple[list[Row], dict[str, int], int]:
    """Training rows of all files, counts of what was left out and why, and how many labels were corrected.

    A text that occurs twice keeps the labels of the corpus before those of the extra files before those of the pool.

    Args:
        sources: the files.
        labels: the codebook's.
        config: gives the weights.

    Raises:
        StanceError: bad rows, a contrast group in both splits, no rows at all.
    """
    left_out: Counter[str] = Counter()
    rows: list[Row] = []
    test_texts: set[str] = set()
    files = {path: read_rows(path, labels) for path in sorted(sources.corpus.glob("*.jsonl"))} if sources.corpus else {}
    _check_splits([row for found in files.values() for row in found], sources.corpus)
    for path, found in files.items():
        test_texts |= {_key(row["text"]) for row in found if row["split"] == "test"}
        left_out["corpus test split"] += sum(row["split"] == "test" for row in found)
        rows += [
            _row(
                row, "corpus", path, f"group:{path.stem}:{row.get('group') or row['id']}", config.prepare.corpus_weight
            )
            for row in found
            if row["split"] == "train"
        ]
    if sources.acts:
        rows += _without_labels(sources.acts, config.prepare.corpus_weight)
    corrections = read_codings(sources.corrections, labels, key="id")
    corrections_used = 0
    for path in sources.extra:
        found, corrected = correct(read_rows(path, labels), corrections)
        kept = [row for row in found if sources.dev_documents or not row.get("dev_document", False)]
        left_out["dev documents"] += len(found) - len(kept)
        corrections_used += corrected
        rows += [
            _row(
                row, "extra", path, f"doc:{row.get('doc') or path.stem + ':' + row['id']}", config.prepare.extra_weight
            )
            for row in kept
        ]
    if sources.pool:
        rows += _coded(sources.pool, sources.codings, labels, config.prepare.pool_weight)
    unique: dict[str, Row] = {}
    for row in rows:
        key = _key(row.text)
        if key in test_texts:
            left_out["text of the test split"] += 1
        elif key in unique:
            left_out["repeated text"] += 1
        else:
            unique[key] = row
    if not unique:
        raise StanceError("no training rows", where=sources.corpus, remedy="give a corpus folder or --extra FILE")
    return list(unique.values()), dict(left_out), corrections_used


def _without_labels(path: Path, weight: float) -> list[Row]:
    """Statements of other acts: near neighbours of the labels that take none of them."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [_row(row | {"labels": ()}, "acts", path, f"acts:{row['id']}", weight) for row in rows]


def _coded(pool: Path, codings: Path, labels: Sequence[str], weight: float) -> list[Row]:
    """The texts of the pool that have been coded."""
    coded = read_codings(codings, labels)
    return [
        Row(sha256[:16], text, tuple(coded[sha256]["labels"]), "pool", f"pool/{pool.name}", f"pool:{sha256}", weight)
        for sha256, text in read_pool(pool).items()
        if sha256 in coded
    ]


def _row(row: dict[str, Any], origin: str, path: Path, group: str, weight: float) -> Row:
    return Row(row["id"], row["text"], tuple(row["labels"]), origin, f"{origin}/{path.name}", group, weight)


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _check_splits(rows: Iterable[dict[str, Any]], path: Path | None) -> None:
    splits: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.get("split") not in ("train", "test"):
            raise StanceError(f"row {row['id']} has no split train or test", where=path)
        splits[row.get("group") or row["id"]].add(row["split"])
    torn = [group for group, found in splits.items() if len(found) > 1]
    if torn:
        raise StanceError(f"groups in both splits: {', '.join(torn[:10])}", where=path)
