"""Train on labels of one's own: from a few examples a label to a model folder, in one call."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stance import artefact
from stance.backends.torch import library as torch_library
from stance.calibration import Bools, Floats, choose_threshold, platt, sigmoid, summary, unsure_bounds
from stance.classifier import Classifier
from stance.codebook import Codebook
from stance.errors import StanceError
from stance.examples import Examples, read
from stance.loading import load
from stance.own_card import render

if TYPE_CHECKING:
    from datasets import Dataset

logger = logging.getLogger(__name__)

# Below so many examples a label is learnt badly; below two it cannot be checked at all.
FEW, LEAST = 8, 2
# Of a text in one window, in tokens.
MAX_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to tune an encoder to examples; every number that shapes the weights.

    Attributes:
        epochs: passes over the examples; by default :func:`passes`.
        batch_size: examples a step.
        learning_rate: peak rate of AdamW on the encoder's layers, reached after the warm-up, falling linearly to 0.
        head_factor: the head learns at this multiple of the rate.
        warmup: share of the steps in which the rate rises, in [0, 1).
        weight_decay: of AdamW.
        tuned: share of the encoder's layers that are tuned, from the top, in (0, 1]; the others stay as they are.
        max_length: longest example in tokens; longer ones are cut.
        folds: how many parts of the examples are scored by models that have not seen them, at least 2.
        alone: from so many examples on, one fold is scored instead of all.
        shared: labels of which one has fewer examples share their calibration and bounds of doubt.
        certainty: outside the bounds of doubt a decision is right this often.
        device: ``cpu``, or ``auto`` for a GPU where there is one.
        seed: of the order of the examples and of the folds.
    """

    epochs: int | None = None
    batch_size: int = 16
    learning_rate: float = 3e-4
    head_factor: float = 10.0
    warmup: float = 0.1
    weight_decay: float = 0.01
    tuned: float = 0.5
    max_length: int = 128
    folds: int = 3
    alone: int = 200
    shared: int = 100
    certainty: float = 0.8
    device: str = "cpu"
    seed: int = 13

    def __post_init__(self) -> None:
        bad = [name for name in ("batch_size", "max_length", "alone", "shared") if getattr(self, name) < 1]
        bad += [name for name in ("learning_rate", "head_factor") if getattr(self, name) <= 0]
        bad += ["epochs"] if self.epochs is not None and self.epochs < 1 else []
        bad += ["folds"] if self.folds < 2 else []
        bad += ["tuned"] if not 0 < self.tuned <= 1 else []
        bad += ["warmup"] if not 0 <= self.warmup < 1 else []
        bad += ["weight_decay"] if self.weight_decay < 0 else []
        bad += ["certainty"] if not 0.5 < self.certainty < 1 else []
        bad += ["device"] if self.device not in ("cpu", "auto") else []
        if bad:
            raise StanceError(f"settings out of range: {', '.join(bad)}", remedy="see stance.own.Recipe for the ranges")


@dataclass(frozen=True, slots=True)
class Fitted:
    """A plain transformers folder that is calibrated, and what was found on held-out examples."""

    folder: Path
    thresholds: tuple[float, ...]
    unsure: tuple[tuple[float, float], ...]
    metrics: Mapping[str, Any]


