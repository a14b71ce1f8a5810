"""Tables in and out: CSV, TSV, JSON Lines and Parquet as streams of rows; nothing about stances."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO, Literal, get_args

from stance.errors import StanceError, TableError
from stance.output import STREAM, complete, writing
from stance.tables.base import Kind, Reader, Record, Writer

__all__ = ["FORMATS", "Format", "Kind", "Reader", "Record", "Writer", "format_of", "read_table", "write_table"]

Format = Literal["csv", "tsv", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_DELIMITERS: dict[Format, str] = {"csv": ",", "tsv": "\t"}


def format_of(path: str | Path, default: str | None = None) -> Format:
    """Format of a table by the suffix of its name, else the default.

    Raises:
        StanceError: neither tells, or the default is not one of :data:`FORMATS`.
    """
    if default is not None and default not in FORMATS:
        raise StanceError(f"no table format {default!r}", remedy=f"choose from {', '.join(FORMATS)}")
    found = _SUFFIXES.get(PurePath(path).suffix.lower(), default)
    if found is None:
        name = "standard input" if str(path) == STREAM else str(path)
        remedy = f"name it with --format ({', '.join(FORMATS)})"
        raise StanceError("its name does not tell the format of the table", where=name, remedy=remedy)
    return found


@contextmanager
def read_table(path: str | Path, format: Format) -> Iterator[Reader]:
    """Open a table for one pass over its rows.

    Args:
        path: a file, or ``-`` for standard input.
        format: one of :data:`FORMATS`; see :func:`format_of`.

    Raises:
        TableError: it cannot be read, is empty, or is none of that format.
    """
    where = "standard input" if str(path) == STREAM else str(path)
    with _opened(path) as stream:
        match format:
            case "parquet":
                from stance.tables.parquet import ParquetReader

                yield ParquetReader(stream, where)
            case "jsonl":
                from stance.tables.jsonlines import JsonLinesReader

                yield JsonLinesReader(stream, where)
            case "csv" | "tsv":
                from stance.tables.delimited import DelimitedReader

                yield DelimitedReader(stream, where, _DELIMITERS[format])


@contextmanager
def write_table(
    path: str | Path,
    format: Format,
    source: Reader,
    added: Mapping[str, Kind],
    *,
    without: Container[str] = (),
    stage: Path | None = None,
) -> Iterator[Writer]:
    """Open a table to write; it appears only when the block ends well.

    Args:
        path: a file, or ``-`` for standard output.
        format: one of :data:`FORMATS`; see :func:`format_of`.
        source: the table whose columns are carried through, in front.
        added: the new columns with their kinds, in order; a list of texts becomes one cell, joined by ``;``, where a
            format knows no lists.
        without: columns of the source that are not carried through.
        stage: see :func:`stance.output.complete`.

    Raises:
        TableError: it cannot be written, or a row does not fit the format.
    """
    columns = (*(name for name in source.columns if name not in without), *added)
    with complete(path, stage) as stream:
        writer: Writer
        match format:
            case "parquet":
                from stance.tables.parquet import ParquetWriter

                writer = ParquetWriter(stream, columns, added, getattr(source, "schema", None))
            case "jsonl":
                from stance.tables.jsonlines import JsonLinesWriter

                writer = JsonLinesWriter(stream)
            case "csv" | "tsv":
                from stance.tables.delimited import DelimitedWriter

                writer = DelimitedWriter(stream, columns, added, _DELIMITERS[format])
        try:
            yield writer
            with writing(path):
                writer.close()
        except BaseException:
            writer.abandon()
            raise


@contextmanager
def _opened(path: str | Path) -> Iterator[BinaryIO]:
    if str(path) == STREAM:
        yield sys.stdin.buffer
        return
    try:
        stream = Path(path).open("rb")  # noqa: SIM115 (closed below)
    except FileNotFoundError as error:
        raise TableError("no such file", where=path, remedy="check the path") from error
    except OSError as error:
        raise TableError(f"cannot be read ({error.strerror})", where=path, remedy="check the path") from error
    with stream:
        yield stream
