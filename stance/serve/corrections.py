"""Corrections of statements, kept in a gold file: one line each, written whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Lock

from stance.errors import StanceError
from stance.gold import read_rows
from stance.output import writing
from stance.serve.bodies import Correction
from stance.serve.settings import NAME
from stance.types import Statement


def draft(document: str, statement: Statement) -> Correction:
    """The correction that changes nothing."""
    first = statement.speaker
    others = [statement.source, *(speaker.name for speaker in statement.speakers[1:])]
    names = [_line(name) for name in others if name]
    # Without the checks of what is sent: a source may be any stretch of a text.
    return Correction.model_construct(
        doc=document,
        start=statement.start,
        end=statement.end,
        text=statement.text,
        speaker=_line(first.name) if first else None,
        aliases=[name for name in dict.fromkeys(names) if first and name != _line(first.name)],
        actor=_line(first.actor) if first else None,
        source=statement.source,
        kind=statement.kind,
        labels=list(statement.labels),
        intensity={stance.label: stance.intensity for stance in statement.stances or ()},
    )


class CorrectionFile:
    """A gold file that lines are added to.

    Args:
        path: made where it is missing; its folder must be there.

    Raises:
        StanceError: it cannot be written, or is no gold file.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        if path.exists() and not path.is_file():
            raise StanceError("this is no file", where=path, remedy="name a JSON Lines file for --corrections")
        with writing(path):
            os.close(self._open())
        for _ in read_rows(path):
            pass

    def add(self, correction: Correction) -> None:
        """Add a line; when this returns it is on the disk, and when it fails the file is as before.

        Raises:
            StanceError: it cannot be written.
        """
        line = json.dumps(correction.model_dump(), ensure_ascii=False).encode() + b"\n"
        with self._lock, writing(self._path):
            file = self._open()
            try:
                before = os.fstat(file).st_size
                # Somebody's editor may have left the last line without an end.
                if before and os.pread(file, 1, before - 1) != b"\n":
                    line = b"\n" + line
                try:
                    # In one piece, so that no line of another process comes between.
                    if os.write(file, line) < len(line):
                        raise OSError(None, "the disk is full")
                    os.fsync(file)
                except OSError:
                    os.ftruncate(file, before)
                    raise
            finally:
                os.close(file)

    def _open(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)


def _line(name: str) -> str:
    """A name as it may stand in a correction."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:NAME].rstrip()
