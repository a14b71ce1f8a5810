"""The model card, from the record of a model; as a command: add evaluation reports to a model folder, renew its card.

python -m training.card models/stance-en --report REPORT.json --note "trained without the documents of this set"
python -m training.card models/stance-en --ablation "corpus only=A.json" --ablation "corpus and real sentences=B.json"
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import textwrap
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stance import artefact
from stance.artefact import Artefact
from stance.card import Card
from stance.errors import StanceError
from training.config import command
from training.figures import ABLATION_FIGURES, FIGURES, evaluation, has_bins, table
from training.reliability import draw

TEMPLATE = Path(__file__).with_name("model_card.md")
SOURCES = Path(__file__).with_name("sources.toml")
README = "README.md"

_LABEL_FIGURES = ("label", "support", "precision", "recall", "f1", "calibration_error")


def render(card: Card) -> str:
    """Markdown of the model card.

    Of ``card.metrics`` it shows ``out_of_fold`` (the calibration step's summary), ``reports`` (see :func:`summary`) and
    ``ablation`` (see :func:`ablation`). The first report is shown with a link to the diagram that :func:`add_reports`
    draws, if it has bins of the probability.
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
        labels=table(("label", "meaning", "threshold", "in doubt"), rows),
        codebook=codebook.version,
        fingerprint=codebook.fingerprint[:12],
        max_length=card.max_length,
        stride=card.stride,
        gate=gate_text(card),
        data="".join(f"{line}\n" for line in data_table(card.data)),
        evaluation="".join(f"{line}\n" for line in evaluation(card.metrics)),
    )


def gate_text(card: Card) -> str:
    """The paragraph on the gate; empty without one."""
    if card.gate is None:
        return ""
    pairs = zip(card.codebook.ids, card.gate.bounds, strict=True)
    shown = ", ".join(f"{label} {bound:.3f}" for label, bound in pairs)
    text = (
        "A gate, a small network (`onnx/gate.onnx`), reads a text first. Where it sees no stance, the encoder is not "
        f"asked, and each label gets a bound as its probability ({shown}): {card.gate.held:.0%} of the texts it "
        "answers for stay at or below it. Texts over the length limit always go through the encoder. "
        "`stance.load(…, gate=False)` and `--no-gate` leave it out; transformers knows nothing of it."
    )
    if found := card.gate.metrics:
        strong, taken, doubts = (found[key] for key in ("strong_stances", "stances", "doubts"))
        text += (
            f" On {found['rows']:,} sentences that it was neither fitted to nor set on it lets {found['passed']:.1%} "
            f"through ({found['passed_tokens']:.1%} of the tokens) and loses {strong['lost']} of {strong['all']} "
            f"stances that the model gives with a probability of at least {found['strong']}, {taken['lost']} of "
            f"{taken['all']} at the thresholds, and {doubts['lost']} of {doubts['all']} doubts."
        )
    return "\n".join(textwrap.wrap(text, 120)) + "\n\n"


def summary(report: Mapping[str, Any], note: str = "") -> dict[str, Any]:
    """What a model keeps of an evaluation report (the JSON of ``stance evaluate``): figures with intervals, no texts.

    Args:
        report: as ``stance.evaluation.Report.to_dict`` gives it; older ones lack groups, intensity, doubt and bins.
        note: shown under the figures, for instance that they come from a model trained without some documents.

    Raises:
        StanceError: not such a report.
    """
    try:

        def figures(system: Mapping[str, Any]) -> dict[str, Any]:
            return {key: system[key] for key in ("name", "rows", "documents", "label_free", *FIGURES)}

        systems = report["systems"]
        return {
            "gold": report["gold"],
            "note": note,
            "systems": [figures(system) for system in systems],
            "labels": [
                {key: label[key] for key in _LABEL_FIGURES} | {"reliability": label.get("reliability", [])}
                for label in systems[0]["labels"]
            ],
            "parts": [figures(part) for part in report["parts"]],
            "statements": report["statements"],
            **{key: report.get(key, []) for key in ("groups", "intensity", "doubt")},
        }
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise StanceError("not an evaluation report", remedy="give the JSON that stance evaluate writes") from error


