"""The section of the model card that shows what was measured, as Markdown; figures in per cent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stance.artefact import DIAGRAM

FIGURES = ("macro_f1", "micro_f1", "exact", "false_alarms")
ABLATION_FIGURES = ("macro_f1", "false_alarms", "exact")
_DIAGRAM_LINES = (
    "Reliability: how often a label is true of the statements that are given a probability (on the diagonal the two",
    "agree), and how many statements those are.",
    "",
    f"![Reliability diagram: share of truth over probability, one panel for each label]({DIAGRAM})",
    "",
)


def evaluation(metrics: Mapping[str, Any]) -> list[str]:
    """Lines of the section, none without figures; ``metrics`` as :func:`training.card.render` describes them."""
    lines: list[str] = []
    if out := metrics.get("out_of_fold"):
        lines += [
            "On training rows that the scoring model had not seen (folds by document; thresholds were chosen on the "
            f"same rows): macro-F1 {_percent(out['macro_f1'])} %, false alarms {_percent(out['false_alarms'])} %, "
            f"in doubt {_percent(out['unsure'])} %.",
            "",
        ]
    for number, report in enumerate(metrics.get("reports", ())):
        lines += _report(report)
        if number == 0 and has_bins(report):
            lines += _DIAGRAM_LINES
    if compared := metrics.get("ablation"):
        lines += _ablation(compared)
    if not lines:
        return []
    opening = "In per cent, with 95 % intervals from a bootstrap over documents. False alarms: share of the statements"
    return ["## Evaluation", "", f"{opening}\nwithout a label that are given one.", "", *lines]


def has_bins(report: Mapping[str, Any]) -> bool:
    """Whether a summary has what a reliability diagram shows; those of older reports have not."""
    return any(label.get("reliability") for label in report["labels"])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def _report(report: Mapping[str, Any]) -> list[str]:
    first = report["systems"][0]
    head = ("", "statements", "macro-F1", "micro-F1", "all labels right", "false alarms")
    systems = [
        (system["name"], str(system["rows"]), *(_measure(system[key]) for key in FIGURES))
        for system in (*report["systems"], *report["parts"])
    ]
    labels = [
        (
            f"`{x['label']}`",
            str(x["support"]),
            *(_percent(x[key]) for key in ("precision", "recall")),
            _measure(x["f1"]),
        )
        for x in report["labels"]
    ]
    lines = [f"### {report['gold']}", ""]
    lines += [f"{first['rows']} statements of {first['documents']} documents, {first['label_free']} without a label."]
    lines += [report["note"]] if report["note"] else []
    lines += ["", table(head, systems), "", table(("label", "support", "precision", "recall", "F1"), labels), ""]
    lines += _facets(report)
    if whole := report["statements"]:
        lines += [
            f"From the documents themselves: {whole['found']} of {whole['gold']} statements found, "
            f"{_percent(whole['complete'])} % with the right speaker and exactly the right labels.",
            "",
        ]
    return lines


def _facets(report: Mapping[str, Any]) -> list[str]:
    """Contrast groups, intensity and doubt, of those that the report has."""
    tables, legend = [], []
    if groups := report.get("groups"):
        cells = (str(groups[0]["groups"]), _measure(groups[0]["right"]))
        tables.append(table(("contrast groups", "every member right"), [cells]))
        legend.append("Of a contrast group every member must have exactly the right labels; intervals are over groups.")
    if levels := report.get("intensity"):
        keys = ("precision", "recall", "f1")
        rows = [(entry["level"], str(entry["support"]), *(_measure(entry[key]) for key in keys)) for entry in levels]
        tables.append(table(("intensity", "support", "precision", "recall", "F1"), rows))
        legend.append("Intensity is that of the gold labels, taken by the model or not.")
    if doubt := report.get("doubt"):
        keys = ("share", "right_sure", "right_doubted")
        rows = [(entry["of"], str(entry["doubted"]), *(_measure(entry[key]) for key in keys)) for entry in doubt]
        tables.append(table(("in doubt", "number", "share", "right, if sure", "right, in doubt"), rows))
        legend.append("A statement is in doubt if any of its labels is, and right if all are.")
    return [line for entry in (*tables, " ".join(legend)) if entry for line in (entry, "")]


def _ablation(compared: Mapping[str, Any]) -> list[str]:
    rows = [(model["name"], *(_measure(model[key]) for key in ABLATION_FIGURES)) for model in compared["models"]]
    return [
        "### Ablation",
        "",
        f"The same model trained on other data, measured on the {compared['rows']} statements of {compared['gold']}.",
        "",
        table(("trained on", "macro-F1", "false alarms", "all labels right"), rows),
        "",
    ]


def _measure(measure: Mapping[str, Any]) -> str:
    if measure["low"] is None or measure["high"] is None:
        return _percent(measure["value"])
    return f"{_percent(measure['value'])} [{_percent(measure['low'])}, {_percent(measure['high'])}]"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"
