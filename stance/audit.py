"""What is looked at in a model folder before anything in it is loaded; every reason to refuse it is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from stance import bert, graph_audit
from stance.backends.base import Initialiser
from stance.card import Card, ZeroShotCard
from stance.gating import SCORE, WORDS
from stance.intake import (
    LIMITS,
    Limits,
    Tensor,
    foreign_code,
    not_finite,
    read_bytes,
    read_json,
    tensors_of,
    too_large,
)

CARD = "stance.json"
CONFIG = "config.json"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
GRAPH = "onnx/model.onnx"
# Of a classifier that has a gate before the encoder.
GATE = "onnx/gate.onnx"
ARCHITECTURE = "BertForSequenceClassification"
ENCODER = "BertModel"
# Of a zero-shot model: what descriptions are standardised against.
BACKGROUND = "background.safetensors"
BANK = "background"
DIAGRAM = "reliability.svg"

# Nothing loads these; they need not be listed.
UNLISTED = {CARD, "README.md", DIAGRAM}
_SUFFIXES = (".json", ".safetensors", ".onnx", ".txt")
# By these names transformers would take other weights, or more of them, than those that were looked at.
_OTHER_WEIGHTS = ("adapter_config.json", "model.safetensors.index.json")


def found_in(folder: Path, most: int | None = None) -> set[str]:
    """Relative paths of all that is no folder, or the first ``most``; what begins with a dot is no part of a model."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    shown = (path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts))
    return set(islice(shown, most))