def train(
    texts: Sequence[str] | Dataset,
    labels: Sequence[Any] | None = None,
    *,
    out: str | Path,
    base: str | Path = "zero-shot",
    descriptions: Mapping[str, str | Sequence[str]] | Codebook | None = None,
    name: str | None = None,
    recipe: Recipe | None = None,
) -> Classifier:
    """Train a classifier for labels of one's own, from about 8 examples of each, and save it as a model folder.

    A logistic regression is fitted for each label on the frozen encoder's sentence embeddings; then the regressions and
    the encoder's upper layers are tuned together. The folder is a stance model (``stance.load(out)``) and a plain
    transformers one (``BertForSequenceClassification``); its labels stand independent of each other.

    Give examples without any label, too (``[]``; about twice as many as of one label): without them the model has not
    seen what is none of the labels.

    Calibration and thresholds come from scores of examples by models that have not seen them: the same recipe on all
    folds but one, for each of ``recipe.folds`` (from ``recipe.alone`` examples on, for one fold only). Scores become
    probabilities by Platt scaling, shared by all labels where one of them has fewer than ``recipe.shared`` examples.
    One threshold serves all labels: the one with the best mean F1 on these scores. Both hold for texts in which the
    labels are about as frequent as in the examples.

    Args:
        texts: n examples, or a :class:`datasets.Dataset` with the columns ``text`` and ``labels``.
        labels: the labels of each text: a list of names (``[]`` for none), or one name (``None`` for none); left out
            for a dataset.
        out: folder to write; what was in it is replaced once the new model is complete.
        base: the encoder to start from, a BERT: a shipped model, a folder, or ``hub:org/name``, the only form that may
            touch the network.
        descriptions: what a label means, by name: a sentence or several; or a codebook. The names of a codebook, or of
            a table, set the order of the labels; by default it is that of the alphabet.
        name: of the model; by default that of the folder.
        recipe: hyperparameters.

    Raises:
        StanceError: texts and labels that do not fit, a label with fewer than two examples or in all of them, or the
            libraries of ``diplomatic-stance[train]`` missing.
        ModelError: no BERT encoder under ``base``.
    """
    torch_library()
    from stance import export

    recipe = recipe or Recipe()
    export.require()
    examples = read(texts, labels, descriptions)
    with tempfile.TemporaryDirectory() as room:
        fitted = fit(examples, base, recipe, Path(room))
        write(fitted, examples, out, name=name or Path(out).resolve().name)
    return load(Path(out).absolute())


def fit(examples: Examples, base: str | Path, recipe: Recipe, folder: Path) -> Fitted:
    """Tune on all examples, calibrate on scores of held-out ones, and write a plain folder; see :func:`train`."""
    _check(examples)
    torch_library()
    from stance import _tuning

    start = _tuning.open_encoder(artefact.resolve(base) if base in artefact.shipped() else base)
    texts, targets = examples.texts, examples.targets.astype(np.float64)
    epochs = recipe.epochs or passes(len(texts))
    held_out, scores = [], []
    folds = deal(examples, recipe)
    for fold in range(1 if len(texts) >= recipe.alone else recipe.folds):
        kept, rest = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        known = examples.targets[kept].any(axis=0) & ~examples.targets[kept].all(axis=0)
        if not known.all() or not len(rest):
            continue
        tuned = _tuning.tune(start, [texts[i] for i in kept], targets[kept], recipe, epochs)
        held_out.append(rest)
        scores.append(_tuning.logits(tuned, [texts[i] for i in rest], recipe.max_length))
        logger.info("scored fold %d of %d", fold + 1, recipe.folds)
    if not held_out:
        raise StanceError("the examples cannot be held out in part", remedy=f"give about {FEW} of each label")
    model = _tuning.tune(start, texts, targets, recipe, epochs)
    truth = examples.targets[np.concatenate(held_out)]
    temperatures, biases, thresholds, bounds = judge(np.concatenate(scores), truth, recipe)
    calibrated = _tuning.Tuned(
        model.tokenizer, model.encoder, model.weights / temperatures[:, None], model.bias / temperatures + biases
    )
    chances = sigmoid(np.concatenate(scores) / temperatures + biases)
    _tuning.save(calibrated, examples.codebook.ids, folder)
    # Of a folder its name alone: where it lies is nobody's business.
    public = str(base).startswith("hub:") or base in artefact.shipped()
    told = {"base": str(base) if public else Path(base).name, "epochs": epochs}
    measured = summary(chances, truth, thresholds, bounds, examples.codebook.ids)
    metrics = {"out_of_fold": measured, "recipe": asdict(recipe) | told}
    return Fitted(folder, tuple(thresholds.tolist()), tuple(bounds), metrics)


