"""What a model folder says about its gate: when it answers in the encoder's place, with what, and what that costs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from stance.backends.base import Initialiser

# The one output of its graph, and the constant whose values the weights of the encoder give.
SCORE = "score"
WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gating:
    """The record of a gate; lists follow the order of the codebook's labels.

    Attributes:
        least: the gate answers for a text whose score, a logit, is below this.
        bounds: that answer, a probability a label in [0, 1]: of the texts it was chosen on that the gate answers for,
            the share ``held`` has a probability of at most this.
        held: that share, in [0, 1].
        words: the table of word embeddings, which the gate shares with the encoder.
        data: what it was fitted and chosen on: a table for each source.
        metrics: what was measured on texts used for neither; free JSON.
    """

    least: float
    bounds: tuple[float, ...]
    held: float
    words: Initialiser
    data: Mapping[str, Any]
    metrics: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; :func:`construct` takes it back."""
        return {
            "least": self.least,
            "bounds": list(self.bounds),
            "held": self.held,
            "words": self.words.to_dict(),
            "data": dict(self.data),
            "metrics": dict(self.metrics),
        }


def audit(value: Any, labels: int, thresholds: Any, unsure: Any) -> Iterator[str]:
    """Everything that is wrong with the entry ``gate`` of a ``stance.json``.

    Args:
        value: the entry.
        labels: how many the model has.
        thresholds: of the model, as found.
        unsure: of the model, as found.
    """
    known = {field.name for field in fields(Gating)}
    if not isinstance(value, dict) or value.keys() != known:
        yield f"gate is not a table of {', '.join(sorted(known))}"
        return
    bounds, words = value["bounds"], value["words"]
    if not _number(value["least"]):
        yield "gate: least is not a number"
    if not (_number(value["held"]) and 0 <= value["held"] <= 1):
        yield "gate: held is not a number in [0, 1]"
    if not (isinstance(bounds, list) and all(_number(bound) and 0 < bound < 1 for bound in bounds)):
        yield "gate: bounds is not a list of numbers between 0 and 1"
    elif len(bounds) != labels:
        yield f"gate: bounds has {len(bounds)} entries for {labels} labels"
    elif not _none(bounds, thresholds, unsure):
        yield "gate: bounds are not below all thresholds and outside all unsure ranges: its answer would not be none"
    # The constructor of an initialiser checks nothing; whether the tensor is there is seen with the weights.
    if not (
        isinstance(words, dict)
        and words.keys() == {field.name for field in fields(Initialiser)}
        and isinstance(words["tensor"], str)
        and words["transpose"] is False
        and words["dtype"] in ("float16", "float32")
    ):
        yield "gate: words is not a table of {tensor, transpose, dtype} that is not transposed"
    yield from (f"gate: {key} is not a table" for key in ("data", "metrics") if not isinstance(value[key], dict))


def construct(value: Mapping[str, Any]) -> Gating:
    """Build the record from an entry in which :func:`audit` found nothing."""
    return Gating(
        least=float(value["least"]),
        bounds=tuple(map(float, value["bounds"])),
        held=float(value["held"]),
        words=Initialiser(**value["words"]),
        data=value["data"],
        metrics=value["metrics"],
    )


def _none(bounds: list[float], thresholds: Any, unsure: Any) -> bool:
    """Whether the answer of the gate is "none" by the model's own rules; sound lists only are looked at."""
    try:
        taken = any(bound >= least for bound, least in zip(bounds, thresholds, strict=True))
        doubted = any(low <= bound < high for bound, (low, high) in zip(bounds, unsure, strict=True))
    except (TypeError, ValueError):
        return True  # Reported where the lists themselves are checked.
    return not (taken or doubted)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