def sha256_of(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_record(folder: Path, limits: Limits = LIMITS) -> Any:
    """The content of ``stance.json``, not yet looked at.

    Raises:
        OSError: it cannot be read.
        ValueError: a link that leaves the folder, too large, or not sound JSON.
    """
    file = folder / CARD
    if file.exists() and not file.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{CARD} is a link that leaves the folder")
    return read_json(file, limits.record, limits.depth)


def audit(folder: Path, card: Card | ZeroShotCard, limits: Limits = LIMITS) -> list[str]:
    """Why a folder is refused whose record is sound; empty for one that may be loaded.

    Args:
        folder: the folder.
        card: its record.
        limits: how much may be in it.
    """
    # What is in a file is looked at only when it is the file that was sealed.
    return list(_files(folder, card, limits)) or list(_content(folder, card, limits))


def _files(folder: Path, card: Card | ZeroShotCard, limits: Limits) -> Iterator[str]:
    found = found_in(folder, limits.files + 1)
    if len(found) > limits.files:
        yield f"it has more than {limits.files} files"
        return
    gated = isinstance(card, Card) and card.gate is not None
    own = (BACKGROUND,) if isinstance(card, ZeroShotCard) else (GATE,) if gated else ()
    if GATE in card.files and not gated:
        yield f"{GATE} is there, but {CARD} tells nothing of a gate"
    for name in (CONFIG, WEIGHTS, TOKENIZER, GRAPH, *own):
        if name not in card.files:
            yield f"{name} is not listed in {CARD}"
    for name in sorted({*card.files, *found}):
        file = folder / name
        if name not in found:
            yield f"{name} is missing"
        elif not file.resolve().is_relative_to(folder.resolve()):
            yield f"{name} is a link that leaves the folder"
        elif name not in UNLISTED:
            yield from _file(file, name, card.files.get(name), limits)


def _file(file: Path, name: str, digest: str | None, limits: Limits) -> Iterator[str]:
    """What is wrong with a file of a folder; nothing that might never end is read."""
    if digest is None:
        yield f"{name} is not listed in {CARD}"
    elif file.suffix not in _SUFFIXES:
        yield f"{name} is no safetensors, JSON, ONNX or text file"
    elif file.name in _OTHER_WEIGHTS:
        yield f"{name} names weights beside {WEIGHTS}"
    elif not file.is_file():
        yield f"{name} is not a file"
    elif file.stat().st_size > _limit(file, limits):
        yield too_large(name, _limit(file, limits))
    elif sha256_of(file) != digest:
        yield f"{name} was altered"


def _limit(file: Path, limits: Limits) -> int:
    """Bytes that a file may have."""
    by_suffix = {".json": limits.json, ".onnx": limits.graph, ".txt": limits.text, ".safetensors": limits.weights}
    return limits.tokenizer if file.name == TOKENIZER else by_suffix[file.suffix]


def _content(folder: Path, card: Card | ZeroShotCard, limits: Limits) -> Iterator[str]:
    config, tensors = None, None
    for name in sorted(name for name in card.files if name.endswith(".json") and name != TOKENIZER):
        try:
            data = read_json(folder / name, limits.json, limits.depth)
        except ValueError as error:
            yield str(error)
            continue
        if keys := foreign_code(data):
            yield f"{name} asks for code from elsewhere ({', '.join(keys)})"
        if name == CONFIG:
            config = data
            yield from _config(config, card)
    try:
        tensors = tensors_of(folder / WEIGHTS, limits)
    except ValueError as error:
        yield str(error)
    yield from _tokenizer(folder, config, limits)
    if isinstance(card, ZeroShotCard):
        yield from _bank(folder, config, limits)
    if tensors is None:
        return
    if isinstance(config, dict):
        labels = len(card.codebook.ids) if isinstance(card, Card) else None
        yield from bert.audit(config, tensors, labels)
    if wrong := not_finite(folder / WEIGHTS):
        yield f"{WEIGHTS} has values that are no numbers: {', '.join(wrong)}"
    output = "logits" if isinstance(card, Card) else "embeddings"
    yield from _graph(folder / GRAPH, GRAPH, card.initialisers, output, tensors, limits)
    if isinstance(card, Card) and card.gate is not None:
        if card.gate.words.tensor != bert.TABLE:
            yield f"{GATE}: its words are {card.gate.words.tensor}, not {bert.TABLE}"
        yield from _graph(folder / GATE, GATE, {WORDS: card.gate.words}, SCORE, tensors, limits)


def _graph(  # noqa: PLR0917
    file: Path,
    called: str,
    initialisers: Mapping[str, Initialiser],
    output: str,
    tensors: Mapping[str, Tensor],
    limits: Limits,
) -> Iterator[str]:
    wanted = {}
    for name, source in initialisers.items():
        tensor = tensors.get(source.tensor)
        if tensor is None:
            yield f"{called}: initialiser {name}: no tensor {source.tensor} in {WEIGHTS}"
        elif source.transpose and len(tensor.shape) != 2:
            yield f"{called}: initialiser {name}: tensor {source.tensor} is no matrix to transpose"
        else:
            wanted[name] = source.dtype, tensor.shape[::-1] if source.transpose else tensor.shape
    if len(wanted) == len(initialisers):
        problems = graph_audit.audit(read_bytes(file, limits.graph), wanted, output, limits)
        yield from (f"{called}: {problem}" for problem in problems)


def _tokenizer(folder: Path, config: Any, limits: Limits) -> Iterator[str]:
    """A tokenizer of word pieces, whose numbers the model knows; patterns of anybody's own might run for ever."""
    try:
        # Without the care of intake.parse, which takes a while for a whole vocabulary: nothing is built from this.
        data = json.loads(read_bytes(folder / TOKENIZER, limits.tokenizer))
        model = data["model"]
        numbers = [*model["vocab"].values(), *(entry["id"] for entry in data.get("added_tokens", ()))]
        largest = max(numbers) if all(isinstance(number, int) for number in numbers) else None
    except (ValueError, RecursionError) as error:
        yield f"{TOKENIZER} is not sound JSON in UTF-8 ({error})"
        return
    except (TypeError, KeyError, AttributeError):
        yield f"{TOKENIZER} is no tokenizer with a vocabulary"
        return
    if model.get("type") not in ("WordPiece", None):
        yield f"{TOKENIZER} is of the kind {model['type']!r}, not WordPiece"
    if largest is None or min(numbers) < 0:
        yield f"{TOKENIZER} has numbers of tokens that are none"
    size = config.get("vocab_size") if isinstance(config, dict) else None
    if largest is not None and isinstance(size, int) and largest >= size:
        yield f"{TOKENIZER} has tokens up to number {largest}, {CONFIG} has {size} for vocab_size"
    steps = [data.get(step) for step in ("normalizer", "pre_tokenizer", "post_processor", "decoder")]
    if '"Regex"' in json.dumps(steps):
        yield f"{TOKENIZER} has patterns of its own (Regex)"


def _bank(folder: Path, config: Any, limits: Limits) -> Iterator[str]:
    try:
        tensors = tensors_of(folder / BACKGROUND, limits)
    except ValueError as error:
        yield str(error)
        return
    width = config.get("hidden_size") if isinstance(config, dict) else None
    bank = tensors.get(BANK)
    if set(tensors) != {BANK} or bank is None:
        yield f"{BACKGROUND} holds {', '.join(sorted(tensors)) or 'nothing'}, not {BANK} alone"
    elif len(bank.shape) != 2 or bank.shape[0] < 2 or bank.shape[1] != width:
        yield f"{BACKGROUND} has the shape {list(bank.shape)}, not two or more rows of {width}"
    elif bank.dtype not in ("F16", "F32"):
        yield f"{BACKGROUND} is stored as {bank.dtype}, not as F16 or F32"
    elif not_finite(folder / BACKGROUND):
        yield f"{BACKGROUND} has values that are no numbers"


def _config(config: Any, card: Card | ZeroShotCard) -> Iterator[str]:
    if not isinstance(config, dict):
        yield f"{CONFIG} is not a table"
        return
    wanted: dict[str, Any] = {"model_type": "bert", "architectures": [ENCODER], "dtype": "float32"}
    if isinstance(card, Card):
        ids = card.codebook.ids
        wanted |= {
            "architectures": [ARCHITECTURE],
            "problem_type": "multi_label_classification",
            "id2label": {str(number): label for number, label in enumerate(ids)},
            "label2id": {label: number for number, label in enumerate(ids)},
        }
    for key, value in wanted.items():
        if config.get(key) != value:
            yield f"{CONFIG} has {config.get(key)!r} for {key}, not {value!r}"
    # With these, transformers would compute something else than the graph does.
    for key in ("quantization_config", "pruned_heads", "is_decoder", "add_cross_attention"):
        if config.get(key):
            yield f"{CONFIG} has {key}, which a stance model has not"
    positions = config.get("max_position_embeddings")
    if not isinstance(positions, int) or positions < card.max_length:
        yield f"{CONFIG} has {positions!r} for max_position_embeddings, less than the max_length of {card.max_length}"
