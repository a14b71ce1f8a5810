"""Show an evaluation report: Markdown, JSON, and a table for the terminal."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from stance.evaluation import Measure, Report, Scores

if TYPE_CHECKING:
    from rich.console import Group

_SYSTEM_HEAD = ("system", "rows", "macro-F1", "micro-F1", "exact", "false alarms", "any label or none")
_LABEL_HEAD = ("label", "support", "predicted", "precision", "recall", "F1", "calibration error")
_STATEMENT_NAMES = {
    "precision": "statements: precision",
    "recall": "statements: recall",
    "f1": "statements: F1",
    "speaker": "speaker right, of those found",
    "actor": "actor right, of those found",
    "exact_labels": "labels exactly right, of those found",
    "complete": "found with the right speaker and exactly the right labels, of all",
}


def to_json(report: Report) -> str:
    """The whole report as indented JSON; undefined figures are ``null``."""
    return json.dumps(report.to_dict(), indent=2, ensure_ascii=False) + "\n"


def to_markdown(report: Report) -> str:
    """The report as Markdown tables, in per cent, with 95 % intervals from the bootstrap over documents."""
    model = report.systems[0]
    lines = [f"# {report.model} on {report.gold}", ""]
    lines += [
        f"{model.rows} statements in {model.documents} documents, {model.label_free} of them without a label.",
        "",
    ]
    lines += [_markdown(_SYSTEM_HEAD, [_system_row(system) for system in report.systems]), ""]
    lines += ["False alarms: share of the label-free statements that get any label. Brackets: 95 % intervals.", ""]
    lines += [f"## {model.name}, by label", "", _markdown(_LABEL_HEAD, _label_rows(model)), ""]
    if report.parts:
        lines += ["## Parts", "", _markdown(_SYSTEM_HEAD, [_system_row(part) for part in report.parts]), ""]
    if report.statements:
        lines += ["## From documents", "", _markdown(("figure", "value"), _statement_rows(report)), ""]
    lines += [f"- {note}" for note in report.notes]
    return "\n".join(lines).rstrip() + "\n"


def to_rich(report: Report) -> Group:
    """The same tables for a terminal, as a rich renderable."""
    from rich.console import Group
    from rich.table import Table

    def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
        made = Table(title=title, title_justify="left")
        for i, name in enumerate(head):
            made.add_column(name, justify="left" if i == 0 else "right")
        for row in rows:
            made.add_row(*row)
        return made

    model = report.systems[0]
    parts: list[Table | str] = [
        table(f"{report.model} on {report.gold}", _SYSTEM_HEAD, [_system_row(system) for system in report.systems]),
        table(f"{model.name}, by label", _LABEL_HEAD, _label_rows(model)),
    ]
    if report.parts:
        parts.append(table("Parts", _SYSTEM_HEAD, [_system_row(part) for part in report.parts]))
    if report.statements:
        parts.append(table("From documents", ("figure", "value"), _statement_rows(report)))
    return Group(*parts, *report.notes)


def _system_row(system: Scores) -> list[str]:
    measures = (system.macro_f1, system.micro_f1, system.exact, system.false_alarms, system.any_label_accuracy)
    return [system.name, str(system.rows), *map(_measure, measures)]


def _label_rows(system: Scores) -> list[list[str]]:
    return [
        [
            entry.label,
            str(entry.support),
            str(entry.predicted),
            _percent(entry.precision),
            _percent(entry.recall),
            _measure(entry.f1),
            _percent(entry.calibration_error),
        ]
        for entry in system.labels
    ]


def _statement_rows(report: Report) -> list[list[str]]:
    if report.statements is None:
        return []
    figures = dataclasses.asdict(report.statements)
    counts = [[f"statements: {name}", str(figures[name])] for name in ("gold", "predicted", "found")]
    return counts + [[title, _percent(figures[name])] for name, title in _STATEMENT_NAMES.items()]


def _measure(measure: Measure) -> str:
    if measure.low is None or measure.high is None:
        return _percent(measure.value)
    return f"{_percent(measure.value)} [{100 * measure.low:.1f}, {100 * measure.high:.1f}]"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows))
