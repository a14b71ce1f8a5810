"""What the command line shows: analyses, mentions, speakers and labels as tables, progress on standard error."""

from __future__ import annotations

import io
import json
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from stance.output import STREAM, complete, writing
from stance.tallies import Counts, DocumentCounts
from stance.types import Analysis, Document, Speaker, Statement

if TYPE_CHECKING:
    from stance.codebook import Codebook
    from stance.speakers.registry import Entry

Data = dict[str, Any] | list[dict[str, Any]]
# What was found, for JSON and, made only when it is wanted, for people.
Findings = tuple[Data, Callable[[], RenderableType]]

# Where there is no terminal to ask, so that what is written to files does not depend on the machine.
WIDTH = 100
NOBODY = "(not told)"
_ALIASES_SHOWN = 4
_ACTORS_SHOWN = 15


def render(what: RenderableType, *, terminal: bool = False) -> str:
    """Text of a renderable: with colours in the width of the terminal, or else plain and 100 columns wide."""
    width = shutil.get_terminal_size((WIDTH, 24)).columns if terminal else WIDTH
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, highlight=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(what)
    return "\n".join(line.rstrip() for line in captured.get().split("\n"))


def analysis(found: Analysis) -> Group:
    """A document's statements under the actor they count for."""
    table = _table("actor", "speaker", "stances", "statement", widest=24)
    for actor, statements in found.by_speaker().items():
        for number, statement in enumerate(statements):
            speaking = _names(speaker for speaker in statement.speakers if speaker.actor == actor)
            shown = (actor or NOBODY) if number == 0 else ""
            table.add_row(_bold(shown), _clean(speaking), _stances(statement), _clean(statement.text))
        table.add_section()
    return Group(_heading(found.document, len(found)), table)


def mentions(document: Document, statements: Sequence[Statement]) -> Group:
    """For each statement the words that name its speaker, what they were resolved to, and why."""
    table = _table("mention", "speaker", "actor", "why", "sure", "statement")
    for statement in statements:
        actors = ", ".join(dict.fromkeys(speaker.actor for speaker in statement.speakers))
        table.add_row(
            _clean(f"“{statement.source}”" if statement.source else "—"),
            _bold(_names(statement.speakers) or NOBODY),
            _clean(actors or "—"),
            _clean(statement.reason or "—"),
            f"{statement.confidence:.2f}",
            _clean(statement.text),
        )
    return Group(_heading(document, len(statements)), table)


