"""Label with Ray Data: a pool of actors on one machine or many, each of which loads the model once.

What is lost with a worker or a machine is done again by another. Rows are those of :mod:`stance.batch`, as chunks are
the same.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance import errors
from stance.batch import Progress, refuse_absence, refuse_clash
from stance.errors import StanceError
from stance.jobs import Documents, Job, Model, Statements
from stance.shards import FEWEST, Shard, finish, labelled, plan, prepare, work
from stance.tallies import Counts, DocumentCounts, Tally
from stance.workers import unchanged

if TYPE_CHECKING:
    from ray.data import Dataset

    from stance.speakers.registry import Registry

# How many actors: that many, or from the first number to the second as Ray sees fit.
Workers = int | tuple[int, int]

# Nothing large goes through Ray's store: shards are read and written by the actors themselves.
_STORE = 256 * 1024 * 1024


def label(
    dataset: Dataset,
    model: str | Path | Model = "stance-en",
    *,
    column: str = "text",
    prefix: str = "",
    documents: bool = False,
    speakers: Registry | str | Path | None = None,
    date: dt.date | None = None,
    author: str | None = None,
    date_column: str | None = None,
    author_column: str | None = None,
    force: bool = False,
    workers: Workers | None = None,
) -> Dataset:
    """Label every row of a :class:`ray.data.Dataset`, lazily and as a stream.

    The rows are cut into chunks in their order, which is kept; so the result is, row for row, what
    :func:`stance.label_table` and :func:`stance.label_documents` write.

    Args:
        dataset: with a column of texts.
        model: the name of a shipped model, the folder of one that is there on every machine, or an open model.
        column: the one that holds the texts.
        prefix: put before the name of each result column.
        documents: each text is a document, and becomes a row for each of its statements; the arguments from
            ``speakers`` to ``force`` are for these, and as in :func:`stance.label_documents`.
        speakers: the registry of actors, or the path of a speaker file that extends the shipped one.
        date: day of publication of documents whose row tells none.
        author: who speaks when a text says "we", where its row tells nobody.
        date_column: the column of days of publication.
        author_column: the column of authors.
        force: read texts even if they do not look English.
        workers: how many actors, each of one processor; by default from 1 to what the cluster has.

    Raises:
        TableError: no such column, or one that a result would overwrite.
        StanceError: Ray is not installed, or no number of workers.
    """
    _ray()
    job = _job(model, column, documents, speakers, date, author, date_column, author_column, force)
    names = dataset.columns() or []
    refuse_absence(names, "dataset", job)
    refuse_clash(
        [name for name in names if name not in job.dropped], "dataset", [prefix + name for name in job.columns]
    )
    # In order, or where a chunk begins would hang on which block was ready first.
    dataset.context.execution_options.preserve_order = True
    cut = dataset.repartition(target_num_rows_per_block=FEWEST * job.size, strict=True)
    found: Dataset = cut.map_batches(
        _Blocks,
        fn_constructor_args=_packed(job, prefix),
        batch_size=None,
        batch_format="pyarrow",
        compute=_pool(workers),
        num_cpus=1,
    )
    return found


def label_parquet(
    source: str | Path,
    target: str | Path,
    model: str | Path | Model = "stance-en",
    *,
    column: str = "text",
    prefix: str = "",
    documents: bool = False,
    speakers: Registry | str | Path | None = None,
    date: dt.date | None = None,
    author: str | None = None,
    date_column: str | None = None,
    author_column: str | None = None,
    force: bool = False,
    resume: bool = False,
    workers: Workers | None = None,
    address: str | None = None,
    progress: Progress | None = None,
) -> Counts | DocumentCounts:
    """Label a Parquet table on a cluster, and write it as a folder of Parquet files.

    The files of the folder in the order of their names are the rows that :func:`stance.label_table` or
    :func:`stance.label_documents` writes. ``_SUCCESS`` appears beside them when all are there. What was finished of a
    run that failed is in the folder, and ``resume`` makes use of it as far as table, texts, model and library are the
    same.

    Args:
        source: a Parquet file or a folder of them: a path that is there on every machine, or an address of any file
            system that pyarrow knows (``s3://``, ``gs://``, ``hdfs://``, …).
        target: the folder to write, a path or an address alike; new or empty.
        model: as in :func:`label`, as are all that are not told here.
        column: the one that holds the texts.
        prefix: put before the name of each result column.
        documents: each text is a document.
        speakers: the registry of actors.
        date: day of publication.
        author: who speaks when a text says "we".
        date_column: the column of days of publication.
        author_column: the column of authors.
        force: read texts even if they do not look English.
        resume: go on where an earlier run ended.
        workers: how many actors, as in :func:`label`.
        address: of a Ray cluster, or ``auto``; else that in ``RAY_ADDRESS``, or Ray is started on this machine until
            the table is done. A connection that is open already is used and left open.
        progress: called after each file with the rows done so far and all there are.

    Raises:
        TableError: a table that cannot be read or written, no such column, one that a result would overwrite, or a
            folder that is not empty.
        StanceError: Ray is not installed, cannot be reached, or ended the run.
    """
    ray = _ray()
    if workers is not None:
        _range(workers)
    job = _job(model, column, documents, speakers, date, author, date_column, author_column, force)
    shards = plan(source, target, job, prefix)
    prepare(source, target, resume=resume)
    items = [{"number": number, **asdict(shard)} for number, shard in enumerate(shards)]
    rows, done = sum(shard.stop - shard.start for shard in shards), 0
    states: dict[int, Any] = {}
    with _cluster(address, workers):
        found = ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
            _Shards,
            fn_constructor_args=_packed(job, prefix),
            batch_size=None,
            batch_format="pyarrow",
            compute=_pool(workers),
            num_cpus=1,
        )
        for row in found.iter_rows():
            states[row["number"]] = _state(json.loads(row["found"]))
            done += states[row["number"]]["rows"]
            if progress is not None:
                progress(done, rows)
    finish(target, shards)
    tally = Tally(job.model.labels)
    for number in range(len(shards)):
        tally.join(states[number])
    return tally.document_counts() if documents else tally.counts()


class _Actor:
    """The job in a process of Ray's, packed until it is first needed: unpacking loads the model."""

    def __init__(self, packed: bytes, fingerprint: str, prefix: str) -> None:
        self._packed, self._fingerprint, self._prefix = packed, fingerprint, prefix

    @cached_property
    def job(self) -> Job:
        """The job, which must be the one that was sent."""
        from ray import cloudpickle

        return unchanged(cloudpickle.loads(self._packed), self._fingerprint)


class _Blocks(_Actor):
    """Labels whole chunks."""

    def __call__(self, table: Any) -> Any:
        return labelled(table, self.job, self._prefix)


class _Shards(_Actor):
    """Labels shards, and tells what they became, or what was wrong."""

    def __call__(self, table: Any) -> dict[str, list[Any]]:
        rows = table.to_pylist()
        return {"number": [row["number"] for row in rows], "found": [json.dumps(self._found(**row)) for row in rows]}

    def _found(self, number: int, **shard: Any) -> dict[str, Any]:
        try:
            return {"state": work(Shard(**shard), self.job, self._prefix)}
        except StanceError as error:
            where = None if error.where is None else str(error.where)
            return {"error": [type(error).__name__, error.what, where, error.remedy]}


def _job(
    model: str | Path | Model,
    column: str,
    documents: bool,
    speakers: Registry | str | Path | None,
    *settings: Any,
) -> Job:
    from stance.loading import load
    from stance.speakers.registry import load_registry

    opened = load(model) if isinstance(model, str | Path) else model
    if not documents:
        return Statements(opened, column)
    registry = load_registry(speakers) if speakers is None or isinstance(speakers, str | Path) else speakers
    return Documents(opened, column, registry, *settings)


def _ray() -> Any:
    """Ray, which tells nobody that it is used.

    Raises:
        StanceError: it is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray.data
    except ImportError as error:
        remedy = "pip install 'diplomatic-stance[ray]'"
        raise StanceError("Ray Data is not installed", remedy=remedy) from error
    return ray


def _packed(job: Job, prefix: str) -> tuple[bytes, str, str]:
    from ray import cloudpickle

    return cloudpickle.dumps(job), job.fingerprint, prefix


def _state(found: dict[str, Any]) -> dict[str, Any]:
    """What a shard became.

    Raises:
        StanceError: that of the actor.
    """
    if "error" in found:
        kind, what, where, remedy = found["error"]
        raise getattr(errors, kind)(what, where=where, remedy=remedy)
    state: dict[str, Any] = found["state"]
    return state


def _pool(workers: Workers | None) -> Any:
    ray = _ray()
    if workers is None:
        workers = (1, max(1, int(ray.cluster_resources().get("CPU", 1))))
    least, most = _range(workers)
    if least == most:
        # A second shard that waits at an actor could be done by another at the end.
        return ray.data.ActorPoolStrategy(size=most, max_tasks_in_flight_per_actor=1)
    return ray.data.ActorPoolStrategy(min_size=least, max_size=most)


def _range(workers: Workers) -> tuple[int, int]:
    least, most = (workers, workers) if isinstance(workers, int) else workers
    if not 1 <= least <= most:
        raise StanceError(f"workers are {least} to {most}", remedy="give at least 1, and the smaller number first")
    return least, most


@contextmanager
def _cluster(address: str | None, workers: Workers | None) -> Iterator[None]:
    """A connection to a cluster, or a cluster of this machine alone; Ray says only what went wrong.

    Raises:
        StanceError: it cannot be reached, or Ray itself ended the run.
    """
    ray = _ray()
    begun, context = not ray.is_initialized(), ray.data.DataContext.get_current()
    loggers = {logger: logger.level for logger in map(logging.getLogger, ("ray", "ray.data"))}
    bars, context.enable_progress_bars = context.enable_progress_bars, False
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        if begun:
            _begin(ray, address, workers)
        yield
    except ray.exceptions.RayError as error:
        what = f"Ray ended the run ({str(error).strip().splitlines()[-1]})"
        raise StanceError(what, remedy="continue with --resume") from error
    finally:
        context.enable_progress_bars = bars
        for logger, level in loggers.items():
            logger.setLevel(level)
        if begun:
            ray.shutdown()


def _begin(ray: Any, address: str | None, workers: Workers | None) -> None:
    options: dict[str, Any] = {"address": address}
    if address is None and "RAY_ADDRESS" not in os.environ:
        # What Ray logs of itself goes to its folder.
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
        options = {"address": "local", "include_dashboard": False, "object_store_memory": _STORE}
        options["num_cpus"] = None if workers is None else _range(workers)[1]
    try:
        ray.init(**options, log_to_driver=False, logging_level=logging.CRITICAL)
    except (ConnectionError, RuntimeError, ValueError) as error:
        what = f"no Ray cluster can be reached ({str(error).splitlines()[0]})"
        raise StanceError(what, where=address, remedy="check --address, or leave it out") from error
