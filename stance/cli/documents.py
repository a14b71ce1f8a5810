"""Commands for documents: ``analyze``, ``report`` and ``serve``."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import stance
from stance import options
from stance.cli.group import app
from stance.commands import announce, each_document, finish, on_record, read_each, with_extra
from stance.output import STREAM

if TYPE_CHECKING:
    from stance.report.terminal import Findings


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
    with with_extra("serve"):
        from stance.serve.app import run
        from stance.serve.settings import Settings

    run(Settings(model, speakers, corrections, host, gate=gate, **bounds), announce)
