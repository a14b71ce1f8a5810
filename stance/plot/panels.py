"""One panel a label, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from stance.outcome import Outcome
from stance.plot.canvas import NORMAL, chosen, figure_of, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Measured = TypeVar("Measured", contravariant=True)  # noqa: PLC0105

COLUMNS = 3
WIDE, HIGH = 2.75, 3.2


class Drawing(Protocol[Measured]):
    """:func:`stance.plot.reliability` or :func:`stance.plot.precision_recall`."""

    def __call__(self, measured: Measured, /, *, labels: Sequence[str], ax: Axes) -> Axes:
        """Draw some labels."""


def panels(
    drawing: Drawing[Measured], measured: Measured, *, title: str = "", labels: Sequence[str] | None = None
) -> Figure:
    """A figure with one panel a label, three in a row.

    Args:
        drawing: what to draw in each: ``stance.plot.reliability`` or ``stance.plot.precision_recall``.
        measured: what it takes.
        title: over all of them.
        labels: those to draw; by default all.

    Raises:
        StanceError: there is no such label; matplotlib is not installed.
    """
    known = measured.labels if isinstance(measured, Outcome) else tuple(measured)  # type: ignore[arg-type]
    names = chosen(labels, known)
    columns = min(COLUMNS, len(names))
    rows = -(-len(names) // columns)
    figure = figure_of(WIDE * columns + 0.2, HIGH * rows + (0.5 if title else 0.1), layout="compressed")
    if title:
        figure.suptitle(plain(title, 80), fontsize=NORMAL + 2, fontweight="bold", x=0.02, ha="left")
    for number, name in enumerate(names):
        ax = figure.add_subplot(rows, columns, number + 1)
        drawing(measured, labels=[name], ax=ax)
        if number % columns:
            ax.set_ylabel("")
        if number + columns < len(names):
            ax.set_xlabel("")
    return figure
