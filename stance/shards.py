"""Parquet tables in pieces: each is read, labelled and written by itself, on whatever machine; nothing about Ray.

A shard is some chunks of one file, and becomes a file of its own that holds the counts, too. What a shard becomes hangs
on the table and the job alone, so that it can be done twice, or again after a failure, and gives the same rows. Where a
chunk begins depends on the position in its file, as in :mod:`stance.batch`: each file gives what labelling it in one
process gives.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from stance.batch import refuse_absence, refuse_clash
from stance.errors import TableError
from stance.jobs import Job
from stance.tables import Kind, Record
from stance.tables.parquet import ROWS, type_of
from stance.tallies import Tally

# An empty file beside the others that stands for all of them being there, as Hadoop and Spark write it.
DONE = "_SUCCESS"
# Chunks of a shard: few, so that all workers have work to the end; more where there would be too many files.
FEWEST, MOST, SHARDS = 4, 64, 1024

_NAME, _PART = "part-{:05}-{:012}.parquet", re.compile(r"part-\d{5,}-\d{12,}\.parquet")
_OPEN_AT_ONCE = 16
_NOTE = b"stance"


@dataclass(frozen=True, slots=True)
class Shard:
    """Rows of a file and where their results go.

    Attributes:
        file: path or address of a Parquet file.
        state: what tells that the file was changed.
        start: the first row, a multiple of the size of a chunk.
        stop: the row behind the last.
        part: path or address of the file to write.
    """

    file: str
    state: str
    start: int
    stop: int
    part: str


def labelled(table: Any, job: Job, prefix: str = "", tally: Tally | None = None) -> Any:
    """A :class:`pyarrow.Table` with the results behind its columns, in the rows and columns of :mod:`stance.batch`.

    Args:
        table: whole chunks; only the last of a file may be shorter.
        job: what becomes of the rows.
        prefix: put before the name of each result column.
        tally: counts what the rows became.
    """
    import pyarrow as pa

    names = tuple(job.columns)
    rows: list[list[Any]] = []
    origins: list[int] = []
    for start in range(0, table.num_rows, job.size):
        records = [Record(row) for row in table.slice(start, job.size).select(job.needed).to_pylist()]
        for origin, answer in enumerate(job([job.question(record) for record in records]), start):
            rows += answer
            origins += [origin] * len(answer)
            if tally is not None:
                tally.add([dict(zip(names, row, strict=True)) for row in answer])
    carried = table.select([name for name in table.column_names if name not in job.dropped])
    # Statements keep their rows as they are; a document becomes several.
    columns = [column.take(origins) if job.dropped else column for column in carried.columns]
    columns += [
        pa.array([row[number] for row in rows], type=type_of(kind)) for number, kind in enumerate(job.columns.values())
    ]
    return pa.table(columns, schema=_schema(table.schema, job, prefix))


def plan(source: str | Path, target: str | Path, job: Job, prefix: str = "") -> list[Shard]:
    """The shards of a table, in order.

    Args:
        source: a Parquet file, or a folder of such files, which may lie in folders below; names that begin with ``_``
            or ``.`` are passed over.
        target: the folder to write.
        job: what becomes of the rows.
        prefix: put before the name of each result column.

    Raises:
        TableError: no such file, none that is Parquet, no such column, or one that a result would overwrite.
    """
    import pyarrow.fs as pafs

    system, root = _opened(source)
    info = system.get_file_info(root)
    if info.type == pafs.FileType.NotFound:
        raise TableError("no such file", where=source, remedy="check the path")
    infos = [info]
    if info.type == pafs.FileType.Directory:
        found = system.get_file_info(pafs.FileSelector(root, recursive=True))
        infos = sorted((one for one in found if one.is_file and _is_data(root, one.path)), key=lambda one: one.path)
        if not infos:
            raise TableError("the folder holds no files", where=source, remedy="check the path")
    added = {prefix + name: kind for name, kind in job.columns.items()}

    def rows(one: Any) -> int:
        """Rows of a file; only its footer is read."""
        file = _parquet(system, one.path)
        names = file.schema_arrow.names
        refuse_absence(names, one.path, job)
        refuse_clash([name for name in names if name not in job.dropped], one.path, added)
        return int(file.metadata.num_rows)

    with ThreadPoolExecutor(_OPEN_AT_ONCE) as pool:
        counts = list(pool.map(rows, infos))
    step = _step(sum(counts), job.size)
    shards = []
    for number, (one, count) in enumerate(zip(infos, counts, strict=True)):
        # A file without rows becomes one, too.
        for start in range(0, count or 1, step):
            part = f"{str(target).rstrip('/')}/{_NAME.format(number, start)}"
            shards.append(Shard(_address(source, one.path), _state(one), start, min(start + step, count), part))
    return shards


def prepare(source: str | Path, target: str | Path, *, resume: bool) -> None:
    """Make the folder that is to be written.

    Raises:
        TableError: it is a file, holds anything without ``resume``, lies with the source, or cannot be made.
    """
    import pyarrow as pa
    import pyarrow.fs as pafs

    system, root = _opened(target)
    origin = _opened(source)
    inner, outer = PurePosixPath(root), PurePosixPath(origin[1])
    if system == origin[0] and (inner.is_relative_to(outer) or outer.is_relative_to(inner)):
        raise TableError("the table that it is made from lies in the same folder", where=target, remedy="name another")
    try:
        info = system.get_file_info(root)
        if info.type not in {pafs.FileType.NotFound, pafs.FileType.Directory}:
            raise TableError("this is a file, and many are to be written", where=target, remedy="name a folder")
        system.create_dir(root, recursive=True)
        there = [one.base_name for one in system.get_file_info(pafs.FileSelector(root))]
        if there and not resume:
            remedy = "name another, or continue an earlier run with --resume"
            raise TableError("the folder is not empty", where=target, remedy=remedy)
        if DONE in there:
            system.delete_file(f"{root}/{DONE}")
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"the folder cannot be written ({_line(error)})", where=target) from error


def finish(target: str | Path, shards: Sequence[Shard]) -> None:
    """Remove the parts of earlier runs that are none of this one's, and say that all is there."""
    import pyarrow.fs as pafs

    system, root = _opened(target)
    planned = {PurePosixPath(shard.part).name for shard in shards}
    for one in system.get_file_info(pafs.FileSelector(root)):
        if _PART.fullmatch(one.base_name) and one.base_name not in planned:
            system.delete_file(one.path)
    system.open_output_stream(f"{root}/{DONE}").close()


