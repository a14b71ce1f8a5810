"""What anyone may have written, read within limits: bytes, JSON and the headers of weights."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_KIB, _MIB, _GIB = 2**10, 2**20, 2**30
# Of the number that a safetensors file begins with: the length of its header in bytes.
_LENGTH = 8
# Of a whole number that still is a finite real one; transformers writes 10 to the 30th for "no limit".
_DIGITS = 300
# Keys by which a configuration asks for code, or for other weights, that are not the library's.
_CODE = ("auto_map", "trust_remote_code", "custom_pipelines", "custom_generate")
# These may name a repository of kernels, which is downloaded and run.
_KERNELS = ("attn_implementation", "experts_implementation")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a model folder may hold; what is larger is refused before it is read. Sizes are in bytes.

    Attributes:
        record: of ``stance.json`` and ``attribution.json``.
        json: of any other JSON file but the tokenizer.
        tokenizer: of ``tokenizer.json``.
        text: of a text file, such as a vocabulary.
        graph: of the ONNX file, which holds no large weights.
        weights: of a safetensors file.
        header: of the header of a safetensors file.
        depth: how deep JSON may be nested.
        files: how many files a folder may have.
        nodes: how many operators a graph may have.
    """

    record: int = 4 * _MIB
    json: int = _MIB
    tokenizer: int = 64 * _MIB
    text: int = 64 * _MIB
    graph: int = 16 * _MIB
    weights: int = 8 * _GIB
    header: int = 8 * _MIB
    depth: int = 32
    files: int = 100
    nodes: int = 10_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Tensor:
    """What the header of a safetensors file tells of a tensor.

    Attributes:
        dtype: as the format spells it: ``F16``, ``F32``, …
        shape: lengths of its axes.
    """

    dtype: str
    shape: tuple[int, ...]


def read_bytes(file: Path, limit: int) -> bytes:
    """The content of a file.

    Raises:
        OSError: it cannot be read.
        ValueError: a pipe, a device or a folder, which reading might never end; or more than ``limit`` bytes.
    """
    # A file that is not there raises here.
    size = file.stat().st_size
    if not file.is_file():
        raise ValueError(f"{file.name} is not a file")
    if size <= limit:
        with file.open("rb") as stream:
            data = stream.read(limit + 1) if size == limit else stream.read(size + 1)
        if len(data) <= limit:
            return data
    raise ValueError(too_large(file.name, limit))


def too_large(name: str, limit: int) -> str:
    """Says that a file exceeds its limit."""
    return f"{name} is larger than {show_size(limit)}"


