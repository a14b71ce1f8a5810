"""The folder of a tagger, read and written: a record in JSON, names of features in text, weights in safetensors."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from stance.artefact import SHELVES
from stance.errors import ModelError
from stance.intake import LIMITS, check_header, read_bytes, read_json
from stance.output import complete
from stance.segment.tagger import TAGS, Decisions, Floats, Sureness, Tagger

RECORD, WEIGHTS, FEATURES = "attribution.json", "attribution.safetensors", "features.txt"
FORMAT = 1
NAME = "attribution-en"


@lru_cache(maxsize=1)
def shipped_tagger() -> Tagger | None:
    """The tagger that comes with the library; ``None`` where it was left out: the rules work without it.

    Raises:
        ModelError: it is there and was altered.
    """
    folder = next((shelf / NAME for shelf in SHELVES if (shelf / NAME / RECORD).is_file()), None)
    return read_tagger(folder) if folder else None


def read_tagger(folder: Path) -> Tagger:
    """Open a folder after checking all of it, the SHA-256 of every file included.

    Raises:
        ModelError: the folder cannot be used.
    """
    limits = {WEIGHTS: LIMITS.weights, FEATURES: LIMITS.text}
    try:
        record = read_json(folder / RECORD, LIMITS.record)
        content = {name: read_bytes(folder / name, limit) for name, limit in limits.items()}
        problems = _problems(record, content)
    except OSError as error:
        raise ModelError(f"a file of the tagger cannot be read ({error.strerror})", where=error.filename) from error
    except ValueError as error:
        raise _refused(folder, [str(error)]) from error
    if problems:
        raise _refused(folder, problems)
    try:
        names = content[FEATURES].decode("utf-8").split("\n")
        check_header(WEIGHTS, content[WEIGHTS], len(content[WEIGHTS]))
        tensors = load(content[WEIGHTS])
    except (SafetensorError, ValueError) as error:
        raise _refused(folder, [f"{WEIGHTS} or {FEATURES} cannot be read ({error})"]) from error
    problems = _unfit(tensors, {"state": (len(names), len(TAGS)), "transition": (len(TAGS), len(TAGS))})
    if len(set(names)) < len(names):
        problems.append(f"{FEATURES} names features twice")
    if problems:
        raise _refused(folder, problems)
    state, transition = tensors["state"].astype(np.float64), tensors["transition"].astype(np.float64)
    table = record["decisions"]
    decisions = Decisions(table["add"], Sureness(**table["sureness"]))
    return Tagger({name: row for row, name in enumerate(names)}, state, transition, decisions)


def _refused(folder: Path, problems: Sequence[str]) -> ModelError:
    return ModelError(f"the tagger is refused: {'; '.join(problems)}", where=folder, remedy="restore the folder")


def _problems(record: Any, content: Mapping[str, bytes]) -> list[str]:
    """What is wrong with a record, or with the files it seals; other files of the folder are never read."""
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        return [f"{RECORD} is of another format than {FORMAT}"]
    problems = [] if record.get("tags") == list(TAGS) else [f"{RECORD} has other tags"]
    if not _is_sound(record.get("decisions")):
        problems.append(f"{RECORD} has no sound decisions")
    files = record.get("files")
    sums = files if isinstance(files, dict) else {}
    return problems + [f"{name} was altered" for name, data in content.items() if sums.get(name) != _sha256(data)]


def _unfit(tensors: Mapping[str, Any], shapes: Mapping[str, tuple[int, int]]) -> list[str]:
    """What is wrong with the tensors."""
    if set(tensors) != set(shapes):
        return [f"{WEIGHTS} holds {', '.join(sorted(tensors)) or 'nothing'}, not {' and '.join(shapes)}"]
    problems = []
    for name, shape in shapes.items():
        tensor = tensors[name]
        if tensor.shape != shape:
            problems.append(f"{WEIGHTS} has {name} in the shape {tensor.shape}, not {shape}")
        elif tensor.dtype.name not in ("float16", "float32"):
            problems.append(f"{WEIGHTS} has {name} as {tensor.dtype.name}")
        elif not np.isfinite(tensor).all():
            problems.append(f"{WEIGHTS} has values in {name} that are no numbers")
    return problems


def _is_sound(decisions: Any) -> bool:
    """Whether the decisions of a record have all their numbers."""
    wanted = {field.name for field in dataclasses.fields(Decisions)}
    if not isinstance(decisions, dict) or set(decisions) != wanted:
        return False
    sureness = decisions["sureness"]
    if not isinstance(sureness, dict) or set(sureness) != {field.name for field in dataclasses.fields(Sureness)}:
        return False
    numbers = (decisions["add"], *sureness.values())
    return all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in numbers)


def write_tagger(  # noqa: PLR0917
    folder: Path,
    features: Sequence[str],
    state: Floats,
    transition: Floats,
    decisions: Decisions,
    record: Mapping[str, Any],
) -> Tagger:
    """Write a tagger and read it back.

    Args:
        folder: made if need be.
        features: names, one a row of ``state``, without line breaks.
        state: (features, tags) weights.
        transition: (tags, tags) weights.
        decisions: what follows from its probabilities.
        record: whatever else is to be known of the model.

    Raises:
        ModelError: what was written would be refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {"state": state.astype(np.float32), "transition": transition.astype(np.float32)}
    content = {WEIGHTS: save(tensors), FEATURES: "\n".join(features).encode("utf-8")}
    for name, data in content.items():
        (folder / name).write_bytes(data)
    sealed = {
        "format": FORMAT,
        "tags": list(TAGS),
        "decisions": dataclasses.asdict(decisions),
        **record,
        "files": {name: _sha256(data) for name, data in content.items()},
    }
    with complete(folder / RECORD) as stream:
        stream.write((json.dumps(sealed, ensure_ascii=False, indent=2) + "\n").encode("utf-8"))
    return read_tagger(folder)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
