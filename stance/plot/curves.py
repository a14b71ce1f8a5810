"""How far probabilities can be trusted, and what a threshold trades: reliability diagram, precision and recall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.evaluation import Bin
from stance.evaluation import reliability as in_bins
from stance.outcome import Outcome
from stance.plot.canvas import (
    DASHES,
    DIM,
    GUIDE,
    MARKERS,
    NORMAL,
    SMALL,
    Colour,
    axes,
    bare,
    chosen,
    colours,
    head,
    number,
    plain,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Bins = Mapping[str, Sequence[Bin]]

SIDE = 4.2
_TICKS = (0, 0.25, 0.5, 0.75, 1)
# Curves of equal F1 that guide the eye.
_LEVELS = (0.5, 0.7, 0.9)
_AIR = 0.03
# Labels in a legend within the axes, and in a column of one beside them.
MOST_INSIDE, MOST_BESIDE = 8, 20


def reliability(measured: Outcome | Bins, *, labels: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """How often a label is true of the texts that are given a probability: on the diagonal the two agree.

    Each point is a tenth of the range of probabilities, at the mean of what was given there. Of one label alone, bars
    show the 95 % (Wilson) interval of the share, and the numbers on top how many texts there are. Of several, a legend
    has their calibration errors: the mean distance from the diagonal, weighted by texts.

    Args:
        measured: an outcome, or for each label its bins (``LabelScore.reliability`` of an evaluation report).
        labels: those to draw; by default all.
        ax: where to draw; by default a new figure.

    Raises:
        StanceError: there is no such label; matplotlib is not installed.
    """
    bins = _bins(measured) if isinstance(measured, Outcome) else measured
    names = chosen(labels, tuple(bins))
    tint = colours(bins)
    drawn = axes(ax, _width(names), SIDE + 0.4)
    drawn.plot([0, 1], [0, 1], color=GUIDE, linestyle="--", linewidth=1, zorder=1)
    for place, name in enumerate(names):
        _reliability(drawn, name, bins[name], tint[name], place, alone=len(names) == 1)
    _square(drawn, "probability given", "share of texts of which it is true")
    texts = max(sum(part.count for part in bins[name]) for name in names)
    if len(names) == 1:
        error = f", calibration error {100 * _error(bins[names[0]]):.1f} %" if texts else ""
        head(drawn, plain(names[0]), f"{number(texts, 'text')}{error}", lift=10)
    else:
        head(drawn, "Reliability", f"{number(texts, 'text')}; in brackets the calibration error")
        _legend(drawn, names, "upper left")
    return drawn


def precision_recall(outcome: Outcome, *, labels: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Precision over recall of each label at every threshold; the large mark is the model's own.

    The grey curves have an F1 of 0.5, 0.7 and 0.9 everywhere.

    Args:
        outcome: what to draw; without thresholds there are no marks.
        labels: those to draw; by default all. One that no text has gets no curve.
        ax: where to draw; by default a new figure.

    Raises:
        StanceError: there is no such label; matplotlib is not installed.
    """
    names = chosen(labels, outcome.labels)
    tint = colours(outcome.labels)
    drawn = axes(ax, _width(names), SIDE + 0.4)
    for level in _LEVELS:
        recall = np.linspace(level / (2 - level) + 1e-9, 1, 100)
        drawn.plot(recall, level * recall / (2 * recall - level), color=GUIDE, linewidth=0.7, zorder=1)
        if level < _LEVELS[-1]:  # the highest is where the marks are
            how: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SMALL - 1.5, "color": DIM, "zorder": 1}
            drawn.text(level, level, f"F1 {level}", bbox={"color": "white", "pad": 0.6}, **how)
    for place, name in enumerate(names):
        _precision_recall(drawn, outcome, name, tint[name], place, alone=len(names) == 1)
    _square(drawn, "recall", "precision")
    if len(names) == 1:
        support = int(outcome.truth[:, outcome.column(names[0])].sum())
        head(drawn, plain(names[0]), f"{support:,} of {number(len(outcome), 'text')} have it")
        if not support:
            drawn.text(0.5, 0.5, "no text has it", ha="center", va="center", color=DIM, fontsize=NORMAL)
    else:
        marked = "" if outcome.thresholds is None else "; marked: the threshold"
        texts = number(len(outcome), "text")
        head(drawn, "Precision and recall", f"{texts}{marked}; in brackets: with the label")
        _legend(drawn, names, "lower left")
    return drawn


def _bins(outcome: Outcome) -> dict[str, tuple[Bin, ...]]:
    return {
        label: in_bins(outcome.truth[:, column], outcome.chances[:, column])
        for column, label in enumerate(outcome.labels)
    }


