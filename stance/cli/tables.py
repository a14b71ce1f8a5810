"""The command for tables: ``label``."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import click

import stance
from stance import options
from stance.cli.group import app
from stance.commands import finish, on_record
from stance.errors import StanceError
from stance.output import STREAM
from stance.tables import FORMATS, format_of

if TYPE_CHECKING:
    from stance.tallies import Counts, DocumentCounts


@app.command()
@click.argument("table")
@click.option("--output", "-o", default=STREAM, metavar="TABLE", help="The table to write, if not standard output.")
@click.option("--column", default="text", show_default=True, metavar="NAME", help="The column of texts.")
@click.option("--format", type=click.Choice(FORMATS), help="Where the name of the table does not tell.")
@click.option("--prefix", default="", metavar="TEXT", help="Put before the names of the new columns.")
@options.model
@options.gate
@options.workers
@click.option(
    "--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True, help="What runs them."
)
@click.option("--address", metavar="HOST:PORT", help="Of a Ray cluster, or auto.")
@click.option("--resume", is_flag=True, help="Go on where a run that was killed or failed ended.")
@click.option("--documents", is_flag=True, help="Each text is a document: a row for each of its statements.")
@options.speakers
@options.date
@click.option("--date-column", metavar="NAME", help="The column of days of publication.")
@options.author
@click.option("--author-column", metavar="NAME", help="The column of authors.")
@options.force
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON on standard output.")
@options.manifest
def label(
    table: str,
    output: str,
    *,
    column: str,
    format: str | None,
    prefix: str,
    model: str,
    gate: bool,
    workers: tuple[int, int] | None,
    engine: str,
    address: str | None,
    resume: bool,
    documents: bool,
    as_json: bool,
    manifest: str | None,
    date: dt.datetime | None,
    **reading: Any,
) -> None:
    """Tables: one text a row in, its stances out.

    TABLE is CSV, TSV, JSON Lines or Parquet, or - for standard input. Its columns stay untouched. New ones: labels,
    intensity, unsure, p_LABEL for each label, error. A row that cannot be labelled keeps its place, with its error, and
    the exit status is 1. The table appears only complete; until then what is finished is kept beside it, for --resume.

    With --documents each text becomes a row for each of its statements. In place of the text these have: statement,
    start, end, speakers, actors, source, kind, date, confidence, and the columns above.

    With --engine ray, a Parquet file or a folder of them becomes a folder of them, on this machine or a Ray cluster.
    Both may be addresses (s3://, gs://, hdfs://, ...). --workers MIN:MAX leaves their number to Ray.

    \b
    Examples:
      stance label statements.csv -o labelled.csv
      stance label articles.parquet -o statements.parquet --documents --workers 4 --resume
      stance label s3://news/2022 -o s3://news/labelled --engine ray --address auto --workers 8:200
    """
    from stance.batch import label_documents, label_table
    from stance.report import terminal

    context = click.get_current_context()
    if as_json and output == STREAM:
        raise click.UsageError("--json and the table cannot both go to standard output; name a table with -o")
    if resume and output == STREAM:
        raise click.UsageError("--resume needs a table that is a file; name it with -o")
    reading["date"] = date and date.date()
    if not documents:
        _refuse_any(reading)
    run: dict[str, Any] = {"column": column, "prefix": prefix, "resume": resume}
    if engine == "ray":
        if STREAM in {table, output} or format not in {None, "parquet"}:
            raise click.UsageError("--engine ray reads Parquet and writes a folder of it; name both")
        run |= {"documents": documents, "workers": workers, "address": address}
        _counted(_on_cluster(table, output, model, manifest, gate=gate, **reading, **run), as_json)
        return
    if address is not None:
        raise click.UsageError("--address can be used only with --engine ray")
    least, most = workers or (1, 1)
    if least != most:
        raise click.UsageError("--workers MIN:MAX can be used only with --engine ray; give one number")
    try:
        format_of(table, format)
    except StanceError as error:
        message = f"{error.what} ({error.where}); {error.remedy}"
        raise click.UsageError(message, context) from error
    run |= {"format": format, "workers": most}
    with on_record(manifest, output, table, reading["speakers"]) as record:
        with terminal.progress("documents" if documents else "rows") as progress:
            loaded = stance.load(model, gate=gate)
            run["progress"] = progress
            if record:
                record.model(loaded, model)
                run["on_error"] = lambda row, what: record.error(f"row {row}", what)
            if documents:
                found: Counts | DocumentCounts = label_documents(table, output, loaded, **reading, **run)
            else:
                found = label_table(table, output, loaded, **run)
        if record:
            record.counts(found.to_dict())
    _counted(found, as_json)


def _refuse_any(reading: dict[str, Any]) -> None:
    if alone := [name for name, value in sorted(reading.items()) if value]:
        named = ", ".join(f"--{name.replace('_', '-')}" for name in alone)
        raise click.UsageError(f"{named} can be used only with --documents")


def _on_cluster(
    table: str, output: str, model: str, manifest: str | None, *, gate: bool, **run: Any
) -> Counts | DocumentCounts:
    if manifest is not None:
        raise click.UsageError("--manifest can be used only with --engine local")
    from stance.ray import label_parquet
    from stance.report import terminal

    with terminal.progress("documents" if run["documents"] else "rows") as progress:
        return label_parquet(table, output, stance.load(model, gate=gate), **run, progress=progress)


def _counted(found: Counts | DocumentCounts, as_json: bool) -> None:
    """Say what came of a table, and end with the status that tells of errors."""
    from stance.report import terminal

    shown = terminal.counts(found)
    click.echo(json.dumps(found.to_dict()) if as_json else shown, err=not as_json)
    finish(found.errors)
