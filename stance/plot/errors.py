"""Where a model errs: which labels stand for which, and what probabilities texts with and without a label get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stance.errors import EvaluationError
from stance.outcome import Outcome
from stance.plot import grid
from stance.plot.canvas import NEUTRAL, NORMAL, SMALL, axes, bare, chosen, colours, head, number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NONE = "none"
BINS = 20


def confusion(outcome: Outcome, *, labels: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Which labels are given for which, in numbers of texts; hits on the diagonal, in the colour of the label.

    A text may have several labels. A hit counts on the diagonal, and where gold and model both have no label it is
    "none" for "none". A missed label stands in its row, under every label that was wrongly given instead, and under
    "none" where there is no such. A label wrongly given where none was missed stands in the row "none". So a text with
    several errors stands in several cells.

    Args:
        outcome: what to draw, with the labels taken or thresholds.
        labels: those to draw; what others are missed or wrongly given does not show then. By default all.
        ax: where to draw; by default a new figure.

    Raises:
        EvaluationError: the outcome has neither the labels taken nor thresholds.
        StanceError: there is no such label; matplotlib is not installed.
    """
    names = chosen(labels, outcome.labels)
    if outcome.taken is None:
        raise EvaluationError("it is not known which labels are taken", remedy="give the outcome thresholds")
    columns = [outcome.column(name) for name in names]
    counts = _confusion(outcome.truth[:, columns], outcome.taken[:, columns])
    tint = [*(colours(outcome.labels)[name] for name in names), NEUTRAL]
    size = len(names) + 1
    tints = [[tint[row] if row == column else NEUTRAL for column in range(size)] for row in range(size)]
    words = [*(plain(name) for name in names), NONE]
    lift = grid.names_height(words) + 16
    drawn = axes(ax, grid.width(words) + 1.7, 0.3 * size + 0.8 + lift / 72)
    # Texts of which both say that they have no label are many, and would leave the rest pale.
    most = max(counts.ravel()[:-1])
    grid.table(drawn, counts.tolist(), tints, words, words, most=int(most))
    drawn.set_xlabel("given", fontsize=NORMAL)
    drawn.set_ylabel("gold", fontsize=NORMAL)
    below = f"{number(len(outcome), 'text')}; diagonal: right; grey: given instead"
    head(drawn, "Confusion", below, lift=lift)
    return drawn


def distributions(outcome: Outcome, *, labels: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """What probabilities texts get that have a label (above its line) and that do not (below, grey).

    Bars are as high as the root of their share of the texts with, or without, the label, so that rare ones show. The
    upright line is the threshold, the shaded range that of doubt.

    Args:
        outcome: what to draw.
        labels: rows, from top to bottom; by default all.
        ax: where to draw; by default a new figure.

    Raises:
        StanceError: there is no such label; matplotlib is not installed.
    """
    names = chosen(labels, outcome.labels)
    tint = colours(outcome.labels)
    drawn = axes(ax, 7.0, 0.78 * len(names) + 1.25)
    edges = np.linspace(0, 1, BINS + 1)
    sides = []
    for column in map(outcome.column, names):
        truth, chances = outcome.truth[:, column], outcome.chances[:, column]
        sides.append([_heights(chances[texts], edges) for texts in (truth, ~truth)])
    tallest = max(float(heights.max()) for pair in sides for heights in pair)
    titles = []
    for row, name in enumerate(names):
        column = outcome.column(name)
        count = int(outcome.truth[:, column].sum())
        if outcome.unsure is not None:
            low, high = outcome.unsure[column]
            drawn.fill_between([low, high], row - 0.46, row + 0.46, color="#f5f1e4", linewidth=0, zorder=1)
        for heights, side, colour in zip(sides[row], (-1, 1), (tint[name], NEUTRAL), strict=True):
            drawn.bar(edges[:-1], side * 0.44 * heights / tallest, 1 / BINS, bottom=row, align="edge", color=[colour],
                      edgecolor="white", linewidth=0.5, zorder=2)  # fmt: skip
        drawn.plot([0, 1], [row, row], color="black", linewidth=0.6, zorder=3)
        if outcome.thresholds is not None:
            at = outcome.thresholds[column]
            drawn.plot([at, at], [row - 0.46, row + 0.46], color="black", linewidth=1.4, zorder=4)
        titles.append(f"{plain(name)}\nwith {count:,}, without {len(outcome) - count:,}")
    drawn.set(xlim=(-0.005, 1.005), ylim=(len(names) - 0.4, -0.6), xticks=np.linspace(0, 1, 11))
    drawn.set_yticks(range(len(names)), titles, fontsize=SMALL)
    drawn.tick_params(axis="x", labelsize=SMALL)
    drawn.tick_params(axis="y", length=0)
    drawn.set_xlabel("probability given", fontsize=NORMAL)
    bare(drawn, "top", "right", "left")
    parts = [number(len(outcome), "text"), "above the line: those with the label, below: those without"]
    parts += ["upright: threshold"] if outcome.thresholds is not None else []
    parts += ["shaded: doubt"] if outcome.unsure is not None else []
    head(drawn, "Probabilities", "; ".join(parts))
    return drawn


def _confusion(truth: NDArray[np.bool_], taken: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(labels + 1, labels + 1) numbers of texts, the gold by row; "none" is the last of both."""
    missed, added = truth & ~taken, taken & ~truth
    nothing_missed, nothing_added = ~missed.any(axis=1), ~added.any(axis=1)
    size = truth.shape[1]
    counts = np.zeros((size + 1, size + 1), dtype=np.int64)
    counts[:size, :size] = missed.T.astype(np.int64) @ added.astype(np.int64)
    counts[range(size), range(size)] = (truth & taken).sum(axis=0)
    counts[:size, size] = missed[nothing_added].sum(axis=0)
    counts[size, :size] = added[nothing_missed].sum(axis=0)
    counts[size, size] = int((~truth.any(axis=1) & ~taken.any(axis=1)).sum())
    return counts


def _heights(chances: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    counts, _ = np.histogram(chances, edges)
    return np.asarray(np.sqrt(counts / max(1, len(chances))))
