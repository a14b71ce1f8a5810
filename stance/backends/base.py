"""What a backend is: texts to token ids, token ids to logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Wrapping:
    """The special tokens around every input.

    Attributes:
        prefix: how many stand in front (1 for ``[CLS]``).
        suffix: how many stand behind (1 for ``[SEP]``).
    """

    prefix: int
    suffix: int


@dataclass(frozen=True, slots=True)
class Initialiser:
    """Where a constant of an ONNX graph comes from.

    Attributes:
        tensor: its name in the safetensors file.
        transpose: whether the graph wants the transpose of that matrix.
        dtype: what the graph wants it as, ``float32`` or ``float16``.
    """

    tensor: str
    transpose: bool
    dtype: str

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; the constructor takes it back as keywords."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Similarity:
    """How a zero-shot model reads similarities: ``logit = scale * z + bias``.

    A description's cosine similarity with a text is standardised by its mean and spread over the background sentences
    of the folder; z is the mean of that over the descriptions of a label.
    """

    scale: float
    bias: float


class Encoder(Protocol):
    """A sentence encoder; stateless, so that equal inputs give equal outputs.

    Attributes:
        wrapping: the special tokens that :meth:`encode` puts around a text.
        workers: how many threads may call :meth:`embeddings` at once with profit; 1 where a call is parallel in itself.
    """

    wrapping: Wrapping
    workers: int

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text with its special tokens, not cut and not padded."""
        ...

    def embeddings(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Means of the last layer's states scaled to length 1, (n, width), of inputs no longer than the model takes."""
        ...


class Backend(Protocol):
    """What gives each text one logit a label; stateless, so that equal inputs give equal outputs.

    Attributes:
        wrapping: the special tokens that :meth:`encode` puts around a text.
        workers: how many threads may call :meth:`logits` at once with profit; 1 where a call is parallel in itself.
    """

    wrapping: Wrapping
    workers: int

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text with its special tokens, not cut and not padded."""
        ...

    def logits(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Raw scores, (n, labels), of inputs no longer than the model takes; shorter ones are padded to the longest."""
        ...
