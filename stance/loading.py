"""Opening models: shipped ones, folders and the hub's, with their own labels or with the user's."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, get_args

from stance import artefact, codebook
from stance.artefact import Artefact
from stance.backends.base import Backend
from stance.backends.gate import Gate
from stance.card import Card, ZeroShotCard
from stance.classifier import HUB, Classifier, Opened, Scoring
from stance.codebook import Codebook
from stance.descriptions import describe
from stance.errors import ModelError, StanceError
from stance.zeroshot import open_similarity

BackendName = Literal["auto", "onnx", "torch"]
Task = Literal["classification", "nli"]


def load(  # noqa: PLR0917
    name_or_path: str | Path = "stance-en",
    backend: BackendName = "auto",
    thresholds: Mapping[str, float] | None = None,
    threads: int | None = None,
    task: Task = "classification",
    labels: Sequence[str] | Mapping[str, str | Sequence[str]] | Codebook | None = None,
    gate: bool = True,
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
        gate: use the gate where the folder has one (see :class:`Classifier`). With a threshold below the stored one it
            is left out in any case: what it would lose there was not measured.

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
    reopened = _again(name_or_path, source)
    described = describe(codebook.load() if labels is None else labels) if task == "nli" else None
    given = dict(thresholds) if thresholds is not None else None
    opened = (load, (reopened, backend, given, threads, task, described, gate))
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
        return _stance_model(model, backend, thresholds, threads, opened, gated=gate)
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
    opened = (zero_shot, (described, _again(model, folder), backend, given, threads))
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


def _again(name_or_path: str | Path, source: str | Path) -> str:
    """What opens the same model in another process, be it on another machine: a shipped name stays one."""
    shipped = isinstance(name_or_path, str) and name_or_path in artefact.shipped()
    return str(name_or_path if shipped else source.absolute() if isinstance(source, Path) else source)


def _stance_model(
    model: Artefact[Card],
    backend: BackendName,
    thresholds: Mapping[str, float] | None,
    threads: int | None,
    opened: Opened,
    *,
    gated: bool,
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
    gate: Gate | None = None
    lowered = any(now < then for now, then in zip(stored.values(), card.thresholds, strict=True))
    if gated and card.gate is not None and not lowered:
        gate = Gate(model.path / artefact.GATE, model.path / artefact.WEIGHTS, card.gate)
    return Classifier(card.name, engine, scoring, card, opened, gate=gate)


def _zero_shot(  # noqa: PLR0917
    model: Artefact[ZeroShotCard],
    described: Mapping[str, Sequence[str]],
    backend: BackendName,
    thresholds: Mapping[str, float] | None,
    threads: int | None,
    opened: Opened,
) -> Classifier:
    card, labels = model.card, tuple(described)
    stored = dict.fromkeys(labels, card.threshold) | _thresholds(thresholds or {}, labels)
    scoring = Scoring(labels, True, card.max_length, card.stride, tuple(stored.values()), (card.unsure,) * len(labels))
    engine = open_similarity(model, described, backend, threads)
    return Classifier(card.name, engine, scoring, card, opened, lambda: _digest(described))


def _plain_model(
    source: str | Path, thresholds: Mapping[str, float] | None, threads: int | None, opened: Opened
) -> Classifier:
    from stance.backends.torch import TorchBackend

    engine = TorchBackend(source, threads)
    plain = engine.plain
    chosen = _all_thresholds(thresholds, plain.labels)
    nowhere = ((0.0, 0.0),) * len(plain.labels)
    scoring = Scoring(plain.labels, plain.independent, plain.max_length, plain.max_length // 4, chosen, nowhere)
    return Classifier(str(source), engine, scoring, None, opened, engine.digest)


def _nli_model(
    source: str | Path,
    sentences: Mapping[str, Sequence[str]],
    thresholds: Mapping[str, float] | None,
    threads: int | None,
    opened: Opened,
) -> Classifier:
    from stance.backends.nli import NliBackend

    labels = tuple(sentences)
    chosen = _all_thresholds(thresholds, labels)
    engine = NliBackend(source, sentences, threads)
    nowhere = ((0.0, 0.0),) * len(labels)
    scoring = Scoring(labels, True, engine.max_length, engine.max_length // 4, chosen, nowhere)
    return Classifier(str(source), engine, scoring, None, opened, lambda: _digest(sentences) + engine.digest())


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


def _digest(described: Mapping[str, Sequence[str]]) -> str:
    """SHA-256 of labels and what describes them."""
    return hashlib.sha256(json.dumps([[label, list(texts)] for label, texts in described.items()]).encode()).hexdigest()
