"""A model folder, read and written: parse, audit, construct; safetensors, JSON and ONNX only, never pickle."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance import card as cards
from stance.card import Card
from stance.errors import ModelError

CARD = "stance.json"
CONFIG = "config.json"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
GRAPH = "onnx/model.onnx"
ARCHITECTURE = "BertForSequenceClassification"
HEAD = ("classifier.weight", "classifier.bias")
DIAGRAM = "reliability.svg"

_UNLISTED = {CARD, "README.md", DIAGRAM}
_SUFFIXES = (".json", ".safetensors", ".onnx", ".txt")
# An installed wheel carries the models inside the package, a checkout beside it.
SHELVES = (Path(__file__).with_name("models"), Path(__file__).parents[1] / "models")


@dataclass(frozen=True, slots=True)
class Artefact:
    """A model folder in which nothing is missing, extra or altered."""

    path: Path
    card: Card


def shipped() -> tuple[str, ...]:
    """Names of the models that come with the library."""
    return tuple(sorted({file.parent.name for shelf in SHELVES for file in shelf.glob(f"*/{CARD}")}))


def resolve(name: str) -> Path:
    """Folder of a model that ships with the library.

    Raises:
        ModelError: no such model; the message lists those there are.
    """
    for shelf in SHELVES:
        # Only a bare name: "../elsewhere" and absolute paths are folders, not names.
        if name == Path(name).name and (shelf / name / CARD).is_file():
            return shelf / name
    known = ", ".join(shipped()) or "none"
    raise ModelError("no such model", where=name, remedy=f'give a folder, "hub:org/name" or a shipped model ({known})')


def read(path: str | Path) -> Artefact:
    """Open a model folder after checking all of it, the SHA-256 of every file included.

    Raises:
        ModelError: the folder cannot be used; every reason is listed.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise ModelError("no such folder", where=folder, remedy="check the path")
    try:
        data = cards.parse((folder / CARD).read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{CARD} cannot be read ({error.strerror})", where=folder) from error
    except ValueError as error:
        raise ModelError(f"{CARD} is not sound JSON in UTF-8 ({error})", where=folder) from error
    problems = cards.audit(data)
    if not problems:
        card = cards.construct(data)
        problems = list(_files(folder, card)) or list(_content(folder, card))
    if problems:
        remedy = "restore the folder from where it came, or update diplomatic-stance if it is newer"
        raise ModelError(f"the model folder is refused: {'; '.join(problems)}", where=folder, remedy=remedy)
    return Artefact(folder, card)


def write(path: str | Path, card: Card) -> Artefact:
    """Seal a folder that holds a model: write ``stance.json`` with the SHA-256 of every file, and read it back.

    Args:
        path: folder with configuration, weights, tokenizer and graph.
        card: the record; its ``files`` are replaced by what is found.

    Raises:
        ModelError: what was written would be refused.
    """
    folder = Path(path)
    sealed = dataclasses.replace(
        card, files={name: _sha256(folder / name) for name in sorted(_found(folder) - _UNLISTED)}
    )
    text = json.dumps(sealed.to_dict(), ensure_ascii=False, indent=2) + "\n"
    (folder / CARD).write_text(text, encoding="utf-8")
    return read(folder)


def _found(folder: Path) -> set[str]:
    """Relative paths of all that is no folder; what begins with a dot is no part of a model."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)}


def _files(folder: Path, card: Card) -> Iterator[str]:
    found, home = _found(folder), folder.resolve()
    for name in (CONFIG, WEIGHTS, TOKENIZER, GRAPH):
        if name not in card.files:
            yield f"{name} is not listed in {CARD}"
    for name in sorted({*card.files, *found}):
        file = folder / name
        if name not in found:
            yield f"{name} is missing"
        elif not file.resolve().is_relative_to(home):
            yield f"{name} is a link that leaves the folder"
        elif name in _UNLISTED:
            continue
        elif name not in card.files:
            yield f"{name} is not listed in {CARD}"
        elif file.suffix not in _SUFFIXES:
            yield f"{name} is no safetensors, JSON, ONNX or text file"
        elif not file.is_file():
            yield f"{name} is not a file"
        elif _sha256(file) != card.files[name]:
            yield f"{name} was altered"


def _content(folder: Path, card: Card) -> Iterator[str]:
    try:
        config = cards.parse((folder / CONFIG).read_text(encoding="utf-8"))
        tensors = _tensors(folder / WEIGHTS)
    except ValueError as error:
        yield str(error)
        return
    yield from _config(config, card)
    count = len(card.codebook.ids)
    for name in HEAD:
        if name not in tensors:
            yield f"the head is missing: no {name} in {WEIGHTS}"
        elif tensors[name][:1] != [count]:
            yield f"the head {name} has the shape {tensors[name]} for {count} labels"
    for name, source in card.initialisers.items():
        if source.tensor not in tensors:
            yield f"initialiser {name}: no tensor {source.tensor} in {WEIGHTS}"
        elif source.transpose and len(tensors[source.tensor]) != 2:
            yield f"initialiser {name}: tensor {source.tensor} is no matrix to transpose"


def _config(config: Any, card: Card) -> Iterator[str]:
    if not isinstance(config, dict):
        yield f"{CONFIG} is not a table"
        return
    ids = card.codebook.ids
    wanted = {
        "architectures": [ARCHITECTURE],
        "problem_type": "multi_label_classification",
        "dtype": "float32",
        "id2label": {str(number): label for number, label in enumerate(ids)},
        "label2id": {label: number for number, label in enumerate(ids)},
    }
    for key, value in wanted.items():
        if config.get(key) != value:
            yield f"{CONFIG} has {config.get(key)!r} for {key}, not {value!r}"
    positions = config.get("max_position_embeddings")
    if not isinstance(positions, int) or positions < card.max_length:
        yield f"{CONFIG} has {positions!r} for max_position_embeddings, less than the max_length of {card.max_length}"


def _tensors(file: Path) -> dict[str, list[int]]:
    """Shape of every tensor of a safetensors file."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as weights:
            return {name: list(weights.get_slice(name).get_shape()) for name in weights.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{WEIGHTS} is no safetensors file ({error})") from error


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
