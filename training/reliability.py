"""Reliability diagram of a model as SVG: for each label how often it is true of statements given a probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stance import plot
from stance.evaluation import Bin


def draw(labels: Sequence[Mapping[str, Any]], title: str) -> str:
    """SVG of one panel a label, as :func:`stance.plot.reliability` draws it.

    Args:
        labels: entries with ``label`` and ``reliability``, bins as ``stance.evaluation.Bin`` has them.
        title: over all panels.

    Raises:
        StanceError: matplotlib is not installed.
    """
    bins = {entry["label"]: [Bin(**part) for part in entry["reliability"]] for entry in labels}
    with plot.looks_alike():
        return plot.svg(plot.panels(plot.reliability, bins, title=title), "Reliability diagram").decode()
