"""A run on record: what went in, what labelled it, what came out; a later run checks whether all of it is the same.

A manifest is one JSON object (:data:`FORMAT` 1):

- ``command``, ``options``: what was run, and how;
- ``stance``, ``library``: version of the library, and the SHA-256 of its code, of the tagger it ships and of the
  versions of what computes; ``python``, ``packages``: versions;
- ``started``: ISO 8601 in UTC; ``seconds``: a table of ``load``, ``run`` and ``total``;
- ``model``: ``source`` (a name, a folder or ``hub:org/name``), ``name``, ``labels``, ``fingerprint``, ``codebook`` (its
  fingerprint, or null), ``gate`` (whether one was in use) and ``files`` (SHA-256 by relative path; empty where the
  model has no record); or null;
- ``inputs``, ``outputs``: lists of ``path``, ``bytes`` and ``sha256``. A path below the folder of the manifest is told
  from there, any other in full; of ``-``, a device or a pipe the other two are null;
- ``counts``: what came of it; ``errors``: a list of ``where`` and ``what``, the first 100; ``errors_left_out``: how
  many more there were.

A manifest tells whether something differs. It does not tell who wrote it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from stance.audit import sha256_of
from stance.errors import StanceError
from stance.intake import read_json
from stance.output import STREAM, complete, writing

FORMAT = 1
# Errors told one by one.
ERRORS = 100
# Bytes of a manifest that is read; one of 100,000 inputs has half of it.
LIMIT = 64 * 2**20

_PACKAGES = ("numpy", "onnxruntime", "safetensors", "tokenizers", "torch", "transformers")
_KEYS = {
    "format": int,
    "command": str,
    "options": dict,
    "stance": str,
    "library": str,
    "python": str,
    "packages": dict,
    "started": str,
    "seconds": dict,
    "model": dict | None,
    "inputs": list,
    "outputs": list,
    "counts": dict,
    "errors": list,
    "errors_left_out": int,
}

logger = logging.getLogger(__name__)


class Model(Protocol):
    """What labels: ``stance.load()`` returns one."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The label set."""

    @property
    def fingerprint(self) -> str:
        """What its answers hang on."""

    @property
    def has_gate(self) -> bool:
        """Whether a gate stands before the encoder."""

    @property
    def card(self) -> Any:
        """The record of a stance model; ``None`` for a plain one."""


class Run:
    """What a run tells of itself; made by :func:`recorded`.

    Args:
        folder: that of the manifest, from which paths below it are told.
        command: what is run.
        options: how, JSON-ready.
    """

    def __init__(self, folder: Path, command: str, options: Mapping[str, Any]) -> None:
        self._folder = folder
        self._begun = time.perf_counter()
        self._loaded: float | None = None
        self._outputs: list[str | Path] = []
        self._data: dict[str, Any] = {
            "format": FORMAT,
            "command": command,
            "options": dict(options),
            **_versions(),
            "started": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "seconds": {},
            "model": None,
            "inputs": [],
            "outputs": [],
            "counts": {},
            "errors": [],
            "errors_left_out": 0,
        }

    def input(self, path: str | Path) -> None:
        """Put a file on record as it is now; tell of it before it is read."""
        self._data["inputs"].append(_described(path, self._folder))

    def model(self, model: Model, source: str | Path) -> None:
        """Put the model on record, and how long it took until it was there; tell of it when it is loaded."""
        self._loaded = time.perf_counter()
        self._data["model"] = {"source": _source(source), **_identity(model)}

    def output(self, path: str | Path) -> None:
        """A file that the run writes; it is looked at when the run has ended."""
        self._outputs.append(path)

    def counts(self, counts: Mapping[str, Any]) -> None:
        """What came of the run, JSON-ready."""
        self._data["counts"] = dict(counts)

    def error(self, where: str | Path, what: str) -> None:
        """What could not be read or labelled; more than 100 of them are only counted."""
        if len(self._data["errors"]) < ERRORS:
            self._data["errors"].append({"where": str(where), "what": what})
        else:
            self._data["errors_left_out"] += 1

    def to_dict(self) -> dict[str, Any]:
        """The manifest as it stands; the outputs are read for it."""
        now = time.perf_counter()
        begun = self._begun if self._loaded is None else self._loaded
        seconds = {"load": begun - self._begun, "run": now - begun, "total": now - self._begun}
        return self._data | {
            "seconds": {name: round(value, 3) for name, value in seconds.items()},
            "outputs": [_described(path, self._folder) for path in self._outputs],
        }


@contextmanager
def recorded(path: str | Path, command: str, options: Mapping[str, Any] | None = None) -> Iterator[Run]:
    """Write the manifest of what is done within; when that fails, none is written, and one that was there stays.

    Args:
        path: the manifest, or ``-`` for standard output.
        command: what is run.
        options: how, JSON-ready.

    Raises:
        StanceError: the manifest cannot be written, or an input cannot be read.
    """
    with complete(path) as stream:
        run = Run(_home(path), command, options or {})
        yield run
        with writing(path):
            stream.write((json.dumps(run.to_dict(), ensure_ascii=False, indent=2) + "\n").encode("utf-8"))
    logger.info("%s: manifest of %s", path, command)


def read(path: str | Path) -> dict[str, Any]:
    """Read a manifest.

    Raises:
        StanceError: it cannot be read, or is none.
    """
    try:
        data = read_json(Path(path), LIMIT)
    except OSError as error:
        raise StanceError(f"cannot be read ({error.strerror})", where=path, remedy="check the path") from error
    except ValueError as error:
        raise StanceError(f"no manifest ({error})", where=path, remedy="give a file that --manifest wrote") from error
    problems = _problems(data)
    if problems:
        what = f"no manifest that is read here: {'; '.join(problems)}"
        raise StanceError(what, where=path, remedy="give a file that --manifest wrote, or update diplomatic-stance")
    return dict(data)


