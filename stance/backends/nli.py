"""Any model of natural language inference: does a text entail the sentence that describes a label?

The scores are those of zero-shot classification by entailment (Yin, Hay & Roth 2019, "Benchmarking Zero-shot Text
Classification"), taken over all classes of the model, so that each label stands by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.backends.base import Wrapping
from stance.backends.batching import pad
from stance.backends.torch import describe, digest_of, library, open_model
from stance.errors import ModelError, StanceError

# Room for a text beside the longest hypothesis, in tokens; with less, windows tear sentences apart.
_LEAST_ROOM = 16


@dataclass(frozen=True, slots=True)
class _Frame:
    """The special tokens of a pair: in front, between text and hypothesis, and behind."""

    front: list[int]
    middle: list[int]
    end: list[int]
    # Segment ids of front and text, of the middle, and of the rest; ``None`` where the model takes none.
    segments: tuple[int, list[int], int] | None

    def join(self, text: Sequence[int], hypothesis: Sequence[int]) -> list[int]:
        return [*self.front, *text, *self.middle, *hypothesis, *self.end]

    def segment_ids(self, text: int, longest: int) -> list[int]:
        """Of a pair with so many tokens of text, filled up to the longest of its batch."""
        assert self.segments is not None
        first, middle, second = self.segments
        ids = [first] * (len(self.front) + text) + middle
        return ids + [second] * (longest - len(ids))


class NliBackend:
    """A text's logit of a label says how sure the model is that the text entails the label's hypotheses.

    The probability behind it is the softmax of the entailment class over all classes, averaged over the hypotheses of
    the label. :meth:`encode` gives the tokens of the text alone; :meth:`logits` pairs them with every hypothesis.

    Args:
        source: a folder, or ``hub:org/name``, the only form that may touch the network.
        hypotheses: sentences that say the label of a text, at least one a label, by label.
        threads: handed to ``torch.set_num_threads``, which holds for the whole process; by default left alone.

    Attributes:
        max_length: longest text in tokens, so that it fits beside the longest hypothesis.

    Raises:
        ModelError: not a classifier that transformers can load, or one that names no entailment class.
        StanceError: a hypothesis that is too long for the model.
    """

    def __init__(self, source: str | Path, hypotheses: Mapping[str, Sequence[str]], threads: int | None = None) -> None:
        torch = library()

        if threads is not None:
            torch.set_num_threads(threads)
        self._torch = torch
        self._tokenizer, self._model = open_model(source)
        self._entailment = entailment_index(self._model.config, source)
        self._frame = _frame(self._tokenizer)
        self._hypotheses = [self.encode(sentences) for sentences in hypotheses.values()]
        limit = describe(self._tokenizer, self._model.config, source).max_length
        longest = max(len(ids) for label in self._hypotheses for ids in label)
        self.max_length = limit - longest - len(self._frame.join((), ()))
        if self.max_length < _LEAST_ROOM:
            what = f"a hypothesis of {longest} tokens leaves no room for a text, the model takes {limit} in all"
            raise StanceError(what, where=source, remedy="give shorter hypotheses")
        self.wrapping = Wrapping(0, 0)
        self.workers = 1

    def digest(self) -> str:
        """SHA-256 of configuration, vocabulary and weights, and of the version of torch."""
        return digest_of(self._tokenizer, self._model)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, without special tokens, not cut and not padded."""
        # A text may hold what looks like a special token ("</s>"); it is text here.
        encoded: list[list[int]] = self._tokenizer(
            list(texts), add_special_tokens=False, split_special_tokens=True, truncation=False, verbose=False
        )["input_ids"]
        return encoded

    def logits(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Log odds of entailment, (n, labels); each hypothesis takes one forward pass over the batch."""
        columns = []
        for label in self._hypotheses:
            yes, no = zip(*(self._log_chances(batch, hypothesis) for hypothesis in label), strict=True)
            # The means of the probabilities; their common divisor cancels out of the odds.
            columns.append(np.logaddexp.reduce(yes, axis=0) - np.logaddexp.reduce(no, axis=0))
        return np.stack(columns, axis=1).astype(np.float32)

    def _log_chances(
        self, batch: Sequence[Sequence[int]], hypothesis: Sequence[int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Logarithms of the probabilities of entailment and of anything else, (n,) each."""
        ids, mask = pad([self._frame.join(text, hypothesis) for text in batch], self._tokenizer.pad_token_id)
        inputs = {"input_ids": self._torch.from_numpy(ids), "attention_mask": self._torch.from_numpy(mask)}
        if self._frame.segments is not None:
            segments = [self._frame.segment_ids(len(text), ids.shape[1]) for text in batch]
            inputs["token_type_ids"] = self._torch.tensor(segments)
        with self._torch.inference_mode():
            logs = self._torch.log_softmax(self._model(**inputs).logits.double(), dim=1).numpy()
        others = np.delete(logs, self._entailment, axis=1)
        return logs[:, self._entailment], np.logaddexp.reduce(others, axis=1)


def entailment_index(config: Any, source: str | Path) -> int:
    """The class that means entailment, by its name in ``id2label`` or ``label2id``, capitals or not.

    Args:
        config: of a transformers classifier.
        source: named in the error.

    Raises:
        ModelError: no class, or more than one, of such a name, or no class beside it.
    """
    names = {int(number): str(name) for number, name in config.id2label.items()}
    found = {number for number, name in names.items() if _entails(name)} or {
        number for name, number in (config.label2id or {}).items() if _entails(name)
    }
    if len(found) != 1 or len(names) < 2:
        remedy = "give a model of natural language inference, with id2label in its config.json naming one entailment"
        told = ", ".join(names.values())
        raise ModelError(f"its classes ({told}) do not tell which is entailment", where=source, remedy=remedy)
    return found.pop()


def _entails(name: str) -> bool:
    return name.strip().casefold().startswith("entail")


def _frame(tokenizer: Any) -> _Frame:
    """Read off a pair of one word each where the special tokens stand."""
    pair = tokenizer("a", "a", return_special_tokens_mask=True)
    ids, special = pair["input_ids"], pair["special_tokens_mask"]
    (first, last), plain = (special.index(0), len(special) - special[::-1].index(0)), len(tokenizer.tokenize("a"))
    middle = slice(first + plain, last - plain)
    segments = None
    if "token_type_ids" in tokenizer.model_input_names:
        types = pair["token_type_ids"]
        segments = (types[0], types[middle], types[-1])
    return _Frame(ids[:first], ids[middle], ids[last:], segments)
