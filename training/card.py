"""The model card, from the record of a model; as a command: add evaluation reports to a model folder, renew its card.

python -m training.card models/stance-en --report REPORT.json --note "trained without the documents of this set"
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stance import artefact
from stance.artefact import Artefact
from stance.card import Card
from stance.errors import StanceError
from training.config import command

TEMPLATE = Path(__file__).with_name("model_card.md")
SOURCES = Path(__file__).with_name("sources.toml")
README = "README.md"

_FIGURES = ("macro_f1", "micro_f1", "exact", "false_alarms")
_LABEL_FIGURES = ("label", "support", "precision", "recall", "f1", "calibration_error")


def render(card: Card) -> str:
    """Markdown of the model card.

    Of ``card.metrics`` it shows ``out_of_fold`` (the calibration step's summary) and ``reports`` (see :func:`summary`).
    """
    codebook = card.codebook
    rows = [
        (f"`{label.id}`", label.definition, f"{threshold:.2f}", f"{low:.2f} to {high:.2f}")
        for label, threshold, (low, high) in zip(codebook.labels, card.thresholds, card.unsure, strict=True)
    ]
    return TEMPLATE.read_text(encoding="utf-8").format(
        name=card.name,
        version=card.version,
        count=len(codebook.ids),
        labels=_table(("label", "meaning", "threshold", "in doubt"), rows),
        codebook=codebook.version,
        fingerprint=codebook.fingerprint[:12],
        max_length=card.max_length,
        stride=card.stride,
        data="".join(f"{line}\n" for line in _data(card.data)),
        evaluation="".join(f"{line}\n" for line in _metrics(card.metrics)),
    )


def summary(report: Mapping[str, Any], note: str = "") -> dict[str, Any]:
    """What a model keeps of an evaluation report (the JSON of ``stance evaluate``): figures with intervals, no texts.

    Args:
        report: as ``stance.evaluation.Report.to_dict`` gives it.
        note: shown under the figures, for instance that they come from a model trained without some documents.

    Raises:
        StanceError: not such a report.
    """
    try:

        def figures(system: Mapping[str, Any]) -> dict[str, Any]:
            return {key: system[key] for key in ("name", "rows", "documents", "label_free", *_FIGURES)}

        systems = report["systems"]
        return {
            "gold": report["gold"],
            "note": note,
            "systems": [figures(system) for system in systems],
            "labels": [{key: label[key] for key in _LABEL_FIGURES} for label in systems[0]["labels"]],
            "parts": [figures(part) for part in report["parts"]],
            "statements": report["statements"],
        }
    except (KeyError, TypeError, IndexError) as error:
        raise StanceError("not an evaluation report", remedy="give the JSON that stance evaluate writes") from error


def add_reports(folder: str | Path, reports: Iterable[Mapping[str, Any]]) -> Artefact:
    """Put summaries of reports into a model's record, in place of older ones on the same gold, and renew its card."""
    model = artefact.read(folder)
    kept = {report["gold"]: report for report in (*model.card.metrics.get("reports", ()), *reports)}
    card = dataclasses.replace(model.card, metrics={**model.card.metrics, "reports": list(kept.values())})
    sealed = artefact.write(folder, card)
    (sealed.path / README).write_text(render(sealed.card), encoding="utf-8")
    return sealed


def _data(data: Mapping[str, Any]) -> list[str]:
    known = tomllib.loads(SOURCES.read_text(encoding="utf-8"))
    rows = []
    for name, facts in data.items():
        unknown = "Not described by who trained this model."
        text = known["files"].get(facts.get("sha256")) or known["origins"].get(name.split("/")[0], unknown)
        rows.append((f"`{name}`", str(facts.get("rows", "–")), text, f"`{str(facts.get('sha256', '–'))[:12]}`"))
    return ["## Training data", "", _table(("file", "rows", "what it is", "SHA-256"), rows), ""] if rows else []


def _metrics(metrics: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    if out := metrics.get("out_of_fold"):
        lines += [
            "On training rows that the scoring model had not seen (folds by document; thresholds were chosen on the "
            f"same rows): macro-F1 {_percent(out['macro_f1'])} %, false alarms {_percent(out['false_alarms'])} %, "
            f"in doubt {_percent(out['unsure'])} %.",
            "",
        ]
    for report in metrics.get("reports", ()):
        lines += _report(report)
    if not lines:
        return []
    opening = "In per cent, with 95 % intervals from a bootstrap over documents. False alarms: share of the statements"
    return ["## Evaluation", "", f"{opening}\nwithout a label that are given one.", "", *lines]


def _report(report: Mapping[str, Any]) -> list[str]:
    first = report["systems"][0]
    head = ("", "statements", "macro-F1", "micro-F1", "all labels right", "false alarms")
    systems = [
        (system["name"], str(system["rows"]), *(_measure(system[key]) for key in _FIGURES))
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
    lines += ["", _table(head, systems), "", _table(("label", "support", "precision", "recall", "F1"), labels), ""]
    if whole := report["statements"]:
        lines += [
            f"From the documents themselves: {whole['found']} of {whole['gold']} statements found, "
            f"{_percent(whole['complete'])} % with the right speaker and exactly the right labels.",
            "",
        ]
    return lines


def _measure(measure: Mapping[str, Any]) -> str:
    if measure["low"] is None or measure["high"] is None:
        return _percent(measure["value"])
    return f"{_percent(measure['value'])} [{_percent(measure['low'])}, {_percent(measure['high'])}]"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: add reports to a model folder, and renew its card."""
    parser = argparse.ArgumentParser(prog="python -m training.card", description="Add reports to a model card.")
    parser.add_argument("model", type=Path, help="model folder")
    parser.add_argument("--report", type=Path, nargs="*", default=[], metavar="FILE", help="JSON of stance evaluate")
    parser.add_argument("--note", default="", help="a sentence to show under the figures of these reports")
    options = parser.parse_args(arguments)
    add_reports(options.model, [summary(_read(file), options.note) for file in options.report])
    print(f"card: {options.model / README}")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StanceError("cannot be read as JSON", where=file) from error


if __name__ == "__main__":
    command(main)
