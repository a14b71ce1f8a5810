"""Predictions for PolNeAR: statements of the segmenter in the form of an attribution scorer.

PolNeAR (Newell et al., LREC 2018) marks pieces of paragraphs, where the segmenter gives sentences. Neighbouring
statements of one source in a paragraph are merged, so that both cut a text alike. Its authors ask that its text is not
read to tune: this module reads it, people do not.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import stance
from stance.types import Document, Statement
from training.config import command

# Between two pieces of one attribution stand at most a reporting clause and its marks.
MAX_GAP = 80


def attributions(document: Document) -> list[dict[str, Any]]:
    """Attributions of a document: ``content`` (a list of spans) and ``source`` (a span or ``None``)."""
    merged: list[list[Statement]] = []
    for statement in stance.segment(document, force=True):
        if merged and _continues(document.text, merged[-1], statement):
            merged[-1].append(statement)
        else:
            merged.append([statement])
    return [
        {"content": [[s.start, s.end] for s in group], "source": next(filter(None, map(_source, group)), None)}
        for group in merged
    ]


def _continues(text: str, group: Sequence[Statement], statement: Statement) -> bool:
    last = group[-1]
    between = text[last.end : statement.start]
    same = last.speakers == statement.speakers and (statement.source is None or statement.source == group[0].source)
    return same and statement.start >= last.end and "\n" not in between and len(between) <= MAX_GAP


def _source(statement: Statement) -> list[int] | None:
    if statement.source is None or statement.source_start is None:
        return None
    return [statement.source_start, statement.source_start + len(statement.source)]


def predict(files: Iterable[Path]) -> dict[str, Any]:
    """The predictions of a folder's text files, with the time they took (seconds) and the words read."""
    docs, words, started = {}, 0, time.perf_counter()
    for file in files:
        text = file.read_bytes().decode("utf-8")
        words += len(text.split())
        docs[file.stem] = attributions(Document(id=file.stem, text=text))
    return {"meta": {"system": "stance", "seconds": time.perf_counter() - started, "words": words}, "docs": docs}


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(prog="python -m training.polnear", description=__doc__)
    parser.add_argument("texts", type=Path, help="folder of the .txt files")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file to write")
    options = parser.parse_args(arguments)
    options.output.write_text(json.dumps(predict(sorted(options.texts.rglob("*.txt")))), encoding="utf-8")


if __name__ == "__main__":
    command(main)
