"""Where the marks of a time line stand: one row a stance, one column a day, or several days where there are many."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stance.tracing import LADDER, Change, Evidence, Trace
from stance.types import INTENSITIES, Intensity

WIDTH, ROW, TOP, AXIS = 560, 24, 8, 22
# Left of the marks stand the labels; right of the last mark its number.
LEFT, RIGHT = 104, 34
MOST_COLUMNS, MOST_TICKS = 40, 7
HEAD = 7
RADIUS: dict[Intensity, int] = {"plain": 5, "strong": 7, "strongest": 9}


@dataclass(frozen=True, slots=True)
class Mark:
    """The statements of a column with one stance: centre, radius, stance, strongest wording, and all that in words."""

    x: float
    y: float
    radius: int
    stance: str
    intensity: Intensity
    evidence: tuple[Evidence, ...]
    title: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing of ``WIDTH`` by ``height`` units.

    Attributes:
        height: of the whole.
        rows: labels with the middle of their rows.
        marks: in order of days.
        ticks: days written below, with their places.
        arrow: from concern to condemnation, where the one follows the other, as the ``d`` of an SVG path.
        changes: as :func:`stance.trace` finds them.
    """

    height: int
    rows: tuple[tuple[str, float], ...]
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    arrow: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """The days that all time lines of a report share, from ``first`` to ``last``, ``step`` of them a column."""

    first: dt.date
    last: dt.date
    step: int

    @classmethod
    def over(cls, days: Sequence[dt.date]) -> Scale:
        """The scale that holds some days, at least one."""
        first, last = min(days), max(days)
        return cls(first, last, -(-((last - first).days + 1) // MOST_COLUMNS))

    @property
    def columns(self) -> int:
        """How many there are."""
        return (self.last - self.first).days // self.step + 1

    def column(self, day: dt.date) -> int:
        """The column of a day."""
        return (day - self.first).days // self.step

    def begins(self, column: int) -> dt.date:
        """The first day of a column."""
        return self.first + dt.timedelta(days=column * self.step)

    def x(self, column: int) -> float:
        """The middle of a column."""
        return round(LEFT + (column + 0.5) * (WIDTH - LEFT - RIGHT) / self.columns, 1)

    def words(self, column: int) -> str:
        """What the column stands for."""
        begin = self.begins(column)
        end = min(begin + dt.timedelta(days=self.step - 1), self.last)
        return day_words(begin) if begin == end else f"{day_words(begin)} to {day_words(end)}"


def day_words(day: dt.date) -> str:
    """ "8 January 2022", whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def days_words(dates: Iterable[dt.date | None]) -> str:
    """ "5 to 10 January 2022": from the first to the last of some days; empty where none is known."""
    days = [day for day in dates if day]
    if not days:
        return ""
    first, last = min(days), max(days)
    if first == last:
        return day_words(first)
    begin = day_words(first)
    if first.year == last.year:
        begin = f"{first.day}" if first.month == last.month else f"{first.day} {_MONTHS[first.month - 1]}"
    return f"{begin} to {day_words(last)}"


def draw(found: Trace, scale: Scale, labels: Sequence[str]) -> Timeline:
    """The time line of a trace; labels that the speaker never takes get no row where there are many of them."""
    taken = {row.stance for row in found.rows if row.date}
    shown = [label for label in labels if len(labels) <= len(INTENSITIES) + 2 or label in taken]
    rows = {label: TOP + ROW * (n + 0.5) for n, label in enumerate(shown)}
    cells: dict[tuple[int, str], list[tuple[Intensity, tuple[Evidence, ...]]]] = {}
    for row in found.rows:
        if row.date is not None:
            cells.setdefault((scale.column(row.date), row.stance), []).append((row.intensity, row.evidence))
    marks = []
    for (column, label), parts in sorted(cells.items()):
        evidence = tuple(one for _, several in parts for one in several)
        intensity = max((intensity for intensity, _ in parts), key=INTENSITIES.index)
        worded = "" if intensity == "plain" else f", {intensity}"
        number = "1 statement" if len(evidence) == 1 else f"{len(evidence)} statements"
        title = f"{scale.words(column)}: {label}{worded}, {number}"
        marks.append(Mark(scale.x(column), rows[label], RADIUS[intensity], label, intensity, evidence, title))
    every = -(-scale.columns // MOST_TICKS)
    ticks = tuple((scale.x(column), _tick(scale, column)) for column in range(0, scale.columns, every))
    height = TOP + ROW * len(shown) + AXIS
    return Timeline(height, tuple(rows.items()), tuple(marks), ticks, _arrow(found, scale, rows), found.changes)


def _arrow(found: Trace, scale: Scale, rows: Mapping[str, float]) -> str | None:
    """A line with a head, from the milder stance to the rim of the mark of the graver one."""
    risen = next((change for change in found.changes if change.kind == "escalation"), None)
    if risen is None or risen.since is None or scale.column(risen.since) == scale.column(risen.date):
        return None
    (x, y), (to_x, to_y) = ((scale.x(scale.column(day)), rows[label]) for day, label in _steps(risen, risen.since))
    length = math.hypot(to_x - x, to_y - y)
    right, down = (to_x - x) / length, (to_y - y) / length
    begin, end = RADIUS["plain"] + 2, length - RADIUS[risen.intensity] - 3
    tip = x + right * end, y + down * end
    sides = [(tip[0] - HEAD * (right + turn * down), tip[1] - HEAD * (down - turn * right)) for turn in (0.6, -0.6)]
    points = [(x + right * begin, y + down * begin), tip, sides[0], tip, sides[1]]
    return "M" + "L".join(f"{left:.1f} {top:.1f}" for left, top in points)


def _steps(risen: Change, since: dt.date) -> tuple[tuple[dt.date, str], tuple[dt.date, str]]:
    return (since, LADDER[0]), (risen.date, LADDER[1])


def _tick(scale: Scale, column: int) -> str:
    day = scale.begins(column)
    short = f"{day.day} {_MONTHS[day.month - 1][:3]}"
    return f"{short} {day.year}" if column == 0 or scale.first.year != scale.last.year else short


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
