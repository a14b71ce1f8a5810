"""The classifiers that a server offers: opened when they are first asked for, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from threading import Lock

from stance import artefact
from stance.classifier import Classifier
from stance.descriptions import describe
from stance.loading import load, zero_shot
from stance.serve.bodies import OwnLabel
from stance.serve.refusals import Refused

# Sets of labels of one's own that are kept open; each is a session of its own.
KEPT = 4

Described = tuple[tuple[str, tuple[str, ...]], ...]


class Shelf:
    """Classifiers by name; what is asked for must be offered, so that no request opens other folders or the network.

    Args:
        first: what :func:`stance.load` takes; opened at once.
        gate: use the gates of models that have one.

    Raises:
        ModelError: it cannot be loaded, or stores no thresholds.
    """

    def __init__(self, first: str, *, gate: bool = True) -> None:
        shipped = (name for name in artefact.shipped() if name not in artefact.ALIASES.values())
        self.names = tuple(dict.fromkeys((first, *shipped)))
        # Two requests at once open a model once.
        self._lock = Lock()
        self._gate = gate
        self._opened: dict[str, Classifier] = {}
        self._own = lru_cache(KEPT)(_own)
        # Also asks for the thresholds, which a plain transformers model lacks.
        self.get(first).classify(["We are concerned."])

    def get(self, name: str | None = None, labels: Sequence[OwnLabel] | None = None) -> Classifier:
        """A classifier: that of a name (by default the first), or one for labels of one's own.

        Raises:
            Refused: a name that is not offered.
            StanceError: labels that cannot be used.
        """
        with self._lock:
            if labels:
                return self._own(tuple((label.name, tuple(label.descriptions)) for label in labels))
            wanted = name or self.names[0]
            if wanted not in self.names:
                raise Refused(422, f"no model {wanted!r}", remedy=f"choose from {', '.join(self.names)}")
            if wanted not in self._opened:
                self._opened[wanted] = load(wanted, gate=self._gate)
            return self._opened[wanted]


def _own(labels: Described) -> Classifier:
    return zero_shot({name: list(texts) or list(describe([name])[name]) for name, texts in labels})
