"""What the formats share: rows with their errors, kinds of columns, lines of UTF-8."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, Protocol

from stance.errors import TableError

Kind = Literal["text", "texts", "number", "integer"]


@dataclass(frozen=True, slots=True)
class Record:
    """One row.

    Attributes:
        cells: values by column, in the order of the table; what could not be read is left out.
        error: why the row could not be read whole, or ``None``.
    """

    cells: dict[str, Any]
    error: str | None = None


class Reader(Protocol):
    """An open table: its columns, then its rows, once."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        ...

    def __iter__(self) -> Iterator[Record]: ...

    def share(self) -> float | None:
        """How much of the table has been read, in [0, 1]; ``None`` where that cannot be known."""
        ...


class Writer(Protocol):
    """A table being written; complete when closed."""

    def write(self, cells: Mapping[str, Any]) -> None:
        """Add a row; a column without a value stays empty."""
        ...

    def close(self) -> None:
        """Write what is still held back."""
        ...

    def abandon(self) -> None:
        """Write nothing more, now or when it is deleted."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its end; ``sound`` is false where bytes that are no UTF-8 had to be spelled ``\\xNN``."""

    text: str
    sound: bool


def share_read(stream: BinaryIO) -> float | None:
    """How much of a file has been read, in [0, 1]; ``None`` for a pipe."""
    if not stream.seekable():
        return None
    size = os.fstat(stream.fileno()).st_size
    return min(stream.tell() / size, 1.0) if size else None


def lines(stream: BinaryIO, where: str) -> Iterator[Line]:
    """Lines of a table in UTF-8, without the byte order mark.

    Raises:
        TableError: the first line is no text in UTF-8, so that the rest will not be either.
    """
    for number, raw in enumerate(stream):
        data = raw.removeprefix(b"\xef\xbb\xbf") if number == 0 else raw
        try:
            yield Line(data.decode("utf-8"), True)
        except UnicodeDecodeError:
            if number == 0:
                raise _not_text(where) from None
            yield Line(data.decode("utf-8", errors="backslashreplace"), False)
        else:
            if number == 0 and b"\0" in data:
                raise _not_text(where)


def _not_text(where: str) -> TableError:
    return TableError("not a text table in UTF-8", where=where, remedy="convert it to UTF-8, or name its --format")
