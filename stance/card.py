"""``stance.json``: what a model folder says about itself, as frozen data with a strict schema."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import PurePosixPath
from typing import Any, ClassVar, TypeGuard

from stance import codebook as codebooks
from stance import gating
from stance.backends.base import Initialiser, Similarity
from stance.codebook import Codebook
from stance.gating import Gating

FORMAT = 1

_SHA256_LENGTH = 64
# The one entry that may be missing.
_GATE = "gate"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was folded into the classification layer, one number a label: ``logit = raw / temperature + bias``."""

    temperature: tuple[float, ...]
    bias: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(ABC):
    """What the record of every kind of model folder holds.

    Attributes:
        name: what the model is called.
        version: of the model, as text.
        codebook: the labels it gives.
        max_length: longest input in tokens, special tokens included; longer texts are read in windows.
        stride: how many tokens two neighbouring windows share.
        initialisers: names in the ONNX graph whose values come from the safetensors file.
        files: SHA-256 of every other file of the folder but the model card, by relative path with ``/``.
        data: what it was trained on: a table for each source.
        metrics: what was measured; free JSON.
    """

    TASK: ClassVar[str]

    name: str
    version: str
    codebook: Codebook
    max_length: int
    stride: int
    initialisers: Mapping[str, Initialiser]
    files: Mapping[str, str]
    data: Mapping[str, Any]
    metrics: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The content of ``stance.json``."""
        return {
            "format": FORMAT,
            "name": self.name,
            "task": self.TASK,
            "version": self.version,
            "codebook": self.codebook.to_dict(),
            "codebook_fingerprint": self.codebook.fingerprint,
            "max_length": self.max_length,
            "stride": self.stride,
            **self._scoring(),
            "initialisers": {name: value.to_dict() for name, value in self.initialisers.items()},
            "files": dict(self.files),
            "data": dict(self.data),
            "metrics": dict(self.metrics),
        }

    @abstractmethod
    def _scoring(self) -> dict[str, Any]:
        """How scores are read, JSON-ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card(Record):
    """The record of a classifier's folder; every list follows the order of the codebook's labels.

    Attributes:
        calibration: already part of the weights; kept as a record.
        thresholds: a label is taken from this probability on, in [0, 1].
        unsure: a label is in doubt where ``low <= probability < high``.
        gate: what may answer before the encoder; ``None`` where the folder has none.
    """

    TASK = "multi-label"

    calibration: Calibration
    thresholds: tuple[float, ...]
    unsure: tuple[tuple[float, float], ...]
    gate: Gating | None = None

    def _scoring(self) -> dict[str, Any]:
        return {
            "calibration": {
                "temperature": list(self.calibration.temperature),
                "bias": list(self.calibration.bias),
            },
            "thresholds": list(self.thresholds),
            "unsure": [list(pair) for pair in self.unsure],
            **({"gate": self.gate.to_dict()} if self.gate is not None else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroShotCard(Record):
    """The record of a zero-shot encoder's folder; its codebook holds the labels that it has when none are given.

    Attributes:
        similarity: from similarities to logits.
        threshold: any label is taken from this probability on, in [0, 1].
        unsure: any label is in doubt where ``low <= probability < high``.
    """

    TASK = "zero-shot"

    similarity: Similarity
    threshold: float
    unsure: tuple[float, float]

    def _scoring(self) -> dict[str, Any]:
        return {"similarity": asdict(self.similarity), "threshold": self.threshold, "unsure": list(self.unsure)}


KINDS: dict[str, type[Card] | type[ZeroShotCard]] = {kind.TASK: kind for kind in (Card, ZeroShotCard)}


def audit(data: Any) -> list[str]:
    """Everything that is wrong with the content of a ``stance.json``; empty when :func:`construct` can take it."""
    if not isinstance(data, dict):
        return ["stance.json is not a table"]
    version = data.get("format")
    if _whole(version) and version > FORMAT:
        return [f"its format {version} is newer than this version reads ({FORMAT})"]
    # What is wrong with the task itself is told below, beside what the commonest kind lacks.
    task = data.get("task")
    kind = KINDS.get(task, Card) if isinstance(task, str) else Card
    known = {field.name for field in fields(kind)} | {"format", "task", "codebook_fingerprint"}
    problems = [f"{key} is missing in stance.json" for key in sorted(known - data.keys() - {_GATE})]
    problems += [f"{key!r} is not a known key of stance.json" for key in sorted(data.keys() - known)]
    problems += [
        f"{key} is not {what}"
        for key, (holds, what) in (_COMMON | _OWN[kind]).items()
        if key in data and not holds(data[key])
    ]
    if _whole(data.get("stride")) and _whole(data.get("max_length")) and data["stride"] * 2 > data["max_length"]:
        problems.append("stride is more than half of max_length")
    if "codebook" in data:
        problems += _codebook(data)
    return problems


def construct(data: Mapping[str, Any]) -> Card | ZeroShotCard:
    """Build the record from data in which :func:`audit` found nothing."""
    common: dict[str, Any] = {
        "name": data["name"],
        "version": data["version"],
        "codebook": Codebook.from_dict(data["codebook"]),
        "max_length": data["max_length"],
        "stride": data["stride"],
        "initialisers": {name: Initialiser(**value) for name, value in data["initialisers"].items()},
        "files": data["files"],
        "data": data["data"],
        "metrics": data["metrics"],
    }
    if data["task"] == ZeroShotCard.TASK:
        low, high = data["unsure"]
        return ZeroShotCard(
            similarity=Similarity(**{key: float(value) for key, value in data["similarity"].items()}),
            threshold=float(data["threshold"]),
            unsure=(float(low), float(high)),
            **common,
        )
    return Card(
        calibration=Calibration(*(tuple(map(float, data["calibration"][key])) for key in ("temperature", "bias"))),
        thresholds=tuple(map(float, data["thresholds"])),
        unsure=tuple((float(low), float(high)) for low, high in data["unsure"]),
        gate=gating.construct(data[_GATE]) if _GATE in data else None,
        **common,
    )


def _codebook(data: Mapping[str, Any]) -> Iterator[str]:
    inner = codebooks.audit(data["codebook"])
    if inner:
        yield from (f"codebook: {problem}" for problem in inner)
        return
    book = Codebook.from_dict(data["codebook"])
    if data.get("codebook_fingerprint", book.fingerprint) != book.fingerprint:
        yield "codebook_fingerprint is not that of the codebook"
    if data.get("task") == ZeroShotCard.TASK:
        return
    count = len(book.ids)
    if _GATE in data:
        yield from gating.audit(data[_GATE], count, data.get("thresholds"), data.get("unsure"))
    calibration = data.get("calibration")
    lists = dict(calibration) if isinstance(calibration, dict) else {}
    lists |= {key: data[key] for key in ("thresholds", "unsure") if key in data}
    for key, value in lists.items():
        if isinstance(value, list) and len(value) != count:
            yield f"{key} has {len(value)} entries for {count} labels"


def _whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _share(value: Any) -> bool:
    return _number(value) and 0 <= value <= 1


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _list(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(holds, value))


def _bounds(value: Any) -> bool:
    return _list(_share)(value) and len(value) == 2 and value[0] <= value[1]


def _table(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(holds, value.values()))


def _initialiser(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {field.name for field in fields(Initialiser)}
        and _text(value["tensor"])
        and isinstance(value["transpose"], bool)
        and value["dtype"] in ("float16", "float32")
    )


def _calibration(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"temperature", "bias"}
        and _list(lambda x: _number(x) and x > 0)(value["temperature"])
        and _list(_number)(value["bias"])
    )


def _similarity(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {field.name for field in fields(Similarity)}
        and all(map(_number, value.values()))
        and value["scale"] > 0
    )


def _files(value: Any) -> bool:
    def inside(path: str) -> bool:
        parts = path.split("/")
        return (
            bool(path) and "\\" not in path and not PurePosixPath(path).is_absolute() and not {"", ".", ".."} & {*parts}
        )

    hashes = _table(lambda v: isinstance(v, str) and len(v) == _SHA256_LENGTH and not set(v) - set("0123456789abcdef"))
    return hashes(value) and all(map(inside, value))


_Checks = dict[str, tuple[Callable[[Any], bool], str]]
_COMMON: _Checks = {
    "format": (lambda v: _whole(v) and v == FORMAT, f"{FORMAT}"),
    "task": (lambda v: isinstance(v, str) and v in KINDS, " or ".join(map(repr, KINDS))),
    "name": (_text, "a text"),
    "version": (_text, "a text"),
    "codebook_fingerprint": (_text, "a text"),
    "max_length": (lambda v: _whole(v) and v >= 8, "a whole number of at least 8"),
    "stride": (lambda v: _whole(v) and v >= 0, "a whole number of at least 0"),
    "initialisers": (_table(_initialiser), "a table of {tensor, transpose, dtype}"),
    "files": (_files, "a table of relative paths inside the folder and SHA-256 sums"),
    "data": (_table(lambda v: isinstance(v, dict)), "a table of tables"),
    "metrics": (lambda v: isinstance(v, dict), "a table"),
}
_OWN: dict[type[Record], _Checks] = {
    Card: {
        "calibration": (_calibration, "a table of temperature (above 0) and bias, a number a label each"),
        "thresholds": (_list(_share), "a list of numbers in [0, 1]"),
        "unsure": (_list(_bounds), "a list of pairs [low, high] in [0, 1]"),
    },
    ZeroShotCard: {
        "similarity": (_similarity, "a table of scale (above 0) and bias"),
        "threshold": (_share, "a number in [0, 1]"),
        "unsure": (_bounds, "a pair [low, high] in [0, 1]"),
    },
}
