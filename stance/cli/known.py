"""Commands for what is known: ``speakers`` and ``labels``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

import stance
from stance import options
from stance.cli.group import app
from stance.commands import Commands, each_document, finish
from stance.errors import StanceError
from stance.output import STREAM

if TYPE_CHECKING:
    from stance.report.terminal import Findings


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