def show_size(size: int) -> str:
    """A size for people: whole units where they fit."""
    for unit, name in ((_GIB, "GiB"), (_MIB, "MiB"), (_KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.4g} {name}"
    return f"{size} bytes"


def read_json(file: Path, limit: int, depth: int = LIMITS.depth) -> Any:
    """The content of a JSON file in UTF-8, as :func:`parse` takes it.

    Raises:
        OSError: it cannot be read.
        ValueError: too large, not a file, not UTF-8, not sound JSON.
    """
    data = read_bytes(file, limit)
    try:
        return parse(data.decode("utf-8"), depth)
    except ValueError as error:
        raise ValueError(f"{file.name} is not sound JSON in UTF-8 ({error})") from error


def parse(text: str, depth: int = LIMITS.depth) -> Any:
    """JSON without what the standard leaves open: keys that occur twice, NaN, infinities, numbers of any length.

    Raises:
        ValueError: not JSON, or one of these.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) < len(pairs):
            names = [name for name, _ in pairs]
            twice = sorted({name for name in names if names.count(name) > 1})
            raise ValueError(f"{', '.join(map(repr, twice[:5]))} occurs twice")
        return table

    def refuse(constant: str) -> float:
        raise ValueError(f"{constant} is no number")

    def whole(digits: str) -> int:
        if len(digits) > _DIGITS:
            raise ValueError(f"{digits[:9]}… has too many digits")
        return int(digits)

    def real(digits: str) -> float:
        number = float(digits)
        return number if math.isfinite(number) else refuse(digits[:20])

    deep = f"nested more than {depth} deep"
    try:
        data = json.loads(text, object_pairs_hook=unique, parse_constant=refuse, parse_int=whole, parse_float=real)
    except RecursionError:
        raise ValueError(deep) from None
    if any(level > depth for level, _ in _nests(data)):
        raise ValueError(deep)
    return data


def _nests(data: Any) -> Iterator[tuple[int, Any]]:
    """Every table and list with how deep it lies; 1 for the outermost."""
    waiting = [(1, data)]
    while waiting:
        level, value = waiting.pop()
        if isinstance(value, dict | list):
            yield level, value
            inner = value.values() if isinstance(value, dict) else value
            waiting += [(level + 1, item) for item in inner if isinstance(item, dict | list)]


def foreign_code(data: Any) -> list[str]:
    """What in a configuration asks for code from elsewhere: keys, each once, in alphabetical order."""
    found: set[str] = set()
    for _, table in _nests(data):
        if isinstance(table, dict):
            found.update(key for key in _CODE if table.get(key))
            found.update(
                key
                for key, value in table.items()
                if key.lstrip("_").removesuffix("_internal") in _KERNELS and "/" in json.dumps(value)
            )
    return sorted(found)


def tensors_of(file: Path, limits: Limits = LIMITS) -> dict[str, Tensor]:
    """Type and shape of every tensor of a safetensors file, none of which is read.

    Raises:
        OSError: it cannot be read.
        ValueError: too large, not a file, no safetensors file, or a header larger than the limit or the file.
    """
    from safetensors import SafetensorError, safe_open

    size = file.stat().st_size
    if not file.is_file():
        raise ValueError(f"{file.name} is not a file")
    if size > limits.weights:
        raise ValueError(too_large(file.name, limits.weights))
    with file.open("rb") as stream:
        check_header(file.name, stream.read(_LENGTH), size, limits)
    try:
        with safe_open(file, framework="numpy") as weights:
            slices = {name: weights.get_slice(name) for name in weights.keys()}  # noqa: SIM118
            return {name: Tensor(part.get_dtype(), tuple(part.get_shape())) for name, part in slices.items()}
    except SafetensorError as error:
        raise ValueError(f"{file.name} is no safetensors file ({error})") from error


def check_header(name: str, start: bytes, size: int, limits: Limits = LIMITS) -> None:
    """Refuse a safetensors file whose header is longer than may be, before anyone makes room for it.

    Args:
        name: of the file.
        start: its first bytes, eight or more where it has them.
        size: of all of it, in bytes.
        limits: what may be.

    Raises:
        ValueError: the header is longer than the limit or the file.
    """
    length = int.from_bytes(start[:_LENGTH], "little")
    if len(start) < _LENGTH or length > size - _LENGTH:
        raise ValueError(f"{name} is no safetensors file (its header is cut short)")
    if length > limits.header:
        raise ValueError(f"{name} has a header of {show_size(length)}, more than {show_size(limits.header)}")


def not_finite(file: Path) -> list[str]:
    """Names of the tensors of a sound safetensors file, of fp16 and fp32, that hold NaN or infinities."""
    from safetensors import safe_open

    found = []
    with safe_open(file, framework="numpy") as weights:
        for name in sorted(weights.keys()):
            array = weights.get_tensor(name)
            if array.dtype == np.float16 and array.size:
                # With all bits of the exponent set numbers end, on either side; several times as fast as asking numpy.
                wrong = array.view(np.int16).max() >= 0x7C00 or array.view(np.uint16).max() >= 0xFC00
            else:
                wrong = not np.isfinite(array).all()
            if wrong:
                found.append(name)
    return found
