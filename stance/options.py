"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from stance.errors import SpeakerError

PATH = click.Path(path_type=Path)


def _existing(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and not path.exists():
        raise SpeakerError("no such file", where=path, remedy="check the path")
    return path


def _numbers(context: click.Context, option: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """``N``, or ``MIN:MAX`` for as many as there is use for; both as a pair."""
    if value is None:
        return None
    least, _, most = value.partition(":")
    if least.isdecimal() and (most or least).isdecimal() and 1 <= int(least) <= int(most or least):
        return int(least), int(most or least)
    raise click.BadParameter(f"{value!r} is no number of at least 1, nor two of them as MIN:MAX", context, option)


documents = click.argument("files", nargs=-1, required=True, metavar="FILES...")
model = click.option(
    "--model",
    "-m",
    default="stance-en",
    show_default=True,
    metavar="NAME",
    help="Shipped model, folder or hub:org/name.",
)
gate = click.option(
    "--gate/--no-gate",
    default=True,
    show_default=True,
    help="Let the model's gate, where it has one, answer for texts without a stance; --no-gate: slower, loses nothing.",
)
json = click.option("--json", "as_json", is_flag=True, help="JSON Lines instead of tables.")
speakers = click.option(
    "--speakers", type=PATH, callback=_existing, metavar="FILE", help="TOML file of your own speakers."
)
date = click.option("--date", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Day of publication.")
author = click.option("--author", metavar="NAME", help='Who speaks where the text says "we".')
workers = click.option(
    "--workers", callback=_numbers, metavar="N", help="Processes, of one thread each; one by default."
)
force = click.option("--force", is_flag=True, help="Even if the text does not look English.")
manifest = click.option(
    "--manifest", metavar="FILE", help="Write what went in, what labelled it and what came out, for stance verify."
)
