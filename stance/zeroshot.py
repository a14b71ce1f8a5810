"""A zero-shot folder and descriptions of labels, made into a backend; descriptions are encoded once in a process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from stance import artefact
from stance.artefact import Artefact
from stance.backends.base import Encoder
from stance.backends.similarity import SimilarityBackend, directions, embed
from stance.card import ZeroShotCard

# By the SHA-256 of every file of the model and the kind of encoder, then by description.
_EMBEDDED: dict[tuple[str, ...], dict[str, NDArray[np.float32]]] = {}


def open_similarity(
    model: Artefact[ZeroShotCard],
    described: Mapping[str, Sequence[str]],
    backend: str = "auto",
    threads: int | None = None,
) -> SimilarityBackend:
    """The backend of a zero-shot folder for labels.

    Args:
        model: the folder.
        described: at least one description for each label, in the order of the scores.
        backend: ``torch``; ONNX Runtime otherwise.
        threads: how many it uses.

    Raises:
        StanceError: a description longer than the model takes.
        ModelError: the files of the folder do not fit each other.
    """
    encoder = open_encoder(model, backend, threads)
    known = _EMBEDDED.setdefault((type(encoder).__name__, *sorted(model.card.files.values())), {})
    new = [text for text in dict.fromkeys(text for texts in described.values() for text in texts) if text not in known]
    known.update(zip(new, embed(encoder, new, model.card.max_length), strict=True))
    groups = [[known[text] for text in texts] for texts in described.values()]
    return SimilarityBackend(encoder, *directions(groups, read_background(model), model.card.similarity))


def open_encoder(model: Artefact[ZeroShotCard], backend: str = "auto", threads: int | None = None) -> Encoder:
    """The encoder alone; arguments and errors as in :func:`open_similarity`."""
    if backend == "torch":
        from stance.backends.torch import TorchEncoder

        return TorchEncoder(model.path, threads)
    from stance.backends.onnx import OnnxEncoder

    return OnnxEncoder(*model.graph, model.card.initialisers, threads)


def read_background(model: Artefact[ZeroShotCard]) -> NDArray[np.float64]:
    """Embeddings of the background sentences, (m, width)."""
    from safetensors.numpy import load_file

    return np.asarray(load_file(model.path / artefact.BACKGROUND)[artefact.BANK], dtype=np.float64)
