"""The command line: parses and calls; all else is imported by the command that needs it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import stance
from stance.commands import BAD_DATA, BAD_USAGE, Commands, report
from stance.errors import DocumentError, StanceError
from stance.output import STREAM

if TYPE_CHECKING:
    from stance.report.terminal import Findings


class SpeakerCommands(Commands):
    """``stance speakers QUERY`` is ``stance speakers find QUERY``."""

    default = "find"


_settings: dict[str, Any] = {
    "cls": Commands,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["-h", "--help"], "max_content_width": 100},
}
app = typer.Typer(**_settings, add_completion=False, pretty_exceptions_enable=False)
speakers_app = typer.Typer(**_settings | {"cls": SpeakerCommands})
app.add_typer(speakers_app, name="speakers")

Model = Annotated[str, typer.Option("--model", "-m", metavar="NAME", help="shipped model, folder or hub:org/name")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines instead of tables")]
Speakers = Annotated[Path | None, typer.Option("--speakers", metavar="FILE", help="TOML file of your own speakers")]
Day = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="day of publication")]
Author = Annotated[str | None, typer.Option(metavar="NAME", help='who speaks where the text says "we"')]
Force = Annotated[bool, typer.Option("--force", help="even if the text does not look English")]
Output = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="write here, not to standard output")]
Documents = Annotated[
    list[str], typer.Argument(metavar="FILES", help="text files, folders of .txt files, or - for standard input")
]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"stance {stance.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _stance(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="show the version and stop")
    ] = False,
) -> None:
    """Statements by speaker, and the diplomatic stance each one takes.

    \b
    Examples:
      stance analyze seeds/
      echo "We condemn the attack, the EU said." | stance analyze -
      stance label table.csv -o labelled.csv
    """
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
        raise typer.Exit(BAD_USAGE)


@app.command()
def analyze(
    files: Documents,
    *,
    model: Model = "stance-en",
    as_json: Json = False,
    speakers: Speakers = None,
    date: Day = None,
    author: Author = None,
    force: Force = False,
    output: Output = STREAM,
) -> None:
    """Documents: their statements, speakers and stances.

    A question mark stands behind a label that the model is in doubt about. A file that cannot be read is reported and
    passed over; the exit status is then 1.

    \b
    Examples:
      stance analyze seeds/
      stance analyze story.txt --date 2022-01-10 --json -o story.jsonl
      stance analyze declaration.txt --author "European Union" --speakers mine.toml
    """
    from stance.analysis import analyze_all
    from stance.speakers.registry import load_registry

    registry = load_registry(speakers)
    options: dict[str, Any] = {"speakers": registry, "date": date and date.date(), "author": author, "force": force}

    def one(document: stance.Document) -> Findings:
        from stance.report import terminal

        found = next(analyze_all([document], model=model, **options))
        return found.to_dict(), lambda: terminal.analysis(found)

    _each_document(files, one, as_json, output)


@app.command()
def label(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="CSV, TSV, JSON Lines or Parquet, or - with --format")],
    *,
    output: Annotated[str, typer.Option("--output", "-o", metavar="TABLE", help="the table to write")] = STREAM,
    column: Annotated[str, typer.Option(metavar="NAME", help="the column of texts")] = "text",
    format: Annotated[
        str | None, typer.Option(metavar="NAME", help="csv, tsv, jsonl, parquet, where the name does not tell")
    ] = None,
    prefix: Annotated[str, typer.Option(metavar="TEXT", help="put before the names of the new columns")] = "",
    model: Model = "stance-en",
    as_json: Annotated[bool, typer.Option("--json", help="the summary as JSON on standard output")] = False,
) -> None:
    """Tables: one text a row in, its stances out.

    Its own columns stay untouched. New ones: labels, intensity, unsure, p_LABEL for each label, error. A row that
    cannot be labelled keeps its place and has an error; the exit status is then 1. The table appears only complete.

    \b
    Examples:
      stance label statements.csv -o labelled.csv
      stance label archive.parquet --column body -o archive.jsonl
      cat rows.jsonl | stance label - --format jsonl > labelled.jsonl
    """
    from stance.batch import label_table
    from stance.report import terminal

    if as_json and output == STREAM:
        raise typer.BadParameter("--json and the table cannot both go to standard output; name a table with -o")
    with terminal.progress("rows") as progress:
        found = label_table(
            table, output, stance.load(model), column=column, format=format, prefix=prefix, progress=progress
        )
    typer.echo(json.dumps(found.to_dict()) if as_json else terminal.counts(found), err=not as_json)
    if found.errors:
        raise typer.Exit(BAD_DATA)


@app.command()
def evaluate(
    gold: Annotated[list[Path], typer.Argument(metavar="GOLD", help="gold statements, JSON Lines")],
    *,
    documents: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="where DOC.txt are, if not beside the gold file")
    ] = None,
    model: Model = "stance-en",
    baselines: Annotated[bool, typer.Option(help="score the baselines, too")] = True,
    train: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="training rows of the baselines")] = None,
    by: Annotated[str | None, typer.Option(metavar="FIELD", help="score each value of this field apart")] = None,
    as_json: Json = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="write the reports here, too")
    ] = None,
) -> None:
    """Figures of a model on gold statements, and of baselines.

    Where the gold has spans, finding the statements and their speakers in the documents is measured, too.

    \b
    Examples:
      stance evaluate seeds/gold.jsonl
      stance evaluate gold.jsonl --train a.jsonl --train b.jsonl -o reports/
    """
    from stance.assessment import assess, write_report
    from stance.report import terminal
    from stance.scorecard import to_rich

    loaded = stance.load(model)
    for file in gold:
        found = assess(file, loaded, documents=documents, train=train or (), by=by, baselines=baselines)
        with terminal.printer(STREAM, as_json) as show:
            show(found.to_dict(), partial(to_rich, found))
        if output is not None:
            typer.echo(f"written: {', '.join(map(str, write_report(found, output)))}", err=True)


@speakers_app.callback()
def _speakers() -> None:
    """Who can speak, and how a document's speakers are found.

    \b
    Examples:
      stance speakers Borrell
      stance speakers explain story.txt
    """


@speakers_app.command()
def find(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="part of a name; all entries without one")] = "",
    speakers: Speakers = None,
    as_json: Json = False,
) -> None:
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


@speakers_app.command()
def explain(
    files: Documents,
    *,
    speakers: Speakers = None,
    date: Day = None,
    author: Author = None,
    force: Force = False,
    as_json: Json = False,
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

    _each_document(files, one, as_json, STREAM)


@app.command()
def labels(
    model: Annotated[str | None, typer.Option("--model", "-m", metavar="NAME", help="those of this model")] = None,
    as_json: Json = False,
) -> None:
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


def _each_document(
    files: Sequence[str], one: Callable[[stance.Document], Findings], as_json: bool, output: str
) -> None:
    """Write what each document gives; report those that cannot be read, and go on."""
    from stance.reading import find_documents, read_document
    from stance.report.terminal import printer

    refused = 0
    with printer(output, as_json) as show:
        for path in find_documents(files):
            try:
                findings = one(read_document(path))
            except DocumentError as error:
                refused += 1
                report(str(error))
            else:
                show(*findings)
    if refused:
        raise typer.Exit(BAD_DATA)