def passes(count: int) -> int:
    """How often that many examples are seen by default: 2,500 passes in all, but each 3 times at least, 12 at most."""
    return int(np.clip(round(2500 / count), 3, 12))


def deal(examples: Examples, recipe: Recipe) -> NDArray[np.int64]:
    """The fold of each example: equal texts lie in one, and the examples of a label are dealt out evenly."""
    generator = np.random.default_rng(recipe.seed)
    frequency = examples.targets.sum(axis=0)
    count = len(frequency)
    # An example counts for its rarest label.
    rarest = [min(np.flatnonzero(row), key=lambda i: (frequency[i], i), default=count) for row in examples.targets]
    shuffled = generator.permutation(len(rarest)).tolist()
    fold_of: dict[str, int] = {}
    for place, row in enumerate(sorted(shuffled, key=lambda i: rarest[i])):
        fold_of.setdefault(examples.texts[row], place % recipe.folds)
    return np.array([fold_of[text] for text in examples.texts])


def judge(scores: Floats, truth: Bools, recipe: Recipe) -> tuple[Floats, Floats, Floats, list[tuple[float, float]]]:
    """Temperature, bias, threshold and bounds of doubt of each label, from scores (n, labels) of held-out examples."""
    count = truth.shape[1]
    shared = bool(min(truth.sum(axis=0).tolist()) < recipe.shared)
    scales = [platt(scores.ravel(), truth.ravel())] * count if shared else []
    scales = scales or [platt(scores[:, i], truth[:, i]) for i in range(count)]
    temperatures, biases = np.array(scales).T
    chances = sigmoid(scores / temperatures + biases)
    threshold = choose_threshold(chances, truth, budget=1.0)
    if shared:
        bounds = [unsure_bounds(chances.ravel(), truth.ravel(), threshold, recipe.certainty)] * count
    else:
        bounds = [unsure_bounds(chances[:, i], truth[:, i], threshold, recipe.certainty) for i in range(count)]
    return temperatures, biases, np.full(count, threshold), bounds


def write(
    fitted: Fitted, examples: Examples, out: str | Path, *, name: str, more: Mapping[str, Any] | None = None
) -> None:
    """Write the model folder; ``more`` goes into its record beside the facts on the examples.

    Raises:
        StanceError: the libraries of ``diplomatic-stance[train]`` are missing.
    """
    from stance import export

    count = len(examples.codebook.ids)
    config = json.loads((fitted.folder / artefact.CONFIG).read_text(encoding="utf-8"))
    longest = min(MAX_LENGTH, config["max_position_embeddings"])
    export.export(
        fitted.folder,
        {"temperature": [1.0] * count, "bias": [0.0] * count},
        fitted.thresholds,
        fitted.unsure,
        out,
        name=name,
        data={"examples": {"rows": len(examples.texts), "sha256": _sha256(examples), "names": list(examples.names)}}
        | dict(more or {}),
        metrics=fitted.metrics,
        max_length=longest,
        stride=longest // 4,
        book=examples.codebook,
        readme=render,
    )


def _sha256(examples: Examples) -> str:
    rows = [list(examples.texts), examples.targets.astype(int).tolist()]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _check(examples: Examples) -> None:
    counts = dict(zip(examples.names, examples.targets.sum(axis=0).tolist(), strict=True))
    if rare := [f"{label!r} has {count}" for label, count in counts.items() if count < LEAST]:
        raise StanceError(f"too few examples: {', '.join(rare)}", remedy=f"give about {FEW} of each label")
    everywhere = [repr(label) for label, count in counts.items() if len(examples.texts) - count < LEAST]
    if everywhere:
        remedy = "add examples without it, of other labels or of none"
        raise StanceError(f"all examples have {', '.join(everywhere)}", remedy=remedy)
    few = [f"{label!r} ({count})" for label, count in counts.items() if count < FEW]
    if few:
        logger.warning("fewer than %d examples of %s", FEW, ", ".join(few))
