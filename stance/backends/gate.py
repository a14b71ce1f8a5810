"""A small network before the encoder: which texts could take a stance at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.backends.batching import pad
from stance.backends.onnx import open_session
from stance.errors import ModelError
from stance.gating import SCORE, WORDS, Gating

INPUTS = ["input_ids", "attention_mask"]
_FLOATS = "tensor(float)"
# More texts at once than the encoder takes: its matrices are small.
BATCH = 32
# A score this near the point of decision is computed once more for the text alone: in a batch, rounding differs with
# the company, by far less than this, and the same text must always be decided alike.
NEAR = 1e-3


class Gate:
    """Reads the encoder's own token ids; ONNX Runtime behind every backend.

    Args:
        graph: the ONNX file, with the weights of the gate.
        weights: the safetensors file that holds the table of word embeddings.
        gating: the record.

    Attributes:
        answer: one logit a label, what a text gets that the encoder need not read.

    Raises:
        ModelError: the files do not fit each other.
    """

    def __init__(self, graph: Path, weights: Path, gating: Gating) -> None:
        # The values are kept for as long as the session: it reads these arrays where they lie.
        self._session, self._values = open_session(graph, weights, {WORDS: gating.words})
        given, taken = self._session.get_outputs(), [node.name for node in self._session.get_inputs()]
        if taken != INPUTS or [(node.name, node.type, len(node.shape)) for node in given] != [(SCORE, _FLOATS, 1)]:
            raise ModelError(f"the graph of the gate does not turn {' and '.join(INPUTS)} into a {SCORE}", where=graph)
        self._least = gating.least
        bounds = np.array(gating.bounds)
        self.answer: NDArray[np.float32] = (np.log(bounds) - np.log1p(-bounds)).astype(np.float32)

    def closed(self, inputs: Sequence[Sequence[int]]) -> NDArray[np.bool_]:
        """For which inputs no encoder is needed, (n,); each hangs on the input alone.

        Args:
            inputs: token ids with special tokens, each no longer than the model takes.
        """
        scores = np.empty(len(inputs), dtype=np.float32)
        order = sorted(range(len(inputs)), key=lambda i: len(inputs[i]))
        for start in range(0, len(order), BATCH):
            chunk = order[start : start + BATCH]
            scores[chunk] = self.scores([inputs[i] for i in chunk])
        for i in np.flatnonzero(np.abs(scores - self._least) < NEAR).tolist():
            scores[i] = self.scores([inputs[i]])[0]
        return np.asarray(scores < self._least)

    def scores(self, inputs: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Logits, (n,), that a text could take a stance, of one batch."""
        ids, mask = pad(inputs, filler=0)
        rows: NDArray[np.float32] = self._session.run([SCORE], {"input_ids": ids, "attention_mask": mask})[0]
        return rows
