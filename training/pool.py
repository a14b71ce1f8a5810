"""Real sentences that are not in the repository: files of texts, and the labels kept here for them by SHA-256.

A coding names its text by the hash alone, so that labels can be passed on where texts cannot.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from stance.errors import StanceError
from stance.types import INTENSITIES
from training.config import HERE

CODINGS = HERE / "codings"
DEFAULT_CODINGS = CODINGS / "pool.jsonl"
DEFAULT_CORRECTIONS = CODINGS / "corrections.jsonl"


def text_sha256(text: str) -> str:
    """SHA-256 of a text's UTF-8, in hex; white space at the ends does not count."""
    return hashlib.sha256(text.strip().encode()).hexdigest()


def read_pool(path: Path) -> dict[str, str]:
    """Texts of a JSON Lines file (``.jsonl`` or ``.jsonl.gz``) by their SHA-256, each once, in the file's order.

    Raises:
        StanceError: no such file, or a line without a ``text``.
    """
    if not path.is_file():
        raise StanceError("no such file", where=path)
    texts: dict[str, str] = {}
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                text = json.loads(line)["text"]
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise StanceError(f"line {number} is no JSON object with a text", where=path) from error
            texts.setdefault(text_sha256(text), text)
    return texts


def read_codings(path: Path, labels: Sequence[str], *, key: str = "sha256") -> dict[str, dict[str, Any]]:
    """Labels of texts that are kept elsewhere, by the field ``key``; empty when there is no such file.

    Raises:
        StanceError: naming every line without ``key``, with unknown labels, or that repeats a key.
    """
    if not path.is_file():
        return {}
    codings: dict[str, dict[str, Any]] = {}
    offenders = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        row = json.loads(line)
        strengths = row.get("intensity", {})
        fits = set(strengths) == set(row.get("labels", [])) <= set(labels)
        if key not in row or row[key] in codings or not fits or not set(strengths.values()) <= set(INTENSITIES):
            offenders.append(number)
        else:
            codings[row[key]] = row
    if offenders:
        shown = ", ".join(map(str, offenders[:10]))
        raise StanceError(f"lines {shown} are no codings, or repeat one", where=path)
    return codings


def correct(rows: Iterable[dict[str, Any]], corrections: dict[str, dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """Rows with corrected labels, and how many were corrected; a correction holds for its ``id`` and text only."""
    corrected, count = [], 0
    for row in rows:
        better = corrections.get(row["id"])
        if better is None or better["sha256"] != text_sha256(row["text"]):
            corrected.append(row)
        else:
            corrected.append(row | {"labels": better["labels"], "intensity": better["intensity"]})
            count += 1
    return corrected, count