def _reliability(ax: Axes, name: str, bins: Sequence[Bin], tint: Colour, place: int, *, alone: bool) -> None:
    filled = [part for part in bins if part.count]
    x, y = ([getattr(part, key) for part in filled] for key in ("probability", "truth"))
    label = f"{plain(name)} ({100 * _error(bins):.1f} %)" if filled else f"{plain(name)} (–)"
    ax.plot(x, y, color=tint, linestyle=DASHES[place // len(MARKERS) % len(DASHES)], linewidth=1.3, zorder=3,
            marker=MARKERS[place % len(MARKERS)], markersize=5, markeredgecolor="black", markeredgewidth=0.5,
            label=label)  # fmt: skip
    if not alone:
        return
    for part, given, share in zip(filled, x, y, strict=True):
        low, high = _interval(round(share * part.count), part.count)
        ax.plot([given, given], [low, high], color=tint, linewidth=4, alpha=0.35, solid_capstyle="butt", zorder=2)
        middle = (part.low + part.high) / 2
        ax.annotate(_short(part.count), (middle, 1), (0, 3), xycoords=("data", "axes fraction"), color=DIM,
                    textcoords="offset points", ha="center", fontsize=SMALL - 1.5)  # fmt: skip


def _precision_recall(ax: Axes, outcome: Outcome, name: str, tint: Colour, place: int, *, alone: bool) -> None:
    from sklearn.metrics import precision_recall_curve

    column = outcome.column(name)
    truth, chances = outcome.truth[:, column], outcome.chances[:, column]
    label = f"{plain(name)} ({int(truth.sum()):,})"
    if not truth.any():
        ax.plot([], [], color=tint, label=label)
        return
    precision, recall, _ = precision_recall_curve(truth, chances)
    ax.step(recall, precision, where="post", color=tint, linewidth=1.4, zorder=2,
            linestyle=DASHES[place // len(MARKERS) % len(DASHES)])  # fmt: skip
    taken = outcome.taken[:, column] if outcome.taken is not None and outcome.thresholds is not None else None
    marker = MARKERS[place % len(MARKERS)]
    if taken is None or not taken.any():
        ax.plot([], [], color=tint, label=label)
        return
    hits = int((taken & truth).sum())
    at = (hits / int(truth.sum()), hits / int(taken.sum()))
    ax.plot(*[[value] for value in at], color=tint, marker=marker, markersize=9, markeredgecolor="black", zorder=4,
            linestyle="-", label=label, clip_on=False)  # fmt: skip
    if alone and outcome.thresholds is not None:
        text = f"mark: from {outcome.thresholds[column]:.2f} on\nprecision {at[1]:.2f}\nrecall {at[0]:.2f}"
        ax.text(0.03, 0.03, text, fontsize=SMALL, bbox={"color": "white", "pad": 1}, zorder=3)


def _width(names: Sequence[str]) -> float:
    """Inches: what does not fit into the corner of the axes gets its legend beside them."""
    return SIDE + 0.2 if len(names) <= MOST_INSIDE else SIDE + 0.2 + 2.3 * _columns(names)


def _columns(names: Sequence[str]) -> int:
    return -(-len(names) // MOST_BESIDE)


def _legend(ax: Axes, names: Sequence[str], corner: str) -> None:
    how: dict[str, Any] = {"loc": corner, "framealpha": 0.9, "edgecolor": GUIDE}
    if len(names) > MOST_INSIDE:
        how = {"loc": "upper left", "bbox_to_anchor": (1.02, 1), "frameon": False, "ncols": _columns(names)}
    ax.legend(fontsize=SMALL, **how)


def _square(ax: Axes, x: str, y: str) -> None:
    ax.set(xlim=(-_AIR, 1 + _AIR), ylim=(-_AIR, 1 + _AIR), xticks=_TICKS, yticks=_TICKS)
    ax.set_xlabel(x, fontsize=NORMAL)
    ax.set_ylabel(y, fontsize=NORMAL)
    ax.tick_params(labelsize=SMALL)
    ax.set_aspect("equal")
    bare(ax)


def _error(bins: Sequence[Bin]) -> float:
    gaps = [part.count * abs((part.probability or 0.0) - (part.truth or 0.0)) for part in bins if part.count]
    return sum(gaps) / max(1, sum(part.count for part in bins))


def _interval(hits: int, texts: int) -> tuple[float, float]:
    """The Wilson interval of a share, at 95 %."""
    from scipy.stats import binomtest

    found = binomtest(hits, texts).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


def _short(count: int) -> str:
    if count < 10_000:
        return str(count)
    return f"{count / 1000:.0f}k" if count < 1_000_000 else f"{count / 1e6:.0f}M"
