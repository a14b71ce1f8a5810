"""What all pictures share: a figure of their own, colours and marks of labels, words that matplotlib leaves alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from stance.errors import StanceError
from stance.report.looks import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Colour = tuple[float, float, float]

# Of text that stands back, lines that guide the eye, and what is neither right nor a label.
DIM, GUIDE, NEUTRAL = "#555555", "#b8b8b8", (0.45, 0.45, 0.45)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", "--", "-.", ":")
SMALL, NORMAL = 7.5, 9.0
LONGEST = 34
# Perceived brightness above which dark text is easier to read than white.
_LIGHT = 0.5


def need_matplotlib() -> None:
    """Check that pictures can be drawn.

    Raises:
        StanceError: matplotlib is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as error:
        remedy = "pip install 'diplomatic-stance[plot]'"
        raise StanceError("matplotlib, which draws the pictures, is missing", remedy=remedy) from error


def figure_of(width: float, height: float, layout: Literal["constrained", "compressed"] = "constrained") -> Figure:
    """A figure of so many inches that pyplot does not know of.

    Raises:
        StanceError: matplotlib is not installed.
    """
    need_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def axes(ax: Axes | None, width: float, height: float) -> Axes:
    """The axes to draw into: those given, or the only ones of a new figure of so many inches."""
    if ax is not None:
        return ax
    made: Axes = figure_of(width, height).add_subplot()
    return made


def colours(labels: Iterable[str]) -> dict[str, Colour]:
    """For each label the report's colour on a light page."""
    return {label: (red / 255, green / 255, blue / 255) for label, ((red, green, blue), _) in palette(labels).items()}


def mixed(colour: Colour, share: float) -> Colour:
    """A colour on white: 1 is the colour itself, 0 is white."""
    red, green, blue = (1 - share * (1 - part) for part in colour)
    return red, green, blue


def ink(colour: Colour) -> str:
    """Black or white, whichever reads better on a colour."""
    red, green, blue = colour
    return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > _LIGHT else "white"


def plain(text: str, longest: int = LONGEST) -> str:
    """Text on one line, cut where it is long, in which matplotlib finds no formulas."""
    line = " ".join(text.split())
    line = line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
    return line.replace("$", r"\$")


def number(count: int, one: str, many: str | None = None) -> str:
    """ "1 text", "2 texts"."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def head(ax: Axes, title: str, below: str = "", *, lift: float = 0.0) -> None:
    """A title at the left, and under it a smaller line that says of how many; ``lift`` points above the axes."""
    ax.set_title(f"{title}\n" if below else title, loc="left", fontsize=NORMAL + 1, fontweight="bold", pad=6 + lift)
    if below:
        how: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
        ax.annotate(below, (0, 1), (0, 6 + lift), color=DIM, fontsize=SMALL, va="baseline", **how)


def bare(ax: Axes, *sides: str) -> None:
    """Leave out sides of the frame."""
    for side in sides or ("top", "right"):
        ax.spines[side].set_visible(False)


def chosen(labels: Sequence[str] | None, known: Sequence[str]) -> tuple[str, ...]:
    """The labels to draw: all that are known, or those asked for.

    Raises:
        StanceError: a label is not known, or none is left.
    """
    found = tuple(dict.fromkeys(known if labels is None else labels))
    wrong = [label for label in found if label not in known]
    if wrong or not found:
        what = f"no label {', '.join(map(repr, wrong))}" if wrong else "no labels to draw"
        raise StanceError(what, remedy=f"the labels are {', '.join(known)}" if known else "give some")
    return found
