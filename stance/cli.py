"""The command line: parses and calls; all else is imported by the command that needs it."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import stance
from stance import options
from stance.commands import BAD_USAGE, Commands, each_document, finish, on_record, read_each
from stance.errors import StanceError
from stance.output import STREAM
from stance.tables import FORMATS, format_of

if TYPE_CHECKING:
    from stance.report.terminal import Findings
    from stance.tallies import Counts, DocumentCounts


@click.group(cls=Commands, invoke_without_command=True)
@click.version_option(stance.__version__, message="stance %(version)s", help="Show the version and stop.")
@click.pass_context
def app(context: click.Context) -> None:
    """Statements by speaker, and the diplomatic stance each one takes.

    \b
    Examples:
      stance report seeds/ --date 2022-01-10 -o report.html
      echo "We condemn the attack, the EU said." | stance analyze -
      stance label table.csv -o labelled.csv
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(BAD_USAGE)


@app.command()
@options.documents
@options.model
@options.gate
@options.json
@options.speakers
@options.date
@options.author
@options.force
@click.option("--output", "-o", default=STREAM, metavar="FILE", help="Write here, not to standard output.")
@options.manifest
def analyze(
    files: Sequence[str],
    model: str,
    *,
    gate: bool,
    as_json: bool,
    speakers: Path | None,
    date: dt.datetime | None,
    author: str | None,
    force: bool,
    output: str,
    manifest: str | None,
) -> None:
    """Documents: their statements, speakers and stances.

    FILES are texts in UTF-8, folders of .txt files, or - for standard input. A question mark stands behind a label that
    the model is in doubt about. A file that cannot be read is reported and passed over; the exit status is then 1.

    \b
    Examples:
      stance analyze seeds/
      stance analyze story.txt --date 2022-01-10 --json -o story.jsonl
      stance analyze declaration.txt --author "European Union" --speakers mine.toml
    """
    from stance.analysis import analyze_all
    from stance.speakers.registry import load_registry

    registry = load_registry(speakers)
    how: dict[str, Any] = {"speakers": registry, "date": date and date.date(), "author": author, "force": force}
    made: Counter[str] = Counter()
    with on_record(manifest, output, speakers) as run:

        @cache
        def loaded() -> stance.Classifier:
            # Without a record, when the first document is there to be read.
            return stance.load(model, gate=gate)

        if run:
            run.model(loaded(), model)

        def one(document: stance.Document) -> Findings:
            from stance.report import terminal

            found = next(analyze_all([document], model=loaded(), **how))
            made.update(documents=1, statements=len(found))
            return found.to_dict(), lambda: terminal.analysis(found)

        refused = each_document(files, one, as_json=as_json, output=output, run=run)
        if run:
            run.counts({"documents": made["documents"], "statements": made["statements"], "errors": refused})
    finish(refused)


@app.command()
@options.documents
@options.model
@options.gate
@options.speakers
@options.date
@options.author
@options.force
@click.option("--output", "-o", default="report.html", show_default=True, metavar="FILE", help="The page to write.")
@options.manifest
def report(
    files: Sequence[str],
    model: str,
    *,
    gate: bool,
    speakers: Path | None,
    date: dt.datetime | None,
    author: str | None,
    force: bool,
    output: str,
    manifest: str | None,
) -> None:
    """Documents: a page to look at, with everything in one file.

    FILES are as for analyze. The page shows the texts with their statements, who takes which stance how often, and how
    that changes over time; it filters by speaker, stance and document. It works from disk and prints. A file that
    cannot be read is reported and passed over; the exit status is then 1.

    \b
    Examples:
      stance report seeds/ --date 2022-01-10
      stance report declaration.txt --author "European Union" -o declaration.html
    """
    from stance.analysis import analyze_all
    from stance.output import complete, writing
    from stance.report import html
    from stance.speakers.registry import load_registry

    found: list[stance.Analysis] = []
    with on_record(manifest, output, speakers) as run:
        loaded = stance.load(model, gate=gate)
        if run:
            run.model(loaded, model)
        how: dict[str, Any] = {"speakers": load_registry(speakers), "date": date and date.date(), "author": author}

        def take(document: stance.Document) -> None:
            found.extend(analyze_all([document], model=loaded, **how, force=force))

        with complete(output) as stream:
            refused = read_each(files, take, counted=True, run=run)
            page = html.render(found, labels=loaded.labels, model=loaded.name, card=loaded.card)
            with writing(output):
                stream.write(page.encode("utf-8"))
        if run:
            run.counts({"documents": len(found), "statements": sum(map(len, found)), "errors": refused})
    if output != STREAM:
        number = "1 document" if len(found) == 1 else f"{len(found):,} documents"
        click.echo(f"written: {output} ({number}, {sum(map(len, found)):,} statements)", err=True)
    finish(refused)


