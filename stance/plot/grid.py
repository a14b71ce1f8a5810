"""A table of numbers in tinted cells, names around it: what the heat map and the confusion share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stance.plot.canvas import NORMAL, SMALL, Colour, bare, ink, mixed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The tint of the smallest number above 0, and of the largest.
PALEST, FULLEST = 0.14, 0.95
# Beyond so many columns names stand upright.
MOST_LEVEL = 7
# Inches: of a column under a level name and under an upright one; points that a letter takes.
LEVEL, UPRIGHT, LETTER = 0.85, 0.45, 4.6


def table(
    ax: Axes,
    counts: Sequence[Sequence[int]],
    tints: Sequence[Sequence[Colour]],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    most: int,
) -> None:
    """Draw counts, the first row on top, columns named above; the larger a count, the fuller its colour.

    Args:
        ax: where to.
        counts: by row, then by column, none negative.
        tints: the full colour of each.
        rows: names, at the left.
        columns: names, above.
        most: the count that has the full colour, and all above it.
    """
    import numpy as np

    cells = [
        [mixed(tint, _strength(count, most)) for count, tint in zip(row, colours, strict=True)]
        for row, colours in zip(counts, tints, strict=True)
    ]
    ax.pcolormesh(np.array(cells), edgecolors="white", linewidth=1.5)
    for y, (row, colours) in enumerate(zip(counts, cells, strict=True)):
        for x, (count, colour) in enumerate(zip(row, colours, strict=True)):
            if count:
                ax.text(x + 0.5, y + 0.5, f"{count:,}", ha="center", va="center", fontsize=NORMAL, color=ink(colour))
            else:
                ax.text(x + 0.5, y + 0.5, "·", ha="center", va="center", fontsize=NORMAL, color="#aaaaaa")
    upright = len(columns) > MOST_LEVEL
    ax.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
    ax.set_yticks([y + 0.5 for y in range(len(rows))], rows, fontsize=NORMAL)
    ax.set_xticks([x + 0.5 for x in range(len(columns))], columns, fontsize=SMALL, rotation=90 if upright else 0)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.tick_params(length=0)
    bare(ax, "top", "right", "bottom", "left")


def width(columns: Sequence[str]) -> float:
    """Inches that the columns of a table take, at least those of three."""
    return (UPRIGHT if len(columns) > MOST_LEVEL else LEVEL) * max(len(columns), 3)


def names_height(columns: Sequence[str]) -> float:
    """Points that the names of columns take above a table."""
    return 8 + LETTER * max(map(len, columns)) if len(columns) > MOST_LEVEL else 16.0


def _strength(count: int, most: int) -> float:
    # The root keeps small numbers apart where one is large.
    return PALEST + (FULLEST - PALEST) * float(min(1.0, count / max(most, 1)) ** 0.5) if count else 0.0
