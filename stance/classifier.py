"""From scores to stances: calibrated probabilities, thresholds for each label, doubt."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from stance import artefact, codebook
from stance.artefact import Artefact
from stance.backends.base import Backend
from stance.backends.batching import score
from stance.card import Card, ZeroShotCard
from stance.codebook import Codebook
from stance.descriptions import describe
from stance.errors import ModelError, StanceError
from stance.intensity import intensity
from stance.texts import checked, problem
from stance.types import Stance, Verdict
from stance.zeroshot import open_similarity

BackendName = Literal["auto", "onnx", "torch"]
Task = Literal["classification", "nli"]
HUB = "hub:"

_Opened = tuple[Callable[..., "Classifier"], tuple[Any, ...]]


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
    """Gives texts their stances; made by :func:`load` and :func:`zero_shot`.

    The same text gets the same scores (to 1e-5) in any batch, order and company. A text over the model's length limit
    is read in overlapping windows, and each label gets its highest score in any of them. Copies and other processes
    reopen the model from where it came.

    Attributes:
        name: of the model.
        labels: names of the labels, in the order of the scores.
        card: the record of a stance model; ``None`` for a plain transformers model.
        scoring: how logits become stances.
    """

    def __init__(
        self,
        name: str,
        backend: Backend,
        scoring: Scoring,
        card: Card | ZeroShotCard | None,
        reopen: _Opened | None = None,
    ) -> None:
        self.name, self.scoring, self.card = name, scoring, card
        self._backend, self._reopen = backend, reopen

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

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Calibrated probabilities, (n, labels), in [0, 1].

        Args:
            texts: list, tuple, array or Series of n texts; none may be blank.

        Raises:
            StanceError: a single string, an entry that is no text, a blank one; the message names its index.
        """
        scoring = self.scoring
        rows = score(self._backend, checked(texts), len(scoring.labels), scoring.max_length, scoring.stride)
        logits = rows.astype(np.float64)
        if scoring.independent:
            return np.asarray(np.exp(-np.logaddexp(0.0, -logits)))
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

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
            ModelError: the model stores no thresholds and :func:`load` was given none.
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


def load(  # noqa: PLR0917
    name_or_path: str | Path = "stance-en",
    backend: BackendName = "auto",
    thresholds: Mapping[str, float] | None = None,
    threads: int | None = None,
    task: Task = "classification",
    labels: Sequence[str] | Mapping[str, str | Sequence[str]] | Codebook | None = None,
) -> Classifier:
    """Open a model.

    Args:
        name_or_path: the name of a shipped model, a folder, or ``hub:org/name``, the only form that may touch the
            network. A name that is also a folder here means the shipped model; write ``./name`` for the folder.
        backend: ``onnx`` (a stance model only), ``torch``, or ``auto``: ONNX where there is a ``stance.json``.
        thresholds: by label, in [0, 1]; they replace the stored ones. A plain transformers model stores none and
            needs all of them for :meth:`Classifier.label`.
        threads: how many the backend uses; by default ``OMP_NUM_THREADS`` or all processors.
        task: ``nli`` for a model of natural language inference (of the hub or a folder), which scores any labels: the
            probability of a label is that of entailment against all other classes, averaged over its sentences (see
            :class:`stance.backends.nli.NliBackend`). Such a model stores no thresholds.
        labels: for ``nli`` only: given and described as in :func:`zero_shot`; by default the five labels that ship.

    Raises:
        ModelError: no such model, or one that cannot be used.
        StanceError: an unknown backend, task, label or threshold, or malformed labels.
    """
    _check(backend, threads)
    if task not in get_args(Task):
        raise StanceError(f"no task {task!r}", remedy=f"choose from {', '.join(get_args(Task))}")
    if labels is not None and task != "nli":
        raise StanceError("labels are given, but the model has its own", remedy='give task="nli", or no labels')
    source = _locate(name_or_path)
    reopened = str(source.absolute()) if isinstance(source, Path) else source
    described = describe(codebook.load() if labels is None else labels) if task == "nli" else None
    given = dict(thresholds) if thresholds is not None else None
    opened = (load, (reopened, backend, given, threads, task, described))
    if described is not None:
        if backend == "onnx":
            raise ModelError("no ONNX graph for task nli", where=source, remedy='use backend="torch"')
        return _nli_model(source, described, thresholds, threads, opened)
    record = Path(source) / artefact.CARD
    # A link into nowhere is a broken stance model, not a plain one.
    if isinstance(source, Path) and (record.exists() or record.is_symlink()):
        model = artefact.read(source)
        if isinstance(model.card, ZeroShotCard):
            return _zero_shot(model, describe(model.card.codebook), backend, thresholds, threads, opened)
        return _stance_model(model, backend, thresholds, threads, opened)
    if backend == "onnx":
        remedy = 'use backend="torch"'
        raise ModelError(f"a plain transformers model (no {artefact.CARD})", where=source, remedy=remedy)
    return _plain_model(source, thresholds, threads, opened)


