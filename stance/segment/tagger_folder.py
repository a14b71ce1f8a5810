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
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        content = {name: (folder / name).read_bytes() for name in (WEIGHTS, FEATURES)}
    except OSError as error:
        raise ModelError(f"a file of the tagger cannot be read ({error.strerror})", where=error.filename) from error
    except ValueError as error:
        raise ModelError(f"{RECORD} is not sound JSON in UTF-8 ({error})", where=folder) from error
    problem = _problem(record, content)
    if problem:
        raise ModelError(f"the tagger is refused: {problem}", where=folder, remedy="restore the folder")
    names = content[FEATURES].decode("utf-8").split("\n")
    try:
        tensors = load(content[WEIGHTS])
        state, transition = tensors["state"].astype(np.float64), tensors["transition"].astype(np.float64)
    except (SafetensorError, KeyError) as error:
        raise ModelError(f"{WEIGHTS} holds no weights of a tagger ({error})", where=folder) from error
    shapes = (state.shape, transition.shape)
    if shapes != ((len(names), len(TAGS)), (len(TAGS), len(TAGS))):
        raise ModelError(f"{WEIGHTS} has the shapes {shapes} for {len(names)} features", where=folder)
    table = record["decisions"]
    decisions = Decisions(table["add"], Sureness(**table["sureness"]))
    return Tagger({name: row for row, name in enumerate(names)}, state, transition, decisions)


def _problem(record: Any, content: Mapping[str, bytes]) -> str | None:
    """What is wrong with a record, or with the files it seals."""
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        return f"{RECORD} is of another format than {FORMAT}"
    if record.get("tags") != list(TAGS):
        return f"{RECORD} has other tags"
    if not _is_sound(record.get("decisions")):
        return f"{RECORD} has no sound decisions"
    files = record.get("files")
    wrong = [name for name, data in content.items() if not isinstance(files, dict) or files.get(name) != _sha256(data)]
    return f"{', '.join(wrong)} altered" if wrong else None


def _is_sound(decisions: Any) -> bool:
    """Whether the decisions of a record have all their numbers."""
    wanted = {field.name for field in dataclasses.fields(Decisions)}
    if not isinstance(decisions, dict) or set(decisions) != wanted:
        return False
    sureness = decisions["sureness"]
    if not isinstance(sureness, dict) or set(sureness) != {field.name for field in dataclasses.fields(Sureness)}:
        return False
    numbers = (decisions["add"], *sureness.values())
    return all(isinstance(number, int | float) and math.isfinite(number) for number in numbers)


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
    (folder / RECORD).write_text(json.dumps(sealed, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return read_tagger(folder)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
