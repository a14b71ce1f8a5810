"""Figures with intervals: the bootstrap over whole units (documents, contrast groups)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

DRAWS = 1000
SEED = 13


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure and its 95 % interval from the bootstrap over whole units; ``None`` where it is undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Bootstrap:
    """Draws of whole units with replacement; all figures taken from one object see the same draws.

    Args:
        units: for each of n rows the name of its unit.
        draws: how many; 0 leaves the intervals out.
        seed: of the draws.

    Attributes:
        units: how many there are.
    """

    def __init__(self, units: Sequence[str], draws: int = DRAWS, seed: int = SEED) -> None:
        _, self._member = np.unique(np.asarray(units), return_inverse=True)
        self.units = int(self._member.max()) + 1
        # Multinomial weights are the counts of a draw with replacement: one matrix product does all draws.
        chances = np.full(self.units, 1 / self.units)
        self._weights = np.random.default_rng(seed).multinomial(self.units, chances, size=draws)

    def sums(self, counts: ArrayLike) -> NDArray[np.float64]:
        """Column sums of (n, k) counts: (1 + draws, k), all rows first, then each draw."""
        columns = np.asarray(counts, dtype=np.float64)
        by_unit = np.zeros((self.units, columns.shape[1]))
        np.add.at(by_unit, self._member, columns)
        return np.concatenate([by_unit.sum(axis=0, keepdims=True), self._weights @ by_unit])

    def ratio(self, part: ArrayLike, whole: ArrayLike) -> Measure:
        """Sum of ``part`` over sum of ``whole``, n numbers each; undefined where the latter is 0."""
        parts, wholes = self.sums(np.stack([np.asarray(part), np.asarray(whole)], axis=1)).T
        with np.errstate(invalid="ignore", divide="ignore"):
            return measure(parts / wholes)


def measure(values: NDArray[np.float64]) -> Measure:
    """A figure from its values on all rows (the first) and on each draw; draws on which it is NaN do not count."""
    value, sample = number(values[0]), values[1:]
    sample = sample[~np.isnan(sample)]
    if value is None or not len(sample):
        return Measure(value)
    low, high = np.percentile(sample, [2.5, 97.5])
    return Measure(value, float(low), float(high))


def number(value: float) -> float | None:
    """``None`` for NaN, which JSON does not have."""
    return None if np.isnan(value) else float(value)
