"""Parquet, through pyarrow, which is imported only when a file of that format is opened."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from stance.errors import TableError
from stance.tables.base import Kind, Record

# Rows read at a time, and rows of a group that is written.
ROWS = 4096


class ParquetReader:
    """Rows of a Parquet file, a few thousand in memory at a time.

    Args:
        stream: binary; one that cannot seek is read whole.
        where: its name in errors.

    Attributes:
        schema: pyarrow's.

    Raises:
        TableError: not a sound Parquet file.
    """

    def __init__(self, stream: BinaryIO, where: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        # What pyarrow raises on a damaged file.
        self._broken = (pa.ArrowException, OSError, UnicodeDecodeError)
        self._where = where
        self._given = 0
        try:
            self._file = pq.ParquetFile(stream if stream.seekable() else io.BytesIO(stream.read()))
        except self._broken as error:
            raise self._damaged(error) from error
        self.schema = self._file.schema_arrow

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(self.schema.names)

    def __iter__(self) -> Iterator[Record]:
        try:
            for batch in self._file.iter_batches(batch_size=ROWS):
                for row in batch.to_pylist():
                    self._given += 1
                    yield Record(row)
        except self._broken as error:
            raise self._damaged(error) from error

    def share(self) -> float | None:
        """How much of the table has been read, in [0, 1]."""
        rows = self._file.metadata.num_rows
        return self._given / rows if rows else None

    def _damaged(self, error: Exception) -> TableError:
        return TableError(f"not a sound Parquet file ({str(error).splitlines()[0]})", where=self._where)


class ParquetWriter:
    """Rows to a Parquet file, in groups of a few thousand.

    The types are those of ``schema`` where it has the column, those of ``added``, or else those of the first group.

    Args:
        stream: binary; not closed.
        columns: all of them, in order.
        added: kinds of those that are not carried through.
        schema: of the table that the other columns come from, if that was Parquet.
    """

    def __init__(
        self, stream: BinaryIO, columns: Sequence[str], added: Mapping[str, Kind], schema: Any | None = None
    ) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._pa, self._pq = pa, pq
        self._stream, self._columns, self._added, self._given = stream, tuple(columns), added, schema
        self._held: list[Mapping[str, Any]] = []
        self._schema: Any = None
        self._file: Any = None

    def write(self, cells: Mapping[str, Any]) -> None:
        """Add a row.

        Raises:
            TableError: a column that is new, or values of several types in one column.
        """
        if unknown := [name for name in cells if name not in self._columns]:
            what = f"columns that the first rows did not have: {', '.join(map(repr, unknown))}"
            raise TableError(what, remedy="write JSON Lines instead")
        self._held.append(cells)
        if len(self._held) == ROWS:
            self._flush()

    def close(self) -> None:
        """Write the last group and the footer; the stream stays open."""
        if self._held or self._file is None:
            self._flush()
        self._file.close()

    def abandon(self) -> None:
        """Write nothing more: pyarrow would add the footer when it is deleted, to a stream that is closed by then."""
        if self._file is not None:
            self._file.is_open = False

    def _flush(self) -> None:
        values = {name: [_whole(row.get(name)) for row in self._held] for name in self._columns}
        self._held = []
        if self._file is None:
            self._schema = self._pa.schema([(name, self._type(name, values[name])) for name in self._columns])
            self._file = self._pq.ParquetWriter(self._stream, self._schema)
        arrays = [self._array(name, values[name], self._schema.field(name).type) for name in self._columns]
        self._file.write_table(self._pa.table(arrays, schema=self._schema))

    def _type(self, name: str, values: list[Any]) -> Any:
        pa = self._pa
        if name in self._added:
            return type_of(self._added[name])
        if self._given is not None:
            return self._given.field(name).type
        found = self._array(name, values, None).type
        return pa.string() if pa.types.is_null(found) else found

    def _array(self, name: str, values: list[Any], kind: Any) -> Any:
        try:
            return self._pa.array(values, type=kind)
        except (self._pa.ArrowException, OverflowError, UnicodeError) as error:
            what = f"column {name!r} holds values of several types ({str(error).splitlines()[0]})"
            raise TableError(what, remedy="write JSON Lines instead") from error


def type_of(kind: Kind) -> Any:
    """The type of pyarrow's that a column of this kind has."""
    import pyarrow as pa

    types = {"text": pa.string(), "texts": pa.list_(pa.string()), "number": pa.float64(), "integer": pa.int64()}
    return types[kind]


def _whole(value: Any) -> Any:
    """Text without halves of surrogate pairs, which Arrow cannot hold: they are spelled out."""
    return value.encode("utf-8", errors="backslashreplace").decode("utf-8") if isinstance(value, str) else value
