"""A plain transformers folder, looked at before transformers opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stance.errors import ModelError
from stance.intake import LIMITS, Limits, foreign_code, read_json, tensors_of, too_large

_CONFIG, _WEIGHTS, _INDEX = "config.json", "model.safetensors", "model.safetensors.index.json"
# Other files of weights, which hold or may hold pickles.
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt", "*.h5", "*.msgpack")


def check_plain(folder: str | Path, limits: Limits = LIMITS) -> None:
    """Refuse a folder that asks for code, holds no safetensors or is larger than may be; there are no sums to check.

    Links may leave it, as those of the hub's cache do. Files that transformers does not open here, such as pickles
    beside the safetensors, do not matter.

    Raises:
        ModelError: every reason is listed.
    """
    path = Path(folder)
    if not (path / _CONFIG).is_file():
        raise ModelError("no model here (config.json is missing)", where=folder, remedy="check the path")
    try:
        problems = [*_settings(path, limits), *_weights(path, limits)]
    except OSError as error:
        what = f"a file of the model cannot be read ({error.strerror})"
        raise ModelError(what, where=error.filename or folder, remedy="check the folder") from error
    if problems:
        remedy = "give a folder of safetensors that transformers opens without code of its own"
        raise ModelError(f"the model folder is refused: {'; '.join(problems)}", where=folder, remedy=remedy)


def _settings(folder: Path, limits: Limits) -> Iterator[str]:
    """What is wrong with the JSON files; the vocabulary's only by their size, as they hold no settings."""
    for file in sorted(folder.glob("*.json")):
        if file.name == "adapter_config.json":
            yield f"{file.name} names weights beside {_WEIGHTS}"
        # Vocabularies and indices of weights are as large as a tokenizer.
        large = file.name in ("tokenizer.json", "vocab.json", "added_tokens.json", _INDEX)
        limit = limits.tokenizer if large else limits.json
        if file.stat().st_size > limit:
            yield too_large(file.name, limit)
        elif file.name in ("config.json", "tokenizer_config.json"):
            try:
                data = read_json(file, limit, limits.depth)
            except ValueError as error:
                yield str(error)
                continue
            if keys := foreign_code(data):
                yield f"{file.name} asks for code from elsewhere ({', '.join(keys)})"


def _weights(folder: Path, limits: Limits) -> Iterator[str]:
    files = [folder / _WEIGHTS] if (folder / _WEIGHTS).exists() else []
    if not files and (folder / _INDEX).exists():
        try:
            table = read_json(folder / _INDEX, limits.tokenizer, limits.depth)
            names = sorted({str(name) for name in table["weight_map"].values()})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            yield f"{_INDEX} is no index of weights ({error})"
            return
        outside = [name for name in names if name != Path(name).name or not name.endswith(".safetensors")]
        if outside:
            yield f"{_INDEX} names what is no safetensors file of the folder: {', '.join(outside)}"
        files = [folder / name for name in names if name not in outside and (folder / name).exists()]
    if not files:
        pickles = sorted(file.name for pattern in _PICKLES for file in folder.glob(pattern))
        beside = f" (of {', '.join(pickles)}, nothing is read: a pickle may run code)" if pickles else ""
        yield f"there is no {_WEIGHTS}{beside}"
    for file in files:
        try:
            tensors_of(file, limits)
        except ValueError as error:
            yield str(error)
