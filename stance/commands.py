"""A group of commands whose errors are one sentence on standard error, with the exit status that fits."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import click

from stance.errors import StanceError

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


def fail(message: str, status: int) -> NoReturn:
    """End the process with one sentence on standard error."""
    report(message)
    sys.exit(status)


def report(message: str) -> None:
    """One sentence on standard error, on one line."""
    click.echo(f"stance: {' '.join(message.split())}", err=True)


def _sentence(message: str) -> str:
    return (message[:1].lower() + message[1:]).rstrip(".")
