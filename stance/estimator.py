"""Own training as a scikit-learn estimator."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_is_fitted

from stance import artefact
from stance.card import Card
from stance.errors import ModelError, StanceError
from stance.examples import Examples, codebook_of, read
from stance.loading import load
from stance.own import Fitted, Recipe, fit, write
from stance.texts import checked

_RECORD = "estimator"


class StanceEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Texts to labels of one's own, by :func:`stance.train`.

    Texts come as a list, tuple, Series or one-dimensional array; they have no features, so ``n_features_in_`` is not
    set. Labels come in one of three forms, and ``predict`` answers in the form of scikit-learn for it:

    - one label a text: ``predict`` gives the likeliest, ``predict_proba`` shares that sum to 1;
    - an indicator matrix, (n, labels): ``predict`` gives one, by the model's threshold, ``predict_proba`` independent
      probabilities;
    - lists of labels, ``[]`` for none: as for an indicator matrix with a column for each of ``classes_``. (Splitters of
      scikit-learn that look at the labels take indicator matrices only.)

    The fitted model lies in a temporary folder that lives as long as the estimator; :meth:`save` keeps it.

    Args:
        base: the encoder to start from, as in :func:`stance.train`.
        labels: names of an indicator matrix's columns; by default their numbers.
        descriptions: what a label means, by name, as in :func:`stance.train`.
        epochs, batch_size, learning_rate, max_length, folds, device, seed: see :class:`stance.own.Recipe`.

    Attributes:
        classes_: (labels,), in the order of the columns.
        multilabel_: whether a text may have several labels, or none.
        model_: the :class:`stance.Classifier` behind it.
    """

    def __init__(
        self,
        base: str | Path = "zero-shot",
        *,
        labels: Sequence[str] | None = None,
        descriptions: Mapping[str, str | Sequence[str]] | None = None,
        epochs: int | None = None,
        batch_size: int = 16,
        learning_rate: float = 3e-4,
        max_length: int = 128,
        folds: int = 3,
        device: str = "cpu",
        seed: int = 13,
    ) -> None:
        self.base, self.labels, self.descriptions = base, labels, descriptions
        self.epochs, self.batch_size, self.learning_rate, self.max_length = (
            epochs,
            batch_size,
            learning_rate,
            max_length,
        )
        self.folds, self.device, self.seed = folds, device, seed

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.classifier_tags.multi_label = True
        return tags

    def fit(self, X: Sequence[str], y: Any) -> StanceEstimator:
        """Train anew; whatever was fitted before is forgotten.

        Args:
            X: n texts.
            y: their labels, in one of the three forms.

        Raises:
            StanceError: as in :func:`stance.train`.
        """
        texts = checked(X)
        classes, targets, multilabel = _targets(y, len(texts), self.labels)
        names = tuple(map(str, classes.tolist()))
        recipe = Recipe(
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            max_length=self.max_length,
            folds=self.folds,
            device=self.device,
            seed=self.seed,
        )
        examples = Examples(texts, targets, names, codebook_of(names, self.descriptions))
        room = Path(tempfile.mkdtemp(prefix="stance-"))
        weakref.finalize(self, shutil.rmtree, room, ignore_errors=True)
        fitted = fit(examples, self.base, recipe, room)
        self.model_ = load(room, thresholds=dict(zip(examples.codebook.ids, fitted.thresholds, strict=True)))
        self.classes_, self.multilabel_ = classes, multilabel
        self._source: tuple[Fitted, Examples] | Path = (fitted, examples)
        return self

    def predict(self, X: Sequence[str]) -> NDArray[Any]:
        """The likeliest label of each text, (n,), or an indicator matrix, (n, labels)."""
        check_is_fitted(self)
        chances = self.model_.predict_proba(X)
        if self.multilabel_:
            return np.asarray(chances >= np.array(self.model_.scoring.thresholds)).astype(int)
        return np.asarray(self.classes_[chances.argmax(axis=1)])

    def predict_proba(self, X: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities, (n, labels); of one label a text, shares that sum to 1."""
        check_is_fitted(self)
        chances = self.model_.predict_proba(X)
        return chances if self.multilabel_ else np.asarray(chances / chances.sum(axis=1, keepdims=True))

    def score(self, X: Sequence[str], y: Any, sample_weight: Any = None) -> float:
        """Share of texts of which all labels are right."""
        check_is_fitted(self)
        truth = _indicator(y, self.classes_) if self.multilabel_ and not hasattr(y, "ndim") else y
        return float(accuracy_score(truth, self.predict(X), sample_weight=sample_weight))

    def save(self, folder: str | Path) -> Path:
        """Write a model folder that :meth:`load`, :func:`stance.load` and plain transformers open; no pickle in it.

        Raises:
            StanceError: the libraries of ``diplomatic-stance[train]`` are missing.
        """
        check_is_fitted(self)
        if isinstance(self._source, Path):
            return Path(shutil.copytree(self._source, folder))
        told = {
            "parameters": self.get_params(deep=False) | {"base": str(self.base)},
            "classes": self.classes_.tolist(),
            "multilabel": self.multilabel_,
        }
        write(*self._source, folder, name=Path(folder).resolve().name, more={_RECORD: told})
        return Path(folder)

    @classmethod
    def load(cls, folder: str | Path) -> StanceEstimator:
        """Open what :meth:`save` wrote.

        Raises:
            ModelError: no sound model folder, or one that no estimator wrote.
        """
        card = artefact.read(folder, Card).card
        if _RECORD not in card.data:
            remedy = "open it with stance.load"
            raise ModelError("the model was not saved by an estimator", where=folder, remedy=remedy)
        told = card.data[_RECORD]
        opened = cls(**told["parameters"])
        opened._source = Path(folder).absolute()
        opened.model_ = load(Path(folder))
        opened.classes_, opened.multilabel_ = np.array(told["classes"]), told["multilabel"]
        return opened


def _targets(y: Any, count: int, labels: Sequence[str] | None) -> tuple[NDArray[Any], NDArray[np.bool_], bool]:
    """Classes, indicator matrix, and whether several may hold, of labels in any of the three forms."""
    if hasattr(y, "toarray"):
        y = y.toarray()
    if hasattr(y, "ndim") and y.ndim == 2:
        matrix = np.asarray(y)
        if matrix.shape[0] != count or not np.isin(matrix, (0, 1)).all():
            what = f"y of the shape {matrix.shape} for {count} texts is no indicator matrix"
            raise StanceError(what, remedy="give a row of 0 and 1 for each text")
        if labels is not None and len(labels) != matrix.shape[1]:
            raise StanceError(f"{len(labels)} labels for {matrix.shape[1]} columns", remedy="name each column once")
        classes = np.arange(matrix.shape[1]) if labels is None else np.array(list(labels))
        return classes, matrix.astype(bool), True
    entries = list(y) if hasattr(y, "__len__") and not isinstance(y, str | bytes) else []
    if len(entries) != count:
        raise StanceError(f"y has labels of {len(entries)} texts, X has {count}", remedy="give an entry for each text")
    if all(isinstance(entry, list | tuple | set | frozenset) for entry in entries):
        examples = read([str(number) for number in range(count)], entries)
        return np.array(examples.names), examples.targets, True
    if bad := [entry for entry in entries if entry is None or (isinstance(entry, float) and np.isnan(entry))]:
        raise StanceError(f"y holds {bad[0]!r}", remedy="give each text a label, or lists of labels with [] for none")
    classes, numbers = np.unique(np.asarray(entries), return_inverse=True)
    return classes, numbers[:, None] == np.arange(len(classes)), False


def _indicator(y: Sequence[Sequence[str]], classes: NDArray[Any]) -> NDArray[np.int64]:
    return np.array([[int(name in names) for name in classes.tolist()] for names in y])