@app.command()
@options.model
@options.gate
@options.speakers
@click.option("--corrections", type=options.PATH, metavar="FILE", help="Add corrections to this JSON Lines file.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 for any that is free.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100_000,
    show_default=True,
    metavar="CHARACTERS",
    help="Of all texts read at once.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=2, show_default=True, metavar="N", help="Texts read at a time."
)
def serve(model: str, *, gate: bool, speakers: Path | None, corrections: Path | None, host: str, **bounds: int) -> None:
    """A page in the browser: paste texts, look, correct.

    Prints its address, which holds a secret: who has it can use the page. It is there for this machine alone unless
    --host says otherwise, and needs no network. Corrections become lines of a gold file, one for each statement saved.
    Ctrl-C ends it. Needs: pip install "diplomatic-stance[serve]".

    \b
    Examples:
      stance serve
      stance serve --corrections corrections.jsonl --port 0
    """
    from stance.commands import announce, with_extra

    with with_extra("serve"):
        from stance.serve.app import run
        from stance.serve.settings import Settings

    run(Settings(model, speakers, corrections, host, gate=gate, **bounds), announce)


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


@app.command()
@click.argument("gold", type=options.PATH, nargs=-1, required=True, metavar="GOLD...")
@click.option(
    "--documents", type=options.PATH, metavar="FOLDER", help="Where DOC.txt are, if not beside the gold file."
)
@options.model
@options.gate
@click.option("--baselines/--no-baselines", default=True, show_default=True, help="Score the baselines, too.")
@click.option(
    "--train", type=options.PATH, multiple=True, metavar="FILE", help="Training rows of the baselines; repeatable."
)
@click.option("--by", metavar="FIELD", help="Score the rows of each value of this field apart, too.")
@options.json
@click.option("--output", "-o", type=options.PATH, metavar="FOLDER", help="Write the reports here, too.")
@click.option("--plots", type=options.PATH, metavar="FOLDER", help="Draw pictures of the answers here, as SVG.")
def evaluate(
    gold: Sequence[Path],
    documents: Path | None,
    model: str,
    *,
    gate: bool,
    baselines: bool,
    train: Sequence[Path],
    by: str | None,
    as_json: bool,
    output: Path | None,
    plots: Path | None,
) -> None:
    """Figures of a model on gold statements, and of baselines.

    GOLD are JSON Lines with text and labels. Where they have spans, finding the statements and their speakers in the
    documents is measured, too.

    --plots draws reliability, precision and recall, confusion and distributions, and for documents who takes which
    stance, when: all of them once everything is measured, or none.

    \b
    Examples:
      stance evaluate seeds/gold.jsonl
      stance evaluate seeds/gold.jsonl --plots pictures/
      stance evaluate gold.jsonl --train a.jsonl --train b.jsonl -o reports/
    """
    from stance.assessment import assess, kept, stem_of, write_report
    from stance.output import folder_for
    from stance.report import terminal
    from stance.scorecard import to_rich

    # Before the minutes that measuring takes.
    if output is not None:
        folder_for(output)
    if plots is not None:
        folder_for(plots)
        stance.plot.need_matplotlib()
    loaded = stance.load(model, gate=gate)
    pictures: dict[str, bytes] = {}
    for file in gold:
        read: list[stance.Analysis] = []
        how: dict[str, Any] = {"analyze": lambda document, read=read: kept(document, loaded, read)}
        found = assess(file, loaded, documents=documents, train=train, by=by, baselines=baselines, **how)
        with terminal.printer(STREAM, as_json) as show:
            show(found.to_dict(), partial(to_rich, found))
        if output is not None:
            click.echo(f"written: {', '.join(map(str, write_report(found, output)))}", err=True)
        if plots is not None and found.outcome is not None:
            drawn = stance.plot.album(found.outcome, read)
            pictures |= {f"{stem_of(found)}-{name}": picture for name, picture in drawn.items()}
    if plots is not None:
        click.echo(f"written: {', '.join(map(str, stance.plot.write(pictures, plots)))}", err=True)


