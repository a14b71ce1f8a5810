"""JSON Lines: one object a row."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any, BinaryIO

from stance.errors import TableError
from stance.tables.base import Line, Record, lines, share_read

# Rows that are read ahead to learn the columns.
SAMPLE = 1000


class JsonLinesReader:
    """Rows as they come; a line that is no object becomes a row without cells, with the line in its error.

    Blank lines are no rows. The columns are those of the first 1,000 rows; later rows may have others.

    Args:
        stream: binary.
        where: its name in errors.

    Raises:
        TableError: no rows, or no text in UTF-8.
    """

    def __init__(self, stream: BinaryIO, where: str) -> None:
        rows = (_record(line) for line in lines(stream, where) if line.text.strip())
        sample = list(islice(rows, SAMPLE))
        if not sample:
            raise TableError("the table is empty", where=where, remedy="give a table with rows")
        self.columns = tuple(dict.fromkeys(name for record in sample for name in record.cells))
        self._stream, self._rows = stream, chain(sample, rows)

    def __iter__(self) -> Iterator[Record]:
        return self._rows

    def share(self) -> float | None:
        """How much of the table has been read, in [0, 1]; ``None`` for a pipe."""
        return share_read(self._stream)


class JsonLinesWriter:
    """Rows as objects on lines of their own, in UTF-8.

    Args:
        stream: binary; not closed.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, cells: Mapping[str, Any]) -> None:
        """Add a row; NaN and infinities, which JSON has not, become null."""
        try:
            line = json.dumps(cells, ensure_ascii=False, default=_plain, allow_nan=False) + "\n"
        except ValueError:
            line = json.dumps(_finite(cells), ensure_ascii=False, default=_plain) + "\n"
        # Half of a surrogate pair cannot be UTF-8; backslashreplace happens to spell it as JSON does.
        self._stream.write(line.encode("utf-8", errors="backslashreplace"))

    def close(self) -> None:
        """Nothing is held back."""

    def abandon(self) -> None:
        """Nothing is held back."""


def _record(line: Line) -> Record:
    text = line.text.strip()
    try:
        cells = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "too deep or too long a number"
        return Record({}, f"not JSON ({reason}): {text}")
    if not isinstance(cells, dict):
        return Record({}, f"not a JSON object: {text}")
    return Record(cells, None if line.sound else "not UTF-8")


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value


def _plain(value: Any) -> str:
    """Dates and decimals, which Parquet has and JSON has not."""
    return str(value.isoformat() if hasattr(value, "isoformat") else value)
