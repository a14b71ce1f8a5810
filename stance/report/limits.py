"""What a model folder says about how good it is, as far as it is told in the shape that evaluations have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stance.card import Card, ZeroShotCard

# Of a system on a gold file, in the words of the evaluation reports.
FIGURES = {"macro_f1": "macro-F1", "exact": "all labels right", "false_alarms": "false alarms"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One evaluation: of what, on how many statements, the figures and, by label, precision and recall, in per cent."""

    gold: str
    rows: int
    figures: tuple[str, ...]
    labels: Mapping[str, tuple[str, str]]
    note: str


@dataclass(frozen=True, slots=True)
class Limits:
    """A model: its name, where a label is taken and in doubt, and its evaluations, in the order of its folder."""

    name: str
    version: str | None
    labels: tuple[tuple[str, str, str], ...]
    measured: tuple[Measured, ...]


def limits(name: str, card: Card | ZeroShotCard | None) -> Limits:
    """The limits of a model; of a model without a card no more than its name is known."""
    if card is None:
        return Limits(name, None, (), ())
    count = len(card.codebook.ids)
    if isinstance(card, ZeroShotCard):
        thresholds, unsure = (card.threshold,) * count, (card.unsure,) * count
    else:
        thresholds, unsure = card.thresholds, card.unsure
    bounds = zip(card.codebook.ids, thresholds, unsure, strict=True)
    labels = tuple((label, f"{taken:.2f}", f"{low:.2f} to {high:.2f}") for label, taken, (low, high) in bounds)
    reports = [_measured(report, card.name) for report in _tables(card.metrics.get("reports"))]
    return Limits(card.name, card.version, labels, tuple(report for report in reports if report))


def _measured(report: Mapping[str, Any], name: str) -> Measured | None:
    system = next((system for system in _tables(report.get("systems")) if system.get("name") == name), None)
    if system is None:
        return None
    labels = {
        str(row["label"]): (_percent(row.get("precision")), _percent(row.get("recall")))
        for row in _tables(report.get("labels"))
        if "label" in row
    }
    figures = tuple(_percent(system.get(key)) for key in FIGURES)
    rows = system.get("rows")
    note = str(report.get("note") or "")
    return Measured(str(report.get("gold", "")), rows if isinstance(rows, int) else 0, figures, labels, note)


def _tables(value: Any) -> list[Mapping[str, Any]]:
    """The tables in a list: metrics are free JSON."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _percent(value: Any) -> str:
    """A share in per cent, with its interval where it has one; a dash for what was not measured."""
    low = high = None
    if isinstance(value, dict):
        low, high, value = value.get("low"), value.get("high"), value.get("value")
    if not isinstance(value, int | float):
        return "–"
    interval = isinstance(low, int | float) and isinstance(high, int | float)
    return f"{100 * value:.1f}" + (f" ({100 * low:.0f}–{100 * high:.0f})" if interval else "")  # type: ignore[operator]
