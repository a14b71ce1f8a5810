"""What else a gold file lets one ask of a model: contrast groups, intensity, doubt; pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stance.bootstrap import DRAWS, SEED, Bootstrap, Measure
from stance.types import INTENSITIES, Intensity


@dataclass(frozen=True, slots=True)
class GroupScore:
    """Contrast groups: how many, and the share of which every member has exactly the right labels.

    ``contrast`` is what they turn on, ``None`` for all of them together. The interval is over groups.
    """

    contrast: str | None
    groups: int
    right: Measure


@dataclass(frozen=True, slots=True)
class LevelScore:
    """One level of intensity over the gold labels: how often it is in the gold and given, and how well they agree.

    ``f1`` is undefined for a level that is neither in the gold nor given; shares are in [0, 1].
    """

    level: Intensity
    support: int
    predicted: int
    precision: Measure
    recall: Measure
    f1: Measure


@dataclass(frozen=True, slots=True)
class DoubtScore:
    """Doubt about statements or about label decisions, and what it is worth.

    Attributes:
        of: a statement is in doubt if any of its labels is, and right if all are; a decision is one label of one.
        doubted: how many are in doubt.
        share: of those in doubt among all, in [0, 1].
        right_sure: share that is right among those without doubt; undefined if there are none.
        right_doubted: share that is right among those in doubt; undefined if there are none.
    """

    of: Literal["statements", "label decisions"]
    doubted: int
    share: Measure
    right_sure: Measure
    right_doubted: Measure


def score_groups(
    right: Sequence[bool],
    groups: Sequence[str | None],
    contrasts: Sequence[str | None],
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[GroupScore, ...]:
    """All contrast groups together, then those of each contrast that a member names, by name; empty without groups.

    Args:
        right: for each of n statements whether its label set is right.
        groups: the group it is in, if any.
        contrasts: what its group turns on, if told.
        draws: of the bootstrap.
        seed: of the bootstrap.
    """
    whole: dict[str, bool] = {}
    members: dict[str | None, set[str]] = {}
    for hit, group, contrast in zip(right, groups, contrasts, strict=True):
        if group is not None:
            whole[group] = bool(hit) and whole.get(group, True)
            members.setdefault(contrast, set()).add(group)

    def scored(contrast: str | None, names: Sequence[str]) -> GroupScore:
        bootstrap = Bootstrap(names, draws, seed)
        hits = [whole[name] for name in names]
        return GroupScore(contrast, len(names), bootstrap.ratio(hits, np.ones(len(names))))

    named = sorted(contrast for contrast in members if contrast is not None)
    return (scored(None, list(whole)), *(scored(name, sorted(members[name])) for name in named)) if whole else ()


def score_intensity(
    gold: Sequence[Mapping[str, Intensity]],
    given: Sequence[Mapping[str, Intensity]],
    documents: Sequence[str],
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[LevelScore, ...]:
    """Each level above plain; empty where the gold tells no intensity.

    Args:
        gold: for each of n statements the intensity of its labels, of those for which it is told.
        given: the same, from the model, for at least these labels.
        documents: n names; the bootstrap draws whole documents.
        draws: of the bootstrap.
        seed: of the bootstrap.
    """
    if not any(gold):
        return ()
    bootstrap = Bootstrap(documents, draws, seed)

    def scored(level: Intensity) -> LevelScore:
        counts = [
            (
                sum(wanted == level == row[label] for label, wanted in levels.items()),
                sum(row[label] == level for label in levels),
                sum(wanted == level for wanted in levels.values()),
            )
            for levels, row in zip(gold, given, strict=True)
        ]
        hits, taken, truth = np.array(counts).T
        return LevelScore(
            level=level,
            support=int(truth.sum()),
            predicted=int(taken.sum()),
            precision=bootstrap.ratio(hits, taken),
            recall=bootstrap.ratio(hits, truth),
            f1=bootstrap.ratio(2 * hits, taken + truth),
        )

    return tuple(scored(level) for level in INTENSITIES[1:])


def score_doubt(
    right: ArrayLike, unsure: ArrayLike, documents: Sequence[str], draws: int = DRAWS, seed: int = SEED
) -> tuple[DoubtScore, ...]:
    """Statements, then label decisions.

    Args:
        right: (n, labels), true where taking or leaving the label is right.
        unsure: (n, labels), true where the model is in doubt.
        documents: n names; the bootstrap draws whole documents.
        draws: of the bootstrap.
        seed: of the bootstrap.
    """
    hits, doubts = np.asarray(right, dtype=bool), np.asarray(unsure, dtype=bool)
    bootstrap = Bootstrap(documents, draws, seed)

    def scored(
        of: Literal["statements", "label decisions"], good: NDArray[np.bool_], vague: NDArray[np.bool_]
    ) -> DoubtScore:
        # (n, k): one column for statements, one a label for decisions.
        return DoubtScore(
            of=of,
            doubted=int(vague.sum()),
            share=bootstrap.ratio(vague.sum(axis=1), np.full(len(vague), vague.shape[1])),
            right_sure=bootstrap.ratio((good & ~vague).sum(axis=1), (~vague).sum(axis=1)),
            right_doubted=bootstrap.ratio((good & vague).sum(axis=1), vague.sum(axis=1)),
        )

    whole = scored("statements", hits.all(axis=1).reshape(-1, 1), doubts.any(axis=1).reshape(-1, 1))
    return whole, scored("label decisions", hits, doubts)
