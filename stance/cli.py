"""The command line: parses and calls; all else is imported by the command that needs it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import stance
from stance import options
from stance.commands import BAD_DATA, BAD_USAGE, Commands, each_document, read_each
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

    @cache
    def loaded() -> stance.Classifier:
        # When the first document is there to be read.
        return stance.load(model, gate=gate)

    def one(document: stance.Document) -> Findings:
        from stance.report import terminal

        found = next(analyze_all([document], model=loaded(), **how))
        return found.to_dict(), lambda: terminal.analysis(found)

    each_document(files, one, as_json=as_json, output=output)


@app.command()
@options.documents
@options.model
@options.gate
@options.speakers
@options.date
@options.author
@options.force
@click.option("--output", "-o", default="report.html", show_default=True, metavar="FILE", help="The page to write.")
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
    from stance.output import complete
    from stance.report import html
    from stance.speakers.registry import load_registry

    loaded = stance.load(model, gate=gate)
    how: dict[str, Any] = {"speakers": load_registry(speakers), "date": date and date.date(), "author": author}
    found: list[stance.Analysis] = []
    with complete(output) as stream:
        refused = read_each(
            files, lambda read: found.extend(analyze_all([read], model=loaded, **how, force=force)), counted=True
        )
        if not found:
            raise StanceError("nothing to report: no document could be read", remedy="see what is said of each above")
        page = html.render(found, labels=loaded.labels, model=loaded.name, card=loaded.card)
        stream.write(page.encode("utf-8"))
    if output != STREAM:
        number = "1 document" if len(found) == 1 else f"{len(found):,} documents"
        click.echo(f"written: {output} ({number}, {sum(map(len, found)):,} statements)", err=True)
    if refused:
        click.get_current_context().exit(BAD_DATA)


@app.command()
@click.argument("table")
@click.option("--output", "-o", default=STREAM, metavar="TABLE", help="The table to write, if not standard output.")
@click.option("--column", default="text", show_default=True, metavar="NAME", help="The column of texts.")
@click.option("--format", type=click.Choice(FORMATS), help="Where the name of the table does not tell.")
@click.option("--prefix", default="", metavar="TEXT", help="Put before the names of the new columns.")
@options.model
@options.gate
@click.option("--workers", type=click.IntRange(min=1), default=1, metavar="N", help="Processes, of one thread each.")
@click.option("--resume", is_flag=True, help="Go on where a run that was killed or failed ended.")
@click.option("--documents", is_flag=True, help="Each text is a document: a row for each of its statements.")
@options.speakers
@options.date
@click.option("--date-column", metavar="NAME", help="The column of days of publication.")
@options.author
@click.option("--author-column", metavar="NAME", help="The column of authors.")
@options.force
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON on standard output.")
def label(
    table: str,
    output: str,
    *,
    column: str,
    format: str | None,
    prefix: str,
    model: str,
    gate: bool,
    workers: int,
    resume: bool,
    documents: bool,
    as_json: bool,
    date: dt.datetime | None,
    **reading: Any,
) -> None:
    """Tables: one text a row in, its stances out.

    TABLE is CSV, TSV, JSON Lines or Parquet, or - for standard input. Its columns stay untouched. New ones: labels,
    intensity, unsure, p_LABEL for each label, error. A row that cannot be labelled keeps its place, with its error, and
    the exit status is 1. The table appears only complete; until then what is finished is kept beside it, for --resume.

    With --documents each text becomes a row for each of its statements. In place of the text these have: statement,
    start, end, speakers, actors, source, kind, date, confidence, and the columns above.

    \b
    Examples:
      stance label statements.csv -o labelled.csv
      stance label archive.parquet -o labelled.parquet --workers 4 --resume
      stance label articles.jsonl -o statements.csv --documents --date-column published
    """
    from stance.batch import label_documents, label_table
    from stance.report import terminal

    context = click.get_current_context()
    if as_json and output == STREAM:
        raise click.UsageError("--json and the table cannot both go to standard output; name a table with -o")
    if resume and output == STREAM:
        raise click.UsageError("--resume needs a table that is a file; name it with -o")
    reading["date"] = date and date.date()
    if not documents and (alone := [name for name, value in sorted(reading.items()) if value]):
        named = ", ".join(f"--{name.replace('_', '-')}" for name in alone)
        raise click.UsageError(f"{named} can be used only with --documents")
    try:
        format_of(table, format)
    except StanceError as error:
        message = f"{error.what} ({error.where}); {error.remedy}"
        raise click.UsageError(message, context) from error
    run: dict[str, Any] = {"column": column, "format": format, "prefix": prefix, "resume": resume, "workers": workers}
    with terminal.progress("documents" if documents else "rows") as progress:
        loaded = stance.load(model, gate=gate)
        if documents:
            found: Counts | DocumentCounts = label_documents(table, output, loaded, **reading, **run, progress=progress)
        else:
            found = label_table(table, output, loaded, **run, progress=progress)
    shown = terminal.counts(found)
    click.echo(json.dumps(found.to_dict()) if as_json else shown, err=not as_json)
    if found.errors:
        context.exit(BAD_DATA)


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
) -> None:
    """Figures of a model on gold statements, and of baselines.

    GOLD are JSON Lines with text and labels. Where they have spans, finding the statements and their speakers in the
    documents is measured, too.

    \b
    Examples:
      stance evaluate seeds/gold.jsonl
      stance evaluate gold.jsonl --train a.jsonl --train b.jsonl -o reports/
    """
    from stance.assessment import assess, write_report
    from stance.output import folder_for
    from stance.report import terminal
    from stance.scorecard import to_rich

    if output is not None:
        # Before the minutes that measuring takes.
        folder_for(output)
    loaded = stance.load(model, gate=gate)
    for file in gold:
        found = assess(file, loaded, documents=documents, train=train, by=by, baselines=baselines)
        with terminal.printer(STREAM, as_json) as show:
            show(found.to_dict(), partial(to_rich, found))
        if output is not None:
            click.echo(f"written: {', '.join(map(str, write_report(found, output)))}", err=True)


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

    each_document(files, one, as_json=as_json)


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
