"""What the commands share: one-sentence errors with the exit status that fits, and the round over documents."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from stance.errors import DocumentError, StanceError
from stance.output import STREAM
from stance.types import Document

if TYPE_CHECKING:
    from stance.manifest import Run
    from stance.report.terminal import Findings

BAD_DATA, BAD_USAGE, INTERRUPTED, PIPE_CLOSED = 1, 2, 130, 141


class Commands(click.Group):
    """A group whose errors are one sentence on standard error, and which may have a default command."""

    default: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.context_settings.setdefault("help_option_names", ["-h", "--help"])

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run, and end the process with the right status."""
        try:
            code = super().main(*args, **{**kwargs, "standalone_mode": False})
            sys.stdout.flush()
        except click.ClickException as error:
            context = getattr(error, "ctx", None)
            path = context.command_path if context else "stance"
            fail(f"{_sentence(error.format_message())} (see {path} --help)", BAD_USAGE)
        except StanceError as error:
            fail(str(error), BAD_DATA)
        except BrokenPipeError:
            # Nobody reads any more; without this, Python would complain when it flushes at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(PIPE_CLOSED)
        except OSError as error:
            fail(f"{error.filename or 'input or output'}: {error.strerror}", BAD_DATA)
        except click.Abort:
            sys.exit(INTERRUPTED)
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a reader that has left ends it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise click.exceptions.Exit(PIPE_CLOSED) from None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front where none is named."""
        if self.default and not {*args[:1]} & {*self.commands, "-h", "--help"}:
            args = [self.default, *args]
        return super().parse_args(ctx, args)


def each_document(
    files: Sequence[str],
    one: Callable[[Document], Findings],
    *,
    as_json: bool,
    output: str = STREAM,
    run: Run | None = None,
) -> int:
    """Write what each document gives; report those that cannot be read, and go on.

    Args:
        files: as :func:`stance.reading.find_documents` takes them.
        one: what to do with a document.
        as_json: JSON Lines instead of tables.
        output: the file to write, or ``-``.
        run: what keeps a record.

    Returns:
        How many were refused.
    """
    from stance.report.terminal import printer

    with printer(output, as_json) as show:
        # Where the findings go to the screen, they are progress enough.
        refused = read_each(files, lambda document: show(*one(document)), counted=output != STREAM, run=run)
    return refused


def finish(refused: int) -> None:
    """End with the status for bad data if anything was refused."""
    if refused:
        click.get_current_context().exit(BAD_DATA)


@contextmanager
def on_record(manifest: str | None, output: str, *inputs: str | Path | None) -> Iterator[Run | None]:
    """What keeps a record of the command at hand; ``None`` where no manifest is asked for.

    Args:
        manifest: the file to write, if any.
        output: the file that the command writes, or ``-``.
        inputs: files it reads, if any, that are put on record now.

    Raises:
        click.UsageError: manifest and output are the same.
    """
    if manifest is None:
        yield None
        return
    from stance.manifest import recorded
    from stance.output import place_of

    if manifest == output or (STREAM not in (manifest, output) and place_of(manifest) == place_of(output)):
        raise click.UsageError("the manifest and what it tells of cannot both be written there; name another file")
    context = click.get_current_context()
    how = {name: str(value) if isinstance(value, Path | dt.date) else value for name, value in context.params.items()}
    with recorded(manifest, str(context.info_name), how) as run:
        for path in inputs:
            if path is not None:
                run.input(path)
        run.output(output)
        yield run


def read_each(
    files: Sequence[str], take: Callable[[Document], object], *, counted: bool, run: Run | None = None
) -> int:
    """Hand each document on; report those that cannot be read or analysed, and go on if any can.

    Args:
        files: as :func:`stance.reading.find_documents` takes them.
        take: what to do with a document.
        counted: it is written to a file: show on standard error how many are done, and never write none at all.
        run: what keeps a record.

    Returns:
        How many were refused.

    Raises:
        StanceError: the only one could not be read; or none could, and what was written before is not to be replaced.
    """
    from stance.reading import find_documents, read_document
    from stance.report.terminal import progress

    paths, refused = list(find_documents(files)), 0
    with progress("documents", len(paths)) if counted else nullcontext(lambda done, total: None) as count:
        for number, path in enumerate(paths, start=1):
            try:
                document = read_document(path)
                if run is not None:
                    run.input(path)
                take(document)
            except DocumentError as error:
                refused += 1
                # The analysis knows a document by its id alone.
                where = "standard input" if str(path) == STREAM else path
                told = DocumentError(error.what, where=where, remedy=error.remedy)
                if len(paths) == 1:
                    raise told from error
                report(str(told))
                if run is not None:
                    run.error(where, error.what)
            count(number, len(paths))
    if counted and paths and refused == len(paths):
        raise StanceError("no document could be read", remedy="see what is said of each above")
    return refused


@contextmanager
def with_extra(name: str) -> Iterator[None]:
    """Imports that need an extra of the distribution.

    Raises:
        StanceError: one of its libraries is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if str(error.name).startswith("stance"):
            raise
        remedy = f"pip install 'diplomatic-stance[{name}]'"
        raise StanceError(f"this needs the library {error.name}, which is not installed", remedy=remedy) from error


def announce(address: str) -> None:
    """Say where a server is: the address alone on standard output, on standard error what a person should know."""
    click.echo(address)
    sys.stdout.flush()
    if not address.startswith(("http://127.", "http://localhost:", "http://[::1]:")):
        report("others can reach this page, without encryption, if they learn its address")
    report("open the address above in a browser; Ctrl-C ends the server")


def fail(message: str, status: int) -> NoReturn:
    """End the process with one sentence on standard error."""
    report(message)
    sys.exit(status)


def report(message: str) -> None:
    """One sentence on standard error, on one line."""
    click.echo(f"stance: {' '.join(message.split())}", err=True)


def _sentence(message: str) -> str:
    return (message[:1].lower() + message[1:]).rstrip(".")
