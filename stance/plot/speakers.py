"""Pictures of analyses: who takes which stance how often, and when one speaker does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from stance import codebook
from stance.errors import DocumentError
from stance.plot import grid
from stance.plot.canvas import DIM, GUIDE, NEUTRAL, NORMAL, SMALL, axes, bare, chosen, colours, head, number, plain
from stance.report.register import Register
from stance.report.timeline import RADIUS, Scale, days_words
from stance.tracing import LADDER, Trace, trace
from stance.types import INTENSITIES, Analysis, Intensity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NONE = "none"


def heatmap(
    analyses: Sequence[Analysis] | Analysis,
    *,
    by: Literal["actor", "speaker"] = "actor",
    labels: Sequence[str] | None = None,
    most: int = 30,
    ax: Axes | None = None,
) -> Axes:
    """How many statements of each speaker take each stance, or none; those with most stances on top.

    The colour of a cell is that of the stance, fuller the more statements there are. A joint statement counts for each
    of its speakers, one with two stances in two cells. Statements that were not classified are left out.

    Args:
        analyses: classified documents.
        by: a row for each actor, or for each speaker.
        labels: columns, in this order; by default the five stances where only these occur, else all that occur.
        most: rows at most; the title says how many there are in all.
        ax: where to draw; by default a new figure that has room for all rows.

    Raises:
        DocumentError: there are no classified statements.
        StanceError: a label does not occur and is not one of the five; matplotlib is not installed.
    """
    read = _classified(analyses)
    known = _labels(read)
    names = chosen(labels, known)
    register = Register(read, names)
    voices = register.actors
    if by == "speaker":
        # Nobody known has no speakers of its own.
        apart = [(actor, one) for actor in voices for one in actor.speakers or [actor]]
        order = {id(one): place for place, (_, one) in enumerate(apart)}
        stances = {id(one): sum(len(register.statements[n].labels) for n in one.said) for _, one in apart}
        voices = sorted((one for _, one in apart), key=lambda one: (not one.kind, -stances[id(one)], order[id(one)]))
    shown = voices[:most]
    rows = [register.row(voice) for voice in shown]
    place = {label: n for n, label in enumerate(register.labels)}
    counts = [[*(row.labels[place[label]].count for label in names), row.none.count] for row in rows]
    tint = colours(known)
    columns = [*(plain(label) for label in names), NONE]
    lift = grid.names_height(columns)
    drawn = axes(ax, grid.width(columns) + 2.3, 0.27 * len(rows) + 0.75 + lift / 72)
    titles = [f"{plain(voice.name)}  {len(voice.said):,}" for voice in shown]
    tints = [[*(tint[label] for label in names), NEUTRAL]] * len(rows)
    most_taken = max(count for row in counts for count in row[:-1])
    grid.table(drawn, counts, tints, titles, columns, most=most_taken)
    total = number(len(voices), by) if len(shown) == len(voices) else f"{len(shown)} of {number(len(voices), by)}"
    documents = number(len(read), "document")
    head(
        drawn,
        f"Stances by {by}",
        f"{total}, {number(len(register.statements), 'statement')} in {documents}; behind a name its statements",
        lift=lift,
    )
    return drawn


def timeline(
    analyses: Sequence[Analysis] | Analysis,
    speaker: str,
    *,
    labels: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The stances of one speaker over the days of the statements: a row a stance, larger marks for stronger wording.

    Days are those that :func:`stance.trace` tells; where there are more than forty, a mark stands for several. A number
    beside a mark says how many statements it stands for, if not one. Where condemnation follows concern, an arrow leads
    from the one to the other.

    Args:
        analyses: classified documents, in any order.
        speaker: an actor, or the id or name of one speaker, as in :func:`stance.trace`.
        labels: rows, from top to bottom; by default the five stances where only these occur, else all that occur.
        ax: where to draw; by default a new figure.

    Raises:
        SpeakerError: nobody of that name speaks in the analyses.
        DocumentError: there are no classified statements, or none of the speaker's takes a stance on a known day.
        StanceError: a label does not occur and is not one of the five; matplotlib is not installed.
    """
    read = _classified(analyses)
    known = _labels(read)
    names = chosen(labels, known)
    found = trace(read, speaker)
    days = [row.date for row in found.rows if row.date and row.stance in names]
    if not days:
        remedy = "give the day of publication (date=) where the texts tell no days"
        raise DocumentError("no stance on a known day", where=speaker, remedy=remedy)
    scale = Scale.over(days)
    drawn = axes(ax, 7.2, 0.34 * len(names) + 1.35)
    place = {label: row for row, label in enumerate(names)}
    tint = colours(known)
    # Where columns are close, marks are smaller.
    small = max(0.6, min(1.0, 26 / scale.columns))
    _arrow(drawn, found, scale, place)
    cells: dict[tuple[int, str], list[tuple[Intensity, int]]] = {}
    for row in found.rows:
        if row.date and row.stance in place:
            cells.setdefault((scale.column(row.date), row.stance), []).append((row.intensity, row.count))
    for (column, label), parts in sorted(cells.items()):
        strength = max((intensity for intensity, _ in parts), key=INTENSITIES.index)
        x, y = _middle(scale, column), place[label]
        size = _area(strength, small)
        drawn.scatter([x], [y], s=size, color=[tint[label]], edgecolors="black", linewidths=0.6, zorder=3)
        count = sum(several for _, several in parts)
        if count > 1:
            above = (0, small * RADIUS[strength] + 1.0)
            how: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "fontsize": SMALL - 1, "zorder": 4}
            drawn.annotate(str(count), (x, y), above, **how)
    _dates(drawn, scale)
    drawn.set_yticks(range(len(names)), [plain(label) for label in names], fontsize=NORMAL)
    drawn.set_ylim(len(names) - 0.45, -0.55)
    drawn.grid(axis="y", color=GUIDE, linewidth=0.5)
    drawn.set_axisbelow(True)
    drawn.tick_params(axis="y", length=0)
    bare(drawn, "top", "right", "left")
    _sizes(drawn, small)
    rows = [row for row in found.rows if row.stance in place]
    dated = sum(row.count for row in rows if row.date)
    undated = sum(row.count for row in rows if not row.date)
    facts = [number(dated, "stance"), days_words(days)]
    facts += [f"a mark stands for {scale.step} days"] if scale.step > 1 else []
    facts += [f"{undated:,} more on no known day"] if undated else []
    head(drawn, f"Stances of {plain(speaker)}", "; ".join(facts))
    return drawn


