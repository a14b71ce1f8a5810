"""ONNX Runtime: a graph without weights, which come from the safetensors file; needs neither torch nor transformers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.backends.base import Initialiser, Wrapping
from stance.backends.batching import pad
from stance.errors import ModelError

# Slower on CPUs than the two operators that it replaces (a tenth of the whole run in ONNX Runtime 1.31).
_DISABLED = ["SkipLayerNormFusion"]
_FATAL_ONLY = 4


class _Graph:
    """A model folder's graph, tokenizer and weights.

    Args:
        graph: the ONNX file.
        weights: the safetensors file that holds its large constants.
        tokenizer: the ``tokenizer.json``.
        initialisers: which constant of the graph is which tensor.
        threads: how many batches are scored at once; by default :func:`default_threads`.

    Raises:
        ModelError: the files do not fit each other.
    """

    def __init__(
        self,
        graph: Path,
        weights: Path,
        tokenizer: Path,
        initialisers: Mapping[str, Initialiser],
        threads: int | None = None,
    ) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # tokenizers raises nothing more specific.
            raise ModelError(f"no tokenizer ({error})", where=tokenizer) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.wrapping = _wrapping(self._tokenizer)
        # The values are kept for as long as the session: it reads these arrays where they lie.
        self._session, self._values = open_session(graph, weights, initialisers)
        self.workers = threads or default_threads()

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text with its special tokens, not cut and not padded."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def _run(self, batch: Sequence[Sequence[int]], output: str) -> NDArray[np.float32]:
        # The filler is masked, so any id the model knows will do.
        ids, mask = pad(batch, filler=0)
        rows: NDArray[np.float32] = self._session.run([output], {"input_ids": ids, "attention_mask": mask})[0]
        return rows


class OnnxBackend(_Graph):
    """A classifier; arguments and errors as in :class:`_Graph`."""

    def logits(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Raw scores, (n, labels)."""
        return self._run(batch, "logits")


class OnnxEncoder(_Graph):
    """A sentence encoder; arguments and errors as in :class:`_Graph`."""

    def embeddings(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Sentence embeddings of length 1, (n, width)."""
        return self._run(batch, "embeddings")


def _wrapping(tokenizer: Any) -> Wrapping:
    special = tokenizer.encode("a").special_tokens_mask
    prefix = special.index(0)
    return Wrapping(prefix, special[::-1].index(0))


def default_threads() -> int:
    """``OMP_NUM_THREADS`` where that is a positive number, else the processors this process may use."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_session(graph: Path, weights: Path, initialisers: Mapping[str, Initialiser]) -> tuple[Any, list[Any]]:
    """An ONNX session for the CPU, and the values that it reads where they lie: keep them as long.

    Args:
        graph: the ONNX file.
        weights: the safetensors file that holds its large constants.
        initialisers: which constant of the graph is which tensor.

    Raises:
        ModelError: the files do not fit each other.
    """
    import onnxruntime

    values = _values(weights, initialisers)
    options = onnxruntime.SessionOptions()
    # One thread a batch and several batches at once: nothing waits for a processor that is busy elsewhere, and the
    # number of threads cannot change a result.
    options.intra_op_num_threads = 1
    options.log_severity_level = _FATAL_ONLY
    options.add_external_initializers(list(initialisers), values)
    try:
        session = onnxruntime.InferenceSession(
            graph.read_bytes(), options, providers=["CPUExecutionProvider"], disabled_optimizers=_DISABLED
        )
    except Exception as error:  # ONNX Runtime's own errors share no base class.
        reason = str(error).splitlines()[0]
        raise ModelError(f"ONNX Runtime cannot load the graph ({reason})", where=graph) from error
    return session, values


def _values(weights: Path, initialisers: Mapping[str, Initialiser]) -> list[Any]:
    from onnxruntime import OrtValue
    from safetensors import safe_open

    values = []
    with safe_open(weights, framework="numpy") as tensors:
        for source in initialisers.values():
            tensor = tensors.get_tensor(source.tensor)
            array = np.ascontiguousarray((tensor.T if source.transpose else tensor).astype(source.dtype))
            values.append(OrtValue.ortvalue_from_numpy(array))
    return values