@app.command()
@click.argument("manifest", type=options.PATH)
@click.option("--model", "-m", metavar="NAME", help="Compare with this model, not the one that the run had.")
@click.option("--json", "as_json", is_flag=True, help="What was found as JSON.")
def verify(manifest: Path, model: str | None, *, as_json: bool) -> None:
    """Whether inputs, model and outputs of a run are still the same.

    MANIFEST is what --manifest wrote. Each difference is told, and the exit status is then 1. Other versions of the
    library or of what computes are noted, as is what cannot be compared.

    \b
    Examples:
      stance verify run.json
      stance verify run.json --model ./copy-of-the-model --json
    """
    from stance.manifest import had_gate, read, verify

    loaded = stance.load(model, gate=had_gate(read(manifest)["model"] or {})) if model else None
    differences, notes = verify(manifest, loaded)
    if as_json:
        click.echo(json.dumps({"same": not differences, "differences": differences, "notes": notes}))
    else:
        told = read(manifest)
        count = len(told["inputs"]) + len(told["outputs"])
        same = f"the same: {'1 file' if count == 1 else f'{count:,} files'}{', the model' if told['model'] else ''}"
        for line in [f"differs: {what}" for what in differences] or [same]:
            click.echo(line)
        for what in notes:
            click.echo(f"note: {what}")
    finish(len(differences))


class SpeakerCommands(Commands):
    """``stance speakers QUERY`` is ``stance speakers find QUERY``."""

    default = "find"


@app.group(cls=SpeakerCommands)
def speakers() -> None:
    """Who can speak, and how a document's speakers are found.

    \b
    Examples:
      stance speakers Borrell
      stance speakers explain story.txt
    """


@speakers.command()
@click.argument("query", default="")
@options.speakers
@options.json
def find(query: str, speakers: Path | None, *, as_json: bool) -> None:
    """List or search the registry; "find" may be left out.

    \b
    Examples:
      stance speakers
      stance speakers Borrell
      stance speakers "foreign ministry" --speakers mine.toml --json
    """
    from stance.report import terminal
    from stance.speakers.registry import load_registry
    from stance.speakers.search import describe, search

    entries = search(load_registry(speakers), query)
    if not entries:
        raise StanceError(f"no speaker is called {query!r}", remedy="give a part of a name, or add one with --speakers")
    with terminal.printer(STREAM, as_json) as show:
        show([describe(entry) for entry in entries], lambda: terminal.speakers(entries))


@speakers.command()
@options.documents
@options.speakers
@options.date
@options.author
@options.force
@options.json
def explain(
    files: Sequence[str],
    speakers: Path | None,
    *,
    date: dt.datetime | None,
    author: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """For each statement, what named its speaker, and who it is.

    \b
    Examples:
      stance speakers explain seeds/
      cat story.txt | stance speakers explain - --json
    """
    from stance.segment import as_document, segment
    from stance.speakers.registry import load_registry

    registry = load_registry(speakers)

    def one(document: stance.Document) -> Findings:
        from stance.report import terminal

        known = as_document(document, date=date and date.date(), author=author)
        found = stance.Analysis(known, tuple(segment(known, speakers=registry, force=force)))
        return found.to_dict(), lambda: terminal.mentions(known, found.statements)

    finish(each_document(files, one, as_json=as_json))


@app.command()
@click.option("--model", "-m", metavar="NAME", help="Those of this model.")
@options.json
def labels(model: str | None, *, as_json: bool) -> None:
    """What each label means, as shipped or in a model.

    \b
    Examples:
      stance labels
      stance labels --model ./my-model --json
    """
    from stance import codebook
    from stance.report import terminal

    book = codebook.load()
    if model is not None:
        loaded = stance.load(model)
        if loaded.card is None:
            what = f"a plain transformers model has no codebook; its labels are {', '.join(loaded.labels)}"
            raise StanceError(what, where=model)
        book = loaded.card.codebook
    with terminal.printer(STREAM, as_json) as show:
        show(book.to_dict() | {"fingerprint": book.fingerprint}, lambda: terminal.labels(book))