def speakers(entries: Iterable[Entry]) -> Table:
    """Entries of the registry, with some of their other names."""
    table = _table("id", "name", "kind", "of", "actor", "also", widest=26)
    for entry in entries:
        speaker, rest = entry.speaker, len(entry.aliases) - _ALIASES_SHOWN
        also = ", ".join(entry.aliases[:_ALIASES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
        cells = (speaker.id, speaker.name, speaker.kind, speaker.parent or "", speaker.actor, also)
        table.add_row(*map(_clean, cells))
    return table


def labels(book: Codebook) -> Table:
    """The definitions of a codebook."""
    heads = ("label", "definition", "includes", "does not include")
    table = _table(*heads, widest=26, title=f"codebook {book.version}")
    for label in book.labels:
        lists = ("; ".join(label.includes), "; ".join(label.excludes))
        table.add_row(_bold(label.id), *map(_clean, (label.definition, *lists)))
        table.add_section()
    return table


def counts(found: Counts | DocumentCounts) -> str:
    """One line on what came of a table; of documents, a table of the actors with most statements, too."""
    if not isinstance(found, Counts):
        return _document_counts(found)
    taken = ", ".join(f"{label} {number:,}" for label, number in found.labels.items())
    rows = _number(found.rows, "row")
    return f"{rows}, {found.errors:,} with errors, {found.none:,} without a stance; {taken}"


def _document_counts(found: DocumentCounts) -> str:
    documents = f"{_number(found.rows, 'document')}, {found.errors:,} with errors"
    statements = f"{_number(found.statements, 'statement')}, {found.none:,} without a stance"
    table = _table("actor", "statements", *found.labels, widest=16)
    for column in table.columns[1:]:
        column.justify = "right"
    shown = list(found.actors.items())[:_ACTORS_SHOWN]
    rest = list(found.actors.values())[_ACTORS_SHOWN:]
    for actor, numbers in shown:
        table.add_row(_bold(actor or NOBODY), *(f"{number:,}" for number in numbers.values()))
    if rest:
        sums = (sum(numbers[name] for numbers in rest) for name in rest[0])
        table.add_row(f"{len(rest):,} more", *(f"{number:,}" for number in sums))
    table.add_section()
    table.add_row("all", f"{found.statements:,}", *(f"{number:,}" for number in found.labels.values()))
    return f"{documents}; {statements}\n{render(table)}".rstrip()


def _number(count: int, name: str) -> str:
    return f"1 {name}" if count == 1 else f"{count:,} {name}s"


@contextmanager
def printer(output: str, as_json: bool) -> Iterator[Callable[[Data, Callable[[], RenderableType]], None]]:
    """What writes findings as they come: as JSON Lines, or as tables.

    Args:
        output: the file, which appears only complete, or ``-`` for standard output, with colours on a terminal.
        as_json: one object a line; from a list, one line each.
    """
    to_terminal = output == STREAM and sys.stdout.isatty()
    with complete(output) as stream:

        def show(data: Data, table: Callable[[], RenderableType]) -> None:
            if as_json:
                entries = data if isinstance(data, list) else [data]
                text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
            else:
                text = render(table(), terminal=to_terminal)
            with writing("standard output" if output == STREAM else output):
                stream.write(text.encode("utf-8", errors="backslashreplace"))
                stream.flush()

        yield show


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int, int | None], None]]:
    """A counter on standard error where that is a terminal, with rate and time left.

    Args:
        what: is counted.
        total: how many there are, if that is known from the start.

    Yields:
        what takes the number done, and how many there are, if that is known now.
    """
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn

    class Rate(TextColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "", "dim")

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(""),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _table(*heads: str, widest: int = 20, title: str | None = None) -> Table:
    """No column but the last, which takes what is left, is wider than ``widest``."""
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", padding=(0, 1, 0, 0))
    for head in heads:
        table.add_column(head, overflow="fold", max_width=widest)
    table.columns[-1].max_width = None
    table.columns[-1].ratio = 1
    return table


def _heading(document: Document, number: int) -> Text:
    date = f", {document.date.isoformat()}" if document.date else ""
    statements = "1 statement" if number == 1 else f"{number} statements"
    return Text.assemble((_plain(document.id or "document"), "bold"), f"{date}: {statements}")


def _stances(statement: Statement) -> Text:
    """Each label on a line, with probability and wording; a question mark where the model is in doubt."""
    if statement.stances is None:
        return Text("not classified", "dim")
    found = [
        _bold(stance.label)
        + Text(f" {stance.probability:.2f}")
        + Text("" if stance.intensity == "plain" else f" {stance.intensity}")
        + Text(" ?" if stance.label in statement.unsure else "", "yellow")
        for stance in statement.stances
    ]
    found += [Text(f"{label} ?", "yellow") for label in statement.unsure if label not in statement.labels]
    return Text("\n").join(found) if found else Text("none", "dim")


def _names(speaking: Iterable[Speaker]) -> str:
    return "; ".join(speaker.name for speaker in speaking)


def _bold(text: str) -> Text:
    return Text(_plain(text), "bold")


def _clean(text: str) -> Text:
    # As Text, since square brackets in a string would be read as markup.
    return Text(_plain(text))


def _plain(text: str) -> str:
    """One line, without control characters: a document must not steer the terminal."""
    line = " ".join(text.split())
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) == "Cc" else c for c in line)
