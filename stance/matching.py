"""Pair found statements with gold ones, and score spans, speakers and labels of the whole path."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from stance.types import Statement

_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_LONGEST_NAME = 8


class GoldStatement(Protocol):
    """What matching needs to know of a gold statement."""

    @property
    def start(self) -> int:
        """Offset of the first code point."""

    @property
    def end(self) -> int:
        """Offset behind the last code point."""

    @property
    def speaker(self) -> str | None:
        """Name of the speaker, if the document tells."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other right answers."""

    @property
    def actor(self) -> str | None:
        """Id of the actor the speaker counts for."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels taken."""


@dataclass(frozen=True, slots=True)
class StatementScores:
    """What the whole path reaches on documents: statements found (IoU of words at least 0.5), speakers and labels.

    ``speaker`` is a share of the found statements, ``actor`` of those whose gold has an actor; ``complete`` is the
    share of all gold statements found with the right speaker and exactly the right labels.
    """

    gold: int
    predicted: int
    found: int
    precision: float | None
    recall: float | None
    f1: float | None
    speaker: float | None
    actor: float | None
    exact_labels: float | None
    complete: float | None


def match_statements(
    text: str, gold: Sequence[GoldStatement], predicted: Sequence[Statement], threshold: float = 0.5
) -> list[tuple[int, int]]:
    """Pairs (index in gold, index in prediction), one to one, best overlap first.

    The overlap is the intersection over the union of the words that lie wholly inside the spans, so that quotation
    marks and spaces do not count.

    Args:
        text: of the document.
        gold: its gold statements.
        predicted: its found statements.
        threshold: least overlap, in (0, 1].
    """
    words = [(found.start(), found.end()) for found in _WORD.finditer(text)]

    def inside(statement: GoldStatement | Statement) -> frozenset[int]:
        return frozenset(start for start, end in words if start >= statement.start and end <= statement.end)

    left, right = [inside(statement) for statement in gold], [inside(statement) for statement in predicted]
    overlaps = [
        (-len(a & b) / len(a | b), i, j) for i, a in enumerate(left) for j, b in enumerate(right) if a and a & b
    ]
    pairs: dict[int, int] = {}
    for overlap, i, j in sorted(overlaps):
        if -overlap >= threshold and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return sorted(pairs.items())


def same_speaker(statement: Statement, gold: GoldStatement) -> bool:
    """Whether one of the statement's speakers is the gold one.

    Names are compared casefolded and without a leading "the"; one may contain the other as whole words. Without a
    speaker in the gold, only "nobody" is right.
    """
    if gold.speaker is None or not statement.speakers:
        return gold.speaker is None and not statement.speakers
    accepted = {_plain(name) for name in (gold.speaker, *gold.aliases)} - {""}
    names = {_plain(speaker.name) for speaker in statement.speakers} - {""}
    return any(_contains(name, other) or _contains(other, name) for name in names for other in accepted)


def score_statements(
    documents: Iterable[tuple[str, Sequence[GoldStatement], Sequence[Statement]]],
) -> StatementScores:
    """Figures of the whole path over documents given as (text, gold statements, found statements)."""
    counts = dict.fromkeys(("gold", "predicted", "found", "speaker", "actor", "actors", "exact", "complete"), 0)
    for text, gold, predicted in documents:
        counts["gold"] += len(gold)
        counts["predicted"] += len(predicted)
        for i, j in match_statements(text, gold, predicted):
            speaker = same_speaker(predicted[j], gold[i])
            exact = set(predicted[j].labels) == set(gold[i].labels)
            counts["found"] += 1
            counts["speaker"] += speaker
            counts["actors"] += gold[i].actor is not None
            counts["actor"] += _same_actor(predicted[j], gold[i])
            counts["exact"] += exact
            counts["complete"] += speaker and exact
    found = counts["found"]
    return StatementScores(
        gold=counts["gold"],
        predicted=counts["predicted"],
        found=found,
        precision=_share(found, counts["predicted"]),
        recall=_share(found, counts["gold"]),
        f1=_share(2 * found, counts["gold"] + counts["predicted"]),
        speaker=_share(counts["speaker"], found),
        actor=_share(counts["actor"], counts["actors"]),
        exact_labels=_share(counts["exact"], found),
        complete=_share(counts["complete"], counts["gold"]),
    )


def _same_actor(statement: Statement, gold: GoldStatement) -> bool:
    actor = gold.actor
    return actor is not None and any(_plain(speaker.actor) == _plain(actor) for speaker in statement.speakers)


def _plain(name: str) -> str:
    """A name to compare: without case, accents, the shape of its apostrophes, and a leading article."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[\w'-]+", letters.replace("’", "'"))).removeprefix("the ")


def _contains(whole: str, part: str) -> bool:
    short = len(whole.split()) <= _LONGEST_NAME
    return short and re.search(rf"\b{re.escape(part)}\b", whole) is not None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
