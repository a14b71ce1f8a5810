"""Zero-shot: a label's logit is how much nearer a text is to its descriptions than other sentences are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from stance.backends.base import Encoder, Similarity
from stance.backends.batching import BATCH
from stance.errors import StanceError


class SimilarityBackend:
    """One pass of a sentence encoder a text, and a product with the labels' directions.

    Args:
        encoder: of texts and descriptions.
        directions: (width, labels), see :func:`directions`.
        offsets: (labels,).
    """

    def __init__(self, encoder: Encoder, directions: NDArray[np.float64], offsets: NDArray[np.float64]) -> None:
        self._encoder, self._directions, self._offsets = encoder, directions, offsets
        self.wrapping, self.workers = encoder.wrapping, encoder.workers

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text with its special tokens, not cut and not padded."""
        return self._encoder.encode(texts)

    def logits(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Calibrated logits, (n, labels)."""
        # In float64, so that after rounding a label's score does not hang on which other labels stand beside it.
        rows = self._encoder.embeddings(batch).astype(np.float64) @ self._directions + self._offsets
        return rows.astype(np.float32)


def embed(encoder: Encoder, texts: Sequence[str], max_length: int) -> NDArray[np.float32]:
    """Embeddings of length 1, (n, width), of texts that are not to be cut.

    Raises:
        StanceError: a text of more than ``max_length`` tokens.
    """
    ids = encoder.encode(texts) if texts else []
    for text, tokens in zip(texts, ids, strict=True):
        if len(tokens) > max_length:
            what = f"the description {text[:40]!r}… has {len(tokens)} tokens, the model takes {max_length}"
            raise StanceError(what, remedy="give several short descriptions, which are averaged")
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    rows: dict[int, NDArray[np.float32]] = {}
    for start in range(0, len(order), BATCH):
        chunk = order[start : start + BATCH]
        rows.update(zip(chunk, encoder.embeddings([ids[i] for i in chunk]), strict=True))
    return np.array([rows[i] for i in range(len(ids))], dtype=np.float32)


def directions(
    groups: Iterable[Sequence[NDArray[np.float32]]], background: NDArray[np.float64], similarity: Similarity
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What turns an embedding into logits: ``embedding @ directions + offsets``, (width, labels) and (labels,).

    Args:
        groups: for each label the embeddings of its descriptions, at least one, of length 1.
        background: (m, width), what each description's similarity is standardised by.
        similarity: from standardised similarities to logits.
    """
    columns, offsets = [], []
    for group in groups:
        described = np.array(group, dtype=np.float64)
        usual = background @ described.T
        means, spreads = usual.mean(axis=0), usual.std(axis=0)
        columns.append(similarity.scale * (described / spreads[:, None]).mean(axis=0))
        offsets.append(similarity.bias - similarity.scale * (means / spreads).mean())
    return np.array(columns).T, np.array(offsets)
