"""What came of a table: how many rows, errors, labels and, of documents, who said how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

# Actors that are counted one by one; a table may name any number of persons, and memory must not grow with it.
ACTORS = 10_000
_NUMBERS = ("rows", "errors", "statements", "none", "others")


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of a table.

    Attributes:
        rows: all of them.
        errors: rows that could not be labelled.
        none: rows that take no stance.
        labels: rows that take each label, in the model's order.
    """

    rows: int
    errors: int
    none: int
    labels: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready dictionary."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """What came of a table of documents.

    Attributes:
        rows: documents.
        errors: documents that could not be read.
        statements: all of them.
        none: statements that take no stance.
        labels: statements that take each label, in the model's order.
        actors: for each actor, the one with most statements first, how many ``statements`` it has and how many take
            each label. ``""`` stands for nobody known; a joint statement counts for each of its actors.
        others: statements of actors that came up when 10,000 others had.
    """

    rows: int
    errors: int
    statements: int
    none: int
    labels: dict[str, int]
    actors: dict[str, dict[str, int]]
    others: int

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready dictionary."""
        return asdict(self)


class Tally:
    """Counts what goes by; memory does not grow with the table.

    Args:
        labels: of the model.
        on_error: called with the number of a row, from 1, and why it could not be labelled.
    """

    def __init__(self, labels: Sequence[str], on_error: Callable[[int, str], object] | None = None) -> None:
        self._labels, self._on_error = tuple(labels), on_error
        self.rows = self.errors = self.statements = self.none = self.others = 0
        self._taken: Counter[str] = Counter()
        self._actors: dict[str, Counter[str]] = {}

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """What a row of the table became, by names of columns without prefix."""
        self.rows += 1
        for row in rows:
            if row["error"] is not None:
                self.errors += 1
                if self._on_error is not None:
                    self._on_error(self.rows, row["error"])
            labels = row["labels"]
            if labels is None:
                continue
            self.statements += 1
            self.none += not labels
            self._taken.update(labels)
            for actor in dict.fromkeys(row["actors"]) or ("",) if "actors" in row else ():
                if actor in self._actors or len(self._actors) < ACTORS:
                    self._actors.setdefault(actor, Counter()).update(["statements", *labels])
                else:
                    self.others += 1

    def state(self) -> dict[str, Any]:
        """JSON-ready form, for :meth:`join`."""
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        return numbers | {"taken": dict(self._taken), "actors": {name: dict(of) for name, of in self._actors.items()}}

    def join(self, state: Mapping[str, Any]) -> None:
        """Add what another one counted, given as its :meth:`state`."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + state[name])
        self._taken.update(state["taken"])
        for actor, counts in state["actors"].items():
            if actor in self._actors or len(self._actors) < ACTORS:
                self._actors.setdefault(actor, Counter()).update(counts)
            else:
                self.others += counts["statements"]

    def counts(self) -> Counts:
        """Of a table of statements."""
        return Counts(self.rows, self.errors, self.none, self.taken())

    def document_counts(self) -> DocumentCounts:
        """Of a table of documents."""
        found = (self.rows, self.errors, self.statements, self.none, self.taken())
        return DocumentCounts(*found, self.by_actor(), self.others)

    def taken(self) -> dict[str, int]:
        """Statements that take each label."""
        return {label: self._taken[label] for label in self._labels}

    def by_actor(self) -> dict[str, dict[str, int]]:
        """Statements of each actor, and how many take each label."""
        most = sorted(self._actors.items(), key=lambda item: (-item[1]["statements"], item[0]))
        return {actor: {name: found[name] for name in ("statements", *self._labels)} for actor, found in most}