def _classified(analyses: Iterable[Analysis] | Analysis) -> list[Analysis]:
    read = [analyses] if isinstance(analyses, Analysis) else list(analyses)
    asked = [replace(one, statements=tuple(s for s in one if s.stances is not None)) for one in read]
    if not any(map(len, asked)):
        remedy = "give what stance.analyze returns, of texts in which somebody speaks"
        raise DocumentError("there are no classified statements to draw", remedy=remedy)
    return asked


def _labels(read: Iterable[Analysis]) -> tuple[str, ...]:
    """The five stances where no others occur; else what occurs, the five first."""
    five = codebook.load().ids
    seen = dict.fromkeys(label for analysis in read for statement in analysis for label in statement.labels)
    if seen.keys() <= set(five):
        return five
    return (*(label for label in five if label in seen), *(label for label in seen if label not in five))


def _middle(scale: Scale, column: int) -> float:
    """The middle of a column's days, in matplotlib's days."""
    from matplotlib.dates import date2num

    first: float = date2num(scale.begins(column))  # type: ignore[no-untyped-call]
    return float(first) + (scale.step - 1) / 2


def _area(intensity: Intensity, small: float) -> float:
    # Points squared, from the radius in the report.
    return (1.8 * small * RADIUS[intensity]) ** 2


def _arrow(ax: Axes, found: Trace, scale: Scale, place: dict[str, int]) -> None:
    risen = next((change for change in found.changes if change.kind == "escalation"), None)
    if risen is None or risen.since is None or not {*LADDER} <= place.keys():
        return
    since, until = (_middle(scale, scale.column(day)) for day in (risen.since, risen.date))
    if since == until:
        return
    milder, graver = (place[label] for label in LADDER)
    style = {"arrowstyle": "-|>", "color": DIM, "linewidth": 1.1, "shrinkA": 8, "shrinkB": RADIUS[risen.intensity] + 3}
    ax.annotate("", (until, graver), (since, milder), arrowprops=style, zorder=2)


def _dates(ax: Axes, scale: Scale) -> None:
    """Ticks on days, with their names; half a column of air at both ends, and at least a few days in all."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    first, last = _middle(scale, 0), _middle(scale, scale.columns - 1)
    air = max(0.05 * (last - first), 0.6 * scale.step)
    ax.set_xlim(first - air, last + air)
    if (scale.last - scale.first).days < 8:
        days = [scale.first + dt.timedelta(days=n) for n in range((scale.last - scale.first).days + 1)]
        ax.set_xticks([_middle(scale, scale.column(day)) for day in days], [_day(day, days[0]) for day in days])
    else:
        locator = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        ax.xaxis.get_offset_text().set_fontsize(SMALL)
    ax.tick_params(axis="x", labelsize=SMALL)


def _day(day: dt.date, first: dt.date) -> str:
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    return f"{day.day} {months[day.month - 1]}" + (
        f"\n{day.year}" if day == first or (day.month, day.day) == (1, 1) else ""
    )


def _sizes(ax: Axes, small: float) -> None:
    """What the sizes mean, beside the title."""
    from matplotlib.transforms import ScaledTranslation

    marks = [
        ax.scatter(
            [], [], s=_area(strength, small), color="#dddddd", edgecolors="black", linewidths=0.6, label=strength
        )
        for strength in INTENSITIES
    ]
    place = ax.transAxes + ScaledTranslation(0, 12 / 72, ax.figure.dpi_scale_trans)
    ax.legend(
        handles=marks,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        bbox_transform=place,
        ncols=len(marks),
        frameon=False,
        fontsize=SMALL,
        handletextpad=0.2,
        columnspacing=1.0,
        borderaxespad=0.1,
    )
