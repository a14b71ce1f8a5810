"""From scores to stances: calibrated probabilities, thresholds for each label, doubt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance import artefact
from stance.backends.base import Backend
from stance.backends.batching import Gate, score, shut_out
from stance.card import Card, ZeroShotCard
from stance.errors import ModelError, StanceError
from stance.intensity import intensity
from stance.texts import checked, problem
from stance.types import Stance, Verdict

HUB = "hub:"

Opened = tuple[Callable[..., "Classifier"], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Scoring:
    """How a backend's logits are read; all arrays follow the order of the labels.

    Attributes:
        labels: names of the columns.
        independent: sigmoid for each label rather than one softmax over all.
        max_length: longest input in tokens; longer texts are read in windows.
        stride: tokens that neighbouring windows share.
        thresholds: a label is taken from this probability on; ``None`` where the model stores none.
        unsure: a label is in doubt where ``low <= probability < high``.
    """

    labels: tuple[str, ...]
    independent: bool
    max_length: int
    stride: int
    thresholds: tuple[float, ...] | None
    unsure: tuple[tuple[float, float], ...]


class Classifier:
    """Gives texts their stances; made by :func:`stance.load` and :func:`stance.zero_shot`.

    The same text gets the same scores (to 1e-5) in any batch, order and company. A text over the model's length limit
    is read in overlapping windows, and each label gets its highest score in any of them. Copies and other processes
    reopen the model from where it came.

    A model may have a gate: a small network that reads a text first. Where it sees no stance, the encoder is not asked
    and every label gets the gate's bound as its probability (``card.gate.bounds``), which means "none". Texts over the
    length limit always go through the encoder. ``stance.load(…, gate=False)`` leaves the gate out.

    Attributes:
        name: of the model.
        labels: names of the labels, in the order of the scores.
        card: the record of a stance model; ``None`` for a plain transformers model.
        scoring: how logits become stances.
    """

    def __init__(  # noqa: PLR0917
        self,
        name: str,
        backend: Backend,
        scoring: Scoring,
        card: Card | ZeroShotCard | None,
        reopen: Opened | None = None,
        digest: Callable[[], str] | None = None,
        gate: Gate | None = None,
    ) -> None:
        self.name, self.scoring, self.card = name, scoring, card
        self._backend, self._reopen, self._digest, self._gate = backend, reopen, digest, gate

    def __repr__(self) -> str:
        return f"Classifier({self.name!r}, labels={self.labels})"

    def __reduce__(self) -> tuple[Callable[..., Classifier], tuple[Any, ...]]:
        if self._reopen is None:
            raise TypeError(f"{self!r} was not loaded from a folder or the hub and cannot be copied")
        return self._reopen

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the labels, in the order of the scores."""
        return self.scoring.labels

    @property
    def has_gate(self) -> bool:
        """Whether a gate stands before the encoder: the folder has one, and it was not left out."""
        return self._gate is not None

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what the answers hang on: record, weights or descriptions behind it, thresholds, backend, gate.

        Classifiers that may answer differently have different ones, wherever they were loaded from.

        Raises:
            TypeError: there is neither a record nor a way to read the weights.
        """
        if self.card is None and self._digest is None:
            raise TypeError(f"{self!r} was not loaded and has no fingerprint")
        behind = [self.card and self.card.to_dict(), self._digest and self._digest()]
        content = [type(self._backend).__name__, asdict(self.scoring), behind, *(["gate"] if self.has_gate else [])]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Calibrated probabilities, (n, labels), in [0, 1]; of a text that the gate answers for, its bounds.

        Args:
            texts: list, tuple, array or Series of n texts; none may be blank.

        Raises:
            StanceError: a single string, an entry that is no text, a blank one; the message names its index.
        """
        scoring = self.scoring
        rows = score(self._backend, checked(texts), len(scoring.labels), scoring.max_length, scoring.stride, self._gate)
        logits = rows.astype(np.float64)
        if scoring.independent:
            return np.asarray(np.exp(-np.logaddexp(0.0, -logits)))
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def gated(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """For which texts the gate answers, (n,); all false without one. As for :meth:`predict_proba`."""
        return shut_out(self._gate, self._backend.encode(checked(texts)), self.scoring.max_length)

    def lengths(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """How long the texts are in tokens, (n,), special tokens included. As for :meth:`predict_proba`."""
        return np.array([len(ids) for ids in self._backend.encode(checked(texts))], dtype=np.int64)

    def predict_none(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """How sure it is that a text takes none of the labels, (n,), in [0, 1]: 1 less the highest probability of any.

        Args:
            texts: as in :meth:`predict_proba`.

        Raises:
            StanceError: as in :meth:`predict_proba`, or the labels exclude each other, so that one always applies.
        """
        if not self.scoring.independent:
            raise StanceError("its labels exclude each other: none is no answer", where=self.name)
        return np.asarray(1.0 - self.predict_proba(texts).max(axis=1, initial=0.0))

    def classify(self, texts: Sequence[str]) -> list[Verdict]:
        """Stances taken and labels in doubt, for each text.

        Args:
            texts: as in :meth:`predict_proba`.

        Raises:
            StanceError: as in :meth:`predict_proba`.
            ModelError: the model stores no thresholds and :func:`stance.load` was given none.
        """
        thresholds = self._thresholds()
        entries = checked(texts)
        return [
            self._verdict(text, row, thresholds)
            for text, row in zip(entries, self.predict_proba(entries).tolist(), strict=True)
        ]

    def label(self, texts: Sequence[str]) -> list[tuple[Stance, ...]]:
        """The stances taken in each text; an empty tuple means none. Arguments and errors as in :meth:`classify`."""
        return [verdict.stances for verdict in self.classify(texts)]

    def map_batch(self, batch: Mapping[str, Sequence[Any]], column: str = "text") -> dict[str, list[Any]]:
        """Columns to add to a batch of rows: ``dataset.map(model.map_batch, batched=True)``.

        Args:
            batch: columns by name.
            column: the one that holds the texts.

        Returns:
            ``stance_labels``, ``stance_intensities``, ``stance_unsure``: names joined by ``;``, empty for none.
            ``p_LABEL`` for each label: its probability. ``stance_error``: empty, or why the row cannot be labelled; its
            names are empty then, and its probabilities NaN. No column ever holds nulls or lists, so that the type of a
            column does not hang on what the first batch happens to hold.

        Raises:
            StanceError: there is no such column.
            ModelError: as in :meth:`classify`.
        """
        if column not in batch:
            raise StanceError(f"no column {column!r}", remedy=f"the columns are {', '.join(map(repr, batch))}")
        texts = list(batch[column])
        errors = [problem(text) for text in texts]
        sound = [row for row, error in enumerate(errors) if error is None]
        scores = np.full((len(texts), len(self.labels)), np.nan)
        scores[sound] = self.predict_proba([texts[row] for row in sound])
        verdicts = [Verdict((), ())] * len(texts)
        thresholds = self._thresholds()
        for row in sound:
            verdicts[row] = self._verdict(texts[row], scores[row].tolist(), thresholds)
        return {
            "stance_labels": [";".join(stance.label for stance in verdict.stances) for verdict in verdicts],
            "stance_intensities": [";".join(stance.intensity for stance in verdict.stances) for verdict in verdicts],
            "stance_unsure": [";".join(verdict.unsure) for verdict in verdicts],
            "stance_error": [error or "" for error in errors],
            **{f"p_{label}": scores[:, number].tolist() for number, label in enumerate(self.labels)},
        }

    def _thresholds(self) -> tuple[float, ...]:
        if self.scoring.thresholds is None:
            labels = ", ".join(f"{label!r}: …" for label in self.labels)
            remedy = f"load it with thresholds={{{labels}}}, or use predict_proba"
            absence = "" if self.name.startswith(HUB) else f" (there is no {artefact.CARD} in the folder)"
            raise ModelError(f"the model stores no thresholds{absence}", where=self.name, remedy=remedy)
        return self.scoring.thresholds

    def _verdict(self, text: str, row: Sequence[float], thresholds: Sequence[float]) -> Verdict:
        taken = tuple(
            Stance(label, p, intensity(text, label))
            for label, p, least in zip(self.labels, row, thresholds, strict=True)
            if p >= least
        )
        doubts = zip(self.labels, row, self.scoring.unsure, strict=True)
        return Verdict(taken, tuple(label for label, p, (low, high) in doubts if low <= p < high))