def ablation(reports: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What a model keeps of reports of several models on the same gold, to compare what they were trained on.

    Args:
        reports: at least one, by what the model was trained on, in the order to show; each as for :func:`summary`.

    Raises:
        StanceError: one of them is no such report, or they are on different gold.
    """
    found = {name: summary(report) for name, report in reports.items()}
    golds = {
        name: (report["gold"], *(report["systems"][0][key] for key in ("rows", "documents", "label_free")))
        for name, report in found.items()
    }
    if len(set(golds.values())) > 1:
        told = "; ".join(f"{name}: {gold}, {rows} rows" for name, (gold, rows, *_) in golds.items())
        raise StanceError(f"an ablation over different gold ({told})", remedy="measure all models on one file")
    models = [
        {"name": name} | {key: report["systems"][0][key] for key in ABLATION_FIGURES} for name, report in found.items()
    ]
    gold, rows, documents, label_free = next(iter(golds.values()))
    return {"gold": gold, "rows": rows, "documents": documents, "label_free": label_free, "models": models}


def add_reports(
    folder: str | Path, reports: Iterable[Mapping[str, Any]], compared: Mapping[str, Any] | None = None
) -> Artefact[Card]:
    """Put measurements into a model's record, and renew its card and, for the first report, its reliability diagram.

    Args:
        folder: of the model.
        reports: from :func:`summary`; they take the place of older ones on the same gold.
        compared: from :func:`ablation`; it takes the place of an older one.

    Raises:
        ModelError: the folder is no sound model.
        StanceError: matplotlib, which draws the diagram, is not installed; the folder is left as it was.
    """
    model = artefact.read(folder, Card)
    kept = {report["gold"]: report for report in (*model.card.metrics.get("reports", ()), *reports)}
    metrics = {**model.card.metrics, "reports": list(kept.values())}
    if compared is not None:
        metrics["ablation"] = compared
    first = next(iter(kept.values()), None)
    diagram = draw(first["labels"], f"{model.card.name} on {first['gold']}") if first and has_bins(first) else None
    sealed = artefact.write(folder, dataclasses.replace(model.card, metrics=metrics))
    if diagram is None:
        (sealed.path / artefact.DIAGRAM).unlink(missing_ok=True)
    else:
        (sealed.path / artefact.DIAGRAM).write_text(diagram, encoding="utf-8")
    (sealed.path / README).write_text(render(sealed.card), encoding="utf-8")
    return sealed


def data_table(data: Mapping[str, Any]) -> list[str]:
    """Lines of the section on training data; none without data."""
    known = tomllib.loads(SOURCES.read_text(encoding="utf-8"))
    rows = []
    for name, facts in data.items():
        unknown = "Not described by who trained this model."
        text = known["files"].get(facts.get("sha256")) or known["origins"].get(name.split("/")[0], unknown)
        rows.append((f"`{name}`", str(facts.get("rows", "–")), text, f"`{str(facts.get('sha256', '–'))[:12]}`"))
    return ["## Training data", "", table(("file", "rows", "what it is", "SHA-256"), rows), ""] if rows else []


def _compared(entries: Sequence[str]) -> dict[str, Path]:
    """``NAME=FILE`` entries."""
    found: dict[str, Path] = {}
    for entry in entries:
        name, _, file = entry.partition("=")
        if not name.strip() or not file or name in found:
            remedy = 'write --ablation "corpus only=REPORT.json", each name once'
            raise StanceError(f"{entry!r} is no NAME=FILE of its own", remedy=remedy)
        found[name] = Path(file)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: add reports to a model folder, and renew its card."""
    parser = argparse.ArgumentParser(prog="python -m training.card", description="Add reports to a model card.")
    parser.add_argument("model", type=Path, help="model folder")
    parser.add_argument("--report", type=Path, nargs="*", default=[], metavar="FILE", help="JSON of stance evaluate")
    parser.add_argument("--note", default="", help="a sentence to show under the figures of these reports")
    parser.add_argument(
        "--ablation",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="what a model was trained on, and its JSON of stance evaluate; repeatable, all on the same gold",
    )
    options = parser.parse_args(arguments)
    compared = {name: _read(file) for name, file in _compared(options.ablation).items()}
    reports = [summary(_read(file), options.note) for file in options.report]
    add_reports(options.model, reports, ablation(compared) if compared else None)
    print(f"card: {options.model / README}")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StanceError("cannot be read as JSON", where=file) from error


if __name__ == "__main__":
    command(main)
