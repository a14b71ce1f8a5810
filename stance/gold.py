"""Gold statements in JSON Lines: read, and checked line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance.errors import EvaluationError
from stance.types import INTENSITIES, Intensity

_SPAN: dict[str, type] = {"doc": str, "start": int, "end": int}


@dataclass(frozen=True, slots=True)
class Gold:
    """One gold statement.

    Attributes:
        text: the statement.
        labels: labels it takes.
        document: what the bootstrap draws: its document, contrast group or, failing these, its own id.
        start: offset in the document; -1 without one.
        end: offset behind the last code point; -1 without one.
        speaker: name, if told.
        aliases: other right answers.
        actor: id of the actor, if told.
        group: of statements that differ in what decides the labels, if it is in one.
        contrast: what the group turns on, if told.
        intensity: how strongly the labels are worded, of those for which it is told.
        row: the whole line as read.
    """

    text: str
    labels: tuple[str, ...]
    document: str
    start: int
    end: int
    speaker: str | None
    aliases: tuple[str, ...]
    actor: str | None
    group: str | None
    contrast: str | None
    intensity: Mapping[str, Intensity]
    row: dict[str, Any]


def read_gold(path: str | Path) -> list[Gold]:
    """Gold statements of a JSON Lines file with ``text`` and ``labels``, where it has spans also ``doc, start, end``.

    Rows whose ``split`` is ``train`` are left out: they are no gold for a model trained on them.

    Raises:
        EvaluationError: a file that is missing, malformed (the line is named) or empty.
    """
    path = Path(path)
    if not path.is_file():
        raise EvaluationError("no such gold file", where=path)
    found = [_gold(row, path, number) for number, row in read_rows(path) if row.get("split") != "train"]
    if not found:
        raise EvaluationError("no gold statements", where=path)
    return found


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a JSON Lines file of labelled texts with the numbers of their lines.

    Raises:
        EvaluationError: a file that is not UTF-8, or a malformed line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise EvaluationError("not UTF-8 text", where=path, remedy="convert it to UTF-8") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _parse(line, f"{path}, line {number}")


def _parse(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise EvaluationError(f"not JSON ({error.msg})", where=where) from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        raise EvaluationError("not an object with a text", where=where)
    labels = row.get("labels")
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise EvaluationError("labels is not a list of names", where=where, remedy="write [] for none")
    if "start" in row and not all(isinstance(row.get(key), kind) for key, kind in _SPAN.items()):
        raise EvaluationError("a span needs doc, start and end", where=where)
    return row


def _gold(row: dict[str, Any], path: Path, number: int) -> Gold:
    levels = row.get("intensity") or {}
    if not isinstance(levels, dict) or not all(level in INTENSITIES for level in levels.values()):
        remedy = f"give each label one of {', '.join(INTENSITIES)}"
        raise EvaluationError("intensity is no table of labels", where=f"{path}, line {number}", remedy=remedy)
    unit = row.get("doc") or row.get("group") or row.get("id") or f"line {number}"
    group, contrast = (str(row[key]) if row.get(key) else None for key in ("group", "contrast"))
    return Gold(
        text=row["text"],
        labels=tuple(row["labels"]),
        document=str(unit),
        start=row.get("start", -1),
        end=row.get("end", -1),
        speaker=row.get("speaker"),
        aliases=tuple(row.get("aliases") or ()),
        actor=row.get("actor"),
        group=group,
        contrast=contrast,
        intensity={label: levels[label] for label in row["labels"] if label in levels},
        row=row,
    )
