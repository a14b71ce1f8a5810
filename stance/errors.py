"""Every error the library raises on purpose: what went wrong, where, and what to do about it."""

from __future__ import annotations

from pathlib import Path


class StanceError(Exception):
    """Base of all errors raised on purpose; the message is one sentence with a remedy, on one line.

    Line breaks and other control characters that come from somebody's file are spelled out in it.

    Args:
        what: what is wrong, without a final full stop.
        where: the file, row or argument it was found in, if any.
        remedy: what the user can do about it, if anything.
    """

    def __init__(self, what: str, *, where: str | Path | None = None, remedy: str | None = None) -> None:
        self.what, self.where, self.remedy = what, where, remedy
        message = what if where is None else f"{where}: {what}"
        super().__init__(_on_one_line(message if remedy is None else f"{message}; {remedy}"))


def _on_one_line(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class DocumentError(StanceError):
    """A text that cannot be read or analysed: empty, binary, not UTF-8, not English."""


class CodebookError(StanceError):
    """A codebook that is malformed, or that does not fit the model it came with."""


class SpeakerError(StanceError):
    """A speaker registry that is malformed or contradicts itself."""


class ModelError(StanceError):
    """A model folder that is missing, incomplete, altered, or newer than this version."""


class TableError(StanceError):
    """A table that cannot be read or written, or that lacks a column."""


class EvaluationError(StanceError):
    """Gold data that cannot be scored against."""
