"""Commands that measure and compare: ``evaluate`` and ``verify``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

import stance
from stance import options
from stance.cli.group import app
from stance.commands import finish
from stance.output import STREAM


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
