"""Reliability diagram of a model as SVG: for each label how often it is true of statements given a probability."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stance.errors import StanceError

if TYPE_CHECKING:
    from matplotlib.axes import Axes


COLUMNS = 3
# Of the palette of Okabe and Ito, which those with colour-blindness tell apart.
BLUE, ORANGE, GREY = "#0072B2", "#E69F00", "#767676"
_TICKS = (0, 0.5, 1)

# Nothing random, no date and no version of the library: the same figures give the same bytes.
_STYLE: dict[str, Any] = {
    "svg.hashsalt": "reliability",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_METADATA: dict[str, Any] = {"Date": None, "Creator": None, "Title": "Reliability diagram"}


def draw(labels: Sequence[Mapping[str, Any]], title: str) -> str:
    """SVG of one panel a label: share of truth over mean probability with the diagonal, and below it bars of counts.

    Args:
        labels: entries with ``label`` and ``reliability``, bins as ``stance.evaluation.Bin`` has them.
        title: over all panels.

    Raises:
        StanceError: matplotlib is not installed.
    """
    try:
        from matplotlib import style
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        remedy = "pip install 'diplomatic-stance[train]'"
        raise StanceError("matplotlib, which draws the reliability diagram, is missing", remedy=remedy) from error
    columns = min(COLUMNS, len(labels))
    rows = -(-len(labels) // columns)
    with style.context(["default", _STYLE]):
        figure = Figure(figsize=(2.6 * columns, 3.2 * rows + 0.4), layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(title)
        panels = figure.add_gridspec(2 * rows, columns, height_ratios=[3, 1] * rows)
        most = max((part["count"] for entry in labels for part in entry["reliability"]), default=1)
        for number, entry in enumerate(labels):
            row, column = divmod(number, columns)
            curve, bars = (figure.add_subplot(panels[2 * row + i, column]) for i in range(2))
            _curve(curve, entry)
            _bars(bars, entry, most)
            if column == 0:
                curve.set_ylabel("share of truth")
                bars.set_ylabel("statements")
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata=_METADATA)
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def _curve(panel: Axes, entry: Mapping[str, Any]) -> None:
    filled = [part for part in entry["reliability"] if part["count"]]
    panel.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1)
    panel.plot([x["probability"] for x in filled], [x["truth"] for x in filled], color=BLUE, marker="o", markersize=4)
    panel.set(title=entry["label"], xlim=(0, 1), ylim=(-0.03, 1.03), xticks=_TICKS, yticks=_TICKS, xticklabels=())


def _bars(panel: Axes, entry: Mapping[str, Any], most: int) -> None:
    filled = [part for part in entry["reliability"] if part["count"]]
    middles = [(part["low"] + part["high"]) / 2 for part in filled]
    panel.bar(middles, [part["count"] for part in filled], width=0.09, color=ORANGE)
    # Most statements do not take a label: on a linear scale the first bin would hide all others.
    panel.set_yscale("log")
    powers = [10**i for i in range(len(str(most)))]
    panel.set(
        xlim=(0, 1), ylim=(0.7, 1.5 * most), xticks=_TICKS, yticks=powers, yticklabels=[str(power) for power in powers]
    )
    panel.minorticks_off()
    panel.set_xlabel("probability")
