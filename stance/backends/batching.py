"""From texts to one row of logits each, whatever their order, number and length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stance.backends.base import Backend, Wrapping

BATCH = 8


class Gate(Protocol):
    """What answers in the backend's place where no label can apply; stateless.

    Attributes:
        answer: that answer, one logit a label.
    """

    answer: NDArray[np.float32]

    def closed(self, inputs: Sequence[Sequence[int]]) -> NDArray[np.bool_]:
        """For which inputs it answers, (n,); each hangs on the input alone, whatever stands beside it."""
        ...


def score(  # noqa: PLR0917
    backend: Backend, texts: Sequence[str], labels: int, max_length: int, stride: int, gate: Gate | None = None
) -> NDArray[np.float32]:
    """Logits of each text, (n, labels), in the order given.

    Equal texts are scored once. A text over ``max_length`` tokens is read in windows that share ``stride`` tokens, and
    gets for each label the maximum of its windows' logits: a stance taken anywhere in it is taken in it. Batches hold
    inputs of like length, so that little is padded.

    Args:
        backend: what scores.
        texts: n texts.
        labels: how many columns the backend gives.
        max_length: longest input in tokens, special tokens included.
        stride: tokens that neighbouring windows share; less than ``max_length`` without the special tokens.
        gate: what may answer for texts of at most ``max_length`` tokens; longer ones always go through the backend.
    """
    unique = list(dict.fromkeys(texts))
    encoded = backend.encode(unique) if unique else []
    merged = np.full((len(unique), labels), -np.inf, dtype=np.float32)
    shut = shut_out(gate, encoded, max_length)
    if gate is not None:
        merged[shut] = gate.answer
    windows: list[list[int]] = []
    owners: list[int] = []
    for owner in np.flatnonzero(~shut).tolist():
        for window in cut(encoded[owner], backend.wrapping, max_length, stride):
            windows.append(window)
            owners.append(owner)
    # Ties broken by content: which inputs share a batch does not depend on the order of the texts. The longest batches
    # come first, so that no worker is left with one at the end.
    order = sorted(range(len(windows)), key=lambda i: (len(windows[i]), windows[i]), reverse=True)
    chunks = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    for chunk, rows in zip(chunks, _run(backend, [[windows[i] for i in chunk] for chunk in chunks]), strict=True):
        np.maximum.at(merged, [owners[i] for i in chunk], rows)
    position = {text: row for row, text in enumerate(unique)}
    return merged[[position[text] for text in texts]]


def shut_out(gate: Gate | None, encoded: Sequence[list[int]], max_length: int) -> NDArray[np.bool_]:
    """For which texts, by their token ids, the gate answers, (n,); never for those over ``max_length`` tokens."""
    shut = np.zeros(len(encoded), dtype=np.bool_)
    fitting = [i for i, ids in enumerate(encoded) if len(ids) <= max_length]
    if gate is not None and fitting:
        shut[fitting] = gate.closed([encoded[i] for i in fitting])
    return shut


def _run(backend: Backend, batches: Sequence[list[list[int]]]) -> Iterable[NDArray[np.float32]]:
    workers = min(backend.workers, len(batches))
    if workers <= 1:
        return map(backend.logits, batches)
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(backend.logits, batches))


def cut(ids: list[int], wrapping: Wrapping, max_length: int, stride: int) -> Iterator[list[int]]:
    """Windows of at most ``max_length`` tokens, each with the special tokens around it; one if all fits."""
    if len(ids) <= max_length:
        yield ids
        return
    end = len(ids) - wrapping.suffix
    prefix, body, suffix = ids[: wrapping.prefix], ids[wrapping.prefix : end], ids[end:]
    room = max_length - len(prefix) - len(suffix)
    for start in range(0, len(body), room - stride):
        yield [*prefix, *body[start : start + room], *suffix]
        if start + room >= len(body):
            return


def pad(batch: Sequence[Sequence[int]], filler: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids padded on the right to the longest, and the mask that is 1 where there is a token; both (n, longest)."""
    longest = max(map(len, batch))
    ids = np.full((len(batch), longest), filler, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return ids, mask