def zero_shot(
    labels: Sequence[str] | Mapping[str, str | Sequence[str]] | Codebook,
    model: str | Path = "zero-shot",
    backend: BackendName = "auto",
    thresholds: Mapping[str, float] | None = None,
    threads: int | None = None,
) -> Classifier:
    """A classifier for labels of one's own, told by descriptions of what a text does.

    A text is encoded once, however many labels there are, and each label gets a probability of its own: neither their
    order nor their company changes it. Of several descriptions of a label the similarities are averaged (see
    :class:`stance.backends.base.Similarity`); a description is encoded once in a process.

    Args:
        labels: names; or name → description or list of descriptions; or a codebook, whose hypotheses and definitions
            describe its labels. Names alone are described as in :func:`stance.descriptions.describe`: those of
            ``stance.load_codebook()`` and ``stance.load_codebook("acts")`` as there.
        model: a shipped zero-shot model or the folder of one.
        backend: ``onnx`` or ``auto``, the same here, or ``torch``.
        thresholds: by label, in [0, 1]; they replace the stored one.
        threads: as in :func:`load`.

    Raises:
        ModelError: no such model, or not a zero-shot one.
        StanceError: no labels, a name or a description that is blank, repeated or no text; an unknown backend or
            threshold.
    """
    _check(backend, threads)
    described = describe(labels)
    folder = Path(_locate(model))
    given = dict(thresholds) if thresholds is not None else None
    opened = (zero_shot, (described, folder.absolute(), backend, given, threads))
    return _zero_shot(artefact.read(folder, ZeroShotCard), described, backend, thresholds, threads, opened)


def _check(backend: str, threads: int | None) -> None:
    if backend not in get_args(BackendName):
        raise StanceError(f"no backend {backend!r}", remedy=f"choose from {', '.join(get_args(BackendName))}")
    if threads is not None and threads < 1:
        raise StanceError(f"threads is {threads}", remedy="give at least 1")


def _locate(name_or_path: str | Path) -> str | Path:
    name = str(name_or_path)
    if not name.strip():
        # As a path, no name at all would be the current directory.
        remedy = f"give one of {', '.join(artefact.shipped()) or 'none'}, a folder or hub:org/name"
        raise ModelError("the name of the model is empty", remedy=remedy)
    if isinstance(name_or_path, str) and name.startswith(HUB):
        return name
    if isinstance(name_or_path, str) and name in artefact.shipped():
        return artefact.resolve(name)
    return Path(name) if Path(name).is_dir() else artefact.resolve(name)


def _stance_model(
    model: Artefact[Card],
    backend: BackendName,
    thresholds: Mapping[str, float] | None,
    threads: int | None,
    opened: _Opened,
) -> Classifier:
    card, labels = model.card, model.card.codebook.ids
    stored = dict(zip(labels, card.thresholds, strict=True)) | _thresholds(thresholds or {}, labels)
    scoring = Scoring(labels, True, card.max_length, card.stride, tuple(stored.values()), card.unsure)
    engine: Backend
    if backend == "torch":
        from stance.backends.torch import TorchBackend

        engine = TorchBackend(model.path, threads)
    else:
        from stance.backends.onnx import OnnxBackend

        engine = OnnxBackend(*model.graph, card.initialisers, threads)
    return Classifier(card.name, engine, scoring, card, opened)


def _zero_shot(  # noqa: PLR0917
    model: Artefact[ZeroShotCard],
    described: Mapping[str, Sequence[str]],
    backend: BackendName,
    thresholds: Mapping[str, float] | None,
    threads: int | None,
    opened: _Opened,
) -> Classifier:
    card, labels = model.card, tuple(described)
    stored = dict.fromkeys(labels, card.threshold) | _thresholds(thresholds or {}, labels)
    scoring = Scoring(labels, True, card.max_length, card.stride, tuple(stored.values()), (card.unsure,) * len(labels))
    return Classifier(card.name, open_similarity(model, described, backend, threads), scoring, card, opened)


def _plain_model(
    source: str | Path, thresholds: Mapping[str, float] | None, threads: int | None, opened: _Opened
) -> Classifier:
    from stance.backends.torch import TorchBackend

    engine = TorchBackend(source, threads)
    plain = engine.plain
    chosen = _all_thresholds(thresholds, plain.labels)
    nowhere = ((0.0, 0.0),) * len(plain.labels)
    scoring = Scoring(plain.labels, plain.independent, plain.max_length, plain.max_length // 4, chosen, nowhere)
    return Classifier(str(source), engine, scoring, None, opened)


def _nli_model(
    source: str | Path,
    sentences: Mapping[str, Sequence[str]],
    thresholds: Mapping[str, float] | None,
    threads: int | None,
    opened: _Opened,
) -> Classifier:
    from stance.backends.nli import NliBackend

    labels = tuple(sentences)
    chosen = _all_thresholds(thresholds, labels)
    engine = NliBackend(source, sentences, threads)
    nowhere = ((0.0, 0.0),) * len(labels)
    scoring = Scoring(labels, True, engine.max_length, engine.max_length // 4, chosen, nowhere)
    return Classifier(str(source), engine, scoring, None, opened)


def _all_thresholds(given: Mapping[str, float] | None, labels: Sequence[str]) -> tuple[float, ...] | None:
    """Those of a model that stores none: one for each label, or none at all."""
    if given is None:
        return None
    chosen = _thresholds(given, labels)
    if missing := [label for label in labels if label not in chosen]:
        raise StanceError(f"no threshold for {', '.join(missing)}", remedy="give one for each label")
    return tuple(chosen[label] for label in labels)


def _thresholds(given: Mapping[str, float], labels: Sequence[str]) -> dict[str, float]:
    problems = [f"no label {label!r}" for label in given if label not in labels]
    problems += [
        f"the threshold of {label} is {value!r}, not a number in [0, 1]"
        for label, value in given.items()
        if not isinstance(value, int | float) or math.isnan(value) or not 0 <= value <= 1
    ]
    if problems:
        raise StanceError("; ".join(problems), remedy=f"the labels are {', '.join(labels)}")
    return {label: float(value) for label, value in given.items()}
