"""A model folder, read and written: parse, audit, construct; safetensors, JSON and ONNX only, never pickle."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from stance import card as cards
from stance.card import Card, ZeroShotCard
from stance.errors import ModelError

CARD = "stance.json"
CONFIG = "config.json"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
GRAPH = "onnx/model.onnx"
# Of a classifier that has a gate before the encoder.
GATE = "onnx/gate.onnx"
ARCHITECTURE = "BertForSequenceClassification"
ENCODER = "BertModel"
HEAD = ("classifier.weight", "classifier.bias")
# Of a zero-shot model: what descriptions are standardised against.
BACKGROUND = "background.safetensors"
BANK = "background"
DIAGRAM = "reliability.svg"

_UNLISTED = {CARD, "README.md", DIAGRAM}
_SUFFIXES = (".json", ".safetensors", ".onnx", ".txt")
# An installed wheel carries the models inside the package, a checkout beside it.
SHELVES = (Path(__file__).with_name("models"), Path(__file__).parents[1] / "models")
# Other names of shipped models.
ALIASES = {"zero-shot": "stance-zeroshot-en"}

C = TypeVar("C", Card, ZeroShotCard)


@dataclass(frozen=True, slots=True)
class Artefact(Generic[C]):
    """A model folder in which nothing is missing, extra or altered; what it is shows the kind of its card."""

    path: Path
    card: C

    @property
    def graph(self) -> tuple[Path, Path, Path]:
        """The files behind an ONNX session: graph, weights and tokenizer."""
        return self.path / GRAPH, self.path / WEIGHTS, self.path / TOKENIZER


def shipped() -> tuple[str, ...]:
    """Names of the models that come with the library."""
    names = {file.parent.name for shelf in SHELVES for file in shelf.glob(f"*/{CARD}")}
    return tuple(sorted(names | {alias for alias, name in ALIASES.items() if name in names}))


def resolve(name: str) -> Path:
    """Folder of a model that ships with the library.

    Raises:
        ModelError: no such model; the message lists those there are.
    """
    bare = ALIASES.get(name, name)
    for shelf in SHELVES:
        # Only a bare name: "../elsewhere" and absolute paths are folders, not names.
        if bare == Path(bare).name and (shelf / bare / CARD).is_file():
            return shelf / bare
    known = ", ".join(shipped()) or "none"
    raise ModelError("no such model", where=name, remedy=f'give a folder, "hub:org/name" or a shipped model ({known})')


@overload
def read(path: str | Path) -> Artefact[Card] | Artefact[ZeroShotCard]: ...


@overload
def read(path: str | Path, kind: type[C]) -> Artefact[C]: ...


def read(path: str | Path, kind: Any = None) -> Any:
    """Open a model folder after checking all of it, the SHA-256 of every file included.

    Args:
        path: the folder.
        kind: of record that it must have, :class:`Card` or :class:`ZeroShotCard`; either by default.

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
        problems = [*_kind(card, kind), *(list(_files(folder, card)) or _content(folder, card))]
    if problems:
        remedy = "restore the folder from where it came, or update diplomatic-stance if it is newer"
        raise ModelError(f"the model folder is refused: {'; '.join(problems)}", where=folder, remedy=remedy)
    return Artefact(folder, card)


def _kind(card: Card | ZeroShotCard, wanted: type[Card | ZeroShotCard] | None) -> Iterator[str]:
    if wanted is not None and not isinstance(card, wanted):
        yield f"it is a {card.TASK} model, not a {wanted.TASK} one"


def write(path: str | Path, card: C) -> Artefact[C]:
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
    return read(folder, type(card))


def _found(folder: Path) -> set[str]:
    """Relative paths of all that is no folder; what begins with a dot is no part of a model."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)}


def _files(folder: Path, card: Card | ZeroShotCard) -> Iterator[str]:
    found, home = _found(folder), folder.resolve()
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


def _content(folder: Path, card: Card | ZeroShotCard) -> Iterator[str]:
    try:
        config = cards.parse((folder / CONFIG).read_text(encoding="utf-8"))
        tensors = _tensors(folder / WEIGHTS)
        bank = _tensors(folder / BACKGROUND) if isinstance(card, ZeroShotCard) else {}
    except ValueError as error:
        yield str(error)
        return
    yield from _config(config, card)
    yield from _bank(bank, config) if isinstance(card, ZeroShotCard) else _head(tensors, len(card.codebook.ids))
    gate = card.gate if isinstance(card, Card) else None
    for name, source in (*card.initialisers.items(), *([("words of the gate", gate.words)] if gate else [])):
        if source.tensor not in tensors:
            yield f"initialiser {name}: no tensor {source.tensor} in {WEIGHTS}"
        elif source.transpose and len(tensors[source.tensor]) != 2:
            yield f"initialiser {name}: tensor {source.tensor} is no matrix to transpose"


def _head(tensors: Mapping[str, list[int]], count: int) -> Iterator[str]:
    for name in HEAD:
        if name not in tensors:
            yield f"the head is missing: no {name} in {WEIGHTS}"
        elif tensors[name][:1] != [count]:
            yield f"the head {name} has the shape {tensors[name]} for {count} labels"


def _bank(tensors: Mapping[str, list[int]], config: Any) -> Iterator[str]:
    width = config.get("hidden_size") if isinstance(config, dict) else None
    shape = tensors.get(BANK)
    if set(tensors) != {BANK}:
        yield f"{BACKGROUND} holds {', '.join(sorted(tensors)) or 'nothing'}, not {BANK} alone"
    elif shape is None or len(shape) != 2 or shape[0] < 2 or shape[1] != width:
        yield f"{BACKGROUND} has the shape {shape}, not two or more rows of {width}"


def _config(config: Any, card: Card | ZeroShotCard) -> Iterator[str]:
    if not isinstance(config, dict):
        yield f"{CONFIG} is not a table"
        return
    wanted: dict[str, Any] = {"architectures": [ENCODER], "dtype": "float32"}
    if isinstance(card, Card):
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
        raise ValueError(f"{file.name} is no safetensors file ({error})") from error


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