def verify(path: str | Path, model: Model | None = None) -> tuple[list[str], list[str]]:
    """Compare a manifest with what is there now.

    Args:
        path: the manifest.
        model: what labels now; by default it is loaded from where the run had it, with a gate if the run had one.

    Returns:
        Differences of inputs, outputs and model, a sentence each; and notes: versions that differ, which may not change
        anything, and what cannot be compared.

    Raises:
        StanceError: the manifest cannot be read, or is none.
    """
    data = read(path)
    home = _home(path)
    differences, notes = [], []
    for kind in ("input", "output"):
        for entry in data[f"{kind}s"]:
            if entry["sha256"] is None:
                notes.append(f"{kind} {entry['path']}: a stream, of which nothing was kept")
            elif said := _difference(entry, home):
                differences.append(f"{kind} {entry['path']}: {said}")
    if data["model"] is not None:
        differences += _model_differences(data["model"], home, model)
    notes += [f"{name} was {before}, is {now}" for name, before, now in _changed(data, _versions())]
    return differences, notes


def had_gate(model: Mapping[str, Any]) -> bool:
    """Whether the model of a manifest had a gate in use; those of before there were gates do not tell."""
    return bool(model.get("gate", False))


def _versions() -> dict[str, Any]:
    from stance import __version__
    from stance.jobs import library

    return {
        "stance": __version__,
        "library": library(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def _changed(data: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in ("stance", "library", "python"):
        if data[name] != now[name]:
            yield name, data[name], now[name]
    for name in sorted({*data["packages"], *now["packages"]}):
        before, after = data["packages"].get(name), now["packages"].get(name)
        if before != after:
            yield name, before, after


def _home(path: str | Path) -> Path:
    return Path.cwd() if str(path) == STREAM else Path(path).resolve().parent


def _source(source: str | Path) -> str:
    """A name stays; a folder is told in full, so that it is found from anywhere."""
    return str(Path(source).resolve()) if isinstance(source, Path) or Path(source).is_dir() else source


def _identity(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "labels": list(model.labels),
        "fingerprint": model.fingerprint,
        "gate": model.has_gate,
        "codebook": model.card.codebook.fingerprint if model.card else None,
        "files": dict(model.card.files) if model.card else {},
    }


def _described(path: str | Path, home: Path) -> dict[str, Any]:
    file = Path(path)
    if str(path) == STREAM or (file.exists() and not file.is_file()):
        return {"path": str(path), "bytes": None, "sha256": None}
    place = file.resolve()
    told = place.relative_to(home) if place.is_relative_to(home) else place
    try:
        return {"path": told.as_posix(), "bytes": place.stat().st_size, "sha256": sha256_of(place)}
    except OSError as error:
        raise StanceError(f"cannot be read ({error.strerror})", where=path, remedy="check the path") from error


def _difference(entry: Mapping[str, Any], home: Path) -> str | None:
    """In what a file differs from its entry."""
    file = home / entry["path"]
    if not file.is_file():
        return "is missing"
    try:
        size = file.stat().st_size
        if size != entry["bytes"]:
            return f"has {size:,} bytes, had {entry['bytes']:,}"
        return None if sha256_of(file) == entry["sha256"] else "was altered"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _model_differences(data: Mapping[str, Any], home: Path, model: Model | None) -> list[str]:
    if model is None:
        from stance.loading import load

        try:
            model = load(data["source"], gate=had_gate(data))
        except StanceError as error:
            return [f"model {data['source']}: cannot be loaded ({error})"]
    now, told = _identity(model), []
    for name in ("name", "labels", "codebook"):
        if now[name] != data[name]:
            told.append(f"its {name} was {_shown(data[name])}, is {_shown(now[name])}")
    files = sorted({*now["files"], *data["files"]})
    if changed := [name for name in files if now["files"].get(name) != data["files"].get(name)]:
        told.append(f"other files: {', '.join(changed)}")
    if now["fingerprint"] != data["fingerprint"] and not told:
        told.append("its fingerprint differs: other thresholds, bounds of doubt, settings, gate or backend")
    return [f"model {data['source']}: {what}" for what in told]


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _problems(data: Any) -> list[str]:
    """Why something is no manifest."""
    if not isinstance(data, dict):
        return ["it is not a table"]
    if data.get("format") != FORMAT:
        return [f"its format is {data.get('format')!r}, not {FORMAT}"]
    problems = [f"{key} is missing" for key in _KEYS if key not in data]
    problems += [
        f"{key} is not what it should be" for key, kind in _KEYS.items() if not isinstance(data.get(key), kind)
    ]
    for key in ("inputs", "outputs"):
        if isinstance(data.get(key), list) and not all(map(_is_file_entry, data[key])):
            problems.append(f"{key} are not tables of path, bytes and sha256")
    model = data.get("model")
    if isinstance(model, dict):
        kinds = {"source": str, "name": str, "labels": list, "fingerprint": str, "codebook": str | None, "files": dict}
        problems += [
            f"{key} of the model is not told" for key, kind in kinds.items() if not isinstance(model.get(key), kind)
        ]
        if not isinstance(model.get("gate", False), bool):
            problems.append("gate of the model is neither true nor false")
    return list(dict.fromkeys(problems))


def _is_file_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("path"), str)
        and isinstance(entry.get("bytes"), int | None)
        and isinstance(entry.get("sha256"), str | None)
        and (entry.get("bytes") is None) == (entry.get("sha256") is None)
    )
