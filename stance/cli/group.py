"""``stance`` itself, without a command."""

from __future__ import annotations

import click

import stance
from stance.commands import BAD_USAGE, Commands


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