def work(shard: Shard, job: Job, prefix: str = "") -> dict[str, Any]:
    """Label a shard and write its part, unless that is there already.

    Returns:
        What it became, as :meth:`stance.tallies.Tally.state`.

    Raises:
        TableError: the table was changed or cannot be read, or the part cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    key = _key(shard, job, prefix)
    kept = _kept(shard.part, key)
    if kept is not None:
        return kept
    system, path = _opened(shard.file)
    file, tally, tables = _parquet(system, path), Tally(job.model.labels), []
    try:
        for chunk in _chunks(file, shard.start, shard.stop, job.size):
            tables.append(labelled(chunk, job, prefix, tally))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _damaged(path, error) from error
    if _state(system.get_file_info(path)) != shard.state:
        raise TableError("the table was changed while it was read", where=path, remedy="run again with --resume")
    state = tally.state()
    schema = _schema(file.schema_arrow, job, prefix)
    note = {_NOTE: json.dumps({"key": key, "tally": state}).encode()}
    # Whole before any of it is written: what a process that dies leaves has no end, and counts as missing.
    data = io.BytesIO()
    with pq.ParquetWriter(data, schema.with_metadata(note)) as writer:
        for table in tables:
            writer.write_table(table, row_group_size=ROWS)
    system, path = _opened(shard.part)
    try:
        with system.open_output_stream(path) as stream:
            stream.write(data.getbuffer())
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"cannot be written ({_line(error)})", where=shard.part) from error
    return state


def _step(rows: int, size: int) -> int:
    chunks = -(-rows // size)
    return size * min(max(-(-chunks // SHARDS), FEWEST), MOST)


def _chunks(file: Any, start: int, stop: int, size: int) -> Iterator[Any]:
    """Tables of so many rows, the last of fewer, which together are the rows from ``start`` to ``stop``."""
    import pyarrow as pa

    if start >= stop:
        yield file.schema_arrow.empty_table()
        return
    sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    ends = [sum(sizes[: number + 1]) for number in range(len(sizes))]
    groups = [number for number, end in enumerate(ends) if end > start and end - sizes[number] < stop]
    position = ends[groups[0]] - sizes[groups[0]]
    waiting: list[Any] = []
    for batch in file.iter_batches(batch_size=size, row_groups=groups):
        first, last = max(start - position, 0), min(stop - position, batch.num_rows)
        position += batch.num_rows
        if first >= last:
            continue
        waiting.append(batch.slice(first, last - first))
        table = pa.Table.from_batches(waiting)
        while table.num_rows >= size:
            yield table.slice(0, size)
            table = table.slice(size)
        waiting = table.to_batches()
        if position >= stop:
            break
    if waiting:
        yield pa.Table.from_batches(waiting)


def _schema(source: Any, job: Job, prefix: str) -> Any:
    import pyarrow as pa

    kept = [(field.name, field.type) for field in source if field.name not in job.dropped]
    kinds: Mapping[str, Kind] = job.columns
    return pa.schema([*kept, *((prefix + name, type_of(kind)) for name, kind in kinds.items())])


def _key(shard: Shard, job: Job, prefix: str) -> str:
    """SHA-256 of all that a part hangs on."""
    content = [job.fingerprint, job.asked, prefix, shard.file, shard.state, shard.start, shard.stop]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _kept(part: str, key: str) -> dict[str, Any] | None:
    """What a part that is there says it became; ``None`` if there is none, it is broken or of something else."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    system, path = _opened(part)
    try:
        with system.open_input_file(path) as stream:
            note = json.loads((pq.read_schema(stream).metadata or {}).get(_NOTE, b"{}"))
    except (pa.ArrowException, OSError, ValueError):
        return None
    found: dict[str, Any] | None = note["tally"] if note.get("key") == key else None
    return found


def _opened(path: str | Path) -> tuple[Any, str]:
    """The file system of a path or an address (``s3://…``), and the path in it."""
    import pyarrow as pa
    import pyarrow.fs as pafs

    if "://" not in str(path):
        return pafs.LocalFileSystem(), Path(path).absolute().as_posix()
    try:
        system, inside = pafs.FileSystem.from_uri(str(path))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise TableError(f"no such place ({_line(error)})", where=path, remedy="check the address") from error
    return system, inside.rstrip("/")


def _address(source: str | Path, path: str) -> str:
    """Address of a file that was found under another."""
    if "://" not in str(source):
        return path
    root = _opened(source)[1]
    address, mark, options = str(source).partition("?")
    return address.rstrip("/") + path.removeprefix(root) + mark + options


def _is_data(root: str, path: str) -> bool:
    return not any(part.startswith(("_", ".")) for part in PurePosixPath(path.removeprefix(root)).parts[1:])


def _parquet(system: Any, path: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(system.open_input_file(path))
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: str, error: Exception) -> TableError:
    return TableError(f"not a sound Parquet file ({_line(error)})", where=path)


def _state(info: Any) -> str:
    return f"{info.size} {info.mtime_ns}"


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
