"""Show an evaluation report: Markdown, JSON, and a table for the terminal."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stance.bootstrap import Measure
from stance.evaluation import Report, Scores

if TYPE_CHECKING:
    from rich.console import Group

_SYSTEM_HEAD = ("system", "rows", "macro-F1", "micro-F1", "exact", "false alarms", "any/none")
_LABEL_HEAD = ("label", "support", "predicted", "precision", "recall", "F1", "cal. error")
_LEGEND = (
    "False alarms: share of the label-free statements that get any label. Any/none: share of all statements for"
    " which it is right that they have a label, or none. In brackets 95 % intervals from the bootstrap over documents."
)
_GROUP_HEAD = ("contrast", "groups", "every member right")
_LEVEL_HEAD = ("intensity", "support", "predicted", "precision", "recall", "F1")
_DOUBT_HEAD = ("in doubt", "number", "share", "right, if sure", "right, in doubt")
_FACET_LEGENDS = {
    "Contrast groups": "Share of the groups of which every member has exactly the right labels; intervals from the"
    " bootstrap over groups.",
    "Intensity": "Of the labels of the gold, taken by the model or not.",
    "Doubt": "A statement is in doubt if any of its labels is, between the model's two bounds; it is right if all are.",
}
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
    lines += [_LEGEND, ""]
    lines += [f"## {model.name}, by label", "", _markdown(_LABEL_HEAD, _label_rows(model)), ""]
    for title, head, rows in _facets(report):
        lines += [f"## {title}", "", _markdown(head, rows), "", _FACET_LEGENDS[title], ""]
    if report.parts:
        lines += ["## Parts", "", _markdown(_SYSTEM_HEAD, [_system_row(part) for part in report.parts]), ""]
    if report.statements:
        lines += ["## From documents", "", _markdown(("figure", "value"), _statement_rows(report)), ""]
    lines += [f"- {note}" for note in report.notes]
    return "\n".join(lines).rstrip() + "\n"


def to_rich(report: Report) -> Group:
    """The same tables for a terminal of 80 columns, as a rich renderable; intervals are rounded to whole numbers."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
        made = Table(title=Text(title), title_justify="left", box=SIMPLE_HEAD, padding=0, show_edge=False)
        for i, name in enumerate(head):
            made.add_column(name, justify="left" if i == 0 else "right")
        for row in rows:
            made.add_row(*map(Text, row))
        return made

    model = report.systems[0]
    parts = [
        table(
            f"{report.model} on {report.gold}", _SYSTEM_HEAD, [_system_row(one, short=True) for one in report.systems]
        ),
        table(f"{model.name}, by label", _LABEL_HEAD, _label_rows(model, short=True)),
    ]
    parts += [table(*facet) for facet in _facets(report, short=True)]
    if report.parts:
        parts.append(table("Parts", _SYSTEM_HEAD, [_system_row(part, short=True) for part in report.parts]))
    if report.statements:
        parts.append(table("From documents", ("figure", "value"), _statement_rows(report)))
    return Group(*parts, *map(Text, report.notes))


def _system_row(system: Scores, *, short: bool = False) -> list[str]:
    measures = {
        "macro": system.macro_f1,
        "micro": system.micro_f1,
        "exact": system.exact,
        "false alarms": system.false_alarms,
        "any": system.any_label_accuracy,
    }
    if short:  # 80 columns have no room for all intervals
        measures |= {key: Measure(measures[key].value) for key in ("micro", "any")}
    return [system.name, str(system.rows), *(_measure(measure, short=short) for measure in measures.values())]


def _label_rows(system: Scores, *, short: bool = False) -> list[list[str]]:
    return [
        [
            entry.label,
            str(entry.support),
            str(entry.predicted),
            _percent(entry.precision),
            _percent(entry.recall),
            _measure(entry.f1, short=short),
            _percent(entry.calibration_error),
        ]
        for entry in system.labels
    ]


def _facets(report: Report, *, short: bool = False) -> Iterator[tuple[str, Sequence[str], list[list[str]]]]:
    """Title, head and rows of the model's further figures, where there are any; short: all contrasts together only."""
    if report.groups:
        rows = [
            [entry.contrast or "all", str(entry.groups), _measure(entry.right, short=short)]
            for entry in (report.groups[:1] if short else report.groups)
        ]
        yield "Contrast groups", _GROUP_HEAD, rows
    if report.intensity:
        rows = [
            [
                entry.level,
                str(entry.support),
                str(entry.predicted),
                *(_measure(figure, short=short) for figure in (entry.precision, entry.recall, entry.f1)),
            ]
            for entry in report.intensity
        ]
        yield "Intensity", _LEVEL_HEAD, rows
    if report.doubt:
        rows = [
            [
                entry.of,
                str(entry.doubted),
                *(_measure(figure, short=short) for figure in (entry.share, entry.right_sure, entry.right_doubted)),
            ]
            for entry in report.doubt
        ]
        yield "Doubt", _DOUBT_HEAD, rows


def _statement_rows(report: Report) -> list[list[str]]:
    if report.statements is None:
        return []
    figures = dataclasses.asdict(report.statements)
    counts = [[f"statements: {name}", str(figures[name])] for name in ("gold", "predicted", "found")]
    return counts + [[title, _percent(figures[name])] for name, title in _STATEMENT_NAMES.items()]


def _measure(measure: Measure, *, short: bool = False) -> str:
    if measure.low is None or measure.high is None:
        return _percent(measure.value)
    if short:
        return f"{_percent(measure.value)} ({100 * measure.low:.0f}–{100 * measure.high:.0f})"
    return f"{_percent(measure.value)} [{100 * measure.low:.1f}, {100 * measure.high:.1f}]"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows))
