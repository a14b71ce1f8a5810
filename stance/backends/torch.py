"""transformers on torch: our own folders, plain ones, and models of the hub."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from logging import ERROR, getLogger
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.backends.base import Wrapping
from stance.backends.batching import pad
from stance.errors import ModelError, StanceError
from stance.plain import check_plain

HUB = "hub:"
# Seconds that the hub has for its first answer.
_PATIENCE = 10.0

# Where the tokenizer's file names no limit and the positions start behind the padding token.
_SHIFTED = ("roberta", "xlm-roberta", "camembert", "mpnet")


@dataclass(frozen=True, slots=True)
class PlainModel:
    """What a transformers configuration tells about a classifier.

    Attributes:
        labels: in the order of the logits.
        independent: each label by itself (sigmoid) rather than one of them (softmax).
        max_length: longest input in tokens, special tokens included.
    """

    labels: tuple[str, ...]
    independent: bool
    max_length: int


class TorchBackend:
    """A sequence classifier on the CPU, in fp32, weights from safetensors only.

    Args:
        source: a folder, or ``hub:org/name``, the only form that may touch the network.
        threads: handed to ``torch.set_num_threads``, which holds for the whole process; by default left alone.

    Raises:
        ModelError: not a classifier that transformers can load, or one whose head is missing.
    """

    def __init__(self, source: str | Path, threads: int | None = None) -> None:
        torch = library()
        if threads is not None:
            torch.set_num_threads(threads)
        self._torch = torch
        self._tokenizer, self._model = open_model(source)
        self.plain = describe(self._tokenizer, self._model.config, source)
        self.wrapping = _wrapping(self._tokenizer)
        self.workers = 1

    def digest(self) -> str:
        """SHA-256 of configuration, vocabulary and weights, and of the version of torch."""
        return digest_of(self._tokenizer, self._model)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text with its special tokens, not cut and not padded."""
        return _ids(self._tokenizer, texts)

    def logits(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Raw scores, (n, labels)."""
        # Some models find the end of the text by the padding token, so the filler is the real one.
        ids, mask = pad(batch, filler=self._tokenizer.pad_token_id)
        inputs = {"input_ids": self._torch.from_numpy(ids), "attention_mask": self._torch.from_numpy(mask)}
        with self._torch.inference_mode():
            rows: NDArray[np.float32] = self._model(**inputs).logits.float().numpy()
        return rows


class TorchEncoder:
    """A sentence encoder on the CPU, in fp32; arguments and errors as in :class:`TorchBackend`."""

    def __init__(self, source: str | Path, threads: int | None = None) -> None:
        torch = library()
        if threads is not None:
            torch.set_num_threads(threads)
        self._torch = torch
        self._tokenizer, self._model = open_model(source, "AutoModel")
        self.wrapping = _wrapping(self._tokenizer)
        self.workers = 1

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text with its special tokens, not cut and not padded."""
        return _ids(self._tokenizer, texts)

    def embeddings(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Sentence embeddings of length 1, (n, width)."""
        ids, mask = (self._torch.from_numpy(array) for array in pad(batch, filler=self._tokenizer.pad_token_id))
        with self._torch.inference_mode():
            states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            total = (states * mask[:, :, None]).sum(dim=1)
            rows: NDArray[np.float32] = self._torch.nn.functional.normalize(total, dim=1).numpy()
        return rows


def library() -> Any:
    """The module torch, which ONNX models do without.

    Raises:
        StanceError: it is not installed.
    """
    try:
        import torch
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise StanceError(
            "torch is missing, and only ONNX models work without it", remedy="pip install torch"
        ) from error
    return torch


def digest_of(tokenizer: Any, model: Any) -> str:
    """SHA-256 of a model's configuration, vocabulary and weights, and of the version of torch."""
    import torch

    digest = hashlib.sha256(f"torch {torch.__version__}".encode())
    # Where it lies says nothing of what it answers.
    told = {name: value for name, value in model.config.to_dict().items() if name != "_name_or_path"}
    digest.update(json.dumps(told, sort_keys=True, default=str).encode())
    digest.update(json.dumps(tokenizer.get_vocab(), sort_keys=True).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().data)
    return digest.hexdigest()


def _ids(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    encoded: list[list[int]] = tokenizer(list(texts), truncation=False, padding=False, verbose=False)["input_ids"]
    return encoded


def resolve(source: str | Path) -> tuple[str, bool]:
    """What ``from_pretrained`` is given, and whether it may only read local files."""
    name = str(source)
    if name.startswith(HUB):
        return name.removeprefix(HUB), False
    # An absolute path, so that nothing can take it for the name of a model on the hub.
    return str(Path(source).resolve()), True


def open_model(source: str | Path, kind: str = "AutoModelForSequenceClassification") -> tuple[Any, Any]:
    """Tokenizer and model, on the CPU in fp32, ready to score.

    Args:
        source: a folder, or ``hub:org/name``.
        kind: the class of transformers that opens it.

    Raises:
        ModelError: not such a model that transformers can load, or one with weights missing.
    """
    torch = library()
    import transformers

    name, local = resolve(source)
    if local:
        check_plain(source)
    try:
        with quietly():
            stored = local or not _reachable(name)
            tokenizer = transformers.AutoTokenizer.from_pretrained(
                name, local_files_only=stored, trust_remote_code=False
            )
            model, report = getattr(transformers, kind).from_pretrained(
                name,
                local_files_only=stored,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=torch.float32,
                output_loading_info=True,
            )
    except Exception as error:  # What loaders of all kinds of models raise has no common base.
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        remedy = "check the folder" if local else "check the name and the connection"
        raise ModelError(f"transformers cannot load the model ({reason})", where=source, remedy=remedy) from error
    if missing := sorted(report["missing_keys"]):
        remedy = "give a model fine-tuned for classification"
        raise ModelError(f"weights are missing: {', '.join(missing)}", where=source, remedy=remedy)
    if tokenizer.pad_token_id is None:
        raise ModelError("its tokenizer has no padding token", where=source, remedy="give an encoder, not a decoder")
    return tokenizer, model.eval()


def _reachable(name: str) -> bool:
    """Whether the hub answers; asked once, as the loaders repeat each request for half a minute before they give up."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import HfHubHTTPError

    try:
        get_hf_file_metadata(hf_hub_url(name, "config.json"), timeout=_PATIENCE)
    except HfHubHTTPError:
        return True  # It answers with a refusal, which the loaders put better.
    except Exception:  # Offline mode, no such host, no route, a time-out: whatever the connection raises.
        return False
    return True


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Without progress bars and load reports: what is wrong becomes an error here."""
    from transformers.utils import logging as switches

    logging: Any = switches
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    hub = getLogger("huggingface_hub")
    hub_level = hub.level
    logging.set_verbosity_error()
    hub.setLevel(ERROR)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        hub.setLevel(hub_level)
        if bars:
            logging.enable_progress_bar()


def describe(tokenizer: Any, config: Any, source: str | Path) -> PlainModel:
    """What the configuration of a classifier tells.

    Raises:
        ModelError: it is one for regression.
    """
    if config.problem_type == "regression":
        raise ModelError("a regression model gives no labels", where=source, remedy="give a classifier")
    labels = tuple(str(config.id2label[number]) for number in range(config.num_labels))
    positions = getattr(config, "max_position_embeddings", tokenizer.model_max_length)
    if config.model_type in _SHIFTED:
        positions -= config.pad_token_id + 1
    # As in transformers' own pipeline, a single output is a label of its own.
    independent = config.problem_type == "multi_label_classification" or config.num_labels == 1
    return PlainModel(labels, independent, int(min(tokenizer.model_max_length, positions)))


def _wrapping(tokenizer: Any) -> Wrapping:
    special = tokenizer("a", return_special_tokens_mask=True)["special_tokens_mask"]
    prefix = special.index(0)
    return Wrapping(prefix, special[::-1].index(0))
