"""Read ``config.toml``, and find the encoder to start from."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.util
import json
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance.errors import ModelError, StanceError
from stance.fitting import FitSettings

HERE = Path(__file__).parent
DEFAULT_CONFIG = HERE / "config.toml"
DEFAULT_CORPUS = HERE / "corpus"
DEFAULT_WORK = HERE.parent / "runs" / "stance-en"


@dataclass(frozen=True, slots=True)
class BaseConfig:
    """The encoder: a hub id, and the installed package that holds the same weights."""

    model: str
    package: str
    folder: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PrepareConfig:
    """Folds, and the weight of a row in the loss by its origin."""

    folds: int
    seed: int
    corpus_weight: float
    extra_weight: float
    pool_weight: float


@dataclass(frozen=True, slots=True)
class SoftenConfig:
    """How many sentences of the pool the teacher labels, and how many of these are drawn at random."""

    rows: int
    random_share: float
    longest: int
    seed: int


@dataclass(frozen=True, slots=True)
class CalibrateConfig:
    """Which out-of-fold rows set the thresholds, and the rules' constants."""

    on: str
    false_alarm_budget: float
    certainty: float


@dataclass(frozen=True, slots=True)
class ExportConfig:
    """What the model folder is called, and how long texts are cut into windows."""

    name: str
    max_length: int
    stride: int


@dataclass(frozen=True, slots=True)
class GateConfig:
    """How the gate before the encoder is built, fitted and set.

    Attributes:
        width: of its states.
        reaches: a layer each: how far the two neighbours are that a token sees.
        hidden: width of the last layer but one.
        epochs: passes over the texts that are not easy.
        easy: a text is easy where the model gives no label this probability.
        easy_rows: easy texts an epoch, drawn anew for each; they count for all easy ones.
        strong: a stance of at least this probability must not be lost.
        heavy: how much more a label weighs at probability 1, and once more where it is strong.
        drop: share of words hidden in each step.
        batch_size: texts a step.
        learning_rate: peak of AdamW.
        warmup: share of the steps in which the rate rises.
        weight_decay: of all weights.
        hold_out: texts of each of the two samples that are not fitted to: one sets the gate, one measures it.
        lost: share of the strong stances of the first that may be lost.
        held: share of the answers of the gate that keep its bounds.
        seed: of samples, weights and order.
    """

    width: int
    reaches: list[int]
    hidden: int
    epochs: int
    easy: float
    easy_rows: int
    strong: float
    heavy: float
    drop: float
    batch_size: int
    learning_rate: float
    warmup: float
    weight_decay: float
    hold_out: int
    lost: float
    held: float
    seed: int


@dataclass(frozen=True, slots=True)
class AttributionConfig:
    """How the tagger of statements is fitted: penalties, passes, how often a feature must be seen, folds of
    stories, and which thresholds are tried."""

    l1: float
    l2: float
    iterations: int
    least_count: int
    folds: int
    add: list[float]
    margin: float


@dataclass(frozen=True, slots=True)
class ContrastSettings:
    """How to train; every number that shapes the weights.

    Attributes:
        epochs: passes over the examples.
        batch_size: examples a step.
        learning_rate: peak rate of AdamW, reached after the warm-up, falling linearly to 0.
        warmup: share of the steps in which the rate rises.
        weight_decay: of matrices.
        temperature: similarities are divided by it in the softmax.
        distractors: descriptions of further groups in every batch, drawn at random.
        bare: share of descriptions that lose "The speaker ", so that a verb phrase is understood, too.
        joined: share of texts that another one is joined to, so that long sentences that do several things are learned.
        seed: of the order and of all draws.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    warmup: float
    weight_decay: float
    temperature: float
    distractors: int
    bare: float
    joined: float
    seed: int


@dataclass(frozen=True, slots=True)
class ZeroShotConfig:
    """What the zero-shot model is called, what of it is trained, how acts are held out, and its rules' constants.

    Attributes:
        name: of the model folder.
        max_length: longest input in tokens; longer texts are cut into windows.
        stride: tokens that neighbouring windows share.
        frozen_layers: how many of the lower layers stay as they are, with the embeddings.
        text_length: longest training text in tokens.
        background: how many statements the similarities of a label are standardised against.
        certainty: outside the two unsure bounds a decision is right this often.
        seed: of the folds' open types and of the background.
        held_out: the acts that each fold holds out.
    """

    name: str
    max_length: int
    stride: int
    frozen_layers: int
    text_length: int
    background: int
    certainty: float
    seed: int
    held_out: list[list[str]]


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of ``config.toml``."""

    base: BaseConfig
    teacher: BaseConfig
    prepare: PrepareConfig
    fit: FitSettings
    polish: FitSettings
    teach: FitSettings
    soften: SoftenConfig
    distil: FitSettings
    calibrate: CalibrateConfig
    export: ExportConfig
    gate: GateConfig
    attribution: AttributionConfig
    zeroshot: ZeroShotConfig
    entail: ContrastSettings
    contrast: ContrastSettings


