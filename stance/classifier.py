"""From scores to stances: calibrated probabilities, thresholds for each label, doubt."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from stance import artefact
from stance.backends.base import Backend
from stance.backends.batching import score
from stance.card import Card
from stance.errors import ModelError, StanceError
from stance.intensity import intensity
from stance.types import Stance, Verdict

BackendName = Literal["auto", "onnx", "torch"]
HUB = "hub:"


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
    """Gives texts their stances; made by :func:`load`.

    The same text gets the same scores (to 1e-5) in any batch, order and company. A text over the model's length limit
    is read in overlapping windows, and each label gets its highest score in any of them. Copies and other processes
    reopen the model from where it came.

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
        card: Card | None,
        reopen: tuple[Any, ...] | None = None,
        digest: Callable[[], str] | None = None,
    ) -> None:
        self.name, self.scoring, self.card = name, scoring, card
        self._backend, self._reopen, self._digest = backend, reopen, digest

    def __repr__(self) -> str:
        return f"Classifier({self.name!r}, labels={self.labels})"

    def __reduce__(self) -> tuple[Callable[..., Classifier], tuple[Any, ...]]:
        if self._reopen is None:
            raise TypeError(f"{self!r} was not loaded from a folder or the hub and cannot be copied")
        return load, self._reopen

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the labels, in the order of the scores."""
        return self.scoring.labels

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what the answers hang on: the record or else the weights, thresholds, backend.

        Classifiers that may answer differently have different ones, wherever they were loaded from.

        Raises:
            TypeError: there is neither a record nor a way to read the weights.
        """
        if self.card is None and self._digest is None:
            raise TypeError(f"{self!r} was not loaded and has no fingerprint")
        weights = self.card.to_dict() if self.card else self._digest and self._digest()
        content = [type(self._backend).__name__, asdict(self.scoring), weights]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

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


def load(
    name_or_path: str | Path = "stance-en",
    backend: BackendName = "auto",
    thresholds: Mapping[str, float] | None = None,
    threads: int | None = None,
) -> Classifier:
    """Open a model.

    Args:
        name_or_path: the name of a shipped model, a folder, or ``hub:org/name``, the only form that may touch the
            network. A name that is also a folder here means the shipped model; write ``./name`` for the folder.
        backend: ``onnx`` (a stance model only), ``torch``, or ``auto``: ONNX where there is a ``stance.json``.
        thresholds: by label, in [0, 1]; they replace the stored ones. A plain transformers model stores none and
            needs all of them for :meth:`Classifier.label`.
        threads: how many the backend uses; by default ``OMP_NUM_THREADS`` or all processors.

    Raises:
        ModelError: no such model, or one that cannot be used.
        StanceError: an unknown backend, label or threshold.
    """
    if backend not in get_args(BackendName):
        raise StanceError(f"no backend {backend!r}", remedy=f"choose from {', '.join(get_args(BackendName))}")
    if threads is not None and threads < 1:
        raise StanceError(f"threads is {threads}", remedy="give at least 1")
    source = _locate(name_or_path)
    reopened = str(source.absolute()) if isinstance(source, Path) else source
    opened = (reopened, backend, dict(thresholds) if thresholds is not None else None, threads)
    record = Path(source) / artefact.CARD
    # A link into nowhere is a broken stance model, not a plain one.
    if isinstance(source, Path) and (record.exists() or record.is_symlink()):
        return _stance_model(source, backend, thresholds, threads, opened)
    if backend == "onnx":
        remedy = 'use backend="torch"'
        raise ModelError(f"a plain transformers model (no {artefact.CARD})", where=source, remedy=remedy)
    return _plain_model(source, thresholds, threads, opened)


def checked(texts: Sequence[str]) -> list[str]:
    """The texts as a list.

    Raises:
        StanceError: not a sequence, or an entry that is no text, blank, or not Unicode; the message names its index.
    """
    one_dimensional = getattr(texts, "ndim", 1) == 1
    if isinstance(texts, str | bytes | Mapping) or not hasattr(texts, "__len__") or not one_dimensional:
        raise StanceError(f"texts is a {type(texts).__name__}", remedy="give a list of texts")
    entries = list(texts)
    for index, text in enumerate(entries):
        if (error := problem(text)) is not None:
            raise StanceError(error, where=f"texts[{index}]", remedy="leave it out or correct it")
    return entries


def problem(text: Any) -> str | None:
    """Why an entry cannot be labelled, or ``None`` when it can."""
    if not isinstance(text, str):
        return f"not a text but {type(text).__name__}"
    if not text.strip():
        return "blank text"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "not Unicode (half of a surrogate pair)"
    return None


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
    folder: Path,
    backend: BackendName,
    thresholds: Mapping[str, float] | None,
    threads: int | None,
    opened: tuple[Any, ...],
) -> Classifier:
    model = artefact.read(folder)
    card, labels = model.card, model.card.codebook.ids
    stored = dict(zip(labels, card.thresholds, strict=True)) | _thresholds(thresholds or {}, labels)
    scoring = Scoring(labels, True, card.max_length, card.stride, tuple(stored.values()), card.unsure)
    engine: Backend
    if backend == "torch":
        from stance.backends.torch import TorchBackend

        engine = TorchBackend(folder, threads)
    else:
        from stance.backends.onnx import OnnxBackend

        graph, weights, tokenizer = (folder / name for name in (artefact.GRAPH, artefact.WEIGHTS, artefact.TOKENIZER))
        engine = OnnxBackend(graph, weights, tokenizer, card.initialisers, threads)
    return Classifier(card.name, engine, scoring, card, opened)


def _plain_model(
    source: str | Path, thresholds: Mapping[str, float] | None, threads: int | None, opened: tuple[Any, ...]
) -> Classifier:
    from stance.backends.torch import TorchBackend

    engine = TorchBackend(source, threads)
    plain = engine.plain
    chosen: tuple[float, ...] | None = None
    if thresholds is not None:
        given = _thresholds(thresholds, plain.labels)
        if missing := [label for label in plain.labels if label not in given]:
            raise StanceError(f"no threshold for {', '.join(missing)}", remedy="give one for each label")
        chosen = tuple(given[label] for label in plain.labels)
    nowhere = ((0.0, 0.0),) * len(plain.labels)
    scoring = Scoring(plain.labels, plain.independent, plain.max_length, plain.max_length // 4, chosen, nowhere)
    return Classifier(str(source), engine, scoring, None, opened, engine.digest)


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
