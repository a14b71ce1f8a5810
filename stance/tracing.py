"""How the stances of one speaker come up and grow: by day, with the statements that show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stance.errors import SpeakerError
from stance.types import INTENSITIES, Analysis, Intensity, Statement

if TYPE_CHECKING:
    import pandas as pd

# A stance behind another one on the ladder is the graver answer to the same event.
LADDER = ("concern", "condemnation")

ChangeKind = Literal["first", "stronger", "escalation"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A statement, and the id of the document it stands in."""

    document: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class TraceRow:
    """What a speaker said on one day with one stance at one intensity.

    Attributes:
        date: the day of the statements; ``None`` where no text tells it.
        stance: the label.
        intensity: how strongly it is worded.
        evidence: the statements, at least one.
    """

    date: dt.date | None
    stance: str
    intensity: Intensity
    evidence: tuple[Evidence, ...]

    @property
    def count(self) -> int:
        """The number of statements."""
        return len(self.evidence)


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which a stance is new, is worded more strongly than ever before, or follows a milder one.

    Attributes:
        kind: ``first``, ``stronger`` or ``escalation``; :func:`trace` says what each means.
        date: the day.
        stance: the label.
        intensity: the strongest wording of that day.
        since: the day it is compared with: of the strongest wording before, or the last one of the milder stance;
            ``None`` for ``first``.
        evidence: the statements of that day with that wording.
    """

    kind: ChangeKind
    date: dt.date
    stance: str
    intensity: Intensity
    since: dt.date | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """The course of one speaker: rows by date, undated ones last, and the changes by date."""

    speaker: str
    rows: tuple[TraceRow, ...]
    changes: tuple[Change, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row each as a :class:`pandas.DataFrame`: date, stance, intensity, count, evidence, change.

        ``evidence`` has the texts of the statements; ``change`` the kinds of change that day and wording bring,
        separated by ``;``, or an empty string.
        """
        import pandas as pd

        kinds: dict[tuple[dt.date | None, str, str], list[str]] = {}
        for change in self.changes:
            kinds.setdefault((change.date, change.stance, change.intensity), []).append(change.kind)
        columns = ["date", "stance", "intensity", "count", "evidence", "change"]
        rows = [
            {
                "date": row.date,
                "stance": row.stance,
                "intensity": row.intensity,
                "count": row.count,
                "evidence": [found.statement.text for found in row.evidence],
                "change": ";".join(kinds.get((row.date, row.stance, row.intensity), ())),
            }
            for row in self.rows
        ]
        return pd.DataFrame(rows, columns=columns)


def trace(analyses: Iterable[Analysis] | Analysis, speaker: str) -> Trace:
    """What one speaker's stances were, day by day, and when they came up and grew.

    Days are those of the statements (``Statement.date``): a story of Monday that reports what was said on Friday
    counts for Friday. Statements without a date are in the table, and bring no change. Labels in doubt that are not
    taken do not count.

    Three kinds of change are told, by day, not by statement:

    - ``first``: the first day on which the speaker takes a stance;
    - ``stronger``: a later day on which that stance is worded more strongly (plain, strong, strongest) than on any day
      before;
    - ``escalation``: the first day of condemnation, where the speaker voiced concern, and had not condemned, on an
      earlier day.

    Args:
        analyses: classified documents; their order does not matter.
        speaker: an actor ("EU", with all who speak for it), or the id or name of one speaker ("Josep Borrell").

    Raises:
        SpeakerError: nobody of that name speaks in the analyses.
    """
    read = [analyses] if isinstance(analyses, Analysis) else list(analyses)
    said = [
        Evidence(analysis.document.id, statement)
        for analysis in read
        for statement in analysis
        if any(speaker in (one.actor, one.id, one.name) for one in statement.speakers)
    ]
    if not said:
        actors = sorted({one.actor for analysis in read for statement in analysis for one in statement.speakers})
        known = f"those who speak are {', '.join(actors)}" if actors else "nobody known speaks in them"
        raise SpeakerError(f"{speaker!r} does not speak in these documents", remedy=known)
    return course(speaker, said)


def course(speaker: str, said: Iterable[Evidence]) -> Trace:
    """:func:`trace` of statements that are known to be the speaker's."""
    groups: dict[tuple[dt.date | None, str, Intensity], list[Evidence]] = {}
    for evidence in said:
        for stance in evidence.statement.stances or ():
            groups.setdefault((evidence.statement.date, stance.label, stance.intensity), []).append(evidence)
    rows = [TraceRow(*key, tuple(evidence)) for key, evidence in groups.items()]
    rows.sort(key=lambda row: (row.date or dt.date.max, row.stance, INTENSITIES.index(row.intensity)))
    days = {label: _days([row for row in rows if row.stance == label]) for label in sorted({r.stance for r in rows})}
    changes = [change for of_label in days.values() for change in _changes(of_label)]
    changes += _escalations(*(days.get(label, {}) for label in LADDER))
    changes.sort(key=lambda change: (change.date, change.stance, change.kind != "first"))
    return Trace(speaker, tuple(rows), tuple(changes))


def _days(rows: Iterable[TraceRow]) -> dict[dt.date, TraceRow]:
    """By day, in order, the row with the strongest wording; ``rows`` are of one stance, by date and strength."""
    return {row.date: row for row in rows if row.date is not None}


def _changes(days: Mapping[dt.date, TraceRow]) -> list[Change]:
    """First appearance and strengthening of one stance."""
    found: list[Change] = []
    for day, row in days.items():
        if not found:
            found.append(Change("first", day, row.stance, row.intensity, None, row.evidence))
        elif INTENSITIES.index(row.intensity) > INTENSITIES.index(found[-1].intensity):
            found.append(Change("stronger", day, row.stance, row.intensity, found[-1].date, row.evidence))
    return found


def _escalations(milder: Mapping[dt.date, TraceRow], graver: Mapping[dt.date, TraceRow]) -> list[Change]:
    """The graver stance behind the milder one, at its first day."""
    if not milder or not graver or min(milder) >= min(graver):
        return []
    day = min(graver)
    row = graver[day]
    before = max(earlier for earlier in milder if earlier < day)
    return [Change("escalation", day, row.stance, row.intensity, before, row.evidence)]