def read_config(path: str | Path = DEFAULT_CONFIG) -> Config:
    """Read a configuration file.

    Raises:
        StanceError: a missing file, malformed TOML, or missing and unknown keys, all of them named.
    """
    path = Path(path)
    if not path.is_file():
        raise StanceError("no such configuration file", where=path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise StanceError(f"not TOML ({error})", where=path) from error
    sections: dict[str, type[Any]] = {
        "base": BaseConfig,
        "teacher": BaseConfig,
        "prepare": PrepareConfig,
        "fit": FitSettings,
        "polish": FitSettings,
        "teach": FitSettings,
        "soften": SoftenConfig,
        "distil": FitSettings,
        "calibrate": CalibrateConfig,
        "export": ExportConfig,
        "gate": GateConfig,
        "attribution": AttributionConfig,
        "zeroshot": ZeroShotConfig,
        "entail": ContrastSettings,
        "contrast": ContrastSettings,
    }
    offenders = _mismatch(data, list(sections), "")
    for name in ("polish", "teach", "distil"):
        data[name] = data.get("fit", {}) | data.get(name, {})
    data["entail"] = data.get("contrast", {}) | data.get("entail", {})
    for name, kind in sections.items():
        offenders += _mismatch(data.get(name, {}), [field.name for field in dataclasses.fields(kind)], f"{name}.")
    if offenders:
        raise StanceError(", ".join(offenders), where=path, remedy="see training/config.toml for the keys")
    return Config(**{name: kind(**data[name]) for name, kind in sections.items()})


def find_base(config: BaseConfig, override: str | Path | None = None) -> str:
    """Folder or ``hub:`` id of the encoder: the override, else the installed package, else the hub.

    Raises:
        ModelError: the package's weights are not the expected ones.
    """
    if override is not None:
        return str(override)
    spec = importlib.util.find_spec(config.package) if config.package else None
    if spec is None or not spec.submodule_search_locations:
        return config.model
    folder = Path(next(iter(spec.submodule_search_locations))) / config.folder
    if file_sha256(folder / "model.safetensors") != config.sha256:
        raise ModelError(
            "the encoder's weights are not the expected ones", where=folder, remedy="reinstall the package"
        )
    return str(folder)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def data_sha256(value: object) -> str:
    """SHA-256 of a JSON-ready value, in hex."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file; empty when there is no such file."""
    if not path.is_file():
        return {}
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object, indented."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _mismatch(found: Mapping[str, object], wanted: Sequence[str], prefix: str) -> list[str]:
    missing = [f"missing key {prefix}{name}" for name in wanted if name not in found]
    return missing + [f"unknown key {prefix}{name}" for name in found if name not in wanted]


def command(main: Callable[[], None]) -> None:
    """Run a step's ``main``: its deliberate errors become one sentence on stderr and exit code 1.

    Progress bars are shown on terminals only.
    """
    if not sys.stderr.isatty():
        import datasets
        import transformers

        datasets.disable_progress_bars()
        transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        main()
    except StanceError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from error
