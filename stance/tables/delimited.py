"""CSV and TSV, row by row; a row that is broken costs no other row."""

from __future__ import annotations

import csv
import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from stance.errors import TableError
from stance.tables.base import Kind, Line, Record, lines, share_read

# A row that is longer, in characters, has an open quotation mark rather than a long text.
LONGEST = 1 << 24
JOIN = ";"


class DelimitedReader:
    """Rows of a table with a header; every cell is a string, and an empty one is ``""``.

    Args:
        stream: binary.
        where: its name in errors.
        delimiter: one character.

    Raises:
        TableError: no header, a column name that occurs twice, or no text in UTF-8.
    """

    def __init__(self, stream: BinaryIO, where: str, delimiter: str) -> None:
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST))
        self._stream = stream
        self._rows = _rows(lines(stream, where), delimiter)
        header, error = next(self._rows, ([], None))
        if error is not None:
            raise TableError(f"the header is broken: {error}", where=where)
        if not header:
            raise TableError("the table is empty", where=where, remedy="give a table with a header")
        twice = [name for name, count in Counter(header).items() if count > 1]
        if twice:
            raise TableError(f"columns that occur twice: {', '.join(map(repr, twice))}", where=where, remedy="rename")
        self.columns = tuple(header)

    def __iter__(self) -> Iterator[Record]:
        for cells, error in self._rows:
            found = dict(zip(self.columns, cells, strict=False))
            yield Record(found, error or self._ragged(cells))

    def share(self) -> float | None:
        """How much of the table has been read, in [0, 1]; ``None`` for a pipe."""
        return share_read(self._stream)

    def _ragged(self, cells: Sequence[str]) -> str | None:
        width = len(self.columns)
        if len(cells) == width:
            return None
        surplus = ", ".join(map(repr, cells[width:]))
        return f"{len(cells)} cells for {width} columns" + (f"; too many are {surplus}" if surplus else "")


class DelimitedWriter:
    """Rows of a table with a header, ``\\n`` at line ends.

    Lists of added texts are joined by ``;``; other lists and tables become JSON.

    Args:
        stream: binary; not closed.
        columns: all of them, in order.
        added: kinds of those that are not carried through.
        delimiter: one character.
    """

    def __init__(self, stream: BinaryIO, columns: Sequence[str], added: Mapping[str, Kind], delimiter: str) -> None:
        self._writer = csv.writer(_Encoder(stream), delimiter=delimiter, lineterminator="\n")
        self._columns, self._added = dict.fromkeys(columns), added
        self._writer.writerow(columns)

    def write(self, cells: Mapping[str, Any]) -> None:
        """Add a row.

        Raises:
            TableError: it has a column that the header lacks.
        """
        if unknown := [name for name in cells if name not in self._columns]:
            what = f"columns that came up after the header was written: {', '.join(map(repr, unknown))}"
            raise TableError(what, remedy="write JSON Lines instead")
        self._writer.writerow([self._cell(name, cells.get(name)) for name in self._columns])

    def close(self) -> None:
        """Nothing is held back."""

    def abandon(self) -> None:
        """Nothing is held back."""

    def _cell(self, name: str, value: Any) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, list | tuple | dict):
            if self._added.get(name) == "texts":
                return JOIN.join(value)
            return json.dumps(value, ensure_ascii=False, default=str)
        return str(value)


class _Encoder:
    """What :func:`csv.writer` writes to: UTF-8, with halves of surrogate pairs (JSON can hold them) spelled out."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Encode and pass on."""
        return self._stream.write(text.encode("utf-8", errors="backslashreplace"))


def _rows(source: Iterator[Line], delimiter: str) -> Iterator[tuple[list[str], str | None]]:
    """Cells of each row, and what is wrong with it. Blank lines are no rows.

    A quotation mark that is never closed would swallow the rest of the table: its line alone is given up, and reading
    goes on with the next. A row from one of the lines swallowed that is open at its end, too, would come to the same
    end (inside quotation marks all that was before is forgotten), and is given up without another look ahead: else
    the time would grow with the square of the table.
    """
    waiting: deque[Line] = deque()
    taken: list[Line] = []
    # How many of the lines that wait cannot begin a row of several lines.
    alone = 0

    def feed() -> Iterator[str]:
        length = 0
        while line := waiting.popleft() if waiting else next(source, None):
            taken.append(line)
            length += len(line.text)
            if length > LONGEST or (alone and len(taken) > 1):
                raise csv.Error
            yield line.text

    while True:
        taken.clear()
        try:
            cells = next(csv.reader(feed(), delimiter=delimiter, strict=True), None)
        except csv.Error:
            waiting.extendleft(reversed(taken[1:]))
            alone = max(alone - 1, len(taken) - 2, 0)
            yield [], f"a quotation mark is not closed, or not doubled: {taken[0].text.rstrip()}"
            continue
        if cells is None:
            return
        alone = max(alone - 1, 0)
        if cells:
            yield cells, None if all(line.sound for line in taken) else "not UTF-8"
